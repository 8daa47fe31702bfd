"""What a loop carries: templates of bindings, grown until an iteration adds nothing.

A template says how a name is bound at the head of the loop.  None: as before the
loop.  The templates only ever grow, so the repetition ends.
"""

from __future__ import annotations

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
)
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Cell,
    Conflict,
    Nullable,
    Ref,
    Unbound,
    is_operand,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.exact_loops import Chosen
from adgen.transpiler.frontend.nullable import is_none, may_be_none, value_of
from adgen.transpiler.frontend.paths_compose import step_places
from adgen.transpiler.frontend.shapes import mentions
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.types import Array, Scalar, Type, join


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
class Optional:
    """None in some iterations; a truth value is carried along.

    ``inner`` is the template of the value.  ``sample``: what the body binds, if it is None before
    the loop.
    """

    inner: Any
    sample: Binding = None


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
    if isinstance(template, Optional) or (cx.takes_none and may_be_none(init, end)):
        return _grow_optional(cx, name, template, init, end, start)
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
    if not isinstance(shapes.ref_type(cx, end), Array):  # a view of an element
        return None
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
        if not isinstance(kind, Array):  # a view of an element (element_views.py)
            return Clash(init, end)
        assert wider is not None
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
        sample = _sample(cx, name, value)
        return sample if isinstance(sample, Clash) else Late(sample, value, name.startswith("$"))
    if template.inner is None and is_none(template.sample) and not is_none(value):
        return replace(template, inner=Optional(_sample(cx, name, value_of(value)), value))
    inner = _grow_sample(cx, name, template.inner, value)
    return template if inner is template.inner else replace(template, inner=inner, sample=value)


def _grow_optional(
    cx: Context, name: str, template: Template, init: Binding, end: Binding, start: State
) -> Template:
    """The template of what is None before the loop, or at the end of an iteration."""
    old = template if isinstance(template, Optional) else None
    first, last = value_of(init), value_of(end)
    if isinstance(last, Conflict):
        return Clash(last.first, last.second)
    if first is not None:
        inner = old.inner if old is not None else template
        news = inner if last is None else grow(cx, name, inner, first, last, start)
        made: Template = Optional(news)
    elif last is None:
        return template
    elif old is None:
        news, made = None, Optional(_sample(cx, name, last), last)
    else:
        news = _grow_sample(cx, name, old.inner, last)
        made = Optional(news, last)
    if isinstance(news, Clash):
        return news
    return old if old is not None and news is old.inner else made


def _sample(cx: Context, name: str, end: Binding) -> Template:
    """The template of something that has no value before the loop."""
    if isinstance(end, Nullable):
        return Optional(_sample(cx, name, end.value), end)
    if is_operand(end):
        return Number(type_of(end))
    if isinstance(end, Ref):
        kind = shapes.ref_type(cx, end)
        if not isinstance(kind, Array):  # a view of an element (element_views.py)
            return Clash(end, 0.0)
        exact = None if cx.aliases is None else _grow_exact(cx, name, None, None, end)
        if exact is not None:
            return exact
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
    if isinstance(template, Optional) or isinstance(end, Nullable):
        return _grow_optional_sample(cx, name, template, end)
    match template:
        case Number(kind=kind) if is_operand(end):
            wider = join(kind, type_of(end))
            return template if wider == kind else Number(wider)  # type: ignore[arg-type]
        case Whole(kind=kind) if isinstance(end, Ref):
            return _grow_whole(cx, template, kind, end, end)
        case Clash():
            return template
        case Parts(parts=parts):
            items = children(end) or ()
            if len(items) == len(parts):
                news = tuple(map(lambda t, e: _grow_sample(cx, name, t, e), parts, items))
                return template if all(map(_is, news, parts)) else Parts(news)
        case Boxed(sample=sample) if isinstance(end, Box):
            if alike(sample, cx.state.boxes[end]):
                return _grow_boxed(cx, name, template, None, end, cx.state)
    return template if template is None and children(end) is None else Clash(end, end)


def _grow_optional_sample(cx: Context, name: str, template: Template, end: Binding) -> Template:
    """The same for what is None in some iterations."""
    old = template.inner if isinstance(template, Optional) else template
    last = value_of(end)
    inner = old if last is None else _grow_sample(cx, name, old, last)
    if isinstance(inner, Clash):
        return inner
    return template if isinstance(template, Optional) and inner is old else Optional(inner, end)
