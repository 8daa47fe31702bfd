"""Functions of NumPy and SciPy on whole arrays, which CPython runs in the middle of compiled code.

What Numba lacks, or compiles for seconds, is so exactly what NumPy computes and raises.  A call
costs some microseconds, and about thirty milliseconds to compile.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin
from numba.np.numpy_support import from_dtype

_MODULES = {
    "linalg": "scipy.linalg",
    "special": "scipy.special",
}  # that a text may name beside NumPy


def computed(text: str, kinds: str, *values: Any) -> Any:
    """The results of the function of these values that ``text``, a lambda, says.

    ``kinds``: their types, as in ``"f8[:, :]; f8"``.  Arrays are in C's order, and nobody else's.
    """
    found = _function(text)(*values)
    wanted = _kinds(kinds)
    parts = found if len(wanted) > 1 else (found,)
    made = [_as(part, kind, values) for part, kind in zip(parts, wanted, strict=True)]
    return made[0] if len(made) == 1 else tuple(made)


def _as(part: Any, kind: tuple[np.dtype[Any], int], values: tuple[Any, ...]) -> Any:
    dtype, ndim = kind
    if np.iscomplexobj(part) and dtype.kind != "c":
        raise TypeError("the result is complex")
    if ndim == 0:
        return dtype.type(part)
    array = np.asarray(part, dtype, order="C")
    shared = any(isinstance(v, np.ndarray) and np.may_share_memory(array, v) for v in values)
    return array.copy() if shared or not array.flags.writeable else array


@functools.cache
def _function(text: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"np": np}
    for name, module in _MODULES.items():
        if re.search(rf"(?<!\.)\b{name}\.", text):
            names[name] = importlib.import_module(module)
    function: Callable[..., Any] = eval(text, names)
    return function


@functools.cache
def _kinds(text: str) -> tuple[tuple[np.dtype[Any], int], ...]:
    """The dtypes and ranks of ``"f8[:, :]; f8"``."""
    parts = [part.strip() for part in text.split(";")]
    return tuple((np.dtype(part.partition("[")[0]), part.count(":")) for part in parts)


@infer_global(computed)
class _Computed(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        """The signature: two literal texts, and values of any types that Numba can box."""
        if kws or len(args) < 2 or not all(isinstance(a, types.StringLiteral) for a in args[:2]):
            return None
        made = [
            types.Array(from_dtype(dtype), ndim, "C") if ndim else from_dtype(dtype)
            for dtype, ndim in _kinds(args[1].literal_value)
        ]
        return signature(made[0] if len(made) == 1 else types.Tuple(made), *args)


@lower_builtin(computed, types.StringLiteral, types.StringLiteral, types.VarArg(types.Any))
def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    text, kinds = (kind.literal_value for kind in sig.args[:2])
    values = list(zip(sig.args[2:], args[2:], strict=True))
    return emit_computed(context, builder, text, kinds, sig.return_type, values)


def emit_computed(
    context: Any,
    builder: ir.IRBuilder,
    text: str,
    kinds: str,
    result: Any,
    values: Sequence[tuple[Any, ir.Value]],
) -> ir.Value:
    """Emit a call of ``computed``; the values with their types.  What it raises is raised."""
    return emit_call(context, builder, computed, [text, kinds], result, values)


def emit_call(
    context: Any,
    builder: ir.IRBuilder,
    python: Callable[..., Any],
    texts: Sequence[str],
    result: Any,
    values: Sequence[tuple[Any, ir.Value]],
) -> ir.Value:
    """Emit a call by CPython of a function of some texts and values, these with their types."""
    api = context.get_python_api(builder)
    environment = context.get_env_manager(builder)
    lock = api.gil_ensure()
    function, *given = (api.unserialize(api.serialize_object(o)) for o in (python, *texts))
    for kind, value in values:
        context.nrt.incref(builder, kind, value)  # boxing takes a reference
        given.append(api.from_native_value(kind, value, environment))
    found = api.call_function_objargs(function, given)
    for thing in (function, *given):
        api.decref(thing)
    with builder.if_then(cgutils.is_null(builder, found), likely=False):
        api.gil_release(lock)
        context.call_conv.return_exc(builder)  # CPython knows which exception
    native = api.to_native_value(result, found)
    api.decref(found)
    api.gil_release(lock)
    with builder.if_then(native.is_error, likely=False):
        context.call_conv.return_exc(builder)
    return native.value
