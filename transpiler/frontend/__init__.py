"""From a syntax tree to the IR, by abstract interpretation."""
