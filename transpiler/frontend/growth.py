"""Lists that grow in a loop: found by a trial of the body, put into arrays before the loop.

In a counted loop that puts in so many items per iteration at most, the arrays have room for all
of them from the start; else ``append`` looks whether there is room.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import Added, Binding, Box, Cell, Grown, Nullable, Unbound
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.growing import (
    Item,
    cell_count,
    grow,
    items_in,
    joined_items,
    mentions_any,
    same_items,
    without_shape,
)
from adgen.transpiler.frontend.iteration import Counted
from adgen.transpiler.frontend.list_changes import cells_of, make_room
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.trees import LIST, Node

FIRST_ROOM = 16  # items, where nothing is known of their number


@dataclass(eq=False)
class _Growing:
    """A list that this loop makes grow."""

    item: Item
    cells: list[Cell]  # for its arrays; none if it is in arrays already
    bound: Added = Added()  # of what an iteration puts in
    late: bool = False  # the shape of its items is known only in the body
    checked: bool = False  # there is no bound


class Growth:
    """What the trials of one loop have found out about lists that grow."""

    def __init__(self, cx: Context, node: Any, over: Counted | None) -> None:
        self.cx, self.node, self.over = cx, node, over
        self.lists: dict[Box, _Growing] = {}

    # Before the loop

    def prepare(self) -> set[Cell]:
        """Put the lists into arrays, in the present state; the arrays with room for all."""
        roomy: set[Cell] = set()
        for box, growing in self.lists.items():
            contents = self.cx.state.boxes[box]
            if isinstance(contents, Node):
                room = self.room(growing, len(contents.parts))
                contents = grow(self.cx, self.node, box, growing.item, room, [*growing.cells])
            elif not growing.checked:
                assert isinstance(contents, Grown)
                wanted = self.total(growing.bound, contents.size)
                make_room(self.cx, self.node, contents, wanted)
            if not growing.checked:
                roomy |= cells_of(contents.items)
        return roomy

    def room(self, growing: _Growing, length: int) -> Operand:
        """The length of the arrays of a list that has that many items before the loop."""
        if growing.late:
            return 0
        if growing.checked:
            return max(2 * length, FIRST_ROOM)
        return self.total(growing.bound, length)

    def total(self, bound: Added, length: Operand) -> Operand:
        """The most items that there are after the loop."""
        cx, node, over = self.cx, self.node, self.over
        assert over is not None
        each: Operand = bound.count
        for bounds, count in bound.loops:
            trips = cx.emit(node, core.RANGELEN, *bounds)
            each = cx.emit(node, operator.add, each, cx.emit(node, operator.mul, trips, count))
        if each == 0:
            return length
        trips = cx.emit(node, core.RANGELEN, over.start, over.stop, over.step)
        return cx.emit(node, operator.add, cx.emit(node, operator.mul, trips, each), length)

    # After a trial

    def learn(
        self, start: State, after: State, pairs: Iterator[tuple[Binding, Binding]],
        local: set[Value], roomy: set[Cell],
    ) -> bool:  # fmt: skip
        """Whether a trial has shown anything new.  ``pairs``: bindings before and at the end."""
        news = False
        for box, end in _lists(start, after, pairs):
            init = start.boxes[box]
            if isinstance(init, Grown) and box not in self.lists:
                news |= self.reserve(box, init, end, local, roomy)
            elif box in self.lists:
                news |= self.widen(box, end, after) | self.rebound(self.lists[box], end, local)
            elif isinstance(end, Grown) or len(end) != len(init):
                news |= self.found(box, init, end, (start, after), local)
        return news

    def found(
        self, box: Box, init: Node, end: Any, states: tuple[State, State], local: set[Value]
    ) -> bool:
        """A list whose length differs after an iteration."""
        item: Item | None = ()
        for contents, state in zip((init, end), states, strict=True):
            with self.cx.inside(self.cx.builder.inner(), state):
                item = joined_items(item, items_in(self.cx, contents))
        if item is None or item == ():
            return False
        late = mentions_any(item, local)
        cells = [Cell(box.name) for _ in range(cell_count(item))]
        growing = _Growing(item, cells, checked=late or self.over is None, late=late)
        if late:
            growing.item = without_shape(item)
        self.lists[box] = growing
        self.rebound(growing, end, local)
        return True

    def widen(self, box: Box, end: Any, after: State) -> bool:
        """Take over the types of the items that an iteration puts in."""
        growing = self.lists[box]
        if not growing.cells or not isinstance(end, Grown):
            return False
        with self.cx.inside(self.cx.builder.inner(), after):
            item = joined_items(growing.item, items_in(self.cx, end))
        if item is None or same_items(item, growing.item):
            return False
        growing.item = item
        return True

    def reserve(self, box: Box, init: Grown, end: Any, local: set[Value], roomy: set[Cell]) -> bool:
        """A list that was in arrays before and gets more items."""
        if self.over is None or not isinstance(end, Grown) or cells_of(init.items) <= roomy:
            return False
        if not end.added.bounded or end.added == Added():
            return False
        growing = _Growing((), [])
        self.rebound(growing, end, local)
        if growing.checked:
            return False
        self.lists[box] = growing
        return True

    def rebound(self, growing: _Growing, end: Any, local: set[Value]) -> bool:
        """Take over how many items an iteration puts in."""
        if growing.checked or not isinstance(end, Grown):
            return False
        operands = {part for bounds, _ in end.added.loops for part in bounds}
        if not end.added.bounded or operands & local:
            growing.checked = True
            return True
        bound = growing.bound.joined(end.added)
        if bound == growing.bound:
            return False
        growing.bound = bound
        return True

    # After the loop

    def settle(self, state: State, start: State, after: State) -> None:
        """Note in the state after the loop how much the loop has put in."""
        for box, contents in state.boxes.items():
            end = after.boxes.get(box)
            if not isinstance(contents, Grown) or not isinstance(end, Grown):
                continue
            before = start.boxes.get(box)
            added = before.added if isinstance(before, Grown) else Added()
            state.boxes[box] = replace(contents, added=self.in_all(added, end.added))

    def in_all(self, before: Added, each: Added) -> Added:
        """A bound of what was put in before the loop and by all its iterations."""
        if each == Added():
            return before
        if self.over is None or not each.bounded or each.loops:
            return replace(before, bounded=False)
        bounds = (self.over.start, self.over.stop, self.over.step)
        return replace(before, loops=(*before.loops, (bounds, each.count)))


def count_from_head(state: State) -> None:
    """Count from the head of a loop on what is put into lists."""
    for box, contents in state.boxes.items():
        if isinstance(contents, Grown) and contents.added != Added():
            state.boxes[box] = replace(contents, added=Added())


def _lists(
    start: State, after: State, pairs: Iterator[tuple[Binding, Binding]]
) -> Iterator[tuple[Box, Any]]:
    """The lists that there are before a loop, with what they, or what took their names, hold."""
    for box, contents in start.boxes.items():
        if box.kind is LIST and isinstance(after.boxes[box], (Node, Grown)):
            if isinstance(contents, (Node, Grown)):
                yield box, after.boxes[box]
    seen: set[Box] = set()
    todo = list(pairs)
    while todo:
        init, end = todo.pop()
        init, end = (x.maybe if isinstance(x, Unbound) else x for x in (init, end))
        init, end = (x.value if isinstance(x, Nullable) else x for x in (init, end))
        if isinstance(init, Box) and isinstance(end, Box) and init is not end:
            if init in seen or init not in start.boxes:
                continue
            seen.add(init)
            one, two = start.boxes[init], after.boxes[end]
            if init.kind is end.kind is LIST and isinstance(one, Node):
                if isinstance(two, Grown) or (isinstance(two, Node) and len(two) != len(one)):
                    yield init, two
                    continue
            todo += zip(children(one) or (), children(two) or (), strict=False)
        elif not isinstance(init, Box):
            todo += zip(children(init) or (), children(end) or (), strict=False)


def sizes_in(cx: Context, sequence: Binding) -> dict[Box, Operand]:
    """The lists of computed length that a loop runs over, with their lengths."""
    if isinstance(sequence, Box):
        contents = cx.state.boxes[sequence]
        return {sequence: contents.size} if isinstance(contents, Grown) else {}
    found: dict[Box, Operand] = {}
    for part in children(sequence) or ():
        found |= sizes_in(cx, part)
    return found


def check_sizes(cx: Context, node: Any, before: dict[Box, Operand]) -> None:
    """Refuse a loop that has changed the length of the list that it runs over."""
    for box, size in before.items():
        contents = cx.state.boxes.get(box)
        if not isinstance(contents, Grown) or contents.size is not size:
            refuse_change(cx, node)


def refuse_change(cx: Context, node: Any) -> NoReturn:
    """A container gets longer or shorter while a loop runs over it."""
    cx.refuse(
        UnsupportedSyntax, "what the loop runs over gets longer or shorter in its body", node.iter,
        "loop over a copy: for x in list(xs)",
    )  # fmt: skip
