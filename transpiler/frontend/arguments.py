"""Arguments of calls that adgen knows: by position, by keyword, known while compiling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.boxes import items_of
from adgen.transpiler.frontend.computed_items import write_out
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import Scalar

_DTYPES = frozenset({"f8", "f4", "c16", "c8", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"})


def named(
    cx: Context, call: Call, names: Sequence[str], required: int = 1, positional: int | None = None
) -> list[Binding | None]:
    """The arguments in the order of ``names``; None where the caller gave none.

    Raises TypeMismatch for too few or too many, UnsupportedSyntax for other keywords.
    """
    most = len(names) if positional is None else positional
    if len(call.args) > most:
        cx.refuse(
            TypeMismatch,
            f"`{call.function}` is given {len(call.args)} positional arguments",
            call.node,
            f"it takes {_listed(names[:most])}" if most else "it takes none",
        )
    found: dict[str, Binding] = dict(zip(names, call.args, strict=False))
    for name, binding in call.kwargs.items():
        if name not in names:
            refuse_keyword(cx, call, name, names)
        if name in found:
            cx.refuse(
                TypeMismatch,
                f"`{call.function}` is given `{name}` twice",
                call.node,
                "give it once, by position or by keyword",
            )
        found[name] = binding
    for name in names[:required]:
        if name not in found:
            cx.refuse(
                TypeMismatch,
                f"`{call.function}` is called without `{name}`",
                call.node,
                f"it takes {_listed(names)}",
            )
    return [found.get(name) for name in names]


def refuse_keyword(cx: Context, call: Call, name: str, names: Sequence[str]) -> None:
    """Refuse a keyword argument outside of those that adgen compiles."""
    cx.refuse(
        UnsupportedSyntax,
        f"`{call.function}` with the argument `{name}` is not compiled",
        call.node,
        f"leave `{name}` out; {call.function} takes {_listed(names)}",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "no arguments"


def with_base(base: Binding, call: Call) -> Call:
    """The call of the function that a method stands for."""
    return replace(call, args=(base, *call.args))


def is_none(binding: Binding | None) -> bool:
    """Whether an argument is absent or None."""
    return binding is None or (isinstance(binding, Static) and binding.value is None)


def static_value(cx: Context, binding: Binding, node: Any, what: str) -> Any:
    """The Python object that an argument is; lists become tuples.

    Raises UnsupportedSyntax when it is not known while compiling, ItemOfCounter where a loop
    around can be written out to make it known.
    """
    if isinstance(binding, Static) and not isinstance(binding.value, list):
        return binding.value
    if is_operand(binding) and not isinstance(binding, Value):
        return binding
    items = items_of(cx, binding, node)
    if items is not None:
        return tuple(static_value(cx, item, node, what) for item in items)
    write_out(cx, binding)
    cx.refuse(
        UnsupportedSyntax,
        f"{what} must be known when the function is compiled",
        node,
        "write its value out, or take it from a constant outside of the function",
    )


def static_flag(cx: Context, binding: Binding | None, node: Any, what: str, default: bool) -> bool:
    """A truth value that is known while compiling."""
    return default if binding is None else bool(static_value(cx, binding, node, what))


def axes_of(cx: Context, binding: Binding | None, ndim: int, node: Any) -> tuple[int, ...]:
    """The axes that an ``axis`` argument names: sorted, not negative; all of them for None."""
    if is_none(binding):
        return tuple(range(ndim))
    return tuple(sorted(listed_axes(cx, binding, ndim, node)))


def listed_axes(cx: Context, binding: Binding, ndim: int, node: Any) -> tuple[int, ...]:
    """The axes that an argument names, in its order.  Raises TypeMismatch for axes not there."""
    value = static_value(cx, binding, node, "an axis")
    listed = value if isinstance(value, tuple) else (value,)
    axes = []
    for axis in listed:
        if not isinstance(axis, (int, np.integer)):
            cx.refuse(TypeMismatch, f"{axis!r} is no axis", node, "axes are ints: `axis=0`")
        if not -ndim <= axis < ndim:
            hint = f"its axes are 0 to {ndim - 1}" if ndim else "leave `axis` out: it is a number"
            cx.refuse(TypeMismatch, f"an array of {ndim} axes has no axis {axis}", node, hint)
        axes.append(int(axis) % ndim)
    if len(set(axes)) != len(axes):
        cx.refuse(TypeMismatch, "an axis is named twice", node, "name each axis once")
    return tuple(axes)


def dtype_of(
    cx: Context, binding: Binding | None, node: Any, default: np.dtype[Any]
) -> np.dtype[Any]:
    """The dtype that an argument names.  Raises TypeMismatch for dtypes outside of the IR."""
    if is_none(binding):
        return default
    value = static_value(cx, binding, node, "a dtype")
    try:
        dtype = np.dtype(value)
    except (TypeError, ValueError, SyntaxError, MemoryError):  # what NumPy has for various texts
        cx.refuse(TypeMismatch, f"{value!r} is no dtype", node, "use `dtype=np.float64`")
    if dtype.str[1:] not in _DTYPES or not dtype.isnative:
        cx.refuse(
            TypeMismatch,
            f"arrays of dtype `{dtype}` are not compiled",
            node,
            "use np.float64, np.float32, np.complex128, np.complex64, np.bool_ "
            "or one of the integers",
        )
    return dtype


def integer(cx: Context, binding: Binding, node: Any, what: str) -> Operand:
    """An int operand.  Raises TypeMismatch for anything else."""
    if is_operand(binding):
        kind = type_of(binding)
        if isinstance(kind, Scalar) and kind.dtype.kind in "bi":
            return binding if isinstance(binding, Value) else int(binding)
    cx.refuse(
        TypeMismatch,
        f"{what} must be an int, not {_kind_name(binding)}",
        node,
        "convert it with `int(…)`",
    )


def range_of(start: Operand, stop: Operand, step: Operand) -> range | None:
    """The range of these bounds if all are known and step is not 0."""
    if isinstance(start, Value) or isinstance(stop, Value) or isinstance(step, Value):
        return None
    return range(int(start), int(stop), int(step)) if step != 0 else None


def number(cx: Context, binding: Binding, node: Any, what: str) -> Operand:
    """A number.  Raises TypeMismatch for anything else."""
    if is_operand(binding):
        operand: Operand = binding
        return operand
    hint = "take an element of it: `x[0]`" if isinstance(binding, Ref) else "pass a number"
    cx.refuse(TypeMismatch, f"{what} must be a number, not {describe(binding)}", node, hint)


def _kind_name(binding: Binding) -> str:
    if is_operand(binding):
        named_kinds = {"f": "a float", "c": "a complex number"}
        return named_kinds.get(type_of(binding).dtype.kind, "a number")
    return describe(binding)
