"""Functions that are called are inlined: each activation is a frame with its own names."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from adgen.transpiler.definitions import parse
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import liveness
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Closure,
    Conflict,
    Frame,
    GeneratorOf,
    Nullable,
    Rest,
    Static,
)
from adgen.transpiler.frontend.boxes import new_box
from adgen.transpiler.frontend.budget import CALL, spend
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.desugar import desugared
from adgen.transpiler.frontend.liveness import Liveness, local_names
from adgen.transpiler.frontend.nullable import there_of, value_of
from adgen.transpiler.frontend.recursion.discovery import (
    Activation,
    Edges,
    Mark,
    Recursion,
    known_part,
    look_for_recursion,
)
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.trees import DICT
from adgen.transpiler.source import Source
from adgen.transpiler.span import Span
from adgen.transpiler.surroundings import note_parts

DEEPEST = 30  # functions of one text inside each other: beyond, they make each other for ever


def tree_of(source: Source) -> Any:
    """The gast node of a function: a FunctionDef or a Lambda."""
    return _tree(source.text, source.inside)


@functools.lru_cache(maxsize=512)
def _tree(text: str, inside: str) -> Any:
    statement = desugared(gast.ast_to_gast(parse(text)).body[0])
    if inside.strip("_"):
        _mangle(statement, f"_{inside.lstrip('_')}")
    return statement.value if isinstance(statement, gast.Expr) else statement


def _mangle(tree: Any, prefix: str) -> None:
    """Private names of a class, ``self.__x``, are stored under the name of the class."""
    for node in gast.walk(tree):
        for place in ("id", "attr", "arg"):
            name = getattr(node, place, None)
            if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
                setattr(node, place, prefix + name)


@functools.lru_cache(maxsize=1024)
def liveness_of(node: Any) -> Liveness:
    """The liveness tables of a function node."""
    return liveness.analyse(node)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose body is lowered: the text, and the one function of that text.

    Many functions share a text (closures of one maker, wrappers of one decorator) and may
    call each other; a function that calls itself is the same one again.
    """

    text: tuple[Any, ...]
    owner: Any  # the live function, or the frame that a nested one was made in


def owner_of(frame: Frame) -> Owner:
    """The function whose activation a frame is; equal for two calls of one function."""
    source, node = frame.source, frame.node
    text = source.file, source.first_line, source.text, node.lineno, node.col_offset
    return Owner(text, frame.parent or getattr(source.bindings, "function", None))


def call_source(
    cx: Context, node: Any, source: Source, args: Sequence[Binding],
    kwargs: Mapping[str, Binding], place: Span | None = None,
) -> Binding:  # fmt: skip
    """Inline a function that is not nested in the present one.

    ``place``: where the user called a function of the library, for everything inside.
    """
    from adgen.transpiler.frontend.names import from_object

    tree = tree_of(source)
    note_parts(source.defaults)
    defaults = {name: from_object(cx, node, value, name) for name, value in source.defaults.items()}
    frame = Frame(source, tree, local_names(tree), place=place)
    return _inline(cx, node, source.name, frame, args, kwargs, defaults)


def call_closure(
    cx: Context, node: Any, closure: Closure, args: Sequence[Binding],
    kwargs: Mapping[str, Binding],
) -> Binding:  # fmt: skip
    """Inline a nested function or a lambda; it sees the names of the frame it was made in."""
    frame = Frame(
        closure.frame.source, closure.node, local_names(closure.node), closure.frame,
        closure.frame.place,
    )  # fmt: skip
    return _inline(cx, node, closure.name, frame, args, kwargs, closure.defaults)


def _inline(
    cx: Context, node: Any, name: str, frame: Frame, args: Sequence[Binding],
    kwargs: Mapping[str, Binding], defaults: Mapping[str, Binding],
) -> Binding:  # fmt: skip
    if isinstance(frame.node, gast.AsyncFunctionDef):
        cx.refuse(UnsupportedSyntax, "an async function is not compiled", node, "use a plain def")
    bound = bind_arguments(cx, node, name, frame.node.args, args, kwargs, defaults)
    if liveness.yields(frame.node):
        return GeneratorOf(name, frame, tuple(bound), tuple(bound.values()))
    return activate(cx, node, name, frame, bound)


def activate(
    cx: Context, node: Any, name: str, frame: Frame, bound: dict[str, Binding]
) -> Binding:  # fmt: skip
    """The result of a call with these parameters: its body inlined, or loops if it recurs."""
    from adgen.transpiler.frontend.recursion import lowering
    from adgen.transpiler.frontend.recursion.statements import TRANSFERRED

    spend(cx, node, CALL)
    new = Activation(owner_of(frame), name, frame, node, known_part(cx, bound), cx.builder)
    if lowering.transfers(cx, new, bound):
        return TRANSFERRED
    look_for_recursion(cx, new)
    _refuse_endless(cx, node, new)
    edges = cx.recursions.get((new.key, new.known))
    if edges is None:
        mark = Mark(cx)
        try:
            return _inlined(cx, new, bound)
        except Recursion as found:
            if found.root is not new:
                raise
            mark.take_back(cx)
            edges = cx.recursions[new.key, new.known] = Edges(deep=found.deep)
            edges.add(found.edges)
    return lowering.lower_recursion(cx, new, bound, edges)


