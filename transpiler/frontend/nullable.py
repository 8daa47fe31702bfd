"""Values that are None on some paths: ``best = None``, and a loop that finds one.

Such a binding holds the value, or a dummy, and whether it is there.  Where Python would raise for
None the use is an assertion; a test ``is None`` supposes the answer, and the uses behind it assert
nothing.
"""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnboundName
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Nullable, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.ir.core import Operand


def is_none(binding: Binding) -> bool:
    """Whether a binding is None for certain."""
    return isinstance(binding, Static) and binding.value is None


def value_of(binding: Binding) -> Binding | None:
    """What a binding is where it is not None; None (no binding) if it is that for certain."""
    if isinstance(binding, Nullable):
        return binding.value
    return None if is_none(binding) else binding


def there_of(binding: Binding) -> Operand:
    """The truth value of whether a binding is not None."""
    return binding.there if isinstance(binding, Nullable) else not is_none(binding)


def may_be_none(*bindings: Binding) -> bool:
    """Whether some of these are None on some paths, and not all of them on all."""
    return any(isinstance(one, Nullable) for one in bindings) or (
        any(map(is_none, bindings)) and not all(map(is_none, bindings))
    )


def certain(cx: Context, node: Any, binding: Binding, kind: str, message: str) -> Binding:
    """A binding where None raises the built-in exception ``kind``."""
    if is_none(binding) and cx.trials:  # perhaps an earlier iteration has put something there
        error = getattr(builtins, kind)
        cx.refuse(
            UnboundName, f"None is used in the first iteration: {message}", node,
            "ask before: `if value is not None:`", raises=error,
        )  # fmt: skip
    if not isinstance(binding, Nullable):
        return binding
    if not cx.holds(binding.there):
        cx.check(node, binding.there, kind, message)
        cx.suppose(binding.there)
    return binding.value


def known_there(cx: Context, node: Any, binding: Binding) -> Binding:
    """A binding where None means something else: it must be known by a test.

    Raises TypeMismatch where it is not.
    """
    if not isinstance(binding, Nullable):
        return binding
    if not cx.holds(binding.there):
        refuse(cx, node, binding)
    return binding.value


def known_arguments(cx: Context, call: Call) -> Call:
    """A call of whose arguments none is None unless a test has said so."""
    args = tuple(known_there(cx, call.node, arg) for arg in call.args)
    kwargs = {key: known_there(cx, call.node, value) for key, value in call.kwargs.items()}
    return replace(call, args=args, kwargs=kwargs)


_OF_NUMBERS: frozenset[Any] = frozenset((abs, max, min, float, int, len, sum))
_TAKE_NONE: frozenset[Any] = frozenset((np.array, np.asarray, np.zeros, np.ones, np.empty, np.full))


def without_none(cx: Context, call: Call, callee: Any) -> Call:
    """A call of a function that adgen knows: given None for a number or an array it raises.

    These are the first argument, and all of a function of numbers.  Elsewhere None has a meaning.
    """
    count = 0 if callee in _TAKE_NONE or _is_builtin(callee) else 1
    if callee in _OF_NUMBERS or isinstance(callee, np.ufunc):
        count = len(call.args)
    message = f"unsupported operand type for {call.function}: 'NoneType'"
    args = list(call.args)
    for place, arg in enumerate(args[:count]):
        if isinstance(arg, Nullable):
            args[place] = certain(cx, call.node, arg, "TypeError", message)
    return known_arguments(cx, replace(call, args=tuple(args)))


def _is_builtin(callee: Any) -> bool:
    """Whether a function is one of Python's own, as `print`, `isinstance` and `list`."""
    return getattr(callee, "__module__", "") == "builtins"


def refuse(cx: Context, node: Any, binding: Nullable) -> Any:
    """Refuse what may be None where that would have to be decided at run time."""
    cx.refuse(
        TypeMismatch,
        f"this is None on one path and {describe(binding.value)} on another", node,
        "ask before: `if value is not None:`",
    )  # fmt: skip
