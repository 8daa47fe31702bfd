"""Convolutions of ``scipy.signal``; with axes, as ``autograd.scipy.signal`` has them."""

from __future__ import annotations

import numpy as np
from scipy import signal

from adgen.transpiler.library.axes import without
from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, refuse


@defines(signal.convolve)
def convolve(in1, in2, mode="full", method="auto", *, axes=None, dot_axes=((), ())):
    a, b = np.asarray(in1), np.asarray(in2)
    if axes is not None:
        return _over_axes(a, b, axes, dot_axes, mode)
    if a.ndim != b.ndim:
        raise ValueError("volume and kernel should have the same dimensionality")
    if method == "fft":
        return signal.fftconvolve(a, b, mode)
    if a.ndim == 1:
        return _part_1d(_full_1d(a, b), a.shape[0], b.shape[0], mode)
    if a.ndim != 2:
        refuse("a convolution over more than two axes", "call `scipy.signal.fftconvolve`")
    return _part(_full_2d(a, b), a.shape, b.shape, mode)


@defines(signal.correlate)
def correlate(in1, in2, mode="full", method="auto"):
    b = conjugated(np.asarray(in2))
    for k in tuple(range(b.ndim)):
        b = np.flip(b, k)
    return signal.convolve(in1, b, mode, method)


@defines(signal.fftconvolve)
def fftconvolve(in1, in2, mode="full", axes=None):
    a, b = np.asarray(in1), np.asarray(in2)
    if axes is not None:
        refuse("`fftconvolve` over chosen axes", "loop over the others")
    if a.ndim != b.ndim:
        raise ValueError("in1 and in2 should have the same dimensionality")
    s = tuple([n + m - 1 for n, m in zip(a.shape, b.shape)])
    over = tuple(range(a.ndim))
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        full = np.fft.ifftn(np.fft.fftn(a, s, over) * np.fft.fftn(b, s, over), axes=over)
    else:
        full = np.fft.irfftn(np.fft.rfftn(a, s, over) * np.fft.rfftn(b, s, over), s, over)
    return _part(full, a.shape, b.shape, mode)


def _full_1d(a, b):
    n, m = a.shape[0], b.shape[0]
    total = np.zeros(n + m - 1, np.result_type(a, b))
    for i in range(n):
        for j in range(m):
            total[i + j] += a[i] * b[j]
    return total


def _full_2d(a, b):
    (n, m), (p, q) = a.shape, b.shape
    total = np.zeros((n + p - 1, m + q - 1), np.result_type(a, b))
    for i in range(n):
        for k in range(p):
            for j in range(m):
                for l in range(q):  # noqa: E741
                    total[i + k, j + l] += a[i, j] * b[k, l]
    return total


def _bounds(n, m, mode):
    """Where the wanted part of a convolution of ``n`` and ``m`` samples begins and ends."""
    if mode == "full":
        return 0, n + m - 1
    if mode == "valid":
        return min(n, m) - 1, max(n, m)
    if mode != "same":
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    return (m - 1) // 2, (m - 1) // 2 + n


def _part_1d(full, n, m, mode):
    start, stop = _bounds(n, m, mode)
    return full[start:stop]


def _part(full, shape, other, mode):
    """That part along all axes; the first of the two is what ``same`` means."""
    if mode == "full":
        return full
    for k in tuple(range(len(shape))):
        start, stop = _bounds(shape[k], other[k], mode)
        full = np.moveaxis(np.moveaxis(full, k, 0)[start:stop], 0, k)
    return full


def _over_axes(a, b, axes, dot_axes, mode):
    """Convolved over some axes, summed over others; the rest stay: of ``a``, then of ``b``."""
    x, kept_a = _ordered(a, tuple(axes[0]), tuple(dot_axes[0]))
    y, kept_b = _ordered(b, tuple(axes[1]), tuple(dot_axes[1]))
    count = len(axes[0])
    if count != 1 and count != 2:
        refuse("a convolution over more than two axes", "convolve over one or two at a time")
    if count == 1:
        total = _full_1d_of_matrices(x, y)
    else:
        total = _full_2d_of_matrices(x, y)
    total = _part(np.moveaxis(total, (0, 1), (-2, -1)), x.shape[2:], y.shape[2:], mode)
    total = np.moveaxis(total, (-2, -1), (0, 1))
    return total.reshape(kept_a + kept_b + total.shape[2:])


def _ordered(a, over, summed):
    """As (kept axes in one, summed axes in one, convolved axes), and the extents of those kept."""
    kept = without(without(tuple(range(a.ndim)), over), summed)
    extents, inner = tuple([a.shape[k] for k in kept]), 1
    for k in summed:
        inner *= a.shape[k]
    rows = 1
    for n in extents:
        rows *= n
    turned = a.transpose(kept + summed + over)
    return turned.reshape((rows, inner) + tuple([a.shape[k] for k in over])), extents


def _full_1d_of_matrices(x, y):
    n, m = x.shape[2], y.shape[2]
    total = np.zeros((x.shape[0], y.shape[0], n + m - 1), np.result_type(x, y))
    for i in range(n):
        for j in range(m):
            total[:, :, i + j] += x[:, :, i] @ y[:, :, j].T
    return total


def _full_2d_of_matrices(x, y):
    (n, m), (p, q) = x.shape[2:], y.shape[2:]
    shape = (x.shape[0], y.shape[0], n + p - 1, m + q - 1)
    total = np.zeros(shape, np.result_type(x, y))
    for i in range(n):
        for k in range(p):
            for j in range(m):
                for l in range(q):  # noqa: E741
                    total[:, :, i + k, j + l] += x[:, :, i, j] @ y[:, :, k, l].T
    return total


@defines(signal.lfilter)
def lfilter(b, a, x, axis=-1, zi=None):
    if zi is not None:
        refuse("`lfilter` with `zi`", "leave it out, and put what came before ahead of x")
    b, a = np.asarray(b), np.asarray(a)
    if np.ndim(b) == 0 or np.ndim(a) == 0:
        refuse("`lfilter` with a number as coefficients", "give it an array of one")
    samples = np.moveaxis(np.asarray(x), axis, 0)
    found = np.zeros(samples.shape, np.result_type(b.dtype, a.dtype, samples.dtype, np.float32))
    for i in range(samples.shape[0]):
        for k in range(min(b.shape[0], i + 1)):
            found[i] += b[k] / a[0] * samples[i - k]
        for k in range(1, min(a.shape[0], i + 1)):
            found[i] -= a[k] / a[0] * found[i - k]
    return np.moveaxis(found, 0, axis)


@defines(signal.detrend)
def detrend(data, axis=-1, type="linear", bp=0, overwrite_data=False):  # noqa: A002
    if not isinstance(bp, int) or bp != 0:
        refuse("`detrend` with `bp`", "call it for each part")
    samples = np.moveaxis(np.asarray(data), axis, 0)
    samples = samples if samples.dtype.kind == "f" else samples.astype(np.float64)
    away = samples - np.mean(samples, axis=0, keepdims=True)
    if type == "linear" or type == "l":
        count = samples.shape[0]
        places = np.arange(count).reshape((-1,) + (1,) * (samples.ndim - 1)) - 0.5 * (count - 1)
        places = places.astype(samples.dtype)
        away = away - places * (np.sum(places * away, axis=0) / np.sum(places * places))
    elif type != "constant" and type != "c":
        raise ValueError("Trend type must be 'linear' or 'constant'.")
    return np.moveaxis(away, 0, axis)
