"""The chain rule of the kinds of the IR: parts of arrays, copies, sums to a shape.

A rule gets the accumulator, a builder, the adjoints, the op and the cotangent of its result.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adgen.transpiler.autodiff.adjoints import Accumulator, Adjoints, bar
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.builder import Builder, zero

Rule = Callable[[Accumulator, Builder, Adjoints, Op, Operand], None]


def _getitem(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x, *index = op.operands
    if x not in engine.activity:
        return
    assert isinstance(x, Value)
    path = op.attrs["path"]
    back = _inverse(b, x, path, g)
    if back is not None:
        engine.contribute(b, adjoints, x, back)
    else:
        engine.scatter(b, adjoints, x, engine.fit(b, g, op.result), path, index)


def _inverse(b: Builder, x: Value, path: paths.Path, g: Operand) -> Operand | None:
    """``g`` carried back through a path that only rearranges all of ``x``, or None."""
    assert isinstance(x.type, Array)
    if len(path) != 1 or not isinstance(g, Value):
        return None
    (step,) = path
    if isinstance(step, paths.Transpose):
        inverse = tuple(int(k) for k in np.argsort(step.perm))
        return b.getitem(g, (paths.Transpose(inverse),))
    if isinstance(step, paths.Reshape):
        back = paths.Reshape(x.type.ndim, x.type.ones)
        return b.getitem(g, (back,), *b.dims(x))
    if any(item not in (paths.NEW, paths.FULL) for item in step.items):
        return None
    items = tuple(paths.INT if item == paths.NEW else paths.FULL for item in step.items)
    return b.getitem(g, (paths.Index(items),), *(0 for item in items if item == paths.INT))


def _setitem(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x, v, *index = op.operands
    path = op.attrs["path"]
    assert isinstance(g, Value)
    part = b.getitem(g, path, *index) if v in engine.activity else None
    if x in engine.activity and not _is_whole(path):  # nothing is left of what is overwritten
        assert isinstance(x, Value)
        rest = b.setitem(g, zero(Scalar(x.type.dtype)), path, *index, name=bar(x))
        engine.contribute(b, adjoints, x, rest)
    if part is not None:
        engine.contribute(b, adjoints, v, part)


def _is_whole(path: paths.Path) -> bool:
    return all(isinstance(step, paths.Index) and set(step.items) == {paths.FULL} for step in path)


def _additem(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x, v, *index = op.operands
    engine.contribute(b, adjoints, x, g)
    if v in engine.activity:
        engine.contribute(b, adjoints, v, b.getitem(g, op.attrs["path"], *index))


def _accum(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    for operand in op.operands:
        engine.contribute(b, adjoints, operand, g)


def _pass(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    """copy, cast, broadcast and full: un-broadcasting and casting are in ``fit``."""
    engine.contribute(b, adjoints, op.operands[0], g)


def _sumto(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    x = op.operands[0]
    assert isinstance(x, Value) and isinstance(x.type, Array)
    gone = [axis for axis in op.attrs["axes"] if axis not in op.attrs["keep"]]
    if gone and isinstance(type_of(g), Array):
        items = tuple(paths.NEW if k in gone else paths.FULL for k in range(x.type.ndim))
        g = b.getitem(g, (paths.Index(items),))
    engine.contribute(b, adjoints, x, b.emit(core.BROADCAST, g, *b.dims(x), ones=x.type.ones))


def _nothing(engine: Accumulator, b: Builder, adjoints: Adjoints, op: Op, g: Operand) -> None:
    """Fresh arrays and extents depend on no input."""


RULES: dict[str, Rule] = {
    core.GETITEM: _getitem, core.SETITEM: _setitem, core.ADDITEM: _additem, core.ACCUM: _accum,
    core.COPY: _pass, core.CAST: _pass, core.BROADCAST: _pass, core.FULL_: _pass,
    core.SUMTO: _sumto, core.DIM: _nothing, core.ZEROS: _nothing, core.EMPTY: _nothing,
    core.RANGELEN: _nothing,
}  # fmt: skip
