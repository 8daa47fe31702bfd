"""What a loop carries: templates of bindings, grown until an iteration adds nothing.

A template says how a name is bound at the head of the loop.  None: as before the
loop.  The templates only ever grow, so the repetition ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.binding_parts import (
    alike,
    children,
    common_type,
    part_names,
    same,
    same_operand,
    with_children,
)
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Cell,
    Conflict,
    OneOf,
    Ref,
    Unbound,
    is_operand,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.exact_loops import Chosen
from adgen.transpiler.frontend.paths_compose import step_places
from adgen.transpiler.frontend.shapes import mentions
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import BOOL, Array, Scalar, Type, join
from adgen.transpiler.primitives.builder import dummy


@dataclass(frozen=True, eq=False)
class Number:
    """A carried number of that type."""

    kind: Type


@dataclass(frozen=True, eq=False)
class Whole:
    """A name that refers to an array of its own at the head; ``shape``: if it was a number
    before, that of the array it becomes.
    """

    cell: Cell
    kind: Array
    shape: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False)
class Moved:
    """The same view of the same array, at carried indices (None: an unchanged one)."""

    index: tuple[Number | None, ...]


@dataclass(frozen=True, eq=False)
class Late:
    """Without value on some paths to the loop; a truth value is carried along.

    ``inner`` is the template of the value.  ``sample``: what the body binds, if nothing is
    bound before the loop.  ``hidden``: a name of the compiler, which asks flags of its own.
    """

    inner: Any
    sample: Binding = None
    hidden: bool = False


@dataclass(frozen=True, eq=False)
class Parts:
    """A compound binding, part by part."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Boxed:
    """A name that refers to a container of its own at the head; ``inner`` is the template of
    its contents, ``sample`` says what they look like.
    """

    box: Box
    inner: Any
    sample: Binding


@dataclass(frozen=True, eq=False)
class Clash:
    """No one type holds what the iterations bind; only reading it is an error."""

    first: Binding
    second: Binding


Template = Any


def grow(
    cx: Context, name: str, template: Template, init: Binding, end: Binding, start: State
) -> Template:
    """The template that also covers ``end``, in whose state ``cx`` is; the old one if it does.

    ``start`` is the state before the loop, that of ``init``.
    """
    if isinstance(template, Clash) or isinstance(init, Conflict):
        return template
    if isinstance(init, Unbound):
        return _grow_late(cx, name, template, init, end, start)
    if isinstance(end, Unbound):
        if end.maybe is None:
            return template  # not live at the end of the body
        end = end.maybe  # dropped only where it is never read again
    if isinstance(end, Conflict):
        return Clash(init, end.second if same(init, end.first) else end.first)
    if cx.aliases is not None and isinstance(init, Ref) and isinstance(end, Ref):
        if template is None and same(init, end):
            return None
        exact = _grow_exact(cx, name, template, init, end)
        if exact is not None:
            return exact
    if template is None:
        return None if same(init, end) else _first(cx, name, init, end, start)
    match template:
        case Number(kind=kind):
            wider = join(kind, type_of(end)) if is_operand(end) else None
            if wider is not None:
                return template if wider == kind else Number(wider)
            return _spread(cx, name, init, end)
        case Whole(kind=kind):
            return _grow_whole(cx, template, kind, init, end)
        case Moved(index=index):
            return _grow_moved(cx, name, template, index, init, end)
        case Chosen():
            return Clash(init, end)
        case Parts(parts=parts):
            if not alike(init, end):
                return Clash(init, end)
            pairs = zip(children(init) or (), children(end) or (), strict=True)
            rows = zip(part_names(name, init), parts, pairs, strict=True)
            news = tuple(grow(cx, part, old, *pair, start) for part, old, pair in rows)
            return template if all(map(_is, news, parts)) else Parts(news)
        case Boxed():
            return _grow_boxed(cx, name, template, init, end, start)
    return template


def _grow_exact(cx: Context, name: str, template: Template, init: Ref | None, end: Ref) -> Template:
    """The template of an array whose aliases are followed; None where the usual one is exact."""
    if isinstance(template, Chosen):
        return template  # ExactLoop.learn extends it
    if isinstance(template, (Moved, type(None))) and init is not None:
        if init.cell is end.cell and init.path == end.path:
            if all(same_operand(init.index[k], end.index[k]) for k in step_places(init.path)):
                return None
    if isinstance(template, (Whole, type(None))) and cx.aliases.is_private(init, end):
        return None
    return cx.aliases.chosen(name, init)


def _is(first: Any, second: Any) -> bool:
    return first is second


def _first(cx: Context, name: str, init: Binding, end: Binding, start: State) -> Template:
    if is_operand(init) and is_operand(end):
        kind = common_type(init, end)
        assert kind is not None
        return Number(kind)
    if is_operand(init):
        return _spread(cx, name, init, end)
    if isinstance(init, Ref) and isinstance(end, Ref):
        if init.cell is end.cell and init.path == end.path:
            return _grow_moved(cx, name, Moved((None,) * len(init.index)), (), init, end)
        return _whole(cx, name, init, end)
    if isinstance(init, Box) and isinstance(end, Box) and init.kind is end.kind:
        inner = grow(cx, name, None, start.boxes[init], cx.state.boxes[end], start)
        return Boxed(Box(init.kind, name), inner, start.boxes[init])
    if alike(init, end):
        rows = zip(part_names(name, init), children(init) or (), children(end) or (), strict=True)
        return Parts(tuple(grow(cx, part, None, a, b, start) for part, a, b in rows))
    return Clash(init, end)


