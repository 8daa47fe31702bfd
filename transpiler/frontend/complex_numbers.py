"""Complex numbers: what takes them, and the real and the imaginary part of numbers and arrays.

The parts of an array are views in NumPy.  Here they are copies: reading one after the array has
been written is refused, and writing one by a name of its own too.  ``z.real = x`` and
``z.real[i] = x`` store whole numbers, with the other part as it was.
"""

from __future__ import annotations

import builtins
import cmath
import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.advanced_indexing import is_advanced
from adgen.transpiler.frontend.arguments import named, number
from adgen.transpiler.frontend.arithmetic import binary
from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.frontend.constructors import as_scalar
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, attribute, known, method
from adgen.transpiler.frontend.indexing import read_part, select, write_part
from adgen.transpiler.frontend.table_calls import call_primitive, operand_of_binding
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.ir.types import BOOL, COMPLEX, Scalar, is_complex
from adgen.transpiler.primitives.table import find

_PARTS: dict[str, Any] = {"real": np.real, "imag": np.imag}


def part_of(cx: Context, node: Any, base: Binding, name: str, hint: str = "") -> Binding:
    """The real or the imaginary part; of real numbers themselves, or zeros."""
    if isinstance(base, Ref) and name == "real" and not is_complex(cx.kind(base)):
        return base
    operand = operand_of_binding(cx, base, node)
    if name == "real" and not is_complex(type_of(operand)) and type_of(operand) != BOOL:
        return operand
    part = cx.wrap(cx.emit(node, _PARTS[name], operand, name=hint))
    if isinstance(base, Ref) and isinstance(part, Ref):
        part.cell.part = f".{name}"
        cx.state.share(part.cell, base.cell)  # a write makes the part stale
    return part


@attribute("real")
def _real(cx: Context, base: Binding, node: Any) -> Binding:
    return part_of(cx, node, base, "real")


@attribute("imag")
def _imag(cx: Context, base: Binding, node: Any) -> Binding:
    return part_of(cx, node, base, "imag")


@known(np.real)
def _np_real(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("val",))
    return part_of(cx, call.node, base, "real", call.name)


@known(np.imag)
def _np_imag(cx: Context, call: Call) -> Binding:
    (base,) = named(cx, call, ("val",))
    return part_of(cx, call.node, base, "imag", call.name)


