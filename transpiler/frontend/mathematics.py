"""Python's ``math`` beyond the ufuncs, and questions about numbers and their types."""

from __future__ import annotations

import math
import types
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend.arguments import named, static_value
from adgen.transpiler.frontend.bindings import Binding, Static, is_operand
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.library import mathematics

_COUNTING = (math.factorial, math.comb, math.perm, math.isqrt, math.gcd, math.lcm)
_LARGEST = 10_000  # argument that is counted with while compiling


def _defined(function: Any, definition: Any) -> None:
    def handler(cx: Context, call: Call) -> Binding:
        if function in _COUNTING and not call.kwargs:
            _check_integers(cx, call)
            if not any(isinstance(arg, Value) for arg in call.args):
                return _counted(cx, call, function)
        return call_definition(cx, call.node, definition, call.args, call.kwargs)

    known(function)(handler)


for _function, _definition in mathematics.FUNCTIONS.items():
    _defined(_function, _definition)


def _check_integers(cx: Context, call: Call) -> None:
    for arg in call.args:
        kind = type_of(arg).dtype.kind if is_operand(arg) else ""
        if kind not in "biu" or not kind:
            cx.refuse(
                TypeMismatch, f"`{call.function}` takes integers", call.node,
                "of floats: math.gamma(x + 1)", raises=TypeError,
            )  # fmt: skip


def _counted(cx: Context, call: Call, function: Any) -> Binding:
    """Of numbers that are known: what Python computes."""
    if any(abs(int(arg)) > _LARGEST for arg in call.args if function not in _SMALL):
        cx.refuse(TypeMismatch, f"`{call.function}` of so large a number", call.node,
                  "use its logarithm: math.lgamma(n + 1)")  # fmt: skip
    try:
        result = int(function(*(int(arg) for arg in call.args)))
    except ValueError as error:
        cx.refuse(TypeMismatch, str(error), call.node, raises=error)
    if abs(result) >= 2**63:
        cx.refuse(
            TypeMismatch, f"`{call.function}` gives an integer of more than 64 bits", call.node,
            "use floats: math.gamma(n + 1)",
        )  # fmt: skip
    return result


_SMALL = (math.isqrt, math.gcd, math.lcm)


@known(np.isscalar)
def _isscalar(cx: Context, call: Call) -> Binding:
    (element,) = named(cx, call, ("element",))
    return is_operand(element) or (isinstance(element, Static) and np.isscalar(element.value))


@known(np.finfo, np.iinfo)
def _limits(cx: Context, call: Call) -> Binding:
    """What is known of a type: an object whose attributes are constants."""
    dtype: Binding = named(cx, call, ("dtype",))[0]
    given = type_of(dtype).dtype if is_operand(dtype) else None
    if given is None:
        given = static_value(cx, dtype, call.node, "`dtype`")
    is_float = call.function.endswith("finfo")
    names = _OF_FLOATS if is_float else ("bits", "max", "min")
    try:
        return _constants(np.finfo(given) if is_float else np.iinfo(given), names)
    except (TypeError, ValueError):
        cx.refuse(TypeMismatch, f"`{call.function}` is given {_shown(given)}", call.node,
                  "give it a type of " + ("floats" if is_float else "integers"))  # fmt: skip


_OF_FLOATS = (
    "bits", "eps", "epsneg", "max", "min", "resolution", "tiny",
    "smallest_normal", "smallest_subnormal",
)  # fmt: skip


def _shown(given: Any) -> str:
    try:
        return f"`{np.dtype(given)}`"
    except TypeError:
        return f"`{given!r}`"


def _constants(found: Any, names: tuple[str, ...]) -> Binding:
    """An object with these attributes and no others: NumPy's own computes some when asked."""
    return Static(types.SimpleNamespace(**{name: getattr(found, name) for name in names}))
