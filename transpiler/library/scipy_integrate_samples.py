"""Integrals of ``scipy.integrate`` by rules of fixed points: of samples, or of a function."""

from __future__ import annotations

import numpy as np
from scipy import integrate

from adgen.transpiler.library.axes import first
from adgen.transpiler.library.registry import defines, gauss_legendre, refuse


@defines(integrate.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    heights = first(np.asarray(y), axis)
    width = dx if x is None else _widths(heights, x, axis)
    total = np.sum(width * (heights[1:] + heights[:-1]) / 2.0, axis=0)
    return np.asarray(total).astype(_real(y).dtype)[()]


def _real(y):
    y = np.asarray(y)
    return y if y.dtype.kind in "fc" else y.astype(np.float64)


def _widths(y, x, axis):
    """The distances of the points, ahead along the first axis as the samples ``y`` are."""
    x = np.asarray(x)
    if x.ndim == 1:
        if x.shape[0] != y.shape[0]:
            raise ValueError("If given, length of x along axis must be the same as y.")
        return (x[1:] - x[:-1]).reshape((-1,) + (1,) * (y.ndim - 1))
    if x.ndim != y.ndim:
        raise ValueError("If given, shape of x must be 1-D or the same as y.")
    x = first(x, axis)
    return x[1:] - x[:-1]


@defines(integrate.cumulative_trapezoid)
def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None):
    heights = first(np.asarray(y), axis)
    if heights.shape[0] == 0:
        raise ValueError("At least one point is required along `axis`.")
    width = dx if x is None else _widths(heights, x, axis)
    parts = np.cumsum(width * (heights[1:] + heights[:-1]) / 2.0, axis=0)
    if initial is not None:
        if initial != 0:
            raise ValueError("`initial` must be `None` or `0`.")
        parts = np.concatenate((np.zeros((1,) + parts.shape[1:], parts.dtype), parts))
    return np.moveaxis(parts, 0, axis)


@defines(integrate.simpson)
def simpson(y, x=None, *, dx=1.0, axis=-1):
    heights = first(np.asarray(y), axis)
    count = heights.shape[0]
    if x is None:
        if count == 2:
            return 0.5 * dx * (heights[-1] + heights[-2])
        if count % 2 == 1:
            return _even_parabolas(heights) * (dx / 3.0)
        before = last = np.asarray(dx, np.float64)
        total = _even_parabolas(heights[:-1]) * (dx / 3.0)
    else:
        if count == 0:
            raise ValueError("there are no samples")
        width = _widths(heights, x, axis).astype(np.float64)
        if count == 2:
            return 0.5 * width[-1] * (heights[-1] + heights[-2])
        if count % 2 == 1:
            return np.sum(_parabolas(heights, width), axis=0)
        before, last = width[-2], width[-1]
        total = np.sum(_parabolas(heights[:-1], width[:-1]), axis=0)
    rest = _ratio(last * (2.0 * last + 3.0 * before), 6.0 * (last + before)) * heights[-1]
    rest = rest + _ratio(last * (last + 3.0 * before), 6.0 * before) * heights[-2]
    rest = rest - _ratio(last**3, 6.0 * before * (before + last)) * heights[-3]
    return (total + rest).astype(total.dtype)


def _even_parabolas(y):
    return np.sum(y[:-2:2] + 4.0 * y[1:-1:2] + y[2::2], axis=0)


def _ratio(a, b):
    """A quotient, and 0 where the divisor is: of points that coincide."""
    return np.where(b != 0, a / np.where(b != 0, b, 1.0), 0.0)


def _parabolas(y, width):
    """The integral over each pair of intervals, of the parabola through its three points."""
    h, k = width[:-1:2], width[1::2]
    both = h + k
    middle = both * _ratio(both, h * k)
    return (
        both
        / 6.0
        * (y[:-2:2] * (2.0 - _ratio(k, h)) + y[1:-1:2] * middle + y[2::2] * (2.0 - _ratio(h, k)))
    )


