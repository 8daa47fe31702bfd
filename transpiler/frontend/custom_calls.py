"""Calls of the user's primitives: the body inlined, the rules lowered beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.outside_calls import call_outside, is_outside
from adgen.transpiler.frontend.table_calls import operand_of_binding
from adgen.transpiler.ir import types
from adgen.transpiler.ir.core import LEAF, Function, Operand, Value, type_of, walk
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.primitives.custom import STOP, Custom, Deferred, Rule
from adgen.transpiler.source import from_function
from adgen.transpiler.surroundings import MISSING, read
from adgen.transpiler.user_primitives import UserPrimitive

Linear = Callable[..., Any]


def call_custom(cx: Context, call: Call, primitive: UserPrimitive) -> Binding:
    """The value of the function, with the derivative that its rules give.

    Raises UnsupportedSyntax for containers as arguments, TypeMismatch for a result that is
    neither a number nor an array.
    """
    from adgen.transpiler.frontend.calls import call as call_binding

    arguments = [_argument(cx, call, arg) for arg in call.args]
    keywords = {name: _constant(cx, call, name, arg) for name, arg in call.kwargs.items()}
    stopped = tuple(_stopped(cx, call, argument) for argument in arguments)
    refs = [binding for binding in stopped if isinstance(binding, Ref)]
    before = [cx.state.cells[ref.cell] for ref in refs]
    if is_outside(primitive):
        given = [
            a if isinstance(a, Static) else operand_of_binding(cx, a, call.node) for a in stopped
        ]
        value = cx.wrap(call_outside(cx, call, primitive, given, keywords))
    else:
        function = Static(primitive.function)
        value = call_binding(cx, call.node, function, stopped, dict(call.kwargs), call.name)
    check_unwritten(cx, call, refs, before)
    if not is_operand(value) and not isinstance(value, Ref):
        cx.refuse(
            TypeMismatch, f"the primitive `{call.function}` returns {describe(value)}", call.node,
            "let it return one number or one array",
        )  # fmt: skip
    result = operand_of_binding(cx, value, call.node)
    if not isinstance(result, Value) or not is_float(result.type):
        return value
    operands = [a for a in arguments if not isinstance(a, Static)]
    captures: dict[int, Operand] = {}
    rules = [
        _rule(cx, call, primitive, k, result, arguments, keywords, captures)
        for k, argument in enumerate(arguments)
        if not isinstance(argument, Static)
    ]
    custom = Custom(call.function, tuple(rules))
    return cx.wrap(
        cx.emit(call.node, custom, result, *operands, *captures.values(), name=call.name)
    )


def _argument(cx: Context, call: Call, arg: Binding) -> Operand | Static:
    if is_operand(arg) or isinstance(arg, Ref):
        return operand_of_binding(cx, arg, call.node)
    if isinstance(arg, Static):
        return arg
    cx.refuse(
        UnsupportedSyntax, f"{describe(arg)} is an argument of the primitive `{call.function}`",
        call.node, "its arguments are numbers, arrays and constants: pass the parts one by one",
    )  # fmt: skip


def _constant(cx: Context, call: Call, name: str, arg: Binding) -> Any:
    """What is given by keyword: no rule differentiates by it."""
    if isinstance(arg, Static):
        return arg.value
    if is_operand(arg) and not isinstance(arg, Value):
        return arg
    cx.refuse(
        UnsupportedSyntax, f"`{name}` is given to the primitive `{call.function}` by keyword",
        call.node, "pass by position what is computed; keywords are for constants",
    )  # fmt: skip


def _stopped(cx: Context, call: Call, argument: Operand | Static) -> Binding:
    if isinstance(argument, Value) and is_float(argument.type):
        return cx.wrap(cx.emit(call.node, STOP, argument, name=argument.name))
    return argument if isinstance(argument, Static) else cx.wrap(argument)


def check_unwritten(cx: Context, call: Call, refs: Sequence[Ref], before: list[Any]) -> None:
    """Refuse a primitive that has written to arrays that it was given."""
    cells = [cx.state.cells[ref.cell] for ref in refs]
    if cells != before or any(ref.cell in cx.state.stale for ref in refs):
        cx.refuse(
            UnsupportedSyntax, f"the primitive `{call.function}` writes to an argument", call.node,
            "let it work on a copy: x = x.copy()",
        )  # fmt: skip


def _rule(
    cx: Context, call: Call, primitive: UserPrimitive, k: int, result: Value,
    arguments: Sequence[Operand | Static], keywords: Mapping[str, Any],
    captures: dict[int, Operand],
) -> Rule | str | None:  # fmt: skip
    """The derivative by one argument, lowered for the types at hand."""
    argument = arguments[k]
    assert not isinstance(argument, Static)
    if not is_float(type_of(argument)):
        return None
    found: list[Rule] = []
    for table, linear_of, transposed in (
        (primitive.vjps, _of_vjp, True),
        (primitive.jvps, _of_jvp, False),
    ):
        given: Any = read(table, k)  # type: ignore[arg-type]
        if given is None:
            return None
        if given is MISSING and not transposed and read(primitive.facts, "linear") is True:
            given = _same(primitive, k)
        if given is not MISSING:
            first = result.type if transposed else type_of(argument)
            linear = linear_of(given, dict(keywords))
            which = (id(primitive), k, transposed)
            held = _lowered(cx, call, which, linear, first, result, arguments)
            found.append(Rule(held, transposed, _captured(cx, call, held, captures)))
    if not found:
        return "defvjp"
    return replace(found[0], other=found[1]) if len(found) > 1 else found[0]


def _same(primitive: UserPrimitive, k: int) -> Callable[..., Any]:
    """The tangent of a linear function: itself, of the tangent in the place of an argument.

    Where there is no other rule, the body alone, which can be transposed.
    """
    whole = is_outside(primitive) or read(primitive.vjps, k) is not MISSING  # type: ignore[arg-type]
    function = primitive if whole else primitive.function
    return lambda g, ans, *args, **keywords: function(*args[:k], g, *args[k + 1 :], **keywords)


def _of_vjp(maker: Callable[..., Any], keywords: dict[str, Any]) -> Linear:
    if keywords:
        return lambda g, ans, *args: maker(ans, *args, **keywords)(g)
    return lambda g, ans, *args: maker(ans, *args)(g)


def _of_jvp(jvp: Callable[..., Any], keywords: dict[str, Any]) -> Linear:
    if keywords:
        return lambda g, ans, *args: jvp(g, ans, *args, **keywords)
    return lambda g, ans, *args: jvp(g, ans, *args)


_lowering: ContextVar[dict[Any, Deferred]] = ContextVar("_lowering", default={})  # noqa: B039


def _lowered(
    cx: Context, call: Call, which: tuple[int, ...], linear: Linear, first: types.Type,
    result: Value, arguments: Sequence[Operand | Static],
) -> Function | Deferred:  # fmt: skip
    """A rule for types; of one that is being lowered further up, as it calls its own primitive,
    what will come of that.
    """
    from adgen.transpiler.frontend.lower import lower

    kinds = tuple(types.Static(a.value) if isinstance(a, Static) else type_of(a) for a in arguments)
    place = (*which, first, result.type, repr(kinds), cx.speculates)
    if place in _lowering.get():
        return _lowering.get()[place]
    deferred = Deferred()
    before = _lowering.set({**_lowering.get(), place: deferred})
    try:
        given = {"g": first, "ans": result.type, "args": kinds}
        function = lower(from_function(linear), given, cx.speculates, ones_known=False)
    finally:
        _lowering.reset(before)
    deferred.function = function
    if function.structure is not LEAF or function.writes:
        cx.refuse(
            TypeMismatch, f"a rule of `{call.function}` writes to its arguments"
            if function.writes else f"a rule of `{call.function}` returns no number and no array",
            call.node, "let it return one number or array, computed of its arguments",
        )  # fmt: skip
    if function.captures and _names(function, deferred):
        cx.refuse(
            UnsupportedSyntax, f"a rule of `{call.function}` leads back to itself, and reads an "
            "array of the surroundings", call.node, "pass the array as an argument",
        )  # fmt: skip
    return function


def _names(function: Function, deferred: Deferred) -> bool:
    """Whether a rule, or one of a primitive that it calls, is the deferred one."""
    rules = [
        rule
        for _, op in walk(function.body)
        if isinstance(op.callee, Custom)
        for rule in op.callee.rules
        if isinstance(rule, Rule)
    ]
    rules += [rule.other for rule in rules if rule.other is not None]
    return any(
        rule.held is deferred or (isinstance(rule.held, Function) and _names(rule.held, deferred))
        for rule in rules
    )


def _captured(
    cx: Context, call: Call, function: Function | Deferred, captures: dict[int, Operand]
) -> tuple[int, ...]:
    """Where the operands of the op have the arrays that a rule reads besides its arguments."""
    places: list[int] = []
    for array in () if isinstance(function, Deferred) else function.captures:
        assert isinstance(array, np.ndarray)
        if id(array) not in captures:
            binding = from_object(cx, call.node, array, "captured")
            captures[id(array)] = operand_of_binding(cx, binding, call.node)
        places.append(list(captures).index(id(array)))
    return tuple(places)
