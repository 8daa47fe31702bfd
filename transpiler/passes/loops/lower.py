"""Lowering of a whole function: runs of array ops between control flow, block by block."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.paths import is_element
from adgen.transpiler.ir.rewrite import with_body
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.bufferise import Bufferiser
from adgen.transpiler.passes.loops.entry import enter
from adgen.transpiler.passes.loops.extents import Extents
from adgen.transpiler.passes.loops.memory import Memory
from adgen.transpiler.passes.loops.part import Part
from adgen.transpiler.passes.loops.parts import Parts
from adgen.transpiler.passes.loops.placement import plan
from adgen.transpiler.passes.loops.scope import Scope
from adgen.transpiler.passes.loops.symbolic import Extent, Sym
from adgen.transpiler.passes.loops.views import View
from adgen.transpiler.primitives.table import find


def lower_to_loops(function: Function) -> Function:
    """The function with every array operation as fused loops over scalars.

    Products of matrices stay calls; so does whatever has no loop form.
    """
    return with_body(function, _Lowering(function).run())


class _Lowering:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.extents = Extents(function)
        self.views: dict[Value, View] = {}
        self.current: dict[Value, Operand] = {}
        self.uses: Counter[Value] = Counter()
        self.consumed: set[Value] = set()  # arrays that are written, carried or yielded
        self._scan(function.body)
        written = {function.params[k] for k in function.writes}
        self.given = [v for v in function.residuals_in if isinstance(v, Value)]
        self.untouchable = {p for p in (*function.params, *self.given) if p not in written}

    def _scan(self, block: Block) -> None:
        for op in block.ops:
            operands = [o for o in op.operands if isinstance(o, Value)]
            self.uses.update(operands)
            if op.callee in (core.SETITEM, core.ADDITEM, core.ACCUM):
                self.consumed.update(operands[:1])
            if op.regions:
                self.consumed.update(operands)
            for region in op.regions:
                self._scan(region)
        yields = [y for y in block.yields if isinstance(y, Value)]
        self.uses.update(yields)
        self.consumed.update(yields)

    def run(self) -> Block:
        """The lowered body."""
        return self.block(self.function.body, None)

    def block(
        self, block: Block, parent: Scope | None, free: frozenset[Value] = frozenset()
    ) -> Block:
        """One block: runs of plain ops, and region ops between them.

        ``free``: arrays from around it that it may overwrite.
        """
        around = self.views
        self.views = dict(around)  # what is copied in here is not at hand outside
        scope = Scope(self.extents.symbols, parent)
        scope.define(block.args if parent else (*block.args, *self.given))
        later = _UsedAfter(block)
        own: set[Value] = {*block.args, *free}
        run = _Run(self, scope, own)
        for place, op in enumerate(block.ops):
            if op.regions:
                after = later.op(place)
                run.finish(after | set(core.uses_of(op)), _arrays(op.operands))
                self.region_op(op, scope, self._free(own, after, op))
                run = _Run(self, scope, own)
            else:
                run = run.add(op, partial(later.op, place))
            own.update(op.results)
        last = {y for y in block.yields if isinstance(y, Value)}
        run.finish(last, _arrays(block.yields))
        yields = tuple(self.operand(y) for y in block.yields)
        self.views = around
        return scope.close(block.args, yields)

    def _free(self, own: set[Value], after: set[Value], op: Op) -> frozenset[Value]:
        """What an arm of an if may overwrite: what is not used after it, in itself or in part."""
        if op.callee != core.IF:
            return frozenset()
        kept = after | {self.views[value].base for value in after if value in self.views}
        return frozenset(own - kept)

    def region_op(self, op: Op, scope: Scope, free: frozenset[Value]) -> None:
        """An if, for or while, its regions lowered."""
        operands = tuple(self.operand(o) for o in op.operands)
        regions = tuple(self.block(region, scope, free) for region in op.regions)
        scope.builder.add(op.with_(operands=operands, regions=regions))
        scope.define(op.results)

    def operand(self, operand: Operand) -> Operand:
        """What an operand of the input is called in the output."""
        if not isinstance(operand, Value):
            return operand
        if operand in self.views:
            operand = self.views[operand].base
        return self.current.get(operand, operand)


def _arrays(operands: tuple[Operand, ...]) -> list[Value]:
    return [o for o in operands if isinstance(o, Value) and isinstance(o.type, Array)]


class _UsedAfter:
    """The values that are used after an op of a block."""

    def __init__(self, block: Block) -> None:
        self.last: dict[Value, int] = {}  # which op uses a value last, by its place
        for place, op in enumerate(block.ops):
            self.last.update(dict.fromkeys(core.uses_of(op), place))
        yielded = (y for y in block.yields if isinstance(y, Value))
        self.last.update(dict.fromkeys(yielded, len(block.ops)))

    def op(self, place: int) -> set[Value]:
        """Those after the op at a place."""
        return {value for value, last in self.last.items() if last > place}


class _Run:
    """A stretch of ops without control flow."""

    def __init__(self, lowering: _Lowering, scope: Scope, own: set[Value]) -> None:
        self.lowering, self.scope, self.own = lowering, scope, own
        self.extents = lowering.extents
        self.parts = Parts(self.extents, scope.emit, lowering.views, lowering.uses, scope.same)

    def add(self, op: Op, after: Callable[[], set[Value]]) -> _Run:
        """Enter an op, after which the values ``after()`` are used; the run that goes on (a new
        one, if sizes are computed in this one).
        """
        if self._is_direct(op):
            self._emit(op)
            return self
        if self._needs_finished(op):
            self.finish(after() | set(core.uses_of(op)), [])
            return _Run(self.lowering, self.scope, self.own).add(op, after)
        if self._is_ahead(op):
            self._emit_ahead(op)
            return self
        for first, second in self.extents.agreements(op):
            if self.scope.agree(first, second):
                self._guard(first, second)
        if op.callee in (np.max, np.min):
            self._not_empty(op)
        if op.callee == core.ZEROS and op.result in self.lowering.consumed:
            self.parts.statement(op)
        else:
            enter(self.parts, op)
        return self

    def _is_direct(self, op: Op) -> bool:
        """Whether an op works on numbers, and nothing that it might have to wait for is pending."""
        if self.parts.parts or not all(map(core.is_scalar, op.results)):
            return False
        if op.callee == core.GETITEM:
            array = op.operands[0]
            return is_element(op.attrs["path"]) and array not in self.lowering.views
        if isinstance(op.callee, str) and op.callee not in (core.SAVE, core.LOAD):
            return False
        return not self._is_ahead(op) and all(map(core.is_scalar, op.operands))

    def _emit(self, op: Op) -> None:
        operands = tuple(map(self.lowering.operand, op.operands))
        self.scope.builder.add(op.with_(operands=operands))
        self.scope.define(op.results)

    def _needs_finished(self, op: Op) -> bool:
        """Whether a size or an index of the op is computed by a part of this run."""
        made = self.parts.made
        if not made or (callable(op.callee) and not any(_arrays((*op.operands, *op.results)))):
            return False
        integers = [
            o for o in op.operands
            if isinstance(o, Value) and core.is_scalar(o) and o.type.dtype.kind == "i"
        ]  # fmt: skip
        shapes: list[Sym] = [e for o in (*op.operands, *op.results) for e in self.extents.of(o)]
        atoms = [a for e in shapes for a in self.extents.symbols.atoms_of(e)]
        values = {a.value if isinstance(a, Extent) else a for a in atoms}
        if isinstance(op.callee, str) and op.callee not in core.EFFECTS:
            values.update(integers)
        return any(v in made and not isinstance(v.type, Array) for v in values) or any(
            isinstance(a, Extent) and a.value in made for a in atoms
        )

    def _is_ahead(self, op: Op) -> bool:
        """Integer arithmetic and extents are computed ahead of all parts."""
        if op.callee == core.DIM:
            return True
        if op.callee == core.GUARD:
            return not any(o in self.parts.made for o in op.operands)
        if len(op.results) != 1 or not core.is_scalar(op.result):
            return False
        if op.callee in core.EFFECTS or op.callee in (core.GETITEM, core.LOAD):
            return False
        entry = find(op.callee) if not isinstance(op.callee, str) else None
        if entry is None and op.callee not in (core.RANGELEN, core.CAST):
            return False
        return all(
            core.is_scalar(o) and core.type_of(o).dtype.kind in "ib" and o not in self.parts.made
            for o in op.operands
        )

    def _emit_ahead(self, op: Op) -> None:
        scope, lowering = self.scope, self.lowering
        if op.callee == core.DIM and "measured" not in op.attrs:
            sym = self.extents.sym(op.result)
            operand = scope.emit(sym)
            lowering.current[op.result] = operand
            scope.rename(op.result, operand)
            return
        if op.callee == core.GUARD and "measured" not in op.attrs:
            scope.agree(*(self.extents.sym(o) for o in op.operands))
        self._emit(op)

    def _guard(self, first: Sym, second: Sym) -> None:
        one, two = self.scope.emit(first), self.scope.emit(second)
        self.scope.builder.effect(core.GUARD, one, two)

    def _not_empty(self, op: Op) -> None:
        shape = self.extents.of(op.operands[0])
        count = self.extents.symbols.product(tuple(shape[a] for a in op.attrs["axis"]))
        if count.is_const and count.const > 0:
            return
        b = self.scope.builder
        some = b.emit(operator.gt, self.scope.emit(count), 0)
        name = {np.max: "maximum", np.min: "minimum"}[op.callee]  # type: ignore[index]
        message = f"zero-size array to reduction operation {name} which has no identity"
        self.scope.builder.effect(core.ASSERT, some, error=Error(ValueError, (message,)))

    def finish(self, used: set[Value], arrays: list[Value]) -> None:
        """Emit the run.  ``used``: what is used afterwards; ``arrays``: needed as arrays."""
        parts = self.parts
        for value in arrays:
            if value in parts.views or value in parts.made:
                parts.array(value)
        for value in used:
            view = parts.views.get(value)
            base = value if view is None else view.base
            if base in parts.made and isinstance(base.type, Array):
                parts.whole.add(base)
        parts.parts = self._needed(used)
        if not parts.parts:
            return
        memory = Memory(parts, lambda value: self._may_take(value, used))
        for part in parts.parts:
            part.domain = tuple(self.scope.same(e) for e in part.domain)
        placed = plan(memory, self.extents.symbols)
        Bufferiser(placed, memory, self.scope, self.lowering.current).run()

    def _needed(self, used: set[Value]) -> list[Part]:
        """The parts that an effect, a write or a later use depends on."""
        made = self.parts.made
        wanted = {self.lowering.views[v].base if v in self.lowering.views else v for v in used}
        pending = [
            part
            for part in self.parts.parts
            if not part.results
            or part.op.callee == core.DRAW
            or any(r in wanted or r in self.parts.whole for r in part.results)
        ]
        kept: set[Part] = set()
        while pending:
            part = pending.pop()
            if part in kept:
                continue
            kept.add(part)
            sources = [read.value for read in part.array_reads()]
            sources += [*part.scalar_reads(), *part.wholes]
            sources += [part.base] if part.base is not None else []
            pending += [made[value] for value in sources if value in made]
        return [part for part in self.parts.parts if part in kept]

    def _may_take(self, value: Value, used: set[Value]) -> bool:
        """Whether an array may be overwritten: it is this block's own and not needed again."""
        if value in used or value in self.lowering.untouchable:
            return False
        bases = {self.lowering.views[v].base for v in used if v in self.lowering.views}
        return value not in bases and (value in self.own or value in self.parts.made)
