"""The bindings at the head of a loop, at the end of an iteration and behind the loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.frontend import points, shapes
from adgen.transpiler.frontend.binding_parts import children, part_names, with_children
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Cell,
    Conflict,
    Nullable,
    OneOf,
    Ref,
    Unbound,
)
from adgen.transpiler.frontend.carried import (
    Boxed,
    Clash,
    Late,
    Moved,
    Number,
    Optional,
    Parts,
    Template,
    Whole,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.exact_loops import Chosen
from adgen.transpiler.frontend.nullable import there_of, value_of
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.types import BOOL, Type
from adgen.transpiler.primitives.builder import dummy


@dataclass(eq=False)
class Slot:
    """One carried value: what it is before the loop, at the head, at the end."""

    init: Operand
    head: Value
    name: str


class Head:
    """Creates the head bindings of templates and collects the carried values."""

    def __init__(self, cx: Context, node: Any) -> None:
        self.cx, self.node = cx, node
        self.slots: list[Slot] = []
        self.cells: dict[Cell, tuple[Ref | None, Value]] = {}
        self.boxes: dict[Box, tuple[Box | None, Binding]] = {}
        self.arrays: dict[Cell, Value] = {}  # slots of names that are one of several arrays
        self.one_of: dict[Cell, OneOf] = {}

    def carry(self, init: Operand, kind: Type, name: str) -> Value:
        """One more carried value."""
        head = Value(kind, "" if name.startswith("$") else name)
        self.slots.append(Slot(self.cx.cast(self.node, init, kind), head, name))
        points.carried(self.cx, init, head)
        return head

    def binding(self, name: str, template: Template, init: Binding) -> Binding:
        """The binding at the head; carried values are appended to ``slots`` in order."""
        match template:
            case None:
                return init
            case Number(kind=kind):
                return self.carry(init, kind, name)
            case Whole():
                return self.array(name, template, init)
            case Chosen():
                return template.loop.head(self, template, init)
            case Moved(index=index):
                operands = tuple(
                    old if t is None else self.carry(old, t.kind, "")
                    for t, old in zip(index, init.index, strict=True)
                )
                return Ref(init.cell, init.path, operands)
            case Parts(parts=parts):
                rows = zip(part_names(name, init), parts, children(init) or (), strict=True)
                return with_children(init, tuple(self.binding(*row) for row in rows))
            case Boxed(box=box, inner=inner):
                self.cx.elements.holds_too(box, (init,))
                self.boxes[box] = (init, self.binding(name, inner, self.cx.state.boxes[init]))
                return box
            case Late(inner=inner, sample=sample, hidden=hidden):
                if init.maybe is not None:
                    value = self.binding(name, inner, init.maybe)
                else:
                    value = self.late(name, inner, sample)
                if hidden:
                    return Unbound(value)
                return Unbound(value, self.carry(init.bound, BOOL, f"{name}_bound"))
            case Optional(inner=inner, sample=sample):
                first = value_of(init)
                if first is not None:
                    value = self.binding(name, inner, first)
                else:
                    value = self.late(name, inner, value_of(sample))
                there = self.carry(there_of(init), BOOL, f"{name}_there" if name else "")
                return Nullable(value, there)
            case Clash(first=first, second=second):
                return Conflict(first, second)
        raise AssertionError(template)

    def array(self, name: str, template: Whole, init: Binding) -> Ref:
        """A name with a cell of its own."""
        cx = self.cx
        source = init if isinstance(init, Ref) else None
        if source is not None:
            start: Operand = cx.read(source, self.node)
        else:
            start = self.filled(template, init)
        head = self.carry(start, template.kind, name)
        template.cell.origin = self.node
        self.cells[template.cell] = (source, head)
        return Ref(template.cell)

    def filled(self, template: Whole, init: Operand) -> Operand:
        """An array of the shape that the number will have."""
        operands = [shapes.operand_of(self.cx, self.node, extent) for extent in template.shape]
        kind = template.kind
        return self.cx.emit(
            self.node, core.FULL_, init, *operands, dtype=kind.dtype, ones=kind.ones
        )

    def late(self, name: str, template: Template, sample: Binding) -> Binding:
        """The same for a name that has no value yet: dummies are carried."""
        match template:
            case Number(kind=kind):
                return self.carry(dummy(self.cx.builder, kind), kind, name)
            case Whole(cell=cell, kind=kind):
                head = self.carry(dummy(self.cx.builder, kind), kind, name)
                cell.origin = self.node
                self.cells[cell] = (None, head)
                return Ref(cell)
            case Chosen():
                return template.loop.head(self, template, None)
            case Parts(parts=parts):
                rows = zip(part_names(name, sample), parts, children(sample) or (), strict=True)
                return with_children(sample, tuple(self.late(*row) for row in rows))
            case Boxed(box=box, inner=inner, sample=contents):
                self.boxes[box] = (None, self.late(name, inner, contents))
                return box
            case Optional(inner=inner, sample=found):
                first = value_of(sample)
                value = self.late(name, inner, value_of(found) if first is None else first)
                return Nullable(value, self.carry(False, BOOL, f"{name}_there"))
            case Clash(first=first, second=second):
                return Conflict(first, second)
        return sample


def ends(cx: Context, node: Any, template: Template, end: Binding) -> list[Operand]:
    """What an iteration hands on for a template, in the order of ``Head.binding``."""
    bound: Operand = True
    if isinstance(end, Unbound):
        end, bound = end.maybe, end.bound
    match template:
        case Number(kind=kind):
            return [dummy(cx.builder, kind) if end is None else cx.cast(node, end, kind)]
        case Whole(kind=kind):
            if end is None:
                return [dummy(cx.builder, kind)]
            return [cx.cast(node, cx.read(end, node), kind)]
        case Chosen():
            return template.loop.yields(template, end)
        case Moved(index=index):
            if end is None:
                return [dummy(cx.builder, t.kind) for t in index if t is not None]
            pairs = zip(index, end.index, strict=True)
            return [cx.cast(node, x, t.kind) for t, x in pairs if t is not None]
        case Parts(parts=parts):
            items = (None,) * len(parts) if end is None else children(end) or ()
            return [x for t, e in zip(parts, items, strict=True) for x in ends(cx, node, t, e)]
        case Boxed(inner=inner):
            return ends(cx, node, inner, None if end is None else cx.state.boxes[end])
        case Late(inner=inner, hidden=hidden):
            return [*ends(cx, node, inner, end), *(() if hidden else (bound,))]
        case Optional(inner=inner):
            there: Operand = False if end is None else there_of(end)
            return [*ends(cx, node, inner, None if end is None else value_of(end)), there]
    return []


def chosen_in(template: Template, end: Binding, state: State) -> Iterator[tuple[Chosen, Ref]]:
    """The names that are one of several arrays, with what they are at the end."""
    if isinstance(end, Unbound):
        end = end.maybe
    if end is None:
        return
    match template:
        case Chosen():
            yield template, end
        case Parts(parts=parts):
            for part, item in zip(parts, children(end) or (), strict=True):
                yield from chosen_in(part, item, state)
        case Boxed(inner=inner):
            yield from chosen_in(inner, state.boxes[end], state)
        case Late(inner=inner):
            yield from chosen_in(inner, end, state)
        case Optional(inner=inner):
            yield from chosen_in(inner, value_of(end), state)


def with_results(binding: Binding, results: dict[Value, Value]) -> Binding:
    """The binding after the loop: values at the head become the results."""
    if isinstance(binding, Value):
        return results.get(binding, binding)
    if isinstance(binding, Ref):
        index = tuple(results.get(x, x) if isinstance(x, Value) else x for x in binding.index)
        return Ref(binding.cell, binding.path, index)
    if isinstance(binding, Unbound):
        bound = binding.bound
        flag = results.get(bound, bound) if isinstance(bound, Value) else bound
        return Unbound(with_results(binding.maybe, results), flag)
    parts = children(binding)
    if parts is None:
        return binding
    return with_children(binding, tuple(with_results(part, results) for part in parts))
