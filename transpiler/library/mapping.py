"""Functions that are applied to one element of an array after the other."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import alike


def each(function, dtype, *operands):
    """What ``numba.vectorize`` makes of a function whose results have that dtype."""
    total, flat = _flat(operands)
    out = np.empty(total.size, dtype)
    for i in range(total.size):
        out[i] = function(*[part if np.ndim(part) == 0 else part[i] for part in flat])
    return out.reshape(total.shape)


def each_in_python(function, dtype, some, *operands):
    """What ``np.vectorize`` makes of it: it is given Python's numbers.

    ``some``: there must be elements, for the first of them says the dtype to NumPy.
    """
    total, flat = _flat(operands)
    if some and total.size == 0:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    out = np.empty(total.size, dtype)
    for i in range(total.size):
        out[i] = function(*[part if np.ndim(part) == 0 else part[i].item() for part in flat])
    return out.reshape(total.shape)


def _flat(operands):
    """An array of the shape that the operands have together, and each of them in one axis."""
    total = 0.0
    for operand in operands:
        total = total + 0.0 * operand
    flat = [
        operand
        if np.ndim(operand) == 0
        else np.ravel(operand if alike(operand, total) else np.broadcast_to(operand, total.shape))
        for operand in operands
    ]
    return total, flat


def reduced(function, sequence, *first):
    """``functools.reduce`` over the rows of an array."""
    if len(first) == 0:
        if len(sequence) == 0:
            raise TypeError("reduce() of empty iterable with no initial value")
        value = sequence[0]
        for k in range(1, len(sequence)):
            value = function(value, sequence[k])
    else:
        value = first[0]
        for k in range(len(sequence)):
            value = function(value, sequence[k])
    return value
