"""Linear algebra on single matrices of float64 for generated code: straight to LAPACK.

NumPy's functions are wrappers of generalised ufuncs, whose compiled loops call LAPACK; generated
code calls these loops.  That costs some hundred nanoseconds, needs no interpreter lock, and gives
what NumPy gives (which computes in float64 for float32 too).  Where the result is nan, which is
how the loops say that a matrix is singular, and where extents do not fit, NumPy's own function is
asked again: it raises what it raises.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin
from numba.np.arrayobj import make_array

from adgen.runtime.memory import allocate, field
from adgen.runtime.opaque import emit_computed
from adgen.runtime.ufunc_loops import call_loop

_LOOPS = "numpy.linalg._umath_linalg"
_FLOAT = types.float64


@dataclass(frozen=True)
class _Routine:
    """A function of NumPy, the loop behind it, and the ranks of its results.

    ``extents``: those of the loop, as (operand, axis).
    """

    function: Callable[..., Any]
    loop: str
    results: tuple[int, ...]
    extents: tuple[tuple[int, int], ...] = ((0, 0),)


def solve(a: Any, b: Any) -> Any:
    """``np.linalg.solve(a, b)`` of a matrix and a vector or a matrix."""
    return np.linalg.solve(a, b)


def inv(a: Any) -> Any:
    """``np.linalg.inv(a)`` of a matrix."""
    return np.linalg.inv(a)


def det(a: Any) -> Any:
    """``np.linalg.det(a)`` of a matrix."""
    return np.linalg.det(a)


def slogdet(a: Any) -> Any:
    """``np.linalg.slogdet(a)`` of a matrix."""
    return tuple(np.linalg.slogdet(a))


def cholesky(a: Any) -> Any:
    """``np.linalg.cholesky(a)`` of a matrix."""
    return np.linalg.cholesky(a)


def eigh(a: Any) -> Any:
    """``np.linalg.eigh(a)`` of a matrix."""
    return tuple(np.linalg.eigh(a))


def _ranks(args: Sequence[Any]) -> tuple[int, ...]:
    return tuple(arg.ndim for arg in args)


def _enter(kernel: Callable[..., Any], routines: Mapping[tuple[int, ...], _Routine]) -> None:
    """Have Numba compile a kernel to calls of loops, by the ranks of the operands."""

    @infer_global(kernel)
    class _Kernel(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            """The signature, for arrays of float64."""
            if kws or not all(isinstance(a, types.Array) and a.dtype == _FLOAT for a in args):
                return None
            routine = routines.get(_ranks(args))
            if routine is None:
                return None
            made = [types.Array(_FLOAT, n, "C") if n else _FLOAT for n in routine.results]
            return signature(made[0] if len(made) == 1 else types.Tuple(made), *args)

    operands = len(next(iter(routines)))
    lower_builtin(kernel, *(types.Array for _ in range(operands)))(_lowering(routines))


def _lowering(routines: Mapping[tuple[int, ...], _Routine]) -> Callable[..., Any]:
    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        routine = routines[_ranks(sig.args)]
        values = list(zip(sig.args, args, strict=True))
        slow = _by_numpy(routine, sig)
        if not hasattr(importlib.import_module(_LOOPS), routine.loop):
            return emit_computed(context, builder, *slow, values)
        arrays = [make_array(kind)(context, builder, value) for kind, value in values]
        shapes = [cgutils.unpack_tuple(builder, a.shape) for a in arrays]
        out = cgutils.alloca_once(builder, context.get_value_type(sig.return_type))
        again = cgutils.alloca_once_value(builder, cgutils.true_bit)
        with builder.if_then(_fits(builder, shapes)):
            made = _by_loop(context, builder, routine, sig, arrays, shapes)
            builder.store(made.value, out)
            builder.store(made.failed, again)
            with builder.if_then(made.failed, likely=False):
                context.nrt.decref(builder, sig.return_type, made.value)
        with builder.if_then(builder.load(again), likely=False):
            builder.store(emit_computed(context, builder, *slow, values), out)
        return builder.load(out)

    return lower


def _by_numpy(routine: _Routine, sig: Any) -> tuple[str, str, Any]:
    """The text, the kinds and the type of the results for CPython."""
    names = ", ".join("ab"[: len(sig.args)])
    text = f"lambda {names}: np.linalg.{routine.function.__name__}({names})"
    kinds = [f"f8[{', '.join(':' * n)}]" if n else "f8" for n in routine.results]
    return text, "; ".join(kinds), sig.return_type


def _fits(builder: ir.IRBuilder, shapes: Sequence[Sequence[ir.Value]]) -> ir.Value:
    """Whether the first is a square matrix with as many rows as the others, and not empty."""
    n = shapes[0][0]
    good = builder.icmp_signed(">", n, n.type(0))
    for other in (shapes[0][1], *(shape[0] for shape in shapes[1:])):
        good = builder.and_(good, builder.icmp_signed("==", n, other))
    return good


@dataclass(frozen=True)
class _Made:
    value: ir.Value
    failed: ir.Value


def _by_loop(
    context: Any, builder: ir.IRBuilder, routine: _Routine, sig: Any, arrays: Sequence[Any],
    shapes: Sequence[Sequence[ir.Value]],
) -> _Made:  # fmt: skip
    """The results of the loop, and whether they are none."""
    n, last = shapes[0][0], shapes[-1]
    made, places, strides = [], [a.data for a in arrays], []
    for array, shape in zip(arrays, shapes, strict=True):
        strides += cgutils.unpack_tuple(builder, array.strides, len(shape))
    for rank in routine.results:
        if rank == 0:
            made.append(cgutils.alloca_once(builder, context.get_value_type(_FLOAT)))
            places.append(made[-1])
            continue
        extents = list(last) if len(arrays) > 1 else [n] * rank
        made_of = types.Array(_FLOAT, rank, "C")
        array = allocate(context, builder, made_of, extents)
        steps = field(context, builder, made_of, array.value, "strides")
        strides += cgutils.unpack_tuple(builder, steps, rank)
        made.append(array.value)
        places.append(array.data)
    sizes = [1, *(shapes[operand][axis] for operand, axis in routine.extents)]
    loop = f"{'d' * len(arrays)}->{'d' * len(made)}"
    call_loop(context, builder, (_LOOPS, routine.loop, loop), places, sizes,
              [*(0 for _ in places), *strides])  # fmt: skip
    values = [
        part if rank else builder.load(part)
        for part, rank in zip(made, routine.results, strict=True)
    ]
    failed = cgutils.false_bit
    if any(routine.results):
        first = builder.load(places[len(arrays)])
        failed = builder.fcmp_unordered("uno", first, first)
    value = values[0] if len(values) == 1 else context.make_tuple(builder, sig.return_type, values)
    return _Made(value, failed)


_enter(inv, {(2,): _Routine(np.linalg.inv, "inv", (2,))})
_enter(det, {(2,): _Routine(np.linalg.det, "det", (0,))})
_enter(slogdet, {(2,): _Routine(np.linalg.slogdet, "slogdet", (0, 0))})
_enter(cholesky, {(2,): _Routine(np.linalg.cholesky, "cholesky_lo", (2,))})
_enter(eigh, {(2,): _Routine(np.linalg.eigh, "eigh_lo", (1, 2))})
_enter(solve, {
    (2, 1): _Routine(np.linalg.solve, "solve1", (1,)),
    (2, 2): _Routine(np.linalg.solve, "solve", (2,), ((0, 0), (1, 1))),
})  # fmt: skip
