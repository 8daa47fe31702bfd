"""Functions that Numba or NumPy has vectorized: a loop that calls the Python function."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnknownPrimitive, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none, named, static_value
from adgen.transpiler.frontend.bindings import Binding, Partial, Ref, Static, is_operand
from adgen.transpiler.frontend.boxes import is_sequence
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.literals import stacked
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.library.mapping import each, each_in_python
from adgen.transpiler.source import is_vectorized


def call_vectorized(
    cx: Context, node: Any, callee: Any, args: tuple[Binding, ...], kwargs: dict[str, Binding]
) -> Binding | None:  # fmt: skip
    """A call of what ``numba.vectorize`` or ``np.vectorize`` has made; None for other callables.

    Raises UnknownPrimitive for what ``numba.guvectorize`` has made.
    """
    if isinstance(callee, np.vectorize):
        _refuse_more(cx, node, callee.excluded, callee.signature)
        from adgen.transpiler.frontend.names import from_object

        function = from_object(cx, node, callee.pyfunc)
        name = getattr(callee.pyfunc, "__name__", "np.vectorize")
        return _by_numpy(cx, node, name, function, callee.otypes, args, kwargs)
    if not is_vectorized(callee):
        return None
    if hasattr(callee, "gufunc_builder"):
        cx.refuse(
            UnknownPrimitive, f"`{callee.__name__}` is made by `guvectorize`: it fills an argument",
            node, "write the loop as a function that returns its result",
        )  # fmt: skip
    _refuse_keywords(cx, node, callee.__name__, kwargs)
    function = Static(callee.__wrapped__)
    if not any(isinstance(arg, Ref) for arg in args):
        from adgen.transpiler.frontend.calls import call

        return call(cx, node, function, args, {})
    dtype = Static(_dtype_of_result(cx, node, callee.__name__, function, args))
    return call_definition(cx, node, each, (function, dtype, *args), {})


def _dtype_of_result(
    cx: Context, node: Any, name: str, function: Binding, args: tuple[Binding, ...]
) -> np.dtype[Any]:
    """The dtype of one result, from a lowering that is thrown away."""
    from adgen.transpiler.frontend.blocks import arm
    from adgen.transpiler.frontend.calls import call

    results: list[Binding] = []
    elements = tuple(_element(cx, node, arg) for arg in args)
    arm(cx, lambda: results.append(call(cx, node, function, elements, {})))
    if not is_operand(results[0]):
        cx.refuse(TypeMismatch, f"`{name}` does not return one number", node,
                  "vectorize a function that returns a number")  # fmt: skip
    return type_of(results[0]).dtype


def _element(cx: Context, node: Any, binding: Binding) -> Binding:
    if not isinstance(binding, Ref):
        return binding
    dtype = cx.kind(binding).dtype
    if dtype == np.float32:
        cx.refuse(
            TypeMismatch, "a vectorized function of a float32 array, which would compute in double",
            node, "pass `x.astype(np.float64)`",
        )  # fmt: skip
    return Value(Scalar(dtype), "element")


@known(np.vectorize)
def _vectorize(cx: Context, call: Call) -> Binding:
    names = ("pyfunc", "otypes", "doc", "excluded", "cache", "signature")
    function, otypes, _, excluded, _, signature = named(cx, call, names)
    _refuse_more(cx, call.node, not is_none(excluded), not is_none(signature))
    given = None if is_none(otypes) else static_value(cx, otypes, call.node, "`otypes`")
    return Partial(Static(_vectorized), (function, Static(given)))


def _vectorized(function: Any, otypes: Any, *args: Any) -> Any:
    """What ``np.vectorize(function, otypes)`` is while lowering."""


@known(_vectorized)
def _call_vectorized(cx: Context, call: Call) -> Binding:
    function, otypes, *args = call.args
    shown = getattr(function, "name", "np.vectorize")
    return _by_numpy(cx, call.node, shown, function, otypes.value, tuple(args), call.kwargs)


def _refuse_more(cx: Context, node: Any, excluded: Any, signature: Any) -> None:
    if excluded or signature:
        cx.refuse(UnsupportedSyntax, "`np.vectorize` with `excluded` or `signature`", node,
                  "write it as a loop over the elements")  # fmt: skip


def _refuse_keywords(cx: Context, node: Any, name: str, kwargs: dict[str, Binding]) -> None:
    if kwargs:
        cx.refuse(UnsupportedSyntax, f"`{name}` with the argument `{[*kwargs][0]}`",
                  node, "leave it out")  # fmt: skip


def _by_numpy(
    cx: Context, node: Any, name: str, function: Binding, otypes: Any, args: tuple[Binding, ...],
    kwargs: dict[str, Binding],
) -> Binding:  # fmt: skip
    _refuse_keywords(cx, node, name, kwargs)
    arrays = tuple(cx.new_array(stacked(cx, node, a)) if is_sequence(a) else a for a in args)
    cx.mixes = False
    found = _dtype_of_result(cx, node, name, function, arrays)
    mixed, cx.mixes = cx.mixes, None
    if mixed and not otypes:
        cx.refuse(
            TypeMismatch, f"`{name}` may return an integer and a float: in `np.vectorize` the "
            "first result decides the type of all", node,
            "name it: np.vectorize(f, otypes=[float])",
        )  # fmt: skip
    dtype = np.dtype(otypes[0]) if otypes else found
    if any(isinstance(array, Ref) for array in arrays):
        given = (function, Static(dtype), not otypes, *arrays)
        return call_definition(cx, node, each_in_python, given, {})
    from adgen.transpiler.frontend.calls import call

    result = call(cx, node, function, arrays, {})
    return call(cx, node, Static(np.asarray), (result, Static(dtype)), {})
