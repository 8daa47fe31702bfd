"""`array.reshape(...)` of a C-contiguous array: its memory with other extents.

Numba asks a function in C whether there is such a view, and what its strides are; for what adgen
emits there always is, and a reshape took longer to compile than a loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from adgen.runtime.memory import field

MISMATCH = "total size of new array must be unchanged"


def is_plain(function: Any, extents: Sequence[Any], result: Any) -> bool:
    """Whether a call, by its types, is a reshape of a C-contiguous array to integers."""
    if not isinstance(function, types.BoundFunction) or function.typing_key != "array.reshape":
        return False
    return (
        type(function.this) is types.Array
        and function.this.layout == "C"
        and type(result) is types.Array
        and len(extents) == result.ndim > 0
        and all(isinstance(kind, types.Integer) for kind in extents)
    )


def reshaped(
    context: Any,
    builder: ir.IRBuilder,
    kind: types.Array,
    array: ir.Value,
    result: types.Array,
    extents: Sequence[ir.Value],
) -> ir.Value:
    """Emit the view; the array that owns the memory is not counted once more.

    The emitted code raises ValueError where the number of elements differs.
    """
    strides: list[ir.Value] = []
    size = field(context, builder, kind, array, "itemsize")
    for extent in reversed(extents):
        strides.insert(0, size)
        size = builder.mul(size, extent)
    item, count = (field(context, builder, kind, array, name) for name in ("itemsize", "nitems"))
    differs = builder.icmp_signed("!=", size, builder.mul(item, count))
    for extent in extents:
        if not isinstance(extent, ir.Constant):
            negative = builder.icmp_signed("<", extent, extent.type(0))
            differs = builder.or_(differs, negative)
    with builder.if_then(differs, likely=False):
        context.call_conv.return_user_exc(builder, ValueError, (MISMATCH,))
    word = context.get_value_type(types.intp)
    model, given = context.data_model_manager[result], context.data_model_manager[kind]
    made = context.get_constant_null(result)
    for name in ("meminfo", "parent", "nitems", "itemsize", "data"):
        part = builder.extract_value(array, given.get_field_position(name))
        made = builder.insert_value(made, part, model.get_field_position(name))
    for name, parts in (("shape", extents), ("strides", strides)):
        packed = cgutils.pack_array(builder, parts, ty=word)
        made = builder.insert_value(made, packed, model.get_field_position(name))
    return made
