"""Cosine and sine transforms of ``scipy.fft``, by Fourier transforms of what is mirrored."""

from __future__ import annotations

import numpy as np
from scipy import fft as transforms

from adgen.transpiler.library.axes import axes_of, first
from adgen.transpiler.library.fourier import _sized
from adgen.transpiler.library.registry import defines

_INVERSE = (1, 3, 2, 4)  # which type undoes which


def _turned(x, angles):
    """Complex numbers of these angles along the first axis of ``x``, in its precision."""
    units = np.exp(1j * angles).reshape((-1,) + (1,) * (x.ndim - 1))
    return units.astype(np.complex64 if x.dtype == np.float32 else np.complex128)


def _cosines(x, kind):
    """A cosine transform over the first axis, without a scale."""
    count = x.shape[0]
    k = np.arange(count)
    if kind == 1:
        if count < 2:
            raise ValueError("DCT-I is not defined for size < 2")
        return np.real(np.fft.rfft(np.concatenate((x, x[-2:0:-1])), axis=0))
    if kind == 2:
        half = np.fft.rfft(np.concatenate((x, x[::-1])), axis=0)[:count]
        return np.real(_turned(x, -0.5 * np.pi / count * k) * half)
    if kind == 3:
        turned = _turned(x, 0.5 * np.pi / count * k) * x
        return 2.0 * np.real(np.fft.ifft(turned, 2 * count, axis=0, norm="forward")[:count]) - x[0]
    turned = np.fft.fft(_turned(x, -0.5 * np.pi / count * k) * x, 2 * count, axis=0)[:count]
    return 2.0 * np.real(_turned(x, -0.25 * np.pi / count * (2 * k + 1)) * turned)


def _signs(x):
    """1, -1, 1, … along the first axis."""
    signs = 1 - 2 * (np.arange(x.shape[0]) % 2)
    return signs.reshape((-1,) + (1,) * (x.ndim - 1)).astype(x.dtype)


def _sines(x, kind):
    """A sine transform over the first axis, without a scale."""
    if kind == 1:
        zero = np.zeros_like(x[:1])
        odd = np.concatenate((zero, x, zero, -x[::-1]))
        return -np.imag(np.fft.rfft(odd, axis=0)[1 : x.shape[0] + 1])
    if kind == 2:
        return _cosines(_signs(x) * x, 2)[::-1]
    return _signs(x) * _cosines(x[::-1], kind)


def _ends(of_cosines, kind, before):
    """Which ends are scaled by the root of 2 in an orthogonal transform, before it or behind it."""
    if kind == 1:
        return of_cosines, of_cosines
    found = kind == 3 if before else kind == 2
    return found and of_cosines, found and not of_cosines


def _scaled(x, ends, factor):
    """With the first, or the last, or both times a factor."""
    if ends[0] or ends[1]:
        x = x.copy()
    if ends[0]:
        x[0] *= factor
    if ends[1]:
        x[-1] *= factor
    return x


def _transformed(x, of_cosines, kind, n, axis, norm, straight, orthogonal):
    """The transform along one axis; of complex numbers, of both parts."""
    x = np.asarray(x)
    if kind not in (1, 2, 3, 4):
        raise ValueError("Invalid type: must be 1, 2, 3 or 4")
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f'Invalid norm value {norm!r}; should be "backward", "ortho", "forward"')
    if np.iscomplexobj(x):
        real = _transformed(x.real, of_cosines, kind, n, axis, norm, straight, orthogonal)
        imag = _transformed(x.imag, of_cosines, kind, n, axis, norm, straight, orthogonal)
        return real + 1j * imag
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    ahead = first(_sized(x, n, axis), axis)
    if ahead.shape[0] == 0:
        raise ValueError("invalid number of data points (0) specified")
    orthogonal = norm == "ortho" if orthogonal is None else orthogonal
    root = float(np.sqrt(2.0))
    if orthogonal:
        ahead = _scaled(ahead, _ends(of_cosines, kind, True), root)
    found = _cosines(ahead, kind) if of_cosines else _sines(ahead, kind)
    if orthogonal:
        found = _scaled(found, _ends(of_cosines, kind, False), 1.0 / root)
    shift = 0 if kind != 1 else -1 if of_cosines else 1
    if norm == "ortho":
        found = found / np.sqrt(2.0 * (ahead.shape[0] + shift))
    elif (norm == "forward") == straight:
        found = found / (2.0 * (ahead.shape[0] + shift))
    return np.moveaxis(found.astype(x.dtype), 0, axis)


@defines(transforms.dct)
def dct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None,
        orthogonalize=None):  # fmt: skip
    return _transformed(x, True, type, n, axis, norm, True, orthogonalize)


@defines(transforms.idct)
def idct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None,
         orthogonalize=None):  # fmt: skip
    return _transformed(x, True, _INVERSE[type - 1], n, axis, norm, False, orthogonalize)


@defines(transforms.dst)
def dst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None,
        orthogonalize=None):  # fmt: skip
    return _transformed(x, False, type, n, axis, norm, True, orthogonalize)


@defines(transforms.idst)
def idst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None,
         orthogonalize=None):  # fmt: skip
    return _transformed(x, False, _INVERSE[type - 1], n, axis, norm, False, orthogonalize)


def _over_axes(transform, x, kind, s, axes, norm, orthogonalize):
    x = np.asarray(x)
    if axes is None and s is not None:
        axes = tuple(range(-len(s), 0))
    over = axes_of(x, axes)
    lengths = (None,) * len(over) if s is None else s
    for n, axis in tuple(zip(lengths, over)):
        x = transform(x, kind, n, axis, norm, orthogonalize=orthogonalize)
    return x


@defines(transforms.dctn)
def dctn(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None,
         *, orthogonalize=None):  # fmt: skip
    return _over_axes(dct, x, type, s, axes, norm, orthogonalize)


@defines(transforms.idctn)
def idctn(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None,
          orthogonalize=None):  # fmt: skip
    return _over_axes(idct, x, type, s, axes, norm, orthogonalize)


@defines(transforms.dstn)
def dstn(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None,
         orthogonalize=None):  # fmt: skip
    return _over_axes(dst, x, type, s, axes, norm, orthogonalize)


@defines(transforms.idstn)
def idstn(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None,
          orthogonalize=None):  # fmt: skip
    return _over_axes(idst, x, type, s, axes, norm, orthogonalize)


@defines(transforms.next_fast_len)
def next_fast_len(target, real=False):
    length = target
    while not _is_fast(length, (2, 3, 5) if real else (2, 3, 5, 7, 11)):
        length += 1
    return length


def _is_fast(length, primes):
    """Whether a length is a product of small primes."""
    rest = length
    for prime in primes:
        while rest > 1 and rest % prime == 0:
            rest = rest // prime
    return rest <= 1
