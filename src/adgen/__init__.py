"""adgen: a source-to-source differentiation compiler for Python."""
