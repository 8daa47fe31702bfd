"""Calls: of functions in the table, of NumPy and built-ins, of the user's own functions."""

from __future__ import annotations

import functools
from dataclasses import replace
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

import gast
import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import (
    TypeMismatch,
    UnknownPrimitive,
    UnsupportedError,
    UnsupportedSyntax,
)
from adgen.transpiler.frontend import points
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Choice,
    Closure,
    Method,
    Nullable,
    Partial,
    Ref,
    Replayed,
    Static,
    is_operand,
)
from adgen.transpiler.frontend.caches import computed_again, has_cache
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dicts import spread
from adgen.transpiler.frontend.dispatch import (
    CALLS,
    METHODS,
    Call,
    container_method,
    expression,
    known,
)
from adgen.transpiler.frontend.functions import call_closure, call_source
from adgen.transpiler.frontend.generator_managers import opened_manager
from adgen.transpiler.frontend.growing import in_array
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.nullable import certain, known_arguments, without_none
from adgen.transpiler.frontend.objects import attribute, is_object
from adgen.transpiler.frontend.outputs import output_of, stored
from adgen.transpiler.frontend.raising import is_exception_class, made
from adgen.transpiler.frontend.random_generators import (
    call_of_random,
    call_of_stream,
    is_stream,
)
from adgen.transpiler.frontend.special_methods import unary_of_object
from adgen.transpiler.frontend.spreading import Spread, arguments, called_with
from adgen.transpiler.frontend.texts import method_of_string
from adgen.transpiler.frontend.ufunc_keywords import with_keywords
from adgen.transpiler.frontend.vectorized import call_vectorized
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.primitives.conventions import present
from adgen.transpiler.primitives.spelling import called, is_special
from adgen.transpiler.primitives.table import find, near_matches
from adgen.transpiler.source import Source, from_function, python_call, unwrap
from adgen.transpiler.surroundings import class_attribute
from adgen.transpiler.transforms import WRAPS, Derived, Transform, as_transform, given_to, own_mark
from adgen.transpiler.user_primitives import CustomDerivative, UserPrimitive


@expression(gast.Call)
def _call(cx: Context, node: Any, name: str) -> Binding:
    message = "'NoneType' object is not callable"
    function = certain(cx, node, cx.ev(node.func), "TypeError", message)
    if isinstance(function, Static):
        from adgen.transpiler.frontend.comprehensions import reduced

        found = reduced(cx, node, function.value)
        if found is not None:
            binding, whole = found
            return binding if whole else call(cx, node, function, (binding,), {}, name)
    args = arguments(cx, node, function)
    kwargs = _keywords(cx, node)
    if isinstance(args, Spread):
        return called_with(cx, args, lambda args: call(cx, node, function, args, kwargs, name))
    return call(cx, node, function, args, kwargs, name)


def _keywords(cx: Context, node: Any) -> dict[str, Binding]:
    """The keyword arguments of a call, those of ``**`` among them."""
    kwargs: dict[str, Binding] = {}
    for keyword in node.keywords:
        binding = cx.ev(keyword.value)
        given = {keyword.arg: binding} if keyword.arg else spread(cx, keyword.value, binding)
        for key, value in given.items():
            if not isinstance(key, str):
                cx.refuse(TypeMismatch, f"the key {key!r} is no name of a parameter", node)
            if key in kwargs:
                cx.refuse(TypeMismatch, f"two values are given for `{key}`", node)
            kwargs[key] = value
    return kwargs


