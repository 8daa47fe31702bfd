"""The forms of operations by topic: lines of text with fields that :mod:`fields` fills in.

``ANY`` serves complex numbers too, ``REAL`` real ones only.  What does not fit the shapes at hand
fails in NumPy, and another is drawn.
"""

from tests.random_expressions.table import (
    elementwise,
    indexing,
    polynomials,
    products,
    reductions,
    sequences,
    shapes,
    special,
    stats,
    ufunc_methods,
)

TOPICS = (
    elementwise, elementwise, elementwise, reductions, sequences, shapes, indexing, products,
    polynomials, special, stats, ufunc_methods,
)  # fmt: skip

__all__ = ["TOPICS"]
