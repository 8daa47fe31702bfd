"""Copy insertion: makes in-place writes safe, and proves that they are.

In ordinary code nothing is copied.  A ``copy`` is inserted where a buffer would
be overwritten that somebody can still see, that the caller owns, or that is
read-only; where in doubt, it is inserted.

    y = setitem(x, v, 0)          x1 = copy(x)
    z = x + y               ->    y = setitem(x1, v, 0)
                                  z = x + y
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

from adgen.transpiler.emit.order import order_of
from adgen.transpiler.emit.storage import FINAL, Hazard, Site, Storage, is_spare, is_write
from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, Index
from adgen.transpiler.ir.rewrite import resolve, with_body
from adgen.transpiler.ir.types import Array


def insert_copies(function: Function) -> Function:
    """The function with copies wherever an in-place write needs one.

    Parameters in ``writes`` end up written in their own buffers.
    """
    function = _sums(function)
    storage = _settled(function)
    function = with_body(function, _Edits(storage).block(function.body))
    return _write_back(function)


def verify_copies(function: Function) -> None:
    """Raises InvalidIR where an in-place write could be seen through another value."""
    storage = _settled(function)
    for site in storage.sites:
        if is_spare(site.op):
            continue
        if not storage.owned(site.value) or storage.hazard(site):
            raise InvalidIR(
                f"{site.op.callee} in {function.name} overwrites {site.value!r}, "
                "which is still seen elsewhere"
            )


def _settled(function: Function) -> Storage:
    """Ownership such that no copy per iteration is made for a write after the loop."""
    order = order_of(function)
    refused: frozenset[tuple[Op, int]] = frozenset()
    while True:
        storage = Storage(function, order, refused)
        more = {
            late
            for site in storage.sites
            if site.carry is not None
            and site.block is not None
            and (late := storage.late(site.carry)) is not None
            and (not storage.owned(site.value) or storage.hazard(site))
        }
        if not more:
            return storage
        refused |= more


def _sums(function: Function) -> Function:
    """Sums of arrays that nobody else sees as expressions rather than in-place updates."""
    uses = order_of(function).uses
    made: dict[Value, Op] = {}

    def single(operand: Operand) -> bool:
        op = made.get(operand) if isinstance(operand, Value) else None
        if op is None or op.regions or op.result.name or len(uses.get(op.result, ())) != 1:
            return False
        return not isinstance(op.callee, str) or op.callee == core.BROADCAST

    def block(old: Block) -> Block:
        ops = []
        for op in old.ops:
            op = op.with_(regions=tuple(block(region) for region in op.regions))
            if op.callee == core.ACCUM and (not is_write(op) or single(op.operands[0])):
                op = op.with_(callee=operator.add)
            made.update((result, op) for result in op.results)
            ops.append(op)
        return old.with_(ops=ops)

    return with_body(function, block(function.body))


@dataclass
class _Edits:
    """What has to be copied, and the rewrite that does it."""

    storage: Storage
    before: dict[Op, dict[int, str]] = field(default_factory=dict)  # op -> operand -> name
    ends: dict[Block, dict[int, str]] = field(default_factory=dict)  # block -> yield -> name
    after: set[Op] = field(default_factory=set)  # views that become arrays of their own
    added: set[Op] = field(default_factory=set)  # accum -> a new sum
    spare: dict[Value, Operand] = field(default_factory=dict)  # copies that are not needed

    def __post_init__(self) -> None:
        for site in self.storage.sites:
            owned = self.storage.owned(site.value)
            hazards = self.storage.hazard(site)
            if is_spare(site.op) and site.carry is None:
                if owned and not hazards:
                    self.spare[site.op.result] = site.value
                continue
            if owned and not hazards:
                continue
            if owned and all(_at_view(hazard) for hazard in hazards):
                self._copy_views(hazards)
            else:
                self._copy_at(site)
        self._tape_views()

    def _copy_views(self, hazards: list[Hazard]) -> None:
        for hazard in hazards:
            assert hazard.through is not None and hazard.through.op is not None
            op = hazard.through.op
            if op.callee == core.SAVE:
                self.before.setdefault(op, {})[0] = ""
            else:
                self.after.add(op)

    def _copy_at(self, site: Site) -> None:
        if site.carry is None and site.op.callee == core.ACCUM:
            self.added.add(site.op)
            return
        name = site.op.results[site.carry[1] if site.carry else 0].name
        if site.block is None:
            self.before.setdefault(site.op, {})[site.index] = name
        else:
            self.ends.setdefault(site.block, {})[site.index] = name

    def _tape_views(self) -> None:
        """A row read from a tape is copied if the tape may be written before its last use."""
        order = self.storage.order
        for _, op in core.walk(self.storage.function.body):
            if op.callee != core.LOAD or not _is_tape_row(op):
                continue
            for save in self.storage.saves.get(op.attrs["slot"], ()):
                site = Site(op.result, order.entry[save], order.place[save], save, 0)
                apart = order.place[op].loop is not site.place.loop
                late = site.position > order.entry[op]
                if apart and late or self.storage.seen_after(site, next_trip=not late):
                    self.after.add(op)

    def block(self, block: Block) -> Block:
        """The block with the copies that are needed, and no others."""
        ops: list[Op] = []
        for op in block.ops:
            if not (op.callee == core.COPY and op.result in self.spare):
                ops += self._op(op)
        yields = [resolve(y, self.spare) for y in block.yields]
        for index, name in self.ends.get(block, {}).items():
            ops.append(_copy_of(yields[index], name, None))
            yields[index] = ops[-1].result
        return block.with_(ops=ops, yields=yields)

    def _op(self, op: Op) -> list[Op]:
        ops: list[Op] = []
        operands = [resolve(o, self.spare) for o in op.operands]
        for index, name in self.before.get(op, {}).items():
            ops.append(_copy_of(operands[index], name, op))
            operands[index] = ops[-1].result
        regions = tuple(self.block(region) for region in op.regions)
        new = op.with_(operands=tuple(operands), regions=regions)
        if op in self.added:
            new = new.with_(callee=operator.add)
        if op in self.after:
            view = Value(op.result.type)
            copy = Op(core.COPY, (view,), {}, (), op.results, op.span, op.role)
            return [*ops, new.with_(results=(view,)), copy]
        return [*ops, new]


def _at_view(hazard: Hazard) -> bool:
    """Whether a copy of a view, rather than of the base, removes the hazard."""
    return hazard.through is not None and hazard.through.op is not None


def _is_tape_row(op: Op) -> bool:
    return op.attrs["slot"].kind == "tape" and isinstance(op.result.type, Array)


def _copy_of(operand: Operand, name: str, op: Op | None) -> Op:
    assert isinstance(operand, Value)
    result = Value(operand.type, name)
    span, role = (op.span, op.role) if op is not None else (None, core.PRIMAL)
    return Op(core.COPY, (operand,), {}, (), (result,), span, role)


def _write_back(function: Function) -> Function:
    """Final values of written parameters that ended up in other buffers are copied back."""
    if not function.writes:
        return function
    storage = Storage(function, order_of(function))
    yields = list(function.body.yields)
    first = len(yields) - len(function.writes)
    params = [function.params[k] for k in function.writes]
    stray = {
        k: param
        for k, param in enumerate(params, first)
        if isinstance(yields[k], Value) and storage.roots(_value(yields[k]), False) != {param}
    }
    ops = list(function.body.ops)
    for k, y in enumerate(yields):
        seen = storage.roots(y, True) if isinstance(y, Value) else set()
        if isinstance(y, Value) and seen == storage.roots(y, False):
            seen = seen - {stray.get(k)}  # its own buffer or another one, but no part of it
        if seen & set(stray.values()) and isinstance(type_of(y), Array):
            ops.append(_copy_of(y, "", None))
            yields[k] = ops[-1].result
    for k, param in stray.items():
        assert isinstance(param.type, Array)
        path = (Index((FULL,) * param.type.ndim),)
        result = Value(param.type, param.name)
        ops.append(Op(core.SETITEM, (param, yields[k]), {"path": path, FINAL: True}, (), (result,)))
        yields[k] = result
    body = Block(function.body.args, tuple(ops), tuple(yields))
    return with_body(function, body)


def _value(operand: Operand) -> Value:
    assert isinstance(operand, Value)
    return operand
