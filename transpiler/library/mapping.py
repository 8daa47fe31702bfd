"""Functions that are applied to one element of an array after the other."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import alike


def each(function, dtype, *operands):
    """What ``numba.vectorize`` makes of a function whose results have that dtype."""
    total = 0.0
    for operand in operands:
        total = total + 0.0 * operand
    flat = [
        operand
        if np.ndim(operand) == 0
        else np.ravel(operand if alike(operand, total) else np.broadcast_to(operand, total.shape))
        for operand in operands
    ]
    out = np.empty(total.size, dtype)
    for i in range(total.size):
        out[i] = function(*[part if np.ndim(part) == 0 else part[i] for part in flat])
    return out.reshape(total.shape)


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
