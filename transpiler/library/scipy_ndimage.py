"""Filters of ``scipy.ndimage``: weighed sums of neighbours, with what lies beyond the edges."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from adgen.transpiler.library.axes import axes_of, first
from adgen.transpiler.library.registry import defines, refuse


def _image(x, output):
    x = np.asarray(x)
    if output is not None:
        refuse("a filter of `ndimage` with `output`", "write `out[:] = ...`")
    if x.dtype.kind != "f":
        refuse("a filter of integers, which rounds", "write x.astype(float)")
    return x


def _padded(x, before, after, mode, cval):
    """More elements along the first axis, by SciPy's name of how it goes on."""
    width = ((before, after),) + ((0, 0),) * (x.ndim - 1)
    if mode == "constant" or mode == "grid-constant":
        return np.pad(x, width, mode="constant", constant_values=cval)
    if mode == "reflect" or mode == "grid-mirror":
        return np.pad(x, width, mode="symmetric")
    if mode == "mirror":
        return np.pad(x, width, mode="reflect")
    if mode == "nearest":
        return np.pad(x, width, mode="edge")
    if mode == "wrap" or mode == "grid-wrap":
        return np.pad(x, width, mode="wrap")
    raise RuntimeError("boundary mode not supported")


def _weighed(x, weights, axis, mode, cval, origin):
    """Each element the sum of its neighbours along an axis, times the weights, in their order."""
    ahead, size = first(x, axis), weights.shape[0]
    before = size // 2 + origin
    if size == 0:
        raise RuntimeError("no filter weights given")
    if before < 0 or before >= size:
        raise ValueError("Invalid origin; origin must satisfy -(len(weights) // 2) <= origin "
                         "<= (len(weights)-1) // 2")  # fmt: skip
    wide = _padded(ahead.astype(np.float64), before, size - 1 - before, mode, cval)
    count = ahead.shape[0]
    total = np.zeros(ahead.shape)
    for k in range(size):
        total = total + weights[k] * wide[k : k + count]
    return np.moveaxis(total.astype(x.dtype), 0, axis)


@defines(ndimage.correlate1d)
def correlate1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):  # noqa: A002
    weights = np.asarray(weights, np.float64)
    return _weighed(_image(input, output), weights, axis, mode, cval, origin)


@defines(ndimage.convolve1d)
def convolve1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):  # noqa: A002
    weights = np.asarray(weights, np.float64)[::-1]
    shift = -origin - 1 if weights.shape[0] % 2 == 0 else -origin
    return _weighed(_image(input, output), weights, axis, mode, cval, shift)


@defines(ndimage.gaussian_filter1d)
def gaussian_filter1d(input, sigma, axis=-1, order=0, output=None, mode="reflect",  # noqa: A002
                      cval=0.0, truncate=4.0, *, radius=None):  # fmt: skip
    if order != 0:
        refuse("a derivative of a Gaussian filter", "call `np.gradient` of what is filtered")
    x = _image(input, output)
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    places = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * places * places / (sigma * sigma))
    return _weighed(x, weights / np.sum(weights), axis, mode, cval, 0)


@defines(ndimage.gaussian_filter)
def gaussian_filter(input, sigma, order=0, output=None, mode="reflect", cval=0.0,  # noqa: A002
                    truncate=4.0, *, radius=None, axes=None):  # fmt: skip
    x = _image(input, output)
    if isinstance(mode, (tuple, list)) or isinstance(order, (tuple, list)):
        refuse("a Gaussian filter with a mode or an order for each axis", "filter axis by axis")
    over = axes_of(x, axes)
    for k in tuple(range(len(over))):
        width = sigma if np.ndim(sigma) == 0 else sigma[k]
        x = gaussian_filter1d(x, width, over[k], order, None, mode, cval, truncate, radius=radius)
    return x


@defines(ndimage.uniform_filter1d)
def uniform_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):  # noqa: A002
    return _weighed(_image(input, output), np.full(size, 1.0 / size), axis, mode, cval, origin)


@defines(ndimage.uniform_filter)
def uniform_filter(input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *,  # noqa: A002
                   axes=None):  # fmt: skip
    x = _image(input, output)
    if isinstance(mode, (tuple, list)) or isinstance(origin, (tuple, list)):
        refuse("a uniform filter with a mode or an origin for each axis", "filter axis by axis")
    over = axes_of(x, axes)
    for k in tuple(range(len(over))):
        width = size if np.ndim(size) == 0 else size[k]
        x = uniform_filter1d(x, width, over[k], None, mode, cval, origin)
    return x
