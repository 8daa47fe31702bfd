"""The chain rule over the ops of a block, last first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from adgen.transpiler.autodiff import custom
from adgen.transpiler.autodiff.absorbed import Uses
from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.adjoints import Adjoints, bar
from adgen.transpiler.autodiff.array_rules import RULES
from adgen.transpiler.autodiff.links import Parts, collect, pulled
from adgen.transpiler.autodiff.masks import Masks
from adgen.transpiler.autodiff.mirrored import ControlFlow
from adgen.transpiler.autodiff.turning import Turning, turn
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Slot, Value
from adgen.transpiler.ir.snapshots import ATTRIBUTE
from adgen.transpiler.primitives import tracer
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.custom import Custom
from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Explicit, Linear
from adgen.transpiler.primitives.linked import PART
from adgen.transpiler.primitives.table import find


class Reverser(ControlFlow):
    """Runs the chain rule over blocks; one instance per function."""

    def __init__(
        self, activity: Activity, masks: Masks, turning: Turning, holomorphic: bool = False
    ) -> None:
        super().__init__(activity, masks, holomorphic)
        self.turning = turning
        self.twins: dict[Slot, Slot] = {}  # stacks of the program -> stacks of cotangents
        self.moving: dict[Op, bool] = {}  # what ``moves`` has found

    def extend(self, copies: Mapping[Value, Value], slots: Mapping[Slot, Slot]) -> None:
        """Take copies of values and slots for what the originals are."""
        pairs = [*copies.items(), *slots.items()]
        self.activity.varied.update(copy for old, copy in pairs if old in self.activity.varied)  # type: ignore[misc]
        self.masks.left_out.update(copy for old, copy in pairs if old in self.masks.left_out)  # type: ignore[misc]

    # Blocks and ops

    def block(self, ops: Sequence[Op], adjoints: Adjoints, b: Builder) -> None:
        """The adjoint ops of a straight list of ops, last first."""
        for op in ops:
            if op.callee == core.DECLARE and op.attrs["slot"] in self.activity:
                b.effect(core.DECLARE, slot=self.twin(op.attrs["slot"]))
        uses: Uses | None = None
        for k in range(len(ops) - 1, -1, -1):
            op = ops[k]
            moves = self.moves(op)
            if not moves and not any(result in adjoints for result in op.results):
                continue
            b.span = op.span
            if moves and not op.regions:
                self.stack_op(op, adjoints, b)
                continue
            if op.callee == core.IF:
                uses = uses or Uses(ops, self.masks.reach)
                self.conditional(op, uses.absorbed(k, adjoints), adjoints, b)
            elif op.callee in (core.FOR, core.WHILE):
                if ATTRIBUTE in op.attrs and self.turning.has_state(self, op):
                    turn(self, op, adjoints, b)
                else:
                    self.loop(op, adjoints, b)
            elif len(op.results) > 1:
                self.several(op, adjoints, b)
            else:
                g = adjoints.pop(op.result)
                if isinstance(g, Parts):
                    for argument, part in pulled(b, op, g, self.activity):
                        self.contribute(b, adjoints, argument, part)
                elif op.callee is PART:
                    collect(b, op, g, adjoints)
                elif isinstance(op.callee, str):
                    RULES[op.callee](self, b, adjoints, op, g)
                else:
                    self.primitive(op, g, adjoints, b)

    def twin(self, slot: Slot) -> Slot:
        """The stack of the cotangents of what a stack of the program holds."""
        return self.twins.setdefault(slot, slot.twin("_bar"))

    def moves(self, op: Op) -> bool:
        """Whether an op pushes to or pops from a stack of values that vary."""
        if op.callee in (core.SAVE, core.LOAD):
            return op.attrs["slot"] in self.activity
        if not op.regions:
            return False
        if op not in self.moving:  # asked anew on each level of what is nested
            self.moving[op] = any(self.moves(inner) for part in op.regions for inner in part.ops)
        return self.moving[op]

    def stack_op(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """Backwards, what was popped is pushed: its cotangent waits for that of the push."""
        twin = self.twin(op.attrs["slot"])
        if op.callee == core.LOAD:
            g = adjoints.pop(op.result, None)
            b.effect(core.SAVE, b.zeros_like(op.result) if g is None else g, slot=twin)
            return
        value = op.operands[0]
        name = bar(value) if isinstance(value, Value) else ""
        self.contribute(b, adjoints, value, b.emit(core.LOAD, slot=twin, name=name))

    def primitive(self, op: Op, g: Operand, adjoints: Adjoints, b: Builder) -> None:
        """Cotangents of the operands by the table."""
        if isinstance(op.callee, Custom):
            custom.check_arguments(op, op.operands[0] in self.activity)
            for k in range(len(op.callee.rules)):
                if op.operands[1 + k] in self.activity:
                    part = custom.applied(b, op, k, g, forwards=False)
                    if part is not None:
                        self.contribute(b, adjoints, op.operands[1 + k], part)
            return
        entry = find(op.callee)
        assert entry is not None
        kind, operands, attrs = entry.kind, op.operands, dict(op.attrs)
        attrs.pop("reassoc", None)
        if self.holomorphic and op.callee is np.conjugate:
            self.refuse(op.span)
        if isinstance(kind, Elementwise):
            for k, (rule, operand) in enumerate(zip(kind.rules, operands, strict=True)):
                if rule is not None and operand in self.activity:
                    part = self.masks.part(b, op, k, rule, g)
                    self.contribute(b, adjoints, operand, part)
        elif isinstance(kind, Linear):
            part = tracer.apply_rule(b, kind.vjp, g, *operands, **attrs)
            self.contribute(b, adjoints, operands[0], part)
        elif isinstance(kind, Bilinear):
            for rule, operand in zip((kind.vjp_x, kind.vjp_y), operands, strict=True):
                if operand in self.activity:
                    part = tracer.apply_rule(b, rule, g, *operands, **attrs)
                    self.contribute(b, adjoints, operand, part)
        elif isinstance(kind, Explicit):
            rule = tracer.stating(op, kind.vjp)
            parts = tracer.apply_rule(b, rule, g, op.result, *operands, **attrs)
            self.share(op, parts, adjoints, b)

    def several(self, op: Op, adjoints: Adjoints, b: Builder) -> None:
        """Cotangents of the operands of a call with several results."""
        gs = tuple(adjoints.pop(result, None) for result in op.results)
        entry = find(op.callee)
        assert entry is not None and isinstance(entry.kind, Explicit)
        rule = tracer.stating(op, entry.kind.vjp)
        parts = tracer.apply_rule(b, rule, gs, op.results, *op.operands, **op.attrs)
        self.share(op, parts, adjoints, b)

    def share(
        self, op: Op, parts: Sequence[Operand | None], adjoints: Adjoints, b: Builder
    ) -> None:
        """Add the parts that the operands of an op get."""
        for operand, part in zip(op.operands, parts, strict=True):
            if part is not None and operand in self.activity:
                self.contribute(b, adjoints, operand, part)
