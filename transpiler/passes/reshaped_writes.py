"""Writes through a reshape, made certain: ``x.reshape(n)[k] = v`` writes only where it is a view.

The IR says that every such write arrives.  At run time it does if ``x`` is in C's order, and if
what is reshaped is one stretch of it.  Anywhere else the part is taken out, written, put back:

    x1 = setitem(x, v, n, k) {.T.reshape(_)[_]}  ->  t = getitem(x) {.T};  u = getitem(t, n)
                                                     w = setitem(u, v, k)
                                                     x1 = setitem(x, getitem(w, …)) {.T}
"""

from __future__ import annotations

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.paths import Index, Path, Reshape, Slice, is_stretch
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.memory_orders import Orders
from adgen.transpiler.primitives.builder import Builder

_WRITES = (core.SETITEM, core.ADDITEM)


def settle_reshaped_writes(function: Function, for_loops: bool = False) -> Function:
    """The function with every write through a reshape at a place where it is a view.

    ``for_loops``: outside of loops those of arrays are taken apart too where more than the reshape
    decides what is written: views of views take Numba seconds, and are no loops.
    """
    if not any(_through_reshape(op) for _, op in core.walk(function.body)):
        return function
    known = Orders(function)
    return with_body(function, _settled(function.body, known, for_loops, for_loops))


def _through_reshape(op: Op) -> bool:
    return op.callee in _WRITES and any(isinstance(step, Reshape) for step in op.attrs["path"])


def _settled(block: Block, known: Orders, whole: bool, apart: bool = False) -> Block:
    builder = Builder()
    for op in block.ops:
        if _through_reshape(op):
            builder.span, builder.role = op.span, op.role
            _write(builder, op, known, whole, apart and not core.is_scalar(op.operands[1]))
        else:
            regions = tuple(_settled(region, known, whole) for region in op.regions)
            builder.add(op.with_(regions=regions))
    return builder.block(block.args, block.yields)


def _write(builder: Builder, op: Op, known: Orders, whole: bool, apart: bool = False) -> None:
    """One write, taken apart at the first reshape that may give a copy; ``apart``: or any.

    ``whole``: only whole arrays are known to be one stretch, as Numba's types have it.
    """
    x, v, *index = op.operands
    assert isinstance(x, Value)
    path: Path = op.attrs["path"]
    for place, step in enumerate(path):
        if not isinstance(step, Reshape):
            continue
        before_it = path[:place]
        is_view = x in known.contiguous and (not before_it if whole else is_stretch(before_it))
        if not is_view or (apart and path[place + 1 :]):
            break
    else:
        builder.add(op)
        return
    before = index[: sum(element.operands for element in path[:place])]
    extents = index[len(before) : len(before) + step.operands]
    rest = index[len(before) + step.operands :]
    part = _read(builder, x, path[:place], before)
    written = builder.emit(core.GETITEM, part, *extents, path=(step,))
    assert isinstance(written, Value) and isinstance(part.type, Array)
    result: Operand
    if path[place + 1 :]:
        result = Value(written.type, op.result.name)
        inner = op.with_(
            operands=(written, v, *rest), attrs={"path": path[place + 1 :]}, results=(result,)
        )
        _write(builder, inner, known, whole)
    else:
        result = _all(builder, written, v, op)
    shape = [builder.emit(core.DIM, part, axis=axis) for axis in range(part.type.ndim)]
    back = (Reshape(part.type.ndim, part.type.ones),)
    if place == 0:
        builder.add(op.with_(callee=core.GETITEM, operands=(result, *shape), attrs={"path": back}))
        return
    put = builder.emit(core.GETITEM, result, *shape, path=back)
    operands = (x, put, *before)
    builder.add(
        Op(core.SETITEM, operands, {"path": path[:place]}, (), op.results, op.span, op.role)
    )


def _all(builder: Builder, x: Value, v: Operand, op: Op) -> Operand:
    """A write of the whole array."""
    assert isinstance(x.type, Array)
    path = (Index((Slice(),) * x.type.ndim),)
    return builder.emit(op.callee, x, v, path=path, name=op.result.name)


def _read(builder: Builder, x: Value, path: Path, index: list[Operand]) -> Value:
    if not path:
        return x
    part = builder.emit(core.GETITEM, x, *index, path=path)
    assert isinstance(part, Value)
    return part