def _grow_boxed(
    cx: Context, name: str, template: Boxed, init: Binding, end: Binding, start: State
) -> Template:
    if not (isinstance(end, Box) and end.kind is template.box.kind):
        return Clash(init, end)
    contents = cx.state.boxes[end]
    if isinstance(init, Box):
        inner = grow(cx, name, template.inner, start.boxes[init], contents, start)
    else:
        inner = _grow_sample(cx, name, template.inner, contents)
    return template if inner is template.inner else replace(template, inner=inner)


def _spread(cx: Context, name: str, init: Binding, end: Binding) -> Template:
    """A number that becomes an array (``total = 0.0; total = total + row``)."""
    if isinstance(end, Ref) and is_operand(init):
        kind = shapes.ref_type(cx, end)
        wider = join(Scalar(kind.dtype), type_of(init))
        assert isinstance(kind, Array) and wider is not None
        shape = shapes.ref_shape(cx, end)
        local = {r for _, op in core.walk(cx.builder.block((), ())) for r in op.results}
        if not mentions(shape, local):
            return Whole(Cell(name), Array(wider.dtype, kind.ones), shape)
    return Clash(init, end)


def _whole(cx: Context, name: str, init: Ref, end: Ref) -> Template:
    kind = join(cx.kind(init), cx.kind(end))
    return Whole(Cell(name), kind) if isinstance(kind, Array) else Clash(init, end)


def _grow_whole(cx: Context, template: Whole, kind: Array, init: Binding, end: Binding) -> Template:
    if not isinstance(end, Ref):
        return Clash(init, end)
    wider = join(kind, cx.kind(end))
    if not isinstance(wider, Array):
        return Clash(init, end)
    return template if wider == kind else replace(template, kind=wider)


def _grow_moved(
    cx: Context, name: str, template: Template, index: Any, init: Ref, end: Binding
) -> Template:
    if not (isinstance(end, Ref) and end.cell is init.cell and end.path == init.path):
        return _whole(cx, name, init, end) if isinstance(end, Ref) else Clash(init, end)
    if not all(same_operand(init.index[k], end.index[k]) for k in step_places(init.path)):
        return _whole(cx, name, init, end)
    news = []
    for old, a, b in zip(template.index, init.index, end.index, strict=True):
        news.append(grow(cx, "", old, a, b, cx.state) if old or not same_operand(a, b) else None)
    return template if all(map(_is, news, template.index)) else Moved(tuple(news))


def _grow_late(
    cx: Context, name: str, template: Template, init: Unbound, end: Binding, start: State
) -> Template:
    if end is init or (isinstance(end, Unbound) and end.maybe is None):
        return template
    value = end.maybe if isinstance(end, Unbound) else end
    if init.maybe is not None:
        old = template.inner if template is not None else None
        inner = grow(cx, name, old, init.maybe, value, start)
        return template if template is not None and inner is old else Late(inner)
    if isinstance(value, Conflict):
        return Clash(value.first, value.second)
    if template is None:
        return Late(_sample(cx, name, value), value, name.startswith("$"))
    inner = _grow_sample(cx, name, template.inner, value)
    return template if inner is template.inner else replace(template, inner=inner, sample=value)


def _sample(cx: Context, name: str, end: Binding) -> Template:
    """The template of something that has no value before the loop."""
    if is_operand(end):
        return Number(type_of(end))
    if isinstance(end, Ref):
        exact = None if cx.aliases is None else _grow_exact(cx, name, None, None, end)
        if exact is not None:
            return exact
        kind = shapes.ref_type(cx, end)
        assert isinstance(kind, Array)
        return Whole(Cell(name), kind)
    if isinstance(end, Box):
        contents = cx.state.boxes[end]
        return Boxed(Box(end.kind, name), _sample(cx, name, contents), contents)
    parts = children(end)
    if parts is None:
        return None
    pairs = zip(part_names(name, end), parts, strict=True)
    return Parts(tuple(_sample(cx, *pair) for pair in pairs))


def _grow_sample(cx: Context, name: str, template: Template, end: Binding) -> Template:
    if cx.aliases is not None and isinstance(end, Ref) and isinstance(template, (Whole, Chosen)):
        exact = _grow_exact(cx, name, template, None, end)
        if exact is not None:
            return exact
    match template:
        case Number(kind=kind) if is_operand(end):
            wider = join(kind, type_of(end))
            return template if wider == kind else Number(wider)  # type: ignore[arg-type]
        case Whole(kind=kind) if isinstance(end, Ref):
            return _grow_whole(cx, template, kind, end, end)
        case Parts(parts=parts):
            items = children(end) or ()
            if len(items) == len(parts):
                news = tuple(map(lambda t, e: _grow_sample(cx, name, t, e), parts, items))
                return template if all(map(_is, news, parts)) else Parts(news)
        case Boxed(sample=sample) if isinstance(end, Box):
            if alike(sample, cx.state.boxes[end]):
                return _grow_boxed(cx, name, template, None, end, cx.state)
    return template if template is None and children(end) is None else Clash(end, end)


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