@method("conj", "conjugate")
def _conjugate(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    kind = cx.kind(base) if isinstance(base, Ref) else type_of(base)
    operand = operand_of_binding(cx, base, call.node)
    if isinstance(kind, Scalar) and kind.weak:  # a method of Python's own numbers
        if not is_complex(kind):
            return operand
        made = cx.emit(call.node, np.conjugate, operand)
        return as_scalar(cx, call.node, made, kind, call.name)
    return cx.wrap(cx.emit(call.node, np.conjugate, operand, name=call.name))


@known(builtins.complex)
def _complex(cx: Context, call: Call) -> Binding:
    real, imag = (
        None if part is None else number(cx, part, call.node, "an argument of `complex`")
        for part in named(cx, call, ("real", "imag"), 0)
    )
    if imag is None:
        return as_scalar(cx, call.node, 0.0 if real is None else real, COMPLEX, call.name)
    parts = (0.0 if real is None else real, imag)
    if not any(isinstance(part, Value) for part in parts):
        return complex(*parts)  # type: ignore[arg-type]
    return cx.emit(call.node, complex, *parts, name=call.name)


@known(np.sign)
def _sign(cx: Context, call: Call) -> Binding:
    """Of complex numbers ``z / |z|``, which has a derivative; 0 at 0."""
    entry = find(np.sign)
    assert entry is not None
    x = call.args[0] if len(call.args) == 1 and not call.kwargs else None
    operand = operand_of_binding(cx, x, call.node) if x is not None else None
    if operand is None or not is_complex(type_of(operand)):
        return call_primitive(cx, call, entry)
    size = cx.emit(call.node, np.absolute, operand)
    nonzero = cx.emit(call.node, np.where, cx.emit(call.node, operator.eq, size, 0), 1.0, size)
    return cx.wrap(cx.emit(call.node, np.true_divide, operand, nonzero, name=call.name))


def _is_kind(letters: str) -> Callable[..., Binding]:
    def handler(cx: Context, call: Call) -> Binding:
        (x,) = named(cx, call, ("x",))
        kind = cx.kind(x) if isinstance(x, Ref) else type_of(operand_of_binding(cx, x, call.node))
        return kind.dtype.kind in letters

    return handler


known(np.iscomplexobj)(_is_kind("c"))
known(np.isrealobj)(_is_kind("biuf"))


# cmath: NumPy's functions on Python's complex numbers


def _of_cmath(callee: Any) -> Callable[..., Binding]:
    def handler(cx: Context, call: Call) -> Binding:
        (given,) = named(cx, call, ("z",))
        x = number(cx, given, call.node, f"the argument of `cmath.{callee.__name__}`")
        z = as_scalar(cx, call.node, x, Scalar(np.dtype(np.complex128)))
        return as_scalar(cx, call.node, cx.emit(call.node, callee, z), COMPLEX, call.name)

    return handler


for _name, _function in (
    ("exp", np.exp), ("log10", np.log10), ("sqrt", np.sqrt), ("sin", np.sin), ("cos", np.cos),
    ("tan", np.tan), ("sinh", np.sinh), ("cosh", np.cosh), ("tanh", np.tanh),
    ("asin", np.arcsin), ("acos", np.arccos), ("atan", np.arctan), ("asinh", np.arcsinh),
    ("acosh", np.arccosh), ("atanh", np.arctanh),
):  # fmt: skip
    known(getattr(cmath, _name))(_of_cmath(_function))


# Writes


def names_part(target: Any) -> bool:
    """Whether a target is ``z.real``, ``z.imag[...]`` or the like of anything."""
    if isinstance(target, gast.Subscript):
        target = target.value
    return isinstance(target, gast.Attribute) and target.attr in _PARTS


def named_part(cx: Context, target: Any) -> tuple[Ref, str] | None:
    """The array and the name of the part that a target like ``z.real[i]`` is of, if it is one."""
    if not names_part(target):
        return None
    whole = target.value if isinstance(target, gast.Subscript) else target
    base = cx.ev(whole.value)
    if not isinstance(base, Ref):
        return None
    if isinstance(target, gast.Subscript):
        parts = cx.ev(target.slice)
        if is_advanced(cx, parts):
            cx.refuse(
                UnsupportedSyntax, f"`.{whole.attr}` is written at indices in an array", target,
                "loop over the indices",
            )  # fmt: skip
        base = select(cx, target, base, parts)
    return base, whole.attr


def read_named(cx: Context, node: Any, place: tuple[Ref, str]) -> Binding:
    """What is at the place now."""
    part = part_of(cx, node, read_part(cx, node, place[0]), place[1])
    if isinstance(part, Ref):
        part.cell.part = ""
    return part


def write_named(cx: Context, node: Any, place: tuple[Ref, str], binding: Binding) -> None:
    """``z.real = binding``."""
    base, name = place
    if not is_complex(cx.kind(base)):
        if name == "imag":
            cx.refuse(TypeMismatch, "the imaginary part of real numbers is written", node,
                      "make the array a complex one when it is created")  # fmt: skip
        write_part(cx, node, base, binding)
        return
    operand = operand_of_binding(cx, binding, node)
    if is_complex(type_of(operand)):
        cx.refuse(TypeMismatch, f"a complex number is stored into `.{name}`", node,
                  "take a part of it: `np.real(z)`")  # fmt: skip
    now = read_part(cx, node, base)
    other = part_of(cx, node, now, "imag" if name == "real" else "real")
    real, imag = (binding, other) if name == "real" else (other, binding)
    write_part(cx, node, base, binary(cx, node, operator.add, real,
                                      binary(cx, node, operator.mul, imag, 1j)))  # fmt: skip
