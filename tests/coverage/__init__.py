"""What of NumPy and SciPy adgen differentiates, by programs: python -m tests.coverage."""
