"""Reads and writes of parts of arrays, and of tapes, as parts of a run."""

from __future__ import annotations

import operator

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.paths import Reshape, is_element
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.part import MAP, SAVE, UPDATE, Part, call, identity, positions
from adgen.transpiler.passes.loops.parts import Parts, iterated
from adgen.transpiler.passes.loops.symbolic import ZERO
from adgen.transpiler.passes.loops.views import Access, View


def getitem(parts: Parts, op: Op) -> None:
    """A view, or an element."""
    x, path, operands = op.operands[0], op.attrs["path"], op.operands[1:]
    assert isinstance(x, Value)
    if is_element(path) and parts.is_real(x):
        parts.statement(op, (x,))
        return
    view: View | None = parts.view(x)
    rest = list(operands)
    for step in path:
        taken, rest = rest[: step.operands], rest[step.operands :]
        assert view is not None
        after = parts.extents.viewer.apply(view, (step,), taken)
        if after is None and isinstance(step, Reshape):
            after = _reshaped(parts, op, view, step, taken)
        view = after
        if view is None:
            parts.opaque(op)
            return
    assert view is not None
    if isinstance(op.result.type, Array):
        parts.views[op.result] = view
    else:
        read = parts.read_view(view, 0, ())
        formula = identity(op.result.type.dtype)
        parts.append(Part(MAP, op, op.result, reads=(read,), formula=formula))


def _reshaped(parts: Parts, op: Op, view: View, step: Reshape, extents: list[Operand]) -> View:
    """A reshape of a contiguous array, which is an op of its own."""
    if view.is_whole:
        base = parts.array(view.base)
    else:
        base = parts.copy(view, Value(Array(view.base.type.dtype, view.ones)))
    ones = step.ones or (False,) * step.ndim
    result = Value(Array(base.type.dtype, ones), op.result.name)
    parts.extents.note(result, tuple(parts.extents.sym(o) for o in extents))
    made = op.with_(operands=(base, *extents), attrs={"path": (step,)}, results=(result,))
    parts.statement(made, (base,))
    return parts.view(result)


def setitem(parts: Parts, op: Op) -> None:
    """A part replaced or added to."""
    x, value, *operands = op.operands
    assert isinstance(x, Value)
    path = op.attrs["path"]
    adds = op.callee == core.ADDITEM
    view = None
    if not is_element(path):
        view = parts.extents.viewer.apply(parts.extents.view(x), path, operands)
    if view is None:
        _element_write(parts, op, x)
        return
    if view.is_whole and not adds:  # x[:] = value: nothing of x is left
        parts.map(op, op.result, (value,), identity(op.result.type.dtype), weight=0)
        return
    place = positions(view.ones)
    domain = iterated(view.extents, view.ones)
    base = parts.array(x)
    read = parts.read(value, len(view.ones), place)
    target = parts.locate(view, len(view.ones), place)
    parts.append(Part(UPDATE, op, op.result, domain, reads=(read,), base=base, target=target,
                     adds=adds, formula=identity(x.type.dtype),
                     extents=parts.shape(x)))  # fmt: skip


def _element_write(parts: Parts, op: Op, x: Value) -> None:
    """One element, or a part that is no index map: the op as it is."""
    base = parts.array(x)
    fresh = {o: parts.array(o) for o in op.operands[1:] if not core.is_scalar(o)}
    rest = tuple(fresh.get(o, o) if isinstance(o, Value) else o for o in op.operands[1:])
    parts.statement(op.with_(operands=(base, *rest)), tuple(fresh.values()), base)


def accum(parts: Parts, op: Op) -> None:
    """An array added to an adjoint."""
    x, g = op.operands
    if core.is_scalar(x):
        parts.statement(op.with_(callee=operator.add))
        return
    assert isinstance(x, Value)
    part = parts.made.get(x)
    dtype = op.result.type.dtype
    if part is not None and part.op.callee == core.ZEROS:
        parts.map(op, op.result, (g,), identity(dtype), weight=0)
    elif parts.is_real(x):
        _add_in_place(parts, op, x, g)
    else:
        parts.map(op, op.result, (x, g), call(operator.add, dtype), weight=1)


def _add_in_place(parts: Parts, op: Op, x: Value, g: Operand) -> None:
    base = parts.array(x)
    shape = parts.shape(x)
    ones = x.type.ones  # type: ignore[union-attr]
    place = positions(ones)
    domain = iterated(shape, ones)
    read = parts.read(g, len(ones), place)
    target = tuple(Access(p) if p is not None else Access(None, ZERO, ZERO) for p in place)
    parts.append(Part(UPDATE, op, op.result, domain, reads=(read,), base=base, target=target,
                     adds=True, formula=identity(x.type.dtype), extents=shape))  # fmt: skip


def save(parts: Parts, op: Op) -> None:
    """A value saved; an array on a tape by elements."""
    value, *counters = op.operands
    if op.attrs["slot"].kind != "tape" or core.is_scalar(value):
        parts.opaque(op)
        return
    kind = type_of(value)
    assert isinstance(kind, Array)
    place = positions(kind.ones)
    shape = parts.shape(value)
    domain = iterated(shape, kind.ones)
    read = parts.read(value, kind.ndim, place)
    parts.append(Part(SAVE, op, None, domain, place, (read, *counters),
                     identity(kind.dtype)))  # fmt: skip