def call(
    cx: Context, node: Any, function: Binding, args: tuple[Binding, ...],
    kwargs: dict[str, Binding], name: str = "",
) -> Binding:  # fmt: skip
    """The result of calling a binding."""
    if isinstance(function, Closure):
        return call_closure(cx, node, function, args, kwargs)
    if isinstance(function, Method):
        return _call_method(cx, Call(node, name, f".{function.name}", args, kwargs), function)
    if isinstance(function, Partial):
        return _call_partial(cx, node, function, args, kwargs, name)
    if isinstance(function, Choice):
        return _call_either(cx, node, function, args, kwargs, name)
    if isinstance(function, (Box, Node)) and is_object(function):
        return call(cx, node, attribute(cx, node, function, "__call__"), args, kwargs, name)
    if not isinstance(function, Static):
        cx.refuse(UnsupportedSyntax, f"{describe(function)} is called", node)
    callee = as_transform(function.value)
    _check_conventions(cx, node, callee)
    if isinstance(callee, Source):
        return call_source(cx, node, callee, args, kwargs)
    request = Call(node, name, _shown(callee), args, kwargs)
    if any(isinstance(arg, Nullable) for arg in (*args, *kwargs.values())):
        if _lookup(callee) is not None or library.definition_of(callee) or find(callee) is not None:
            request = without_none(cx, request, callee)
            args, kwargs = request.args, request.kwargs
    answer = _of_adgen(cx, request, callee)
    if answer is None:
        answer = _in_no_table(cx, request, callee)
    if answer is not None:
        return answer
    out, given_args, rest = output_of(callee, args, kwargs)
    if out is not None:
        result = call(cx, node, function, given_args, rest, name)
        return stored(cx, node, callee, out, result)
    return _call_plain(cx, request, callee)


def _of_adgen(cx: Context, request: Call, callee: Any) -> Binding | None:
    """A call of what adgen has made: a transform, a derivative, a function with rules; or None."""
    given = given_to(callee)
    if given is not None:
        asked, inner = given
        whole = Partial(Static(asked), (from_object(cx, request.node, inner),))
        return call(cx, request.node, whole, request.args, request.kwargs, request.name)
    if isinstance(callee, (Transform, Derived)):
        from adgen.transpiler.frontend.derivatives import call_derived, call_transform

        if isinstance(callee, Derived):
            return call_derived(cx, request, callee)
        return call_transform(cx, request, callee)
    if isinstance(callee, Replayed):
        from adgen.transpiler.frontend.scripts import call_replayed

        return call_replayed(cx, request, callee)
    if isinstance(callee, CustomDerivative):
        from adgen.transpiler.frontend.custom_rules import call_with_rule

        return call_with_rule(cx, request, callee)
    if isinstance(callee, UserPrimitive):
        from adgen.transpiler.frontend.custom_calls import call_custom

        return call_custom(cx, request, callee)
    return None


def _in_no_table(cx: Context, request: Call, callee: Any) -> Binding | None:
    """An exception, a draw, a method of a string, a ufunc with its keywords; None for others."""
    if is_exception_class(callee):
        return made(request, callee)
    drawn = call_of_random(cx, request, callee)
    if drawn is not None:
        return drawn
    if isinstance(callee, BuiltinMethodType) and isinstance(callee.__self__, str):
        return method_of_string(cx, request, callee)
    return with_keywords(cx, request.node, callee, request.args, request.kwargs, request.name)


def _call_plain(cx: Context, request: Call, callee: Any) -> Binding:
    """A call of a function that a handler, the library or the table knows, or of any object."""
    node, args, kwargs = request.node, request.args, request.kwargs
    args, request = _opened_deques(cx, request, callee)
    handler = _lookup(callee)
    if handler is not None:
        from adgen.transpiler.frontend.lazy import of_generators

        answer = of_generators(cx, request, callee)
        if answer is not None:
            return answer
        return points.of_call(cx, node, callee, args, handler(cx, request))
    answer = unary_of_object(cx, node, callee, args[0]) if callee is abs and args else None
    if answer is not None:
        return answer
    definition = library.definition_of(callee)
    if definition is not None:
        arrays = tuple(in_array(cx, node, arg) for arg in args)
        result = call_definition(cx, node, definition, arrays, kwargs)
        return points.of_call(cx, node, callee, args, result)
    entry = find(callee)
    if entry is not None:
        from adgen.transpiler.frontend.table_calls import call_primitive

        return points.of_call(cx, node, callee, args, call_primitive(cx, request, entry))
    return _call_object(cx, node, callee, args, kwargs)


