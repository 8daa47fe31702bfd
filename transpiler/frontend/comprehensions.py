"""Comprehensions: over known items a list, inside ``sum`` and its like a loop."""

from __future__ import annotations

import builtins
import functools
from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.arguments import range_of
from adgen.transpiler.frontend.bindings import (
    Binding,
    Closure,
    Frame,
    GeneratorOf,
    IteratorOf,
    RangeOf,
    Static,
)
from adgen.transpiler.frontend.boxes import new_list
from adgen.transpiler.frontend.conditions import tested
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dicts import new_dict, static_key
from adgen.transpiler.frontend.dispatch import expression
from adgen.transpiler.frontend.functions import call_closure
from adgen.transpiler.frontend.iteration import iterated, known_items
from adgen.transpiler.frontend.liveness import local_names, walrus_targets
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir.core import Value

WRITTEN_OUT = 100  # so many numbers of a range become items of a list
_EXTREMUM = """
def {function}(SEQUENCE):
    FIRST = True
    for _ in SEQUENCE:
        ITEM = ELEMENT
        if FIRST:
            RESULT = ITEM
        elif ITEM {sign} RESULT:
            RESULT = ITEM
        FIRST = False
    if FIRST:
        raise ValueError("{function}() arg is an empty sequence")
    return RESULT
"""
_QUANTIFIER = """
def {function}(SEQUENCE):
    for _ in SEQUENCE:
        if {test} ELEMENT:
            return {found}
    return {otherwise}
"""
TEMPLATES: dict[Any, str] = {
    builtins.sum: """
def sum(SEQUENCE):
    RESULT = 0
    for _ in SEQUENCE:
        RESULT = RESULT + ELEMENT
    return RESULT
""",
    builtins.list: """
def list(SEQUENCE):
    RESULT = []
    for _ in SEQUENCE:
        RESULT.append(ELEMENT)
    return RESULT
""",
    builtins.max: _EXTREMUM.format(function="max", sign=">"),
    builtins.min: _EXTREMUM.format(function="min", sign="<"),
    builtins.any: _QUANTIFIER.format(function="any", test="", found=True, otherwise=False),
    builtins.all: _QUANTIFIER.format(function="all", test="not", found=False, otherwise=True),
}


class _ComputedLength(Exception):
    """How many items a comprehension gives is known only at run time."""


@expression(gast.ListComp)
@expression(gast.GeneratorExp)
def _list(cx: Context, node: Any, name: str) -> Binding:
    """Over things whose number is known: the list of the results.

    A generator expression that gets a name runs where it is used: what it reads may change before.
    """
    sequence = _first(cx, node)
    if name and isinstance(node, gast.GeneratorExp):
        tree = _yielding(node)
        cx.frame.escapes = True
        frame = Frame(cx.frame.source, tree, local_names(tree), cx.frame, cx.frame.place)
        return GeneratorOf(name, frame, ("$sequence",), (sequence,))
    found = _items(cx, node, sequence)
    if found is None:
        items = _run(cx, node, node, builtins.list, sequence, name)
    else:
        items = new_list(cx, found, name)
    return IteratorOf(items) if isinstance(node, gast.GeneratorExp) else items


@functools.cache
def _yielding(node: Any) -> Any:
    """A generator expression as a function that yields, of what its first loop runs over."""
    body: list[Any] = [_at(gast.Expr(_at(gast.Yield(node.elt), node)), node)]
    for generator in reversed(node.generators):
        for test in reversed(generator.ifs):
            body = [_at(gast.If(test, body, []), node)]
        body = [_at(gast.For(generator.target, generator.iter, body, [], None), node)]
    body[0].iter = _at(gast.Name("$sequence", gast.Load(), None, None), node)
    rebound = [target.id for target in walrus_targets(node)]
    if rebound:
        body.insert(0, _at(gast.Nonlocal(rebound), node))
    parameter = _at(gast.Name("$sequence", gast.Param(), None, None), node)
    args = gast.arguments([parameter], [], None, [], [], None, [])
    return _at(gast.FunctionDef("<genexpr>", args, body, [], None, None, []), node)


def _at(node: Any, place: Any) -> Any:
    return gast.copy_location(node, place)


def run_template(cx: Context, node: Any, callee: Any, sequence: Binding, name: str) -> Binding:
    """``list(sequence)``, ``sum(sequence)`` and their like of things whose number is computed."""
    return _run(cx, node, _each(), callee, sequence, name)


@functools.cache
def _each() -> Any:
    """``[item for item in sequence]``."""
    return gast.parse("[item for item in sequence]").body[0].value


@expression(gast.SetComp)
@expression(gast.DictComp)
def _set_or_dict(cx: Context, node: Any, name: str) -> Binding:
    found = _items(cx, node, _first(cx, node))
    if found is None:
        cx.refuse(
            UnsupportedSyntax, "keys that are computed at run time", node,
            "loop over names that are known while compiling",
        )  # fmt: skip
    if isinstance(node, gast.SetComp):
        return Static(frozenset(static_key(cx, item, node) for item in found))
    return new_dict(cx, {static_key(cx, key, node): value for key, value in found}, name)


