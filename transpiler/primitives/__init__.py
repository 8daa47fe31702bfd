"""The table of primitives: one entry says everything that adgen knows of a function."""
