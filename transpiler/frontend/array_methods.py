"""Methods of arrays that copy, convert, write, or are functions of NumPy too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import (
    dtype_of,
    named,
    with_base,
)
from adgen.transpiler.frontend.array_attributes import (
    refuse_number,
)
from adgen.transpiler.frontend.bindings import Binding, FlatOf, Ref, Static
from adgen.transpiler.frontend.checks import check_equal
from adgen.transpiler.frontend.constructors import as_scalar, copy_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, method
from adgen.transpiler.frontend.flat import read_flat
from adgen.transpiler.frontend.indexing import read_part, select, write_part
from adgen.transpiler.frontend.layouts import laid_out_like
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.frontend.table_calls import (
    call_primitive,
    clipped,
    dot,
    operand_of_binding,
    rounded,
)
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.paths import INT, Index
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.table import find

# Copies, conversions, writes


@method("copy")
def _copy(cx: Context, base: Binding, call: Call) -> Binding:
    named(cx, call, (), 0)
    return copy_of(cx, call.node, base, name=call.name) if isinstance(base, Ref) else base


@method("astype")
def _astype(cx: Context, base: Binding, call: Call) -> Binding:
    (wanted,) = named(cx, call, ("dtype",))
    dtype = dtype_of(cx, wanted, call.node, np.dtype(np.float64))
    if isinstance(base, Ref):
        return laid_out_like(cx, copy_of(cx, call.node, base, dtype, call.name), base)
    refuse_number(cx, base, call.node, "astype")
    return as_scalar(cx, call.node, base, Scalar(dtype), call.name)


@method("fill")
def _fill(cx: Context, base: Binding, call: Call) -> Binding:
    (value,) = named(cx, call, ("value",))
    if not isinstance(base, Ref):
        cx.refuse(TypeMismatch, "a number is filled", call.node, "assign it: `x = value`")
    number = operand_of_binding(cx, value, call.node)
    if isinstance(type_of(number), Array):
        cx.refuse(TypeMismatch, "an array is filled with an array", call.node, "use `x[:] = y`")
    write_part(cx, call.node, base, number)
    return Static(None)


@method("item")
def _item(cx: Context, base: Binding, call: Call) -> Binding:
    place = call.args[0] if len(call.args) == 1 else call.args
    if call.kwargs:
        cx.refuse(TypeMismatch, "`.item` takes no keyword arguments", call.node)
    if isinstance(base, Ref) and place != ():
        if isinstance(place, tuple):
            base = read_part(cx, call.node, select(cx, call.node, base, place))
        else:
            base = read_flat(cx, call.node, FlatOf(base), place)
        if isinstance(base, Ref):
            cx.refuse(TypeMismatch, "`.item` of a part of several elements", call.node,
                      "name an index for each axis")  # fmt: skip
    elif isinstance(base, Ref):
        shape = shapes.ref_shape(cx, base)
        for extent in shape:
            check_equal(cx, call.node, extent, 1, "`item` needs an array of one element")
        path = (Index((INT,) * len(shape)),)
        base = cx.read(compose(cx, call.node, base, path, (0,) * len(shape)), call.node)
    return as_scalar(cx, call.node, base, Scalar(type_of(base).dtype, weak=True), call.name)


# Methods that are functions of NumPy too


@method("round")
def _method_round(cx: Context, base: Binding, call: Call) -> Binding:
    refuse_number(cx, base, call.node, "round")
    return rounded(cx, with_base(base, call))


def _as_function(callee: Any) -> Callable[..., Binding]:
    def handler(cx: Context, base: Binding, call: Call) -> Binding:
        if callee is not np.conjugate:  # Python's numbers have this one too
            refuse_number(cx, base, call.node, callee.__name__)
        entry = find(callee)
        assert entry is not None
        return call_primitive(cx, with_base(base, call), entry)

    return handler


for _function in (np.sum, np.mean, np.max, np.min, np.prod, np.any, np.all, np.argsort,
                  np.argpartition, np.conjugate):  # fmt: skip
    method(_function.__name__)(_as_function(_function))


@method("dot")
def _dot(cx: Context, base: Binding, call: Call) -> Binding:
    (other,) = named(cx, call, ("b",))
    x, y = (operand_of_binding(cx, side, call.node) for side in (base, other))
    return dot(cx, call.node, x, y, call.name)


@method("clip")
def _clip(cx: Context, base: Binding, call: Call) -> Binding:
    low, high = named(cx, call, ("min", "max"), 0)
    return clipped(cx, call, base, low, high)
