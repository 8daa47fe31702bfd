"""Derivatives by differences of several steps, and what they say of one that was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = (2e-3, 3e-4, 4e-5)
CLOSE, KINK = 1e-6, 1e-4


def slope(along: Callable[[float], Any], step: float) -> Any:
    """The slope at 0, by five points."""
    near = np.asarray(along(step)) - np.asarray(along(-step))
    far = np.asarray(along(2 * step)) - np.asarray(along(-2 * step))
    return (8 * near - far) / (12 * step)


def verdict(along: Callable[[float], Any], found: Any) -> str:
    """``same`` as by some step, ``wrong`` if two steps agree on another, else ``unsettled``."""
    seen: list[Any] = []
    for step in STEPS:
        try:
            seen.append(slope(along, step))
        except (ValueError, IndexError):  # an extent is the number of different values
            return "unsettled"
        if not np.all(np.isfinite(seen[-1])):
            return "unsettled"
        if close(found, seen[-1], CLOSE):
            return "same"
        if len(seen) > 1 and close(seen[-2], seen[-1], CLOSE):
            return "unsettled" if _has_kink(along) else "wrong"
    return "unsettled"


def _has_kink(along: Callable[[float], Any]) -> bool:
    """Whether the slopes to both sides of 0 differ."""
    h = STEPS[-1] / 4
    here = np.asarray(along(0.0))
    right, left = np.asarray(along(h)) - here, here - np.asarray(along(-h))
    return not close(right / h, left / h, KINK * 20)


def gradient_verdict(f: Callable[..., Any], args: tuple[Any, ...], number: int, found: Any) -> str:
    """The worst that differences say of an element of the gradient by an argument."""
    worst = "same"
    units = (1.0, 1j) if np.iscomplexobj(args[number]) else (1.0,)
    for place in np.ndindex(np.shape(args[number])):
        for unit in units:

            def along(h: float, place: Any = place, unit: Any = unit) -> Any:
                moved = [in_same_order(a) for a in args]
                moved[number][place] += h * unit
                return f(*moved)

            said = verdict(along, np.real(found[place] * unit))
            if said == "wrong":
                return said
            worst = worst if said == "same" else said
    return worst


def in_same_order(a: Any) -> Any:
    """A copy with the strides of ``a``, so that the same reshapes are views.

    Where elements of ``a`` share their place, each gets its own.
    """
    if 0 in a.strides or a.size == 0:
        return np.array(a)
    low, high = np.lib.array_utils.byte_bounds(a)
    start = a.__array_interface__["data"][0] - low
    copied = np.ndarray(a.shape, a.dtype, np.empty(high - low, np.uint8), start, a.strides)
    copied[...] = a
    return copied


def close(mine: Any, theirs: Any, tolerance: float) -> bool:
    """Equal up to a part of the largest."""
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    if mine.shape != theirs.shape:
        return False
    scale = max(1.0, float(np.max(np.abs(theirs), initial=0.0)))
    return bool(np.all(np.abs(mine - theirs) <= tolerance * scale))
