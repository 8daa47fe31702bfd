"""Writes through a reshape, made certain: ``x.reshape(n)[k] = v`` writes only where it is a view.

The IR says that every such write arrives.  At run time it does if ``x`` is in C's order, and if
what is reshaped is one stretch of it.  Anywhere else the part is taken out, written, put back:

    x1 = setitem(x, v, n, k) {.T.reshape(_)[_]}  ->  t = getitem(x) {.T};  u = getitem(t, n)
                                                     w = setitem(u, v, k)
                                                     x1 = setitem(x, getitem(w, …)) {.T}
"""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.paths import Index, Path, Reshape, Slice, is_stretch
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.table import find

_FRESH = {core.ZEROS, core.EMPTY, core.FULL_, core.COPY, core.BROADCAST}
_PRODUCTS = {np.outer, np.matmul, np.dot, operator.matmul}
_WRITES = (core.SETITEM, core.ADDITEM)


def settle_reshaped_writes(function: Function, for_loops: bool = False) -> Function:
    """The function with every write through a reshape at a place where it is a view.

    ``for_loops``: outside of loops those of arrays are taken apart too where more than the reshape
    decides what is written: views of views take Numba seconds, and are no loops.
    """
    if not any(_through_reshape(op) for _, op in core.walk(function.body)):
        return function
    known = _Orders(function)
    return with_body(function, _settled(function.body, known, for_loops))


def _through_reshape(op: Op) -> bool:
    return op.callee in _WRITES and any(isinstance(step, Reshape) for step in op.attrs["path"])


def _settled(block: Block, known: _Orders, apart: bool = False) -> Block:
    builder = Builder()
    for op in block.ops:
        if _through_reshape(op):
            builder.span, builder.role = op.span, op.role
            _write(builder, op, known, apart and not core.is_scalar(op.operands[1]))
        else:
            builder.add(op.with_(regions=tuple(_settled(region, known) for region in op.regions)))
    return builder.block(block.args, block.yields)


def _write(builder: Builder, op: Op, known: _Orders, apart: bool = False) -> None:
    """One write, taken apart at the first reshape that may give a copy; ``apart``: or any."""
    x, v, *index = op.operands
    assert isinstance(x, Value)
    path: Path = op.attrs["path"]
    for place, step in enumerate(path):
        if not isinstance(step, Reshape):
            continue
        is_view = x in known.contiguous and is_stretch(path[:place])
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
        _write(builder, inner, known)
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


class _Orders:
    """Which arrays certainly are in C's order when the generated code runs.

    ``ordered``: their axes are, though with gaps, so what NumPy computes from them is
    contiguous.  Arguments are handed over contiguous, arrays of the surroundings as they are.
    """

    def __init__(self, function: Function) -> None:
        given = len(function.params) - len(function.captures)
        self.contiguous: set[Value] = set(function.params[:given])
        self.ordered: set[Value] = set()
        self.slots: dict[Slot, bool] = {}
        self.block(function.body)

    def is_contiguous(self, operand: Operand | Slot) -> bool:
        """Numbers count as being in order."""
        return core.is_scalar(operand) or operand in self.contiguous  # type: ignore[arg-type]

    def block(self, block: Block) -> None:
        for op in block.ops:
            self.op(op)

    def op(self, op: Op) -> None:
        if op.callee == core.SAVE:
            slot, value = op.attrs["slot"], op.operands[0]
            self.slots[slot] = self.slots.get(slot, True) and self.is_contiguous(value)
        elif op.callee == core.IF:
            for region in op.regions:
                self.block(region)
            for k, result in enumerate(op.results):
                self.note(result, all(self.is_contiguous(r.yields[k]) for r in op.regions))
        elif op.regions:
            self.loop(op)
        elif len(op.results) > 1:
            for result in op.results:
                self.note(result, True)
        elif op.results and isinstance(op.result.type, Array):
            self.note(op.result, self.of_op(op))
            if op.callee == core.GETITEM and self.keeps_order(op):
                self.ordered.add(op.result)

    def note(self, value: Value, contiguous: bool) -> None:
        (self.contiguous.add if contiguous else self.contiguous.discard)(value)

    def loop(self, op: Op) -> None:
        """Carried arrays are in order if they start so and every iteration keeps them so."""
        body = op.regions[-1]
        first, heads = (3, body.args[1:]) if op.callee == core.FOR else (0, body.args)
        yields = body.yields[len(body.yields) - len(heads) :]
        good = [self.is_contiguous(init) for init in op.operands[first:]]
        while True:
            for region in op.regions:
                for head, fine in zip(
                    region.args[len(region.args) - len(good) :], good, strict=True
                ):
                    self.note(head, fine)
                self.block(region)
            kept = [fine and self.is_contiguous(y) for fine, y in zip(good, yields, strict=True)]
            if kept == good:
                break
            good = kept
        for result, fine in zip(op.results, good, strict=True):
            self.note(result, fine)

    def of_op(self, op: Op) -> bool:
        """Whether the array that an op makes is in order."""
        if op.callee in _FRESH or op.callee in _PRODUCTS:
            return True
        if op.callee == core.LOAD:
            slot = op.attrs["slot"]
            return slot.kind == "tape" or self.slots.get(slot, False)
        if op.callee == core.GETITEM:
            return self.is_contiguous(op.operands[0]) and is_stretch(op.attrs["path"])
        if op.callee in _WRITES:
            return self.is_contiguous(op.operands[0])
        entry = find(op.callee)
        free = op.callee in (core.CAST, core.ACCUM) or (entry is not None and entry.elementwise)
        return all(self.is_contiguous(o) or (free and o in self.ordered) for o in op.operands)

    def keeps_order(self, op: Op) -> bool:
        """Whether a part has its axes in the order of C, one that was in order."""
        base, path = op.operands[0], op.attrs["path"]
        indices = all(isinstance(step, Index) for step in path)
        return indices and (self.is_contiguous(base) or base in self.ordered)
