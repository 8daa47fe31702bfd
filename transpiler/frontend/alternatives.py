"""Arrays that are one of several, as a number of the run says: exact aliases.

After ``y = x if flag else z`` the name ``y`` has a cell that is no memory of its own:
``State.one_of`` says which views it stands for, and by which tag.  What is read of it is read
of the view that the tag names, and what is written goes there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence

from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import Binding, Box, Cell, Key, OneOf, Ref, Static, Unbound
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value

Uses = dict[Cell, set[tuple[object, ...]]]


def alternatives(cx: Context, state: State, ref: Ref) -> OneOf:
    """The views that an array may be; of most arrays there is one."""
    found = state.one_of.get(ref.cell)
    if found is None:
        return OneOf(0, (ref,))
    if not ref.path:
        return found
    views = [compose(cx, None, view, ref.path, ref.index) for view in found.refs]
    return OneOf(found.tag, tuple(views))


def by_tag(
    cx: Context, node: object, tag: Operand, actions: Sequence[Callable[[], Binding]],
    name: str = "", first: int = 0,
) -> Binding:  # fmt: skip
    """The outcome of the action that the tag numbers, as nested branches."""
    from adgen.transpiler.frontend.blocks import choose

    if not isinstance(tag, Value):
        return actions[int(tag)]()
    if first == len(actions) - 1:
        return actions[first]()
    condition = cx.emit(node, operator.eq, tag, first)
    assert isinstance(condition, Value)
    return choose(
        cx, node, condition, actions[first],
        lambda: by_tag(cx, node, tag, actions, name, first + 1), name,
    )  # fmt: skip


def remember(state: State, cell: Cell, value: Value) -> None:
    """``value`` is what such a cell stands for now, until one of the arrays is written."""
    state.known[_moment(state, state.one_of[cell])] = value


def _moment(state: State, one_of: OneOf) -> tuple[object, ...]:
    return (one_of, *[state.cells[view.cell] for view in one_of.refs])


def read_one_of(cx: Context, ref: Ref, node: object, name: str = "") -> Operand:
    """The present value of what ``ref`` denotes."""
    one_of = cx.state.one_of[ref.cell]
    for cell in (ref.cell, *cx.state.memories(ref.cell)):
        cx.check_fresh(cell, node)
    moment = _moment(cx.state, one_of)
    whole = cx.state.known.get(moment)
    if whole is not None:
        if not ref.path:
            return whole  # type: ignore[no-any-return]
        return cx.emit(node, core.GETITEM, whole, *ref.index, path=ref.path, name=name)
    views = alternatives(cx, cx.state, ref)

    def action(view: Ref) -> Callable[[], Operand]:
        return lambda: cx.read(view, node, name)

    value = by_tag(cx, node, views.tag, [action(view) for view in views.refs], name)
    if not ref.path:
        cx.state.known[moment] = value
    return value  # type: ignore[no-any-return]


def write_one_of(cx: Context, ref: Ref, node: object, act: Callable[[Ref], None]) -> None:
    """Let ``act`` write to the view that ``ref`` stands for."""
    views = alternatives(cx, cx.state, ref)

    def action(view: Ref) -> Callable[[], Binding]:
        def run() -> Binding:
            act(view)
            return Static(None)

        return run

    by_tag(cx, node, views.tag, [action(view) for view in views.refs])


def is_followed(state: State, binding: Binding) -> bool:
    """Whether a binding has an array in it that is one of several."""
    if isinstance(binding, Unbound):
        return is_followed(state, binding.maybe)
    if isinstance(binding, Ref):
        return binding.cell in state.one_of
    parts = state.boxes.get(binding) if isinstance(binding, Box) else binding
    return any(is_followed(state, part) for part in children(parts) or ())


def uses_of(cx: Context, state: State, keys: Iterable[Key]) -> Uses:
    """For each array, the places that refer to it: names, containers, what loops run over."""
    uses: Uses = {}

    def visit(binding: Binding, place: tuple[object, ...]) -> None:
        if isinstance(binding, Unbound):
            visit(binding.maybe, place)
        elif isinstance(binding, Ref):
            found = state.one_of.get(binding.cell)
            if found is None:
                uses.setdefault(binding.cell, set()).add(place)
            else:
                for number, view in enumerate(found.refs):
                    uses.setdefault(view.cell, set()).add((*place, "as", number))
        elif not isinstance(binding, Box):
            for number, part in enumerate(children(binding) or ()):
                visit(part, (*place, number))

    for key in keys:
        visit(state.env.get(key), (key,))
    for box, contents in state.boxes.items():
        visit(contents, (box,))
    for depth, held in enumerate(cx.held):
        visit(held, ("held", depth))
    return uses