def _call_method(cx: Context, request: Call, method: Method) -> Binding:
    """A method of an array, a number, a container or a generator of random numbers."""
    if isinstance(method.base, Ref) or is_operand(method.base):
        request = known_arguments(cx, request)
    if is_stream(method.base):
        return call_of_stream(cx, request, method.base, method.name)
    handler = container_method(method.base, method.name) or METHODS[method.name]
    result = handler(cx, method.base, request)
    return points.of_call(cx, request.node, method.name, (method.base,), result)


def _call_partial(
    cx: Context, node: Any, function: Partial, args: tuple[Binding, ...],
    kwargs: dict[str, Binding], name: str,
) -> Binding:  # fmt: skip
    definition = _method_of_library(function)
    if definition is not None:
        return call_definition(cx, node, definition, (*function.args[1:], *args), kwargs)
    given = {**function.kwargs, **kwargs}
    return call(cx, node, function.function, (*function.args, *args), given, name)


def _opened_deques(cx: Context, request: Call, callee: Any) -> tuple[tuple[Binding, ...], Call]:
    """For functions of Python and NumPy that read items, a deque is the list in it."""
    from adgen.transpiler.frontend.collections_ import list_inside
    from adgen.transpiler.frontend.iterators import rest_of

    module = (getattr(callee, "__module__", None) or "numpy").partition(".")[0]
    if module not in ("builtins", "numpy", "itertools", "math") or callee in _OF_OBJECTS:
        return request.args, request
    args = tuple(list_inside(cx, request.node, arg) for arg in request.args)
    if callee not in (next, iter, len, bool):
        args = tuple(rest_of(cx, request.node, arg) for arg in args)
    return args, replace(request, args=args)


_OF_OBJECTS = (isinstance, type, callable, hasattr, getattr, setattr, vars, print, repr, str, id)


def _method_of_library(function: Partial) -> Any:
    """The definition of a method of one of SciPy's objects, as ``stats.norm.logpdf``, or None."""
    own = function.args[0] if function.args else None
    if not isinstance(function.function, Static) or not isinstance(own, Static):
        return None
    plain = function.function.value
    if not isinstance(plain, FunctionType) or not _is_library(plain):
        return None
    return library.definition_of(MethodType(plain, own.value))


def _call_either(
    cx: Context, node: Any, function: Choice, args: tuple[Binding, ...],
    kwargs: dict[str, Binding], name: str,
) -> Binding:  # fmt: skip
    """A branch that calls the one or the other."""
    from adgen.transpiler.frontend.blocks import choose

    def then() -> Binding:
        return call(cx, node, function.then, args, kwargs)

    def orelse() -> Binding:
        return call(cx, node, function.orelse, args, kwargs)

    if not isinstance(function.condition, Value):
        return then() if function.condition else orelse()
    return choose(cx, node, function.condition, then, orelse, name)


def _lookup(callee: Any) -> Any:
    try:
        return CALLS.get(callee)
    except TypeError:  # not hashable
        return None


NOT_IN_TABLE = (
    "call it outside and pass the result, write it in NumPy, or declare it `@adgen.primitive`"
)


def _shown(callee: Any) -> str:
    if is_special(callee):
        return called(callee)
    module = getattr(callee, "__module__", "") or ""
    name = getattr(callee, "__name__", repr(callee))
    if module == "":
        owner = getattr(callee, "__self__", None)  # functions of `random` are methods of a Random
        if owner is not None and not isinstance(owner, np.ufunc):
            return f"{type(owner).__name__}.{name}"
        return f"np.{name}" if owner is None else f"np.{owner.__name__}.{name}"
    if module.split(".")[0] == "numpy":
        public = [part for part in module.split(".")[1:] if not part.startswith("_")]
        return ".".join(["np", *public, name])
    return name if module == "builtins" else f"{module}.{name}" if module == "math" else name


