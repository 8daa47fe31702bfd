"""One lowering of the body of a loop, by what is known of the arrays and names it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.frontend.bindings import Binding, Box, Cell, Key, Ref
from adgen.transpiler.frontend.blocks import arms_of, assume_bound, run_arm, run_block
from adgen.transpiler.frontend.budget import TRIAL, spend
from adgen.transpiler.frontend.carried import Template
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.exact_loops import ExactLoop
from adgen.transpiler.frontend.growth import Growth, count_from_head
from adgen.transpiler.frontend.iteration import Counted
from adgen.transpiler.frontend.joins import FLAGS, branch, default
from adgen.transpiler.frontend.layouts import joined_layout
from adgen.transpiler.frontend.loop_heads import Head, Slot
from adgen.transpiler.frontend.state import Pair, State, related
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir.core import Block, Value
from adgen.transpiler.ir.layout import UNKNOWN
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span


def changed(before: State, after: State) -> bool:
    """Whether evaluating something has written an array or a name."""
    return (
        any(after.cells[cell] is not value for cell, value in before.cells.items())
        or any(after.boxes[box] is not held for box, held in before.boxes.items())
        or before.stale.keys() != after.stale.keys()
        or any(after.env.get(key) is not binding for key, binding in before.env.items())
        or any(key not in before.env for key in after.env)
    )


@dataclass(eq=False)
class Knowledge:
    """What the trials have found out so far."""

    names: dict[Key, Template] = field(default_factory=dict)
    cells: dict[Cell, Any] = field(default_factory=dict)  # existing arrays: their carried type
    boxes: dict[Box, Template] = field(default_factory=dict)  # existing containers
    pairs: set[Pair] = field(default_factory=set)
    stale: dict[Cell, Span] = field(default_factory=dict)


@dataclass(eq=False)
class Trial:
    """One lowering of the body."""

    head: Head
    before: State  # at the head
    after: State  # at the end
    builder: Builder
    condition: Block | None
    endless: bool
    gaps: int
    prelude: Builder  # what computes the initial values


class Trials:
    """Lowerings of the body of a loop, each by what the ones before it have taught."""

    def __init__(self, cx: Context, node: Any, over: Counted | None, index: Value | None) -> None:
        self.cx, self.node, self.over, self.index = cx, node, over, index
        self.origin = self.start = cx.state
        self.known = Knowledge()
        self.heads: dict[Key, Binding] = {}
        self.box_heads: dict[Box, Binding] = {}
        self.cell_slots: dict[Cell, Slot] = {}
        self.elements: dict[str, set[Cell]] = {}  # arrays that a carried number is an element of
        self.changing: set[str] = set()  # names of arrays whose shape the body changes
        self.scattering: set[str] = set()  # and of those whose order in memory it changes
        self.tests_inside = False  # the condition of a while changes something
        self.growth = Growth(cx, node, over)
        self.exact = ExactLoop(cx, node) if node in cx.exact else None

    def trial(self) -> Trial:
        """One lowering of the body, by what is known so far."""
        cx = self.cx
        spend(cx, self.node, TRIAL)
        prelude = cx.builder.inner()
        gaps = len(cx.gaps)
        around = set(cx.roomy)
        with cx.inside(prelude, self.origin.copy()):
            roomy = self.growth.prepare()
            self.start = cx.state.copy() if self.growth.lists else self.origin
            head = Head(cx, self.node)
            state = self.at_head(head)
            count_from_head(state)
        condition, endless = self.test(prelude, state, head)
        builder = prelude.inner()
        with cx.inside(builder, state.copy()):
            self.read_heads(head)
            cx.roomy = around | roomy
            try:
                self.body()
            finally:
                cx.roomy = around
            after = cx.state
        return Trial(
            head, state, after, builder, condition, endless, len(cx.gaps) - gaps, prelude
        )  # fmt: skip

    def body(self) -> None:
        """Lower one iteration."""
        cx = self.cx
        if self.over is not None:
            assert self.index is not None
            cx.extents.natural.discard(self.index)
            step = self.over.step
            if type(step) is int and step > 0 and cx.extents.is_natural(self.over.start):
                cx.extents.below[self.index] = self.over.stop
            assign(cx, self.node.target, self.over.item(self.index))
        if self.tests_inside:
            self.test_inside()
        else:
            run_block(cx, self.node.body)

    def read_heads(self, head: Head) -> None:
        """Give the cells that are one of several a value, which tells their type."""
        for cell in head.one_of:
            self.cx.state.cells[cell] = self.cx.read(Ref(cell), self.node)

    def at_head(self, head: Head) -> State:
        """The state at the head of the loop by what is known so far."""
        cx, known = self.cx, self.known
        state = cx.state.copy()
        self.cell_slots = {}
        for cell, kind in known.cells.items():
            value = head.carry(state.cells[cell], kind, cell.name)
            cx.extents.shapes.pop(value, None)
            self.cell_slots[cell] = head.slots[-1]
        self.box_heads = {}
        for box, template in known.boxes.items():
            self.box_heads[box] = head.binding(box.name, template, state.boxes[box])
        self.heads = {}
        for key, template in known.names.items():
            if template is not None:
                init = self.start.env.get(key, default(key))
                self.heads[key] = head.binding(key[1], template, init)
        with_known = cx.state
        state.known, state.equal = dict(with_known.known), dict(with_known.equal)
        for key, binding in self.heads.items():
            if key[1] == "$val" and key[0] is cx.frame:
                state.env.pop(key, None)  # who is here has not returned
            elif key[1] not in FLAGS:
                state.env[key] = binding
        for cell, slot in self.cell_slots.items():
            state.cells[cell] = slot.head
        state.boxes |= self.box_heads
        state.cells |= head.arrays
        state.one_of |= head.one_of
        sources: dict[Cell, Cell | None] = {}
        for cell, (source, value) in head.cells.items():
            state.cells[cell] = value
            sources[cell] = None if source is None else source.cell
        for box, (container, contents) in head.boxes.items():
            state.boxes[box] = contents
            sources[box] = container
        for cell in sources:
            self.relate(state, cell, sources)
        self.keep_shapes(head)
        state.may |= frozenset(known.pairs)
        state.stale.update(known.stale)
        return state

    def relate(self, state: State, cell: Cell, sources: Mapping[Cell, Cell | None]) -> None:
        """At the first iteration a cell or box of the head is the one it was before."""
        source = sources[cell]
        if source is None:
            return
        pairs = {frozenset((cell, source))}
        pairs |= {frozenset((cell, other)) for other in self.start.partners(source)}
        for other, reference in sources.items():
            if other is not cell and reference is not None:
                if related(self.start.may, source, reference):
                    pairs.add(frozenset((cell, other)))
        state.may |= frozenset(pairs)

    def keep_shapes(self, head: Head) -> None:
        """Assume that arrays keep their shape; ``learn`` checks it."""
        extents = self.cx.extents
        for slot in head.slots:
            arrays = self.cx.elements.arrays_of(slot.init) | self.elements.get(slot.name, set())
            self.cx.elements.note(slot.head, arrays)
            layout = joined_layout(self.cx, slot.init, None)
            if slot.name in self.scattering:
                layout = UNKNOWN
            if layout is not None:
                extents.layouts[slot.head] = layout
            if isinstance(slot.init, Value) and slot.head not in extents.shapes:
                if slot.init in extents.shapes and slot.name not in self.changing:
                    extents.shapes[slot.head] = extents.shapes[slot.init]

    def test(self, prelude: Builder, state: State, head: Head) -> tuple[Block | None, bool]:
        """The condition of a while as a block with arguments of its own."""
        if self.over is not None:
            return None, False
        cx = self.cx
        builder = prelude.inner()
        if not self.tests_inside:
            with cx.inside(builder, state.copy()):
                self.read_heads(head)
                condition = tested(cx, self.node.test)
                self.tests_inside = changed(state, cx.state)
        if self.tests_inside:
            return prelude.inner().block((), (True,)), False
        return builder.block((), (condition,)), condition is True

    def test_inside(self) -> None:
        """``while c: …`` as ``while True: if c: … else: leave``, for a condition that writes."""
        cx, node = self.cx, self.node
        condition = tested(cx, node.test)

        def done() -> None:
            assume_bound(cx, node.test, False)
            cx.bind("$done", True)
            cx.bind("$out", True)

        if not isinstance(condition, Value):
            run_block(cx, node.body) if condition else done()
            return
        arms = arms_of(cx, lambda: run_arm(cx, node.test, True, node.body), done)
        if arms is not None:
            branch(cx, node, condition, *arms, lambda key: True)
