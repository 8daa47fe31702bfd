"""Generators: functions that yield, run inside the loop that asks them for items.

``for x in gen(a): body`` is lowered as the body of ``gen`` in which every ``yield e`` is a call of
the loop's body with ``e``.  That body is a function nested in the one that the loop stands in: the
names it assigns are nonlocal, ``continue`` returns False from it, ``break`` and ``return`` return
True, upon which the generator returns.  So nothing is stored, a generator without an end is as
good as another, and what runs in which order is as in Python.
"""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass
from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import UNDEF, Closure, Frame, GeneratorOf
from adgen.transpiler.frontend.blocks import run_block
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.functions import activate
from adgen.transpiler.frontend.liveness import local_names
from adgen.transpiler.frontend.loop_ops import unless

CONSUME, ITEM = "$consume", "$item"
_SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)


def run_over(cx: Context, node: Any, generator: GeneratorOf) -> None:
    """A ``for`` statement over what a generator yields."""
    loop = _loop_of(node)
    cx.frame.locals |= loop.hidden
    for name in loop.stored:
        cx.state.env.setdefault((cx.frame.owner(name) or cx.frame, name), UNDEF)
    cx.bind(loop.left, False)
    cx.bind(loop.returned, False)
    consume = Closure(f"the loop over {generator.name}", loop.body, cx.frame)
    run_generator(cx, node, generator, consume)
    returned = cx.state.env[cx.frame, loop.returned]
    if returned is not False:
        cx.bind("$val", cx.state.env[cx.frame, loop.result])
    cx.bind("$ret", returned)
    cx.bind("$out", returned)
    if node.orelse:
        left = cx.state.env[cx.frame, loop.left]
        unless(cx, node, left, lambda: run_block(cx, node.orelse))


def run_generator(
    cx: Context, node: Any, generator: GeneratorOf, consume: Closure, to_the_end: bool = False
) -> None:
    """Run a generator to its end, or until ``consume`` returns True for what it has yielded.

    ``to_the_end``: in any case, as ``with`` does, which sends the value of ``consume`` in.
    """
    made = generator.frame
    tree = _calling(made.node, to_the_end)
    if tree is None:
        cx.refuse(
            UnsupportedSyntax, f"`{generator.name}` yields inside an expression", node,
            "let it yield in a statement of its own: nothing is sent into it",
        )  # fmt: skip
    names = local_names(tree) | {CONSUME}
    frame = Frame(made.source, tree, names, made.parent, made.place)
    bound = dict(zip(generator.parameters, generator.given, strict=True))
    activate(cx, node, generator.name, frame, {**bound, CONSUME: consume})


@functools.lru_cache(maxsize=512)
def _calling(tree: Any, to_the_end: bool) -> Any | None:
    """A generator in which ``yield e`` calls its consumer; None if a value is sent into it."""
    if not isinstance(tree, gast.FunctionDef):
        return None
    out = copy.deepcopy(tree)
    rewriter = _Yields(to_the_end)
    out.body = [*(rewriter.visit(part) for part in out.body), at(gast.Return(None), out.body[-1])]
    return None if rewriter.sent else out


class _Yields(gast.NodeTransformer):  # type: ignore[misc]
    """``yield e`` becomes ``if $consume(e): return``."""

    def __init__(self, to_the_end: bool) -> None:
        self.sent = False
        self.to_the_end = to_the_end

    def visit(self, node: Any) -> Any:
        """Nested functions yield for themselves."""
        return node if isinstance(node, _SCOPES) else super().visit(node)

    def visit_Expr(self, node: Any) -> Any:
        """A yield whose value nobody takes."""
        if isinstance(node.value, gast.Yield):
            value = node.value.value
            return self._consumed(value or at(gast.Constant(None, None), node), node)
        if isinstance(node.value, gast.YieldFrom):
            target = at(gast.Name(ITEM, gast.Store(), None, None), node)
            step = self._consumed(loaded(ITEM, node), node)
            return at(gast.For(target, node.value.value, [step], [], None), node)
        return self.generic_visit(node)

    def visit_Yield(self, node: Any) -> Any:
        """A yield inside of an expression."""
        self.sent = True
        return node

    visit_YieldFrom = visit_Yield

    def visit_Return(self, node: Any) -> Any:
        """What a generator returns, nobody sees."""
        return at(gast.Return(None), node)

    def _consumed(self, value: Any, place: Any) -> Any:
        asked = at(gast.Call(loaded(CONSUME, place), [value], []), place)
        if self.to_the_end:
            return at(gast.Expr(asked), place)
        return at(gast.If(asked, [at(gast.Return(None), place)], []), place)


