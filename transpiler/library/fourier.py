"""Discrete Fourier transforms of any length, over any axes: by those over one axis as it is."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.axes import axes_of, first
from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import as_usual, defines, of_table, surely_equal


def _from_end(a, axis):
    """An axis counted from the end."""
    return axis - a.ndim if axis >= 0 else axis


def _sized(a, n, axis):
    """With ``n`` elements along an axis: cut off, or with zeros behind."""
    if n is None:
        return a
    if n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    ahead = first(a, axis)
    sized = np.zeros((n,) + ahead.shape[1:], a.dtype)
    count = min(n, ahead.shape[0])
    sized[:count] = ahead[:count]
    return np.moveaxis(sized, 0, axis)


@defines(np.fft.fft)
def fft(a, n=None, axis=-1, norm=None, out=None):
    as_usual(out)
    a = _sized(np.asarray(a), n, axis)
    return of_table(np.fft.fft, a, axis=_from_end(a, axis), norm=norm)


@defines(np.fft.ifft)
def ifft(a, n=None, axis=-1, norm=None, out=None):
    as_usual(out)
    a = _sized(np.asarray(a), n, axis)
    return of_table(np.fft.ifft, a, axis=_from_end(a, axis), norm=norm)


@defines(np.fft.rfft)
def rfft(a, n=None, axis=-1, norm=None, out=None):
    as_usual(out)
    a = _sized(np.asarray(a), n, axis)
    return of_table(np.fft.rfft, a, axis=_from_end(a, axis), norm=norm)


@defines(np.fft.irfft)
def irfft(a, n=None, axis=-1, norm=None, out=None):
    as_usual(out)
    a = np.asarray(a)
    if n is None:
        n = 2 * (a.shape[axis] - 1)
        if n < 1:
            raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    else:
        a = _sized(a, n // 2 + 1, axis)
    return of_table(np.fft.irfft, a, n, axis=_from_end(a, axis), norm=norm)


def _other_direction(norm):
    if norm == "ortho":
        return "ortho"
    return "backward" if norm == "forward" else "forward"


@defines(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None, out=None):
    as_usual(out)
    return np.fft.irfft(conjugated(np.asarray(a)), n, axis, _other_direction(norm))


@defines(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None, out=None):
    as_usual(out)
    return np.conjugate(np.fft.rfft(a, n, axis, _other_direction(norm)))


# Over several axes, the last one first


def _lengths(a, s, axes):
    """The axes and the length along each, None for the length that there is."""
    if axes is None:
        axes = tuple(range(a.ndim)) if s is None else tuple(range(-len(s), 0))
    lengths = [None for _ in axes] if s is None else s
    return tuple([None if surely_equal(n, -1) else n for n in lengths]), tuple(axes)


def _over_axes(transform, a, s, axes, norm):
    """A transform over one axis after the other, the last one first."""
    for n, axis in tuple(zip(s, axes))[::-1]:
        a = transform(a, n, axis, norm)
    return a


@defines(np.fft.fftn)
def fftn(a, s=None, axes=None, norm=None, out=None):
    as_usual(out)
    a = np.asarray(a)
    s, axes = _lengths(a, s, axes)
    return _over_axes(np.fft.fft, a, s, axes, norm)


@defines(np.fft.ifftn)
def ifftn(a, s=None, axes=None, norm=None, out=None):
    as_usual(out)
    a = np.asarray(a)
    s, axes = _lengths(a, s, axes)
    return _over_axes(np.fft.ifft, a, s, axes, norm)


@defines(np.fft.rfftn)
def rfftn(a, s=None, axes=None, norm=None, out=None):
    as_usual(out)
    a = np.asarray(a)
    s, axes = _lengths(a, s, axes)
    a = np.fft.rfft(a, s[-1], axes[-1], norm)
    return _over_axes(np.fft.fft, a, s[:-1], axes[:-1], norm)


@defines(np.fft.irfftn)
def irfftn(a, s=None, axes=None, norm=None, out=None):
    as_usual(out)
    a = np.asarray(a)
    s, axes = _lengths(a, s, axes)
    for n, axis in tuple(zip(s[:-1], axes[:-1])):
        a = np.fft.ifft(a, n, axis, norm)
    return np.fft.irfft(a, s[-1], axes[-1], norm)


@defines(np.fft.fft2)
def fft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return np.fft.fftn(a, s, axes, norm, out)


@defines(np.fft.ifft2)
def ifft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return np.fft.ifftn(a, s, axes, norm, out)


@defines(np.fft.rfft2)
def rfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return np.fft.rfftn(a, s, axes, norm, out)


@defines(np.fft.irfft2)
def irfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return np.fft.irfftn(a, s, axes, norm, out)


# Orders and frequencies


@defines(np.fft.fftshift)
def fftshift(x, axes=None):
    x = np.asarray(x)
    for k in axes_of(x, axes):
        x = np.roll(x, x.shape[k] // 2, axis=k)
    return x


@defines(np.fft.ifftshift)
def ifftshift(x, axes=None):
    x = np.asarray(x)
    for k in axes_of(x, axes):
        x = np.roll(x, -(x.shape[k] // 2), axis=k)
    return x


@defines(np.fft.fftfreq)
def fftfreq(n, d=1.0, device=None):
    k = np.arange(n)
    return np.where(k < (n - 1) // 2 + 1, k, k - n) * (1.0 / (n * d))


@defines(np.fft.rfftfreq)
def rfftfreq(n, d=1.0, device=None):
    return np.arange(n // 2 + 1) * (1.0 / (n * d))
