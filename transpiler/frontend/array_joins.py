"""Where control flow meets: the numbers and arrays of both arms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.frontend.alternatives import Uses, alternatives, by_tag, remember, uses_of
from adgen.transpiler.frontend.binding_parts import common_type, same_operand
from adgen.transpiler.frontend.bindings import Binding, Cell, Key, OneOf, Ref
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.layouts import joined_layout
from adgen.transpiler.frontend.paths_compose import step_places
from adgen.transpiler.frontend.shapes import mentions, type_in
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import INT, Array, Type, join
from adgen.transpiler.primitives.builder import Builder

FLAGS = ("$out", "$leave", "$ret", "$done")


@dataclass(eq=False, slots=True)
class Arm:
    """One arm of a branch after it has been lowered."""

    builder: Builder
    state: State

    def flag(self, cx: Context, name: str) -> bool:
        """Whether a control flag of the present frame is certainly set at the end."""
        return self.state.env.get((cx.frame, name), False) is True


class ArrayMerger:
    """The numbers and arrays of two arms, joined."""

    def __init__(
        self, cx: Context, node: Any, condition: Value, then: Arm, orelse: Arm,
        live: Callable[[Key], bool],
    ) -> None:  # fmt: skip
        self.cx, self.node, self.condition, self.live = cx, node, condition, live
        self.arms = (then, orelse)
        self.joined = cx.state.copy()
        self.out = tuple(arm.flag(cx, "$out") for arm in self.arms)
        self.returned = tuple(arm.flag(cx, "$ret") for arm in self.arms)
        self.local = tuple({r for op in arm.builder.ops for r in op.results} for arm in self.arms)
        self.results: list[tuple[Operand | None, Operand | None, Value]] = []
        self.memo: dict[Any, Value] = {}
        self.uses: list[Uses] = []
        self.merged: dict[tuple[Cell, Cell], Cell] = {}  # a cell of each arm -> the joined one
        self.copied: dict[Cell, tuple[Cell, Cell]] = {}  # holds views of these
        self.chosen: dict[Any, Ref] = {}
        self.own = True  # the name at hand is of the present frame

    def operand(self, first: Operand, second: Operand, name: str) -> Operand:
        """The join of two operands that have a common type."""
        if same_operand(first, second):
            return first
        kind = common_type(first, second)
        assert kind is not None
        if self.cx.mixes is not None:
            kinds = {type_of(side).dtype.kind for side in (first, second)}
            self.cx.mixes |= len(kinds) > 1
        joined = self.result(first, second, kind, name)
        self.cx.elements.meet(joined, (first, second))
        return joined

    def result(self, first: Operand | None, second: Operand | None, kind: Type, name: str) -> Value:
        """A result of the op; None stands for a dummy."""
        key = tuple(o if isinstance(o, Value) else (type(o), repr(o)) for o in (first, second))
        if key not in self.memo:
            value = Value(kind, "" if name.startswith("$") else name)
            self.memo[key] = value
            self.results.append((first, second, value))
            self.note_shape(value, first, second)
        return self.memo[key]

    def note_shape(self, value: Value, first: Operand | None, second: Operand | None) -> None:
        """Keep extents that hold on both paths and mean something outside of them."""
        if not isinstance(value.type, Array):
            return
        layout = joined_layout(self.cx, first, second)
        if layout is not None:
            self.cx.extents.layouts[value] = layout
        one = self.cx.extents.of(first) if first is not None else None
        two = self.cx.extents.of(second) if second is not None else None
        shape = one or two
        if shape is not None and (one is None or two is None or one == two):
            if not any(mentions(shape, local) for local in self.local):
                self.cx.extents.shapes[value] = shape

    def ref(self, name: str, first: Ref, second: Ref) -> Ref | None:
        """The join of two arrays: the same view of joined cells, or a value of its own."""
        steps = step_places(first.path) if first.path == second.path else ()
        alike_steps = all(same_operand(first.index[k], second.index[k]) for k in steps)
        followed = self.node in self.cx.exact or any(
            ref.cell in arm.state.one_of
            for arm, ref in zip(self.arms, (first, second), strict=True)
        )
        exact = followed and first.cell is not second.cell
        if (
            first.path == second.path
            and alike_steps
            and self.compatible(first.cell, second.cell)
            and not (exact and not self.is_private(first.cell, second.cell))
        ):
            cell = self.cell(name, first.cell, second.cell)
            index = tuple(
                self.operand(a, b, "") for a, b in zip(first.index, second.index, strict=True)
            )
            return Ref(cell, first.path, index)
        sides = zip(self.arms, (first, second), strict=True)
        if any(not isinstance(type_in(arm.state, ref), Array) for arm, ref in sides):
            return None  # views of elements (element_views.py)
        if followed:
            return self.one_of(name, first, second)
        return self.materialised(name, first, second)

    def is_private(self, first: Cell, second: Cell) -> bool:
        """Whether what refers to one cell on one path refers to the other on the other path."""
        for side, cell in enumerate((first, second)):
            if cell in self.cx.given or cell in self.arms[side].state.one_of:
                return False
        if not self.uses:
            keys = [k for k in {**self.arms[0].state.env, **self.arms[1].state.env} if self.live(k)]
            self.uses += [uses_of(self.cx, arm.state, keys) for arm in self.arms]
        return self.uses[0].get(first) == self.uses[1].get(second)

    def one_of(self, name: str, first: Ref, second: Ref) -> Ref | None:
        """An array that is one view or another, by a tag that the arms set."""
        memo = first.cell, first.path, first.index, second.cell, second.path, second.index
        if memo in self.chosen:
            return self.chosen[memo]
        value = self.joined_values(name, first, second)
        if value is None:
            return None
        one, two = (
            alternatives(self.cx, arm.state, ref)
            for arm, ref in zip(self.arms, (first, second), strict=True)
        )
        pairs: list[list[Ref | None]] = [[ref, None] for ref in one.refs]
        places = [_place(pairs, ref) for ref in two.refs]
        with self.cx.inside(self.arms[1].builder, self.arms[1].state):
            numbers: list[Callable[[], Binding]] = [lambda k=k: k for k in places]  # type: ignore[misc]
            tag = by_tag(self.cx, self.node, two.tag, numbers)
            self.arms[1].state = self.cx.state
        cell = Cell(name)
        self.joined.cells[cell] = value
        views = tuple(self.view(name, *pair) for pair in pairs)
        tags = self.result(one.tag, tag, INT, f"{name}_is" if name else "")
        self.joined.one_of[cell] = OneOf(tags, views)
        remember(self.joined, cell, value)
        self.chosen[memo] = Ref(cell)
        return self.chosen[memo]

    def view(self, name: str, first: Ref | None, second: Ref | None) -> Ref:
        """A view that one path or both may choose."""
        if first is None or second is None:
            there = second if first is None else first
            return self.adopt(name, there, 1 if first is None else 0)  # type: ignore[no-any-return]
        index = map(lambda a, b: self.operand(a, b, ""), first.index, second.index)
        return Ref(first.cell, first.path, tuple(index))

    def compatible(self, first: Cell, second: Cell) -> bool:
        """Whether one cell can hold the values of both."""
        if first is second:
            return True
        a, b = self.arms[0].state.cells[first], self.arms[1].state.cells[second]
        return a.type.dtype == b.type.dtype and join(a.type, b.type) is not None

    def cell(self, name: str, first: Cell, second: Cell) -> Cell:
        """The cell that is ``first`` on one path and ``second`` on the other."""
        if first is second and (first in self.joined.cells or first in self.joined.one_of):
            return first
        if (first, second) not in self.merged:
            a, b = self.arms[0].state.cells[first], self.arms[1].state.cells[second]
            value = self.operand(a, b, name)
            assert isinstance(value, Value)
            self.merged[first, second] = self.new_cell(name, first, second, value)
        return self.merged[first, second]

    def new_cell(self, name: str, first: Cell, second: Cell, value: Value) -> Cell:
        """A cell of the joined state for what two cells hold."""
        cell = Cell(name, captured=first.captured or second.captured)
        cell.origin = self.node
        self.cx.elements.holds_too(cell, (first, second))
        cell.part = first.part or second.part
        self.joined.cells[cell] = value
        for arm, source in zip(self.arms, (first, second), strict=True):
            if source in arm.state.stale:
                self.joined.stale[cell] = arm.state.stale[source]
        return cell

    def materialised(self, name: str, first: Ref, second: Ref) -> Ref | None:
        """Different views: their values joined, in a cell that may alias both."""
        joined = self.joined_values(name, first, second)
        if joined is None:
            return None
        cell = self.new_cell(name, first.cell, second.cell, joined)
        self.copied[cell] = first.cell, second.cell
        return Ref(cell)

    def joined_values(self, name: str, first: Ref, second: Ref) -> Value | None:
        """What is in one view or in the other."""
        values = []
        for side, (arm, ref) in enumerate(zip(self.arms, (first, second), strict=True)):
            value: Operand = arm.state.cells[ref.cell]
            with self.cx.inside(arm.builder, arm.state):
                if ref.cell in arm.state.one_of:
                    value = self.cx.read(ref, self.node, name)
                elif ref.path:
                    value = self.cx.emit(
                        self.node, core.GETITEM, value, *ref.index, path=ref.path, name=name
                    )
                arm.state = self.cx.state
            self.local[side].update(r for op in arm.builder.ops for r in op.results)
            values.append(value)
        if join(type_of(values[0]), type_of(values[1])) is None:
            return None
        joined = self.operand(values[0], values[1], name)
        assert isinstance(joined, Value)
        return joined

    def adopt(self, name: str, binding: Binding, side: int) -> Binding:
        """The binding of one arm, with dummies on the other."""
        raise NotImplementedError


def _place(pairs: list[list[Ref | None]], ref: Ref) -> int:
    """The number of a view of the second arm, side by side with the same one of the first."""
    for number, (first, second) in enumerate(pairs):
        if second is None and first is not None and first.cell is ref.cell:
            steps = step_places(ref.path) if first.path == ref.path else ()
            if first.path == ref.path and all(
                same_operand(first.index[k], ref.index[k]) for k in steps
            ):
                pairs[number][1] = ref
                return number
    pairs.append([None, ref])
    return len(pairs) - 1
