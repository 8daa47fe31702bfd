"""The iteration of a marked loop that the backward sweep runs again."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.transpiler.autodiff.dependence import Dependence, Heads
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Slot, Value
from adgen.transpiler.ir.rewrite import clone, clone_op, resolve
from adgen.transpiler.ir.snapshots import ATTRIBUTE
from adgen.transpiler.primitives.builder import Builder

# What has been said and checked in the forward sweep is not said and checked again.
_SAID = frozenset({core.PRINT, core.ASSERT})


class Step:
    """One iteration: a copy of it to be gone through backwards, and which values it starts from.

    ``settled``: carried values whose shape is the same in all trips.
    """

    def __init__(self, loop: Op, settled: Heads) -> None:
        self.lead = 1 if loop.attrs.get("exits") else 0
        self.body, self.inits = loop.regions[0], loop.operands[3:]
        self.origin: dict[Value, Value] = {}  # of the loop's body -> of the copy
        self.labels: dict[int, int] = {}
        copied = clone(self.body, self.origin)  # type: ignore[arg-type]  # which are values all
        self.index, *heads = copied.args
        self.heads: tuple[Value, ...] = tuple(heads)
        self.ends = copied.yields[self.lead :]
        self.dependence = Dependence(copied, heads, settled)
        self.needed: tuple[int, ...] = tuple(range(len(heads)))
        self.slots: dict[Slot, Slot] = {}
        ops = _again(copied.ops, self.labels, self.slots, core.ADJOINT)
        self.block = Block(copied.args, ops, self.ends)

    def need(self, used: Sequence[Op], values: Sequence[Value]) -> None:
        """Find out what is to be stored, given the ops that go through the copy backwards.

        ``values``: of the copy, which are used besides.
        """
        if any(op.callee in (core.SAVE, core.LOAD) for _, op in core.walk(self.body)):
            return  # stacks of recursive functions: their order is not followed
        found = set(self.dependence.of(values))
        for op in used:
            found |= self.dependence.of_op(op)
        while True:
            more = self.dependence.of([self.ends[k] for k in found]) - found
            if not more:
                break
            found |= more
        self.needed = tuple(sorted(found))
        ops = _checks_known(self.block.ops, self.dependence, frozenset(found))
        self.block = Block(self.block.args, ops, self.ends)

    def values(self, states: Sequence[Operand]) -> dict[Value, Operand]:
        """What the carried values of the copy are: of what is not needed anything of the kind."""
        known = dict(zip(self.needed, states, strict=True))
        return {head: known.get(k, self.inits[k]) for k, head in enumerate(self.heads)}

    def repeated(self, b: Builder, index: Operand, states: Sequence[Operand]) -> list[Operand]:
        """Append the iteration for a state; the state behind it."""
        mapping: dict[Value, Operand] = {self.index: index, **self.values(states)}
        b.ops += _again([clone_op(op, mapping) for op in _plain(self.block.ops)], {}, {}, b.role)
        return [resolve(self.ends[k], mapping) for k in self.needed]


def _again(
    ops: Sequence[Op], labels: dict[int, int], slots: dict[Slot, Slot], role: str
) -> tuple[Op, ...]:
    """Ops to be run once more: with labels and storage of their own, and silent."""
    found = []
    for op in ops:
        if op.callee in _SAID:
            continue
        attrs = dict(op.attrs)
        if "label" in attrs:
            attrs["label"] = labels[op.attrs["label"]] = core.new_label()
        if op.callee == core.DECLARE:
            slots[attrs["slot"]] = Slot(attrs["slot"].kind, attrs["slot"].type, attrs["slot"].name)
        if "slot" in attrs:
            attrs["slot"] = slots.get(attrs["slot"], attrs["slot"])
        regions = tuple(
            Block(r.args, _again(r.ops, labels, slots, role), r.yields) for r in op.regions
        )
        found.append(op.with_(attrs=attrs, regions=regions, role=role))
    return tuple(found)


def _plain(ops: Sequence[Op]) -> list[Op]:
    """Ops without marks: of what is only run forward no state is stored."""
    return [
        op.with_(
            attrs={name: value for name, value in op.attrs.items() if name != ATTRIBUTE},
            regions=tuple(Block(r.args, tuple(_plain(r.ops)), r.yields) for r in op.regions),
        )
        if op.regions
        else op
        for op in ops
    ]


def _checks_known(ops: Sequence[Op], dependence: Dependence, needed: Heads) -> tuple[Op, ...]:
    """Ops without checks of what is not at hand."""
    return tuple(
        op.with_(
            regions=tuple(
                Block(r.args, _checks_known(r.ops, dependence, needed), r.yields)
                for r in op.regions
            )
        )
        if op.regions
        else op
        for op in ops
        if op.callee != core.GUARD or dependence.of_op(op) <= needed
    )
