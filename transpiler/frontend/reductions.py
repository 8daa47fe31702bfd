"""Reductions with arguments that the entries of the table do not have: the library says them."""

from __future__ import annotations

from adgen.transpiler import library
from adgen.transpiler.frontend.arguments import is_none
from adgen.transpiler.frontend.bindings import Binding
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.primitives.kinds import Primitive

_AXES = frozenset({"a", "axis", "keepdims"})


def with_more(cx: Context, call: Call, entry: Primitive) -> Binding | None:
    """The reduction of chosen elements, from a first value or in another dtype; else None."""
    definition = library.WITH_MORE.get(entry.callee)
    given = {name: value for name, value in call.kwargs.items() if not is_none(value)}
    if definition is None or (len(call.args) < 3 and given.keys() <= _AXES):
        return None
    from adgen.transpiler.frontend.library_calls import call_definition

    return call_definition(cx, call.node, definition, call.args, call.kwargs)