@defines(integrate.cumulative_simpson)
def cumulative_simpson(y, *, x=None, dx=1.0, axis=-1, initial=None):
    heights = first(_real(y), axis)
    if np.ndim(dx) > 0:
        refuse("`cumulative_simpson` with `dx` that is an array", "give the points, as `x`")
    if heights.shape[0] < 3:
        parts = first(cumulative_trapezoid(_real(y), x, dx, axis), axis)
    else:
        f, g, h = heights[:-2], heights[1:-1], heights[2:]
        if x is None:
            ahead = _real(dx) / 3.0 * (1.25 * f + 2.0 * g - 0.25 * h)
            behind = _real(dx) / 3.0 * (1.25 * h + 2.0 * g - 0.25 * f)
        else:
            width = _widths(heights, _real(x), axis)
            if np.any(width <= 0):
                raise ValueError("Input x must be strictly increasing.")
            ahead = _first_interval(f, g, h, width[:-1], width[1:])
            behind = _first_interval(h, g, f, width[1:], width[:-1])
        parts = np.cumsum(_in_turns(ahead, behind), axis=0)
    if initial is not None:
        if np.ndim(initial) > 0:
            refuse("`cumulative_simpson` with `initial` that is an array", "add it to the result")
        initial = _real(initial)
        ahead = np.full((1,) + parts.shape[1:], initial)
        parts = np.concatenate((ahead, (parts + initial).astype(parts.dtype)))
    return np.moveaxis(parts, 0, axis)


def _in_turns(ahead, behind):
    """Over each interval: of the parabola with the next point, then of that with the one before."""
    found = np.empty((ahead.shape[0] + 1,) + ahead.shape[1:], ahead.dtype)
    found[:-1:2] = ahead[::2]
    found[1::2] = behind[::2]
    found[-1] = behind[-1]
    return found


def _first_interval(f, g, h, width, other):
    """Over the interval between ``f`` and ``g``, of the parabola that goes on to ``h``."""
    part = width / (width + other)
    bend = part * width / other
    return width / 6.0 * ((3.0 - part) * f + (3.0 + bend + part) * g - bend * h)


@defines(integrate.romb)
def romb(y, dx=1.0, axis=-1, show=False):
    if show:
        refuse("`romb` with `show`", "leave it out")
    y = first(np.asarray(y), axis)
    intervals = y.shape[0] - 1
    levels = 0
    while 2**levels < intervals:
        levels += 1
    if 2**levels != intervals:
        raise ValueError("Number of samples must be one plus a non-negative power of 2.")
    width = intervals * np.asarray(dx, np.float64)
    best = (y[0] + y[-1]) / 2.0 * width
    table = np.zeros((levels + 1,) + np.shape(best), best.dtype)
    table[0] = best
    step = intervals
    for i in range(1, levels + 1):
        before = table[0].copy()
        table[0] = 0.5 * (before + width * np.sum(y[step // 2 :: step], axis=0))
        power = 1.0
        for j in range(1, i + 1):
            power = 4.0 * power
            kept = table[j].copy()
            table[j] = table[j - 1] + (table[j - 1] - before) / (power - 1.0)
            before = kept
        step = step // 2
        width = 0.5 * width
    return table[levels]


@defines(integrate.fixed_quad)
def fixed_quad(func, a, b, args=(), n=5):
    if np.isinf(a) or np.isinf(b):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    nodes, weights = gauss_legendre(n)
    points = (b - a) * (np.array(nodes) + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(np.array(weights) * func(points, *args), axis=-1), None


@defines(integrate.quad)
def quad(func, a, b, args=(), **options):
    refuse("the adaptive `quad` of a function", "write integrate.fixed_quad(f, a, b, n=20)[0]")


@defines(integrate.solve_ivp)
def solve_ivp(fun, t_span, y0, *args, **options):
    refuse("`solve_ivp`", "write integrate.odeint(fun, y0, t, tfirst=True), with the points wanted")
