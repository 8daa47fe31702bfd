"""Discrete Fourier transforms over one axis, of as many numbers as there are.

Their matrices are symmetric, so a complex transform is its own transpose.  A real one keeps half of
the spectrum: in its transpose the numbers that stand for two count twice (``_weighted``), and the
scale of ``norm`` is that of the other direction.  What pads, cuts, and goes over several axes is in
``library/fourier.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.paths import FULL, NEW, Index
from adgen.transpiler.ir.types import Array, Scalar, real_dtype
from adgen.transpiler.primitives.kinds import Linear, Refused
from adgen.transpiler.primitives.linalg import entry, same_shape
from adgen.transpiler.primitives.tracer import Tracer, conjugate

_STATIC = {"axis": -1, "norm": None}  # the axis counts from the end
_OTHER = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": None}


def _checked(kind: Any, axis: int, norm: Any) -> None:
    if isinstance(kind, Scalar):
        raise Refused("it takes an array", "there is nothing to transform in a number")
    if not -kind.ndim <= axis < 0:
        raise Refused("there is no such axis", f"the array has {kind.ndim} axes")
    if norm not in _OTHER:
        raise Refused(f"{norm!r} is no norm", 'use "backward", "ortho" or "forward"')


def _spectrum(kind: Array) -> np.dtype[Any]:
    """The complex dtype of a spectrum."""
    return np.result_type(kind.dtype, np.complex64)


def _complex_types(types: Any, attrs: Any) -> Array:
    (kind,) = types
    _checked(kind, **attrs)
    return Array(_spectrum(kind), kind.ones)


def _rule(function: Callable[..., Any]) -> Linear:
    return Linear(lambda g, a, **how: function(g, **how))


for _function in (np.fft.fft, np.fft.ifft):
    entry(_function, _rule(_function), _complex_types, same_shape, static=_STATIC)


def _real_types(types: Any, attrs: Any) -> Array:
    (kind,) = types
    _checked(kind, **attrs)
    return Array(_spectrum(kind), kind.ones)


def _real_shape(shapes: Any, attrs: Any) -> Any:
    (shape,) = shapes
    axis = attrs["axis"] % len(shape)
    half = shape[axis] // 2 + 1 if isinstance(shape[axis], int) else None
    return ((*shape[:axis], half, *shape[axis + 1 :]),)


def _weighted(spectrum: Tracer, n: Any, axis: int, invert: bool) -> Tracer:
    """The half of a spectrum of ``n`` real numbers times 2, or 1 / 2, where it stands for two."""
    builder, kind = spectrum.builder, type_of(spectrum.operand)
    assert isinstance(kind, Array)
    axis = axis % kind.ndim
    dtype, one = real_dtype(kind.dtype), (kind.ones[axis],)
    ones, twice = dtype.type(1), dtype.type(0.5 if invert else 2.0)
    size = builder.dims(spectrum.operand)[axis]
    weights = builder.emit(core.FULL_, twice, size, dtype=dtype, ones=one)
    rest = n - (n // 2) * 2
    last = builder.emit(np.where, (rest == 0).operand, ones, twice)
    place = builder.emit(core.DIM, weights, axis=0) if not one[0] else 1
    end = (Tracer(builder, place) - 1).operand
    path = paths.element(1)
    weights = builder.setitem(weights, last, path, end)  # type: ignore[arg-type]
    weights = builder.setitem(weights, ones, path, 0)
    items = tuple(FULL if k == axis else NEW for k in range(kind.ndim))
    wide = builder.getitem(weights, (Index(items),)) if kind.ndim > 1 else weights
    return spectrum * Tracer(builder, wide)


def _rfft_vjp(g: Tracer, a: Tracer, axis: int, norm: Any) -> Any:
    n = a.shape[axis]
    n = n if isinstance(n, Tracer) else Tracer(a.builder, n)
    half = _weighted(conjugate(g), n, axis, invert=True)
    return half.call(np.fft.irfft, n, axis=axis, norm=_OTHER[norm])


entry(np.fft.rfft, Linear(_rfft_vjp), _real_types, _real_shape, static=_STATIC, complex=False)


def _inverse_types(types: Any, attrs: Any) -> Array:
    kind, n = types
    _checked(kind, **attrs)
    axis = attrs["axis"] % kind.ndim
    ones = (*kind.ones[:axis], False, *kind.ones[axis + 1 :])
    return Array(real_dtype(_spectrum(kind)), ones)


def _inverse_shape(shapes: Any, attrs: Any) -> Any:
    shape, n = shapes
    axis = attrs["axis"] % len(shape)
    return ((*shape[:axis], n, *shape[axis + 1 :]),)


def _irfft_vjp(g: Tracer, a: Tracer, n: Tracer, axis: int, norm: Any) -> Any:
    spectrum = g.call(np.fft.rfft, axis=axis, norm=_OTHER[norm])
    return conjugate(_weighted(spectrum, n, axis, invert=False))


entry(np.fft.irfft, Linear(_irfft_vjp), _inverse_types, _inverse_shape, ("a", "n"),
      static=_STATIC)  # fmt: skip
