"""What an activation keeps while a call below it runs: on stacks, one for each number or array.

Only what differs from one activation to the next is saved: a name that stands for the same
array, function or number in all of them is found as it was.  Views of arrays that exist
before the recursion are saved as their indices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from adgen.transpiler.frontend.binding_parts import (
    alike,
    children,
    same,
    same_operand,
    with_children,
)
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    Box,
    Cell,
    Closure,
    Conflict,
    Frame,
    Ref,
    Unbound,
    is_operand,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.paths_compose import step_places
from adgen.transpiler.frontend.recursion.kept import (
    Boxed,
    Fixed,
    Made,
    Number,
    Parts,
    Saved,
    View,
    Whole,
    binding_of,
)
from adgen.transpiler.frontend.state import State, related
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Slot, Value, type_of
from adgen.transpiler.ir.layout import UNKNOWN
from adgen.transpiler.ir.types import Array, Type, join


class Stacks:
    """The stacks of one recursion."""

    def __init__(self, cx: Context, outer: Iterable[Value], cells: Iterable[Cell]) -> None:
        self.cx = cx
        self.outer = set(outer)
        self.cells = set(cells)
        self.boxes = set(cx.state.boxes)
        self.seen: set[Box] = set()  # containers that are saved already, or that the call sees
        self.slots: dict[Any, Slot] = {}
        self.signed: set[Any] = set()  # places of numbers that may be negative
        self.sites: dict[Any, Saved] = {}
        self.grown = False

    def declare(self) -> None:
        """Append the ops that make the stacks."""
        for slot in self.slots.values():
            self.cx.builder.effect(core.DECLARE, slot=slot)

    def forget(self) -> None:
        """Start again with what the sites save."""
        self.slots.clear()
        self.sites.clear()

    # Saving

    def save(self, node: Any, site: Any, frame: Frame, names: list[str], passed: Any) -> None:
        """Push what the names of a frame stand for; ``passed``: the arguments of the call."""
        saved = self.sites.setdefault(site, Saved())
        arrays: dict[Cell, int] = {}
        state = self.cx.state
        self.seen = boxes_in(state, passed)
        for name in names:
            binding = state.env.get((frame, name))
            old = saved.names.get(name)
            if binding is None or isinstance(binding, Unbound) or isinstance(old, Unbound):
                self.grown |= old is not None and not isinstance(old, Unbound)
                saved.names[name] = UNDEF
                continue
            label = (frame, name)
            saved.names[name] = self.put(node, saved, label, name, old, binding, arrays)
        for cell, number in arrays.items():
            value = self.cx.root(Ref(cell), node) if cell not in state.stale else state.cells[cell]
            self.push(node, saved.cells[number], value, cell.name)
        self.relations(saved, arrays, passed)

    def put(
        self, node: Any, saved: Saved, place: Any, name: str, old: Any, binding: Binding,
        arrays: dict[Cell, int],
    ) -> Any:  # fmt: skip
        """Push what a binding consists of; how it is put together again."""
        if isinstance(old, Conflict) or isinstance(binding, Conflict):
            return old if isinstance(old, Conflict) else binding
        if is_operand(binding):
            return self.put_number(node, place, name, old, binding)
        if isinstance(binding, Ref):
            return self.put_array(node, saved, place, name, old, binding, arrays)
        if isinstance(binding, Box) and binding not in self.boxes:
            return self.put_box(node, saved, place, name, old, binding, arrays)
        if isinstance(binding, Closure) and binding.defaults:
            return self.put_closure(node, saved, place, name, old, binding, arrays)
        parts = children(binding)
        if parts is not None:
            if old is not None and not (isinstance(old, Parts) and alike(old.sample, binding)):
                return Conflict(binding_of(old), binding)
            olds = (None,) * len(parts) if old is None else old.parts
            news = tuple(
                self.put(node, saved, (place, k), name, before, part, arrays)
                for k, (before, part) in enumerate(zip(olds, parts, strict=True))
            )
            return Parts(binding, news)
        if old is None or (isinstance(old, Fixed) and same(old.binding, binding)):
            return Fixed(binding)
        return Conflict(binding_of(old), binding)

    def put_box(
        self, node: Any, saved: Saved, place: Any, name: str, old: Any, box: Box,
        arrays: dict[Cell, int],
    ) -> Any:  # fmt: skip
        """Push the contents of a container that only one name of the activation refers to."""
        contents = self.cx.state.boxes[box]
        fits = old is None or (isinstance(old, Boxed) and old.box.kind is box.kind)
        if box in self.seen or not fits or isinstance(contents, Conflict):
            return Conflict(binding_of(old, box), box)
        self.seen.add(box)
        before = None if old is None else old.inner
        inner = self.put(node, saved, (place, "box"), name, before, contents, arrays)
        return Conflict(box, box) if isinstance(inner, Conflict) else Boxed(box, inner)

    def put_closure(
        self, node: Any, saved: Saved, place: Any, name: str, old: Any, closure: Closure,
        arrays: dict[Cell, int],
    ) -> Any:  # fmt: skip
        """Push the defaults of a function."""
        if old is not None and not (isinstance(old, Made) and same(old.closure, closure)):
            return Conflict(binding_of(old, closure), closure)
        olds = (None,) * len(closure.defaults) if old is None else old.defaults
        news = tuple(
            self.put(node, saved, (place, key), key, before, value, arrays)
            for before, (key, value) in zip(olds, closure.defaults.items(), strict=True)
        )
        return Made(closure, news)

    def put_number(self, node: Any, place: Any, name: str, old: Any, number: Operand) -> Any:
        """Push a number, unless it is the same in every activation."""
        fixed = not isinstance(number, Value) or number in self.outer
        if fixed and old is None:
            return Fixed(number)
        if fixed and isinstance(old, Fixed) and is_operand(old.binding):
            if same_operand(old.binding, number):
                return old
        if isinstance(old, Fixed):
            if not is_operand(old.binding):
                return Conflict(old.binding, number)
            self.grown = True
            self.widen((place, "number"), type_of(old.binding), name)
            self.signed.add((place, "number"))
        elif old is not None and not isinstance(old, Number):
            return Conflict(binding_of(old), number)
        self.push(node, (place, "number"), number, name)
        return Number((place, "number"))

    def put_array(
        self, node: Any, saved: Saved, place: Any, name: str, old: Any, ref: Ref,
        arrays: dict[Cell, int],
    ) -> Any:  # fmt: skip
        """Push the indices of a view; the arrays of the activation are noted in ``arrays``."""
        if old is not None and not isinstance(old, (View, Whole)):
            return Conflict(binding_of(old), ref)
        if old is not None and not _same_view(old.ref, ref):
            return Conflict(old.ref, ref)
        olds = (None,) * len(ref.index) if old is None else old.index
        index = tuple(
            self.put_number(node, (place, "index", k), "", before, operand)
            for k, (before, operand) in enumerate(zip(olds, ref.index, strict=True))
        )
        if ref.cell in self.cells or ref.cell.captured:
            if isinstance(old, Whole) or (old is not None and old.ref.cell is not ref.cell):
                return Conflict(old.ref, ref)
            return View(ref, index)
        if isinstance(old, View):
            return Conflict(old.ref, ref)
        if ref.cell not in arrays:
            number = arrays[ref.cell] = len(arrays)
            where = (place, "array", _rank(self.cx, ref))
            if number == len(saved.cells):
                saved.cells.append(where)
        number = arrays[ref.cell]
        if old is not None and old.cell != number or saved.cells[number][-1] != _rank(self.cx, ref):
            return Conflict(ref if old is None else old.ref, ref)
        return Whole(number, ref, index)

    def widen(self, place: Any, kind: Type, name: str) -> Slot:
        """The stack of a place, wide enough for a type."""
        have = self.slots.get(place)
        if have is None:
            wider: Type | None = kind
        else:
            wider = join(have.type, kind)
            assert wider is not None
        if have is None or wider != have.type:
            assert wider is not None
            self.grown = True
            label = "" if name.startswith("$") else name
            self.slots[place] = Slot("stack", wider, f"{label}_stack" if label else "stack")
        return self.slots[place]

    def push(self, node: Any, place: Any, value: Operand, name: str) -> None:
        """Push a value to the stack of a place."""
        cx = self.cx
        slot = self.widen(place, type_of(value), name)
        if place not in self.signed and not cx.extents.is_natural(value):
            self.signed.add(place)
            self.grown = True
        operand = cx.cast(node, value, slot.type)
        cx.builder.span = cx.span(node)
        cx.builder.effect(core.SAVE, operand, slot=slot)

    def relations(self, saved: Saved, arrays: dict[Cell, int], passed: Any) -> None:
        """Which of the arrays may share memory, with what else, and whether the call sees them."""
        state = self.cx.state
        reached = {ref.cell for ref in refs_in(passed)}
        for cell, number in arrays.items():
            if cell in state.stale:
                saved.stale[number] = state.stale[cell]
            if any(related(state.may, cell, other) for other in reached):
                saved.shared.add(number)
            for other in state.partners(cell):
                if other in arrays:
                    saved.pairs.add((number, arrays[other]))
                elif other in self.cells:
                    saved.pairs.add((number, other))

    # Restoring

    def restore(self, node: Any, site: Any, frame: Frame) -> list[Cell]:
        """Pop what a site saved and bind its names; the arrays that the call could reach."""
        cx, saved = self.cx, self.sites[site]
        cells = []
        for place in saved.cells:
            value = self.pop(node, place)
            cell = Cell(value.name)
            cx.state.cells[cell] = value
            cells.append(cell)
        for number, where in saved.stale.items():
            cx.state.stale[cells[number]] = where
        for number, other in saved.pairs:
            partner = cells[other] if isinstance(other, int) else other
            cx.state.may |= {frozenset((cells[number], partner))}
        for name, kept in saved.names.items():
            cx.state.env[(frame, name)] = self.take(node, kept, cells)
        return [cells[number] for number in saved.shared]

    def take(self, node: Any, kept: Any, cells: list[Cell]) -> Binding:
        """The binding that was pushed."""
        match kept:
            case Fixed(binding=binding):
                return binding
            case Number(place=place):
                return self.pop(node, place)
            case View(ref=ref, index=index):
                return Ref(ref.cell, ref.path, tuple(self.take(node, x, cells) for x in index))
            case Whole(cell=cell, ref=ref, index=index):
                operands = tuple(self.take(node, x, cells) for x in index)
                return Ref(cells[cell], ref.path, operands)
            case Parts(sample=sample, parts=parts):
                return with_children(sample, tuple(self.take(node, p, cells) for p in parts))
            case Boxed(box=box, inner=inner):
                fresh = Box(box.kind, box.name)
                self.cx.state.boxes[fresh] = self.take(node, inner, cells)
                return fresh
            case Made(closure=closure, defaults=defaults):
                values = tuple(self.take(node, part, cells) for part in defaults)
                return replace(closure, defaults=dict(zip(closure.defaults, values, strict=True)))
        return kept

    def pop(self, node: Any, place: Any) -> Value:
        """Pop a value from the stack of a place."""
        cx, slot = self.cx, self.slots[place]
        cx.builder.span = cx.span(node)
        name = slot.name.removesuffix("stack").removesuffix("_")
        value = cx.builder.emit(core.LOAD, slot=slot, name=name)
        assert isinstance(value, Value)
        if isinstance(slot.type, Array):
            cx.extents.layouts[value] = UNKNOWN
        elif place not in self.signed:
            cx.extents.natural.add(value)
        return value


def _same_view(first: Ref, second: Ref) -> bool:
    steps = step_places(first.path)
    return first.path == second.path and all(
        same_operand(first.index[k], second.index[k]) for k in steps
    )


def _rank(cx: Context, ref: Ref) -> int:
    """The number of axes of the array that a reference is a view of."""
    kind = cx.state.cells[ref.cell].type
    assert isinstance(kind, Array)
    return kind.ndim


def boxes_in(state: State, binding: Binding) -> set[Box]:
    """The containers that a binding refers to, those in containers too."""
    if isinstance(binding, Box):
        return {binding, *boxes_in(state, state.boxes[binding])}
    return {box for part in children(binding) or () for box in boxes_in(state, part)}


def refs_in(binding: Binding) -> list[Ref]:
    """The arrays that a binding refers to."""
    if isinstance(binding, Ref):
        return [binding]
    parts = children(binding)
    return [ref for part in parts or () for ref in refs_in(part)]
