"""Functions that Numba has vectorized: a loop over the elements that calls the Python function."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnknownPrimitive, UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.ir.types import Scalar
from adgen.transpiler.library.mapping import each
from adgen.transpiler.source import is_vectorized


def call_vectorized(
    cx: Context, node: Any, callee: Any, args: tuple[Binding, ...], kwargs: dict[str, Binding]
) -> Binding | None:  # fmt: skip
    """A call of what ``numba.vectorize`` has made; None for other callables.

    Raises UnknownPrimitive for what ``numba.guvectorize`` has made.
    """
    if not is_vectorized(callee):
        return None
    if hasattr(callee, "gufunc_builder"):
        cx.refuse(
            UnknownPrimitive, f"`{callee.__name__}` is made by `guvectorize`: it fills an argument",
            node, "write the loop as a function that returns its result",
        )  # fmt: skip
    if kwargs:
        cx.refuse(UnsupportedSyntax, f"`{callee.__name__}` with the argument `{[*kwargs][0]}`",
                  node, "leave it out")  # fmt: skip
    function = Static(callee.__wrapped__)
    if not any(isinstance(arg, Ref) for arg in args):
        from adgen.transpiler.frontend.calls import call

        return call(cx, node, function, args, {})
    dtype = Static(_dtype_of_result(cx, node, callee, function, args))
    return call_definition(cx, node, each, (function, dtype, *args), {})


def _dtype_of_result(
    cx: Context, node: Any, callee: Any, function: Binding, args: tuple[Binding, ...]
) -> np.dtype[Any]:
    """The dtype of one result, from a lowering that is thrown away."""
    from adgen.transpiler.frontend.blocks import arm
    from adgen.transpiler.frontend.calls import call

    results: list[Binding] = []
    elements = tuple(_element(cx, node, arg) for arg in args)
    arm(cx, lambda: results.append(call(cx, node, function, elements, {})))
    if not is_operand(results[0]):
        cx.refuse(TypeMismatch, f"`{callee.__name__}` does not return one number", node,
                  "vectorize a function that returns a number")  # fmt: skip
    return type_of(results[0]).dtype


def _element(cx: Context, node: Any, binding: Binding) -> Binding:
    if not isinstance(binding, Ref):
        return binding
    dtype = cx.kind(binding).dtype
    if dtype == np.float32:
        cx.refuse(
            TypeMismatch, "a vectorized function of a float32 array: Numba would compute in double",
            node, "pass `x.astype(np.float64)`",
        )  # fmt: skip
    return Value(Scalar(dtype), "element")
