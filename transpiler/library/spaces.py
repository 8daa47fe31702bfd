"""Numbers in a row, evenly spaced or evenly scaled, and matrices with a diagonal of ones."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import as_usual, defines, view_in_numpy


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """Of arrays, of float32, along an axis, or with the step; the rest the front end knows."""
    kind = np.result_type(start, stop, 0.0)
    begin, end = np.asarray(start, kind), np.asarray(stop, kind)
    divisor = num - 1 if endpoint else num
    step = (end - begin) / max(divisor, 1)
    counts = np.arange(num).astype(kind).reshape((num,) + (1,) * np.ndim(step))
    row = counts * step + begin
    if endpoint and num > 1:
        row[-1] = end
    row = row if dtype is None else row.astype(dtype)
    return (np.moveaxis(row, 0, axis), step) if retstep else np.moveaxis(row, 0, axis)


@defines(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    powers = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return powers if dtype is None else powers.astype(dtype)


@defines(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    as_usual(dtype)
    start, stop = np.asarray(start, np.float64), np.asarray(stop, np.float64)
    sign = np.sign(start)
    low, high = np.log10(sign * start), np.log10(sign * stop)
    row = first(sign * np.logspace(low, high, num, endpoint), 0)
    row[0] = start
    if endpoint and num > 1:
        row[-1] = stop
    return np.moveaxis(row, 0, axis)


def eye(N, M=None, k=0, dtype=float):
    """With ones on another diagonal than the main one."""
    ones = np.zeros((N, N if M is None else M), dtype)
    for i in range(max(0, -k), min(ones.shape[0], ones.shape[1] - k)):
        ones[i, i + k] = 1
    return ones


@view_in_numpy
@defines(np.asfortranarray)
def asfortranarray(a, dtype=None):
    a = np.asarray(a) if dtype is None else np.asarray(a, dtype)
    return np.copy(a.T).T
