"""What emitted code needs while it runs; knows NumPy and Numba, nothing of the compiler."""
