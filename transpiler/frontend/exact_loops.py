"""Loops at whose head a name is one of several arrays: exact aliases from iteration to iteration.

An array that an iteration makes and the next one still names lives in a slot, a carried value of
the name that holds it.  Two names of one such array agree on the slot: that of the first.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.frontend.alternatives import Uses, alternatives, by_tag, uses_of
from adgen.transpiler.frontend.binding_parts import same_operand
from adgen.transpiler.frontend.bindings import Binding, Cell, Key, OneOf, Ref
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.paths_compose import step_places
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import Path
from adgen.transpiler.ir.types import INT, Array, join
from adgen.transpiler.primitives.builder import dummy

if TYPE_CHECKING:
    from adgen.transpiler.frontend.loop_heads import Head

LIMIT = 16  # views that one name may stand for


@dataclass(frozen=True, eq=False)
class View:
    """One thing that a name may be at the head: a part of an array, at carried indices."""

    cell: Cell
    path: Path
    index: tuple[Operand, ...]  # steps of slices are fixed, the rest is an example

    def matches(self, cell: Cell, ref: Ref) -> bool:
        """Whether another ref is this view, at some indices."""
        return (
            self.cell is cell
            and self.path == ref.path
            and all(same_operand(self.index[k], ref.index[k]) for k in step_places(self.path))
        )

    @property
    def moving(self) -> list[int]:
        """The positions of the operands that are carried."""
        fixed = step_places(self.path)
        return [k for k in range(len(self.index)) if k not in fixed]


@dataclass(eq=False)
class Chosen:
    """The template of a name that is one of several views; both lists only grow."""

    loop: ExactLoop
    name: str
    cell: Cell
    views: list[View] = field(default_factory=list)
    slots: dict[Any, tuple[Cell, Array]] = field(default_factory=dict)  # by dtype and rank

    def place(self, cell: Cell, ref: Ref) -> int | None:
        """The number of a view."""
        for number, view in enumerate(self.views):
            if view.matches(cell, ref):
                return number
        return None


class ExactLoop:
    """The names of one loop that are followed exactly."""

    def __init__(self, cx: Context, node: Any) -> None:
        self.cx, self.node, self.start = cx, node, cx.state
        self.all: list[Chosen] = []
        self.before: Uses = {}
        self.after: Uses = {}
        self.ends: list[tuple[Chosen, OneOf]] = []  # in the order in which slots are taken

    def observe(self, keys: list[Key], after: State) -> None:
        """Look at a trial: which names share arrays before the loop, and at its end."""
        self.before = uses_of(self.cx, self.start, keys)
        self.after = uses_of(self.cx, after, keys)

    def is_private(self, init: Ref | None, end: Ref) -> bool:
        """Whether before the loop and at its end no other name refers to what this one does."""
        places = self.after.get(end.cell)
        known = self.cx.given.union(view.cell for chosen in self.all for view in chosen.views)
        if places is None or len(places) != 1 or end.cell in known:
            return False
        if init is None:
            return True
        return init.cell not in known and self.before.get(init.cell) == places

    def chosen(self, name: str, init: Ref | None) -> Chosen:
        """The template of a name that may be what it is before the loop."""
        made = Chosen(self, name, Cell(name))
        self.all.append(made)
        if init is not None:
            for ref in alternatives(self.cx, self.start, init).refs:
                if made.place(ref.cell, ref) is None:
                    made.views.append(View(ref.cell, ref.path, ref.index))
        return made

    # What a trial teaches

    def learn(self, ends: Iterator[tuple[Chosen, Ref]], after: State) -> bool:
        """Extend the templates by what their names are at the end; whether anything was new."""
        self.ends = [(chosen, alternatives(self.cx, after, end)) for chosen, end in ends]
        size = self._size()
        for chosen, one_of in self.ends:
            for ref in one_of.refs:
                if ref.cell not in self.start.cells and after.partners(ref.cell):
                    self.cx.refuse_alias(ref.cell, self.node)
                for _, cell in self._targets(chosen, ref, after):
                    if chosen.place(cell, ref) is None:
                        chosen.views.append(View(cell, ref.path, ref.index))
            if len(chosen.views) > LIMIT:
                self.cx.refuse(
                    AliasedMutation,
                    f"`{chosen.name}` is another part of an array in every iteration",
                    self.node,
                    "index the array itself",
                )
        return size != self._size()

    def _size(self) -> list[Any]:
        return [
            (len(chosen.views), *[kind for _, kind in chosen.slots.values()])
            for chosen, _ in self.ends
        ]

    def _targets(
        self, chosen: Chosen, ref: Ref, after: State
    ) -> list[tuple[Operand, Cell]]:  # fmt: skip
        """Where the array of a view will be in the next iteration: conditions, tried in order."""
        if ref.cell in self.start.cells:
            return [(True, ref.cell)]
        kind = after.cells[ref.cell].type
        assert isinstance(kind, Array)
        found: list[tuple[Operand, Cell]] = []
        for other, one_of in self.ends:
            if other is chosen:
                break
            numbers = [k for k, view in enumerate(one_of.refs) if view.cell is ref.cell]
            if numbers:
                condition = self._is_any(one_of, numbers)
                found.append((condition, _slot(other, kind)))
                if condition is True:
                    return found
        return [*found, (True, _slot(chosen, kind))]

    def _is_any(self, one_of: OneOf, numbers: list[int]) -> Operand:
        if len(numbers) == len(one_of.refs):
            return True
        cx, condition = self.cx, None
        for number in numbers:
            equal = cx.emit(self.node, operator.eq, one_of.tag, number)
            condition = (
                equal if condition is None else cx.emit(self.node, operator.or_, condition, equal)
            )
        assert condition is not None
        return condition

    # The head and the end

    def head(self, head: Head, chosen: Chosen, init: Ref | None) -> Ref:
        """The binding at the head of the loop."""
        cx = self.cx
        one_of = OneOf(0, ()) if init is None else alternatives(cx, cx.state, init)
        first = [chosen.place(ref.cell, ref) for ref in one_of.refs]
        tag: Operand = 0
        if len(chosen.views) > 1:
            start = by_tag(cx, self.node, one_of.tag, [_constant(k) for k in first]) if first else 0
            tag = head.carry(start, INT, f"{chosen.name}_is")
        refs = []
        for number, view in enumerate(chosen.views):
            index = list(view.index)
            for k in view.moving:
                starts = {n: one_of.refs[n].index[k] for n, p in enumerate(first) if p == number}
                index[k] = head.carry(self._pick(one_of.tag, starts, 0), INT, "")
            refs.append(Ref(view.cell, view.path, tuple(index)))
        for cell, kind in chosen.slots.values():
            head.arrays[cell] = head.carry(dummy(cx.builder, kind), kind, chosen.name)
        head.one_of[chosen.cell] = OneOf(tag, tuple(refs))
        return Ref(chosen.cell)

    def yields(self, chosen: Chosen, end: Ref | None) -> list[Operand]:
        """What an iteration hands on, in the order of ``head``."""
        cx, node, after = self.cx, self.node, self.cx.state
        one_of = OneOf(0, ()) if end is None else alternatives(cx, after, end)
        targets = [self._targets(chosen, ref, after) for ref in one_of.refs]
        places = [
            [(condition, chosen.place(cell, ref)) for condition, cell in found]
            for ref, found in zip(one_of.refs, targets, strict=True)
        ]
        out: list[Operand] = []
        if len(chosen.views) > 1:
            chains = [self._first_of(found) for found in places]
            out.append(by_tag(cx, node, one_of.tag, chains) if chains else 0)
        for number, view in enumerate(chosen.views):
            here = [k for k, found in enumerate(places) if number in [n for _, n in found]]
            for k in view.moving:
                values = {n: one_of.refs[n].index[k] for n in here}
                out.append(self._pick(one_of.tag, values, 0))
        for cell, kind in chosen.slots.values():
            own = [k for k, found in enumerate(targets) if found[-1][1] is cell]
            contents = {k: after.cells[one_of.refs[k].cell] for k in own}
            content = self._pick(one_of.tag, contents, after.cells[cell], len(one_of.refs))
            out.append(cx.cast(node, content, kind))
        return out

    def _first_of(self, found: list[tuple[Operand, int | None]]) -> Callable[[], Binding]:
        """The number of the first view whose condition holds."""
        from adgen.transpiler.frontend.blocks import choose

        (condition, number), rest = found[0], found[1:]
        if not isinstance(condition, Value):
            return _constant(number)
        return lambda: choose(
            self.cx, self.node, condition, _constant(number), self._first_of(rest)
        )

    def _pick(
        self, tag: Operand, values: dict[int, Any], default: Operand, count: int = 0
    ) -> Operand:  # fmt: skip
        """The value of the tag; ``default`` for others, if there are any that matter."""
        if not values:
            return default
        numbers = list(values)
        if not isinstance(tag, Value) or (count != len(numbers) and count):
            if not isinstance(tag, Value):
                return values.get(int(tag), default)  # type: ignore[no-any-return]
            last: Callable[[], Binding] = _constant(default)
        else:
            last = _constant(values[numbers.pop()])
        return self._chain(tag, numbers, values, last)

    def _chain(
        self, tag: Operand, numbers: list[int], values: dict[int, Any], last: Callable[[], Binding]
    ) -> Operand:
        from adgen.transpiler.frontend.blocks import choose

        if not numbers:
            return last()  # type: ignore[no-any-return]
        cx, number = self.cx, numbers[0]
        condition = cx.emit(self.node, operator.eq, tag, number)
        assert isinstance(condition, Value)
        return choose(  # type: ignore[no-any-return]
            cx, self.node, condition, _constant(values[number]),
            lambda: self._chain(tag, numbers[1:], values, last),
        )  # fmt: skip


def _slot(chosen: Chosen, kind: Array) -> Cell:
    """The slot of a name for arrays of that kind, made or widened where needed."""
    key = kind.dtype, kind.ndim
    cell, have = chosen.slots.get(key) or (Cell(chosen.name), kind)
    wider = join(have, kind)
    assert isinstance(wider, Array)
    chosen.slots[key] = cell, wider
    return cell


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value