@dataclass(frozen=True)
class _Loop:
    """The body of a loop as a function, and the names by which it tells what has happened.

    ``stored``: all names that it assigns outside of itself.  ``left``: whether the loop was left
    by ``break`` or ``return``; ``returned``: by ``return``, with ``result``.
    """

    body: Any
    stored: frozenset[str]
    left: str
    returned: str
    result: str

    @property
    def hidden(self) -> frozenset[str]:
        """Those names that no user has written."""
        return frozenset((self.left, self.returned, self.result))


@functools.lru_cache(maxsize=512)
def _loop_of(node: Any) -> _Loop:
    place = f"{node.lineno}:{node.col_offset}"
    left, returned, result = (f"${word} {place}" for word in ("left", "returned", "result"))
    first = at(gast.Assign([copy.deepcopy(node.target)], loaded(ITEM, node), None), node)
    stored = stored_names([first, *node.body]) | {left, returned, result}
    body = Exits(left, returned, result).block(copy.deepcopy(node.body))
    body = [at(gast.Nonlocal(sorted(stored)), node), first, *body]
    body.append(at(gast.Return(constant(False, node)), node.body[-1]))
    parameter = at(gast.Name(ITEM, gast.Param(), None, None), node)
    args = gast.arguments([parameter], [], None, [], [], None, [])
    function = at(gast.FunctionDef(CONSUME, args, body, [], None, None, []), node)
    return _Loop(function, stored, left, returned, result)


class Exits(gast.NodeTransformer):  # type: ignore[misc]
    """``continue``, ``break`` and ``return`` of a loop's body as those of a function."""

    def __init__(self, left: str, returned: str, result: str) -> None:
        self.left, self.returned, self.result = left, returned, result
        self.inner = 0  # loops of the body around the present place

    def visit(self, node: Any) -> Any:
        """Nested functions return for themselves."""
        return node if isinstance(node, _SCOPES) else super().visit(node)

    def block(self, statements: list[Any]) -> list[Any]:
        """Statements in order, one of which may become several."""
        out: list[Any] = []
        for statement in statements:
            new = self.visit(statement)
            out += new if isinstance(new, list) else [new]
        return out

    def _nested(self, node: Any) -> Any:
        self.inner += 1
        node.body = self.block(node.body)
        self.inner -= 1
        node.orelse = self.block(node.orelse)
        return node

    visit_For = visit_While = _nested

    def visit_Continue(self, node: Any) -> Any:
        """Ask for the next item."""
        return node if self.inner else at(gast.Return(constant(False, node)), node)

    def visit_Break(self, node: Any) -> Any:
        """Ask for no more."""
        return node if self.inner else self._leave(node)

    def visit_Return(self, node: Any) -> Any:
        """Ask for no more, and let the function around the loop return."""
        value = node.value or constant(None, node)
        return [
            self.store(self.result, value, node),
            self.store(self.returned, constant(True, node), node),
            *self._leave(node),
        ]

    def _leave(self, node: Any) -> list[Any]:
        over = at(gast.Return(constant(True, node)), node)
        return [self.store(self.left, constant(True, node), node), over]

    def store(self, name: str, value: Any, place: Any) -> Any:
        """``name = value``."""
        target = at(gast.Name(name, gast.Store(), None, None), place)
        return at(gast.Assign([target], value, None), place)


def stored_names(statements: list[Any]) -> frozenset[str]:
    """Names that statements bind: those that a function of them would have for itself."""
    nothing = gast.arguments([], [], None, [], [], None, [])
    bare = gast.FunctionDef(CONSUME, nothing, statements, [], None, None, [])
    declared = (part for one in statements for part in gast.walk(one))
    outer = [name for part in declared if isinstance(part, gast.Nonlocal) for name in part.names]
    return local_names(bare) | frozenset(outer)


def loaded(name: str, place: Any) -> Any:
    """A name that is read."""
    return at(gast.Name(name, gast.Load(), None, None), place)


def constant(value: Any, place: Any) -> Any:
    """A constant."""
    return at(gast.Constant(value, None), place)


def at(node: Any, place: Any) -> Any:
    """A node with the place of another."""
    return gast.copy_location(node, place)
