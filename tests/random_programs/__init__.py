"""Random programs over the whole language, checked against a dual-number oracle."""
