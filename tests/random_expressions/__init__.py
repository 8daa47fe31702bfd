"""Random array expressions against JAX: python -m tests.random_expressions."""