def _call_object(
    cx: Context, node: Any, callee: Any, args: tuple[Binding, ...], kwargs: dict[str, Binding]
) -> Binding:
    below = unwrap(callee)
    if isinstance(below, MethodType):
        own = from_object(cx, node, below.__self__)
        return call(cx, node, Static(below.__func__), (own, *args), kwargs)
    if isinstance(below, functools.partial):
        return call(cx, node, opened_partial(cx, node, below), args, kwargs)
    from adgen.transpiler.frontend.bystanders import of_bystander

    beside = of_bystander(cx, node, callee, args, kwargs)
    if beside is not None:
        return beside
    managing = opened_manager(callee)
    if managing is not None:
        return call(cx, node, managing, args, kwargs)
    found = call_vectorized(cx, node, callee, args, kwargs)
    if found is not None:
        return found
    if isinstance(below, FunctionType) and not _is_library(callee):
        callee = (
            own_mark(callee, "__adgen_inside__") or callee
        )  # flatten: what it is in compiled code
        try:
            source = from_function(callee)
        except UnsupportedError as error:
            cx.refuse(UnknownPrimitive, f"{_shown(callee)} cannot be read: {error.message}", node)
        place = cx.frame.place if library.owns(callee) else None
        if own_mark(below, WRAPS) is not None:
            place = cx.span(node)
        compute = functools.partial(call_source, cx, node, source, args, kwargs, place)
        return computed_again(cx, node, source.name, compute) if has_cache(callee) else compute()
    if isinstance(callee, type):
        from adgen.transpiler.frontend.instances import make

        instance = make(cx, node, callee, args, kwargs)
        if instance is not None:
            return instance
    elif python_call(callee) is not None:
        return call(cx, node, attribute(cx, node, Static(callee), "__call__"), args, kwargs)
    definition = library.definition_of(class_attribute(type(callee), "__call__"))
    if definition is not None:
        return call_definition(cx, node, definition, (Static(callee), *args), kwargs)
    name = getattr(callee, "__name__", "")
    own = args[0].value if args and isinstance(args[0], Static) else None
    whole = library.shown_method(own, name)
    asked = not whole and _is_numeric(callee)
    near = [*near_matches(name), *library.near_matches(name)][:3] if asked else []
    cx.refuse(
        UnknownPrimitive,
        f"`{whole or _shown(callee)}` is not in the table of primitives",
        node,
        f"did you mean {' or '.join(near)}?" if near else NOT_IN_TABLE,
    )


def _is_numeric(callee: Any) -> bool:
    """Whether a function is of a module of numbers: another one that sounds alike may help."""
    module = (getattr(callee, "__module__", "") or "numpy").split(".")[0]
    return module in ("builtins", "math", "cmath", "numpy", "scipy")


def opened_partial(cx: Context, node: Any, made: functools.partial[Any]) -> Partial:
    """A ``functools.partial`` of the surroundings."""
    args = tuple(from_object(cx, node, part) for part in made.args)
    kwargs = {key: from_object(cx, node, part, key) for key, part in made.keywords.items()}
    return Partial(from_object(cx, node, made.func), args, kwargs)


@known(functools.partial)
def _partial(cx: Context, request: Call) -> Binding:
    if not request.args:
        cx.refuse(TypeMismatch, "`functools.partial` is given no function", request.node,
                  "give it one: functools.partial(f, x)")  # fmt: skip
    return Partial(request.args[0], request.args[1:], request.kwargs)


def _is_library(function: Any) -> bool:
    """Whether the text of a function is NumPy's own business, though it could be read.

    Its globals say so: its name and ``__module__`` are those of NumPy also where a function of
    the user wraps NumPy's by ``functools.wraps``.
    """
    module = str(unwrap(function).__globals__.get("__name__", ""))
    return module.split(".")[0] in ("numpy", "scipy")


def _check_conventions(cx: Context, node: Any, callee: Any) -> None:
    """Refuse an object of the front door for which other conventions were chosen at kinks."""
    asked = getattr(type(callee), "__adgen_subgradients__", None)
    if asked is not None and asked(callee) not in ((), present()):
        cx.refuse(
            UnsupportedSyntax, f"`{_shown(callee)}` has subgradients of its own", node,
            "choose them for the derivative of the whole",
        )  # fmt: skip