def _first(cx: Context, node: Any) -> Binding:
    """What the outermost loop of a comprehension runs over."""
    first = node.generators[0].iter
    return iterated(cx, first, cx.ev(first))


def _items(cx: Context, node: Any, sequence: Binding) -> list[Binding] | None:
    """The items of a comprehension over ``sequence``; None if their number is not known."""
    builder, state, outer = cx.builder.inner(), cx.state.copy(), cx.frame
    targets = [part for g in node.generators for part in gast.walk(g.target)]
    names = frozenset(part.id for part in targets if isinstance(part, gast.Name))
    found: list[Binding] = []
    with cx.inside(builder, state):
        cx.frame = Frame(outer.source, node, names, outer, outer.place)
        try:
            _collect(cx, node, 0, sequence, found)
        except _ComputedLength:
            return None
        finally:
            cx.frame = outer
        state = cx.state
    cx.builder.ops += builder.ops
    cx.state = state
    return found


def _collect(
    cx: Context, node: Any, depth: int, sequence: Binding, found: list[Binding]
) -> None:  # fmt: skip
    """Append what the loops of a comprehension give from the one at ``depth`` on."""
    if depth == len(node.generators):
        if isinstance(node, gast.DictComp):
            found.append((cx.ev(node.key), cx.ev(node.value)))
        else:
            found.append(cx.ev(node.elt))
        return
    generator = node.generators[depth]
    if sequence is None:
        sequence = iterated(cx, generator.iter, cx.ev(generator.iter))
    items = _few(sequence)
    if items is None:
        items = known_items(cx, generator.iter, sequence)
    if items is None:
        raise _ComputedLength
    for item in items:
        assign(cx, generator.target, item)
        tests = [tested(cx, test) for test in generator.ifs]
        if any(isinstance(test, Value) for test in tests):
            raise _ComputedLength
        if all(tests):
            _collect(cx, node, depth + 1, None, found)


def _few(sequence: Binding) -> list[Binding] | None:
    """The numbers of a range that is known, and short enough to be written out."""
    if not isinstance(sequence, RangeOf):
        return None
    known = range_of(sequence.start, sequence.stop, sequence.step)
    return list(known) if known is not None and len(known) <= WRITTEN_OUT else None


def reduced(cx: Context, node: Any, callee: Any) -> tuple[Binding, bool] | None:
    """``sum(… for … in …)`` and its like: the result of a loop, or (False) the list to reduce.

    None for any other call.
    """
    if not (len(node.args) == 1 and isinstance(node.args[0], (gast.ListComp, gast.GeneratorExp))):
        return None
    if node.keywords or not any(callee is known for known in TEMPLATES):
        return None
    comprehension = node.args[0]
    first = comprehension.generators[0].iter
    sequence = iterated(cx, first, cx.ev(first))
    known = known_items(cx, first, sequence) is not None
    if known and len(comprehension.generators) == 1 and not comprehension.generators[0].ifs:
        items = _items(cx, comprehension, sequence)
        assert items is not None
        return tuple(items), False
    return _run(cx, node, comprehension, callee, sequence, ""), True


def _run(
    cx: Context, node: Any, comprehension: Any, callee: Any, sequence: Binding, name: str
) -> Binding:  # fmt: skip
    """The result of a template over a comprehension; ``name``: what the result is to be called."""
    tree = _loop(comprehension, callee, name)
    outer = cx.frame
    place = outer.place
    outer.place = cx.span(node)
    try:
        return call_closure(cx, node, Closure(callee.__name__, tree, outer), (sequence,), {})
    finally:
        outer.place = place


@functools.cache
def _loop(node: Any, callee: Any, result: str) -> Any:
    """A function that runs over a comprehension: its template with the parts put in."""
    tree = gast.parse(TEMPLATES[callee]).body[0]
    used = {inner.id for inner in gast.walk(node) if isinstance(inner, gast.Name)}
    names = {}
    for name in ("SEQUENCE", "FIRST", "ITEM", "RESULT"):
        fresh = result if result and name == "RESULT" else name.lower()
        while fresh in used:
            fresh += "_"
        names[name] = fresh
    tree = _Filler(node, names).visit(tree)
    rebound = [target.id for target in walrus_targets(node)]
    if rebound:
        tree.body.insert(0, gast.copy_location(gast.Nonlocal(rebound), tree.body[0]))
    return tree


class _Filler(gast.NodeTransformer):
    """Puts the loops, the tests and the element of a comprehension into a template."""

    def __init__(self, node: Any, names: dict[str, str]) -> None:
        self.node, self.names = node, names

    def visit_Name(self, node: Any) -> Any:
        """The element, or a name of the template."""
        if node.id == "ELEMENT":
            return self.node.elt
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_For(self, node: Any) -> Any:
        """The loops of the comprehension around the body of the template's."""
        body = [self.visit(statement) for statement in node.body]
        for generator in reversed(self.node.generators):
            for test in reversed(generator.ifs):
                body = [gast.copy_location(gast.If(test=test, body=body, orelse=[]), node)]
            loop = gast.For(generator.target, generator.iter, body, [], None)
            body = [gast.copy_location(loop, node)]
        body[0].iter = self.visit(node.iter)
        return body[0]