def _inlined(cx: Context, new: Activation, bound: dict[str, Binding]) -> Binding:
    caller, frame = cx.frame, new.frame
    cx.frame = frame
    cx.stack.append(new)
    try:
        for parameter, binding in bound.items():
            cx.bind(parameter, binding)
        return run_body(cx, frame)
    finally:
        cx.stack.pop()
        cx.frame = caller
        if not frame.escapes:
            for key in [key for key in cx.state.env if key[0] is frame]:
                del cx.state.env[key]


def _refuse_endless(cx: Context, node: Any, new: Activation) -> None:
    """Functions of one text that make each other for ever are not one recursive function."""
    others = [one for one in cx.stack if one.key.text == new.key.text and one.key != new.key]
    if len(others) > DEEPEST:
        cx.refuse(
            UnsupportedSyntax,
            f"`{new.name}` makes functions like itself and calls them, without an end",
            node,
            "define the function once, and let it call itself",
        )


NEVER = math.nan  # the value of a function that never returns: it always raises


def run_body(cx: Context, frame: Frame) -> Binding:
    """Lower the body of the present frame; what the call returns."""
    from adgen.transpiler.frontend.blocks import run_block

    if isinstance(frame.node, gast.Lambda):
        return cx.ev(frame.node.body)
    run_block(cx, frame.node.body)
    returned = cx.flag("$ret")
    if returned is False:
        return Static(None)
    value = cx.state.env.get((frame, "$val"), NEVER)
    if returned is not True and cx.takes_none and len(cx.stack) > 1:
        return _value_or_none(cx, frame.node, returned, value)
    if returned is not True:
        cx.refuse(
            TypeMismatch,
            f"`{frame.node.name}` returns a value on some paths and None on others",
            frame.node,
            "return a value at the end of the function too",
        )
    if isinstance(value, Nullable) and len(cx.stack) == 1:
        value = Conflict(Static(None), value.value)
    if isinstance(value, Conflict):
        cx.refuse(
            TypeMismatch,
            f"`{frame.node.name}` returns {describe(value.first)} on one path and "
            f"{describe(value.second)} on another",
            frame.node,
            "return the same kind of thing on every path",
        )
    return value


def _value_or_none(cx: Context, node: Any, returned: Operand, value: Binding) -> Binding:
    """What a function returns that may end without ``return``."""
    there = there_of(value)
    if isinstance(there, Value):
        there = cx.emit(node, operator.and_, returned, there)
    elif there:
        there = returned
    return Nullable(value_of(value), there) if there is not False else Static(None)


def refuse_generator(cx: Context, node: Any, name: str, tree: Any) -> None:
    """Refuse to differentiate a function with a ``yield`` of its own: it returns no number."""
    if liveness.yields(tree):
        cx.refuse(UnsupportedSyntax, f"`{name}` is a generator", node,
                  "return a list, or fill an array")  # fmt: skip


def bind_arguments(
    cx: Context, node: Any, name: str, signature: Any, args: Sequence[Binding],
    kwargs: Mapping[str, Binding], defaults: Mapping[str, Binding],
) -> dict[str, Binding]:  # fmt: skip
    """Parameters to bindings, by Python's rules.  Raises TypeMismatch where Python would."""
    positional = [arg.id for arg in (*signature.posonlyargs, *signature.args)]
    only_positional = {arg.id for arg in signature.posonlyargs}
    keyword = [arg.id for arg in signature.kwonlyargs]
    bound: dict[str, Binding] = dict(zip(positional, args, strict=False))
    extra: Binding = tuple(args[len(positional) :])
    if len(extra) == 1 and isinstance(extra[0], Rest):
        extra = extra[0].items
    if signature.vararg:
        bound[signature.vararg.id] = extra
    elif extra:
        cx.refuse(
            TypeMismatch,
            f"`{name}` takes {len(positional)} arguments but {len(args)} were given",
            node,
        )
    others: dict[str, Binding] = {}
    for key, binding in kwargs.items():
        if key not in (*positional, *keyword) or key in only_positional:
            if not signature.kwarg:
                cx.refuse(TypeMismatch, f"`{name}` has no parameter `{key}`", node)
            others[key] = binding
            continue
        if key in bound:
            cx.refuse(TypeMismatch, f"`{name}` got two values for `{key}`", node)
        bound[key] = binding
    if signature.kwarg:
        bound[signature.kwarg.id] = new_box(cx, DICT, tuple(others), tuple(others.values()))
    for parameter in (*positional, *keyword):
        if parameter not in bound:
            if parameter not in defaults:
                cx.refuse(TypeMismatch, f"`{name}` lacks the argument `{parameter}`", node)
            bound[parameter] = defaults[parameter]
    return bound


def evaluated_defaults(cx: Context, signature: Any) -> dict[str, Binding]:
    """Default values of a nested function, evaluated where it is defined."""
    positional = [arg.id for arg in (*signature.posonlyargs, *signature.args)]
    count = len(signature.defaults)
    pairs = list(zip(positional[len(positional) - count :], signature.defaults, strict=True))
    pairs += [
        (arg.id, value)
        for arg, value in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
        if value is not None
    ]
    return {name: cx.ev(value) for name, value in pairs}
