"""Differentiation: the chain rule first, storage of residuals second."""
