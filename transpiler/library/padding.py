"""Arrays with more elements around them."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.dtypes import counts
from adgen.transpiler.library.registry import defines, refuse


@defines(np.pad)
def pad(
    array, pad_width, mode="constant", constant_values=0, end_values=0, stat_length=None,
    reflect_type="even",
):  # fmt: skip
    if callable(mode):
        refuse("`np.pad` with a function", "make the larger array, and store what belongs in it")
    a = np.asarray(array)
    widths, constants = _widths(pad_width, a.ndim), _pairs(constant_values, a.ndim)
    ends, lengths = _pairs(end_values, a.ndim), _pairs(stat_length, a.ndim)
    for k, (before, after) in enumerate(widths):
        kind = mode if reflect_type == "even" else f"odd {mode}"
        if mode in _FILLERS:
            kind = _FILLERS[mode]
        wide = _padded(first(a, k), before, after, kind, constants[k], ends[k], lengths[k])
        a = np.moveaxis(wide, 0, k)
    return a


def _widths(given, count):
    """How many elements go before and behind each axis; of a dict, by the axes that it names."""
    if not isinstance(given, dict):
        return _pairs(given, count)
    widths = ()
    for k in tuple(range(count)):
        own = given[k] if k in given else given[k - count] if k - count in given else 0
        widths = (*widths, own if isinstance(own, (tuple, list)) else (own, own))
    return widths


def _pairs(given, count):
    """What belongs before and behind each axis."""
    if not isinstance(given, (tuple, list)):
        return ((given, given),) * count
    if isinstance(given[0], (tuple, list)):
        return given if len(given) == count else (given[0],) * count
    return ((given[0], given[1] if len(given) == 2 else given[0]),) * count


_FILLERS = {"mean": np.mean, "maximum": np.max, "minimum": np.min, "median": np.median}


def _padded(a, before, after, mode, constants, ends, lengths):
    """More elements before and after along the first axis."""
    n = a.shape[0]
    if n == 0 and before + after > 0 and mode != "constant" and mode != "empty":
        raise ValueError("can't extend an empty axis using modes other than 'constant' or 'empty'")
    out = np.empty((before + n + after,) + a.shape[1:], a.dtype)
    out[before : before + n] = a
    if mode == "empty":
        return out
    if mode == "constant":
        out[:before] = constants[0]
        out[before + n :] = constants[1]
    elif mode == "edge":
        out[:before] = a[0]
        out[before + n :] = a[n - 1]
    elif mode == "linear_ramp":
        for k in range(before):
            out[k] = ends[0] + (a[0] - ends[0]) * (k / before)
        for k in range(after):
            out[before + n + after - 1 - k] = ends[1] + (a[n - 1] - ends[1]) * (k / after)
    elif callable(mode):
        left, right = lengths
        before_it = mode(a if left is None else a[: min(left, n)], axis=0)
        behind_it = mode(a if right is None else a[n - min(right, n) :], axis=0)
        out[:before] = np.rint(before_it) if counts(a) else before_it
        out[before + n :] = np.rint(behind_it) if counts(a) else behind_it
    else:
        _repeat_inside(out, a, before, after, mode)
    return out


def _repeat_inside(out, a, before, after, mode):
    """Elements of the array itself, in the order that the mode says."""
    n = a.shape[0]
    if mode == "wrap":
        for k in range(before):
            out[before - 1 - k] = a[n - 1 - k % n]
        for k in range(after):
            out[before + n + k] = a[k % n]
    elif mode == "symmetric":
        for k in range(before):
            out[before - 1 - k] = a[_reflected(k, n)]
        for k in range(after):
            out[before + n + k] = a[n - 1 - _reflected(k, n)]
    elif mode == "reflect":
        for k in range(before):
            out[before - 1 - k] = a[_bounced(k + 1, n)]
        for k in range(after):
            out[before + n + k] = a[n - 1 - _bounced(k + 1, n)]
    elif mode == "odd reflect" or mode == "odd symmetric":
        shift = 1 if mode == "odd reflect" else 0
        _mirrored_inside(out, before, n, after, shift)
    else:
        refuse("`np.pad` in this mode", "use one of the modes of NumPy by its name")


def _mirrored_inside(out, before, n, after, shift):
    """The array turned about its ends as a point, again and again; filled from the inside."""
    if shift == 1 and n == 1:  # there is nothing to be turned
        out[:before] = out[before]
        out[before + 1 :] = out[before]
    else:
        _turned_inside(out, before, n, after, shift)


def _turned_inside(out, before, n, after, shift):
    step = max(n - shift, 1)
    for k in range(before):
        edge = before - k // step * step
        out[before - 1 - k] = 2 * out[edge] - out[edge + k % step + shift]
    last = before + n - 1
    for k in range(after):
        edge = last + k // step * step
        out[last + 1 + k] = 2 * out[edge] - out[edge - k % step - shift]


def _reflected(k, n):
    """The place of ``k`` in 0, 1, …, n-1, n-1, …, 1, 0, 0, 1, …"""
    place = k % (2 * n)
    return place if place < n else 2 * n - 1 - place


def _bounced(k, n):
    """The place of ``k`` in 0, 1, …, n-1, n-2, …, 1, 0, 1, …"""
    period = max(2 * n - 2, 1)
    place = k % period
    return place if place < n else period - place
