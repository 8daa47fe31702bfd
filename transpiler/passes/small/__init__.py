"""Small arrays of known shape as scalars, before a function is differentiated."""
