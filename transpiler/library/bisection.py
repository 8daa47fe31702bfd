"""``bisect``: places in a list or an array that is in order."""

from __future__ import annotations

import bisect

from adgen.transpiler.library.registry import defines


@defines(bisect.bisect_left)
def bisect_left(a, x, lo=0, hi=None, *, key=None):
    return place_of(a, x, lo, hi, key, False)


@defines(bisect.bisect_right)
def bisect_right(a, x, lo=0, hi=None, *, key=None):
    return place_of(a, x, lo, hi, key, True)


def place_of(a, x, lo, hi, key, behind):
    """Where to put ``x``, ahead of equal items or ``behind`` them."""
    if lo < 0:
        raise ValueError("lo must be non-negative")
    end = len(a) if hi is None else hi
    while lo < end:
        middle = (lo + end) // 2
        item = a[middle] if key is None else key(a[middle])
        if not x < item if behind else item < x:
            lo = middle + 1
        else:
            end = middle
    return lo
