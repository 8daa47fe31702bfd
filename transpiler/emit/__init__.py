"""Emission: from IR to the Python source that people read and Numba compiles."""
