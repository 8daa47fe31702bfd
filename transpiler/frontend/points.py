"""Arrays without axes.

To the compiler they are numbers, and what is computed from them is one in NumPy too.  But they are
objects: ``+=`` changes them, under each of their names, and results show what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.errors import AliasedMutation, TypeMismatch
from adgen.transpiler.frontend import element_views
from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import OF_POINT, Binding, Ref
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import Scalar

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

# What makes such an array of any numbers; what hands one on, or takes axes away.
_MAKE = frozenset(
    {
        np.array, np.asarray, np.asanyarray, np.copy, np.where, np.select, np.piecewise, np.roll,
        np.zeros_like, np.ones_like, np.full_like, np.empty_like, np.tensordot, np.cov, np.i0,
        np.real_if_close, np.broadcast_to,
    }
)  # fmt: skip
_KEEP = frozenset({np.transpose, np.real, np.imag, np.squeeze, np.astype})
_COPY = frozenset({np.array, np.copy, np.astype, "copy", "astype"})
_FRESH = frozenset(  # of a constant: no longer one, for it may be changed
    {
        np.array, np.asarray, np.asanyarray, np.copy,
        np.zeros_like, np.ones_like, np.full_like, np.empty_like,
    }
)  # fmt: skip
_METHODS = frozenset({"copy", "transpose", "squeeze", "astype"})
# What makes arrays with axes that share its memory.
_VIEW = frozenset(
    {
        np.reshape, np.ravel, np.expand_dims, np.atleast_1d, np.atleast_2d, np.atleast_3d,
        np.broadcast_to, np.broadcast_arrays, np.ascontiguousarray, np.asfortranarray,
        "reshape", "ravel",
    }
)  # fmt: skip
# Who sees it change, beside the name that it is changed by.
NOBODY, CALLER, ANOTHER = "", "the caller", "another name"


def is_point(cx: Context, binding: Binding) -> bool:
    """Whether a binding is known to be an array without axes."""
    return isinstance(binding, Value) and binding in cx.points


def of_call(
    cx: Context, node: Any, callee: Any, args: tuple[Binding, ...], result: Binding
) -> Binding:
    """The result of a call of the user's, noted as an array without axes if it is one.

    ``callee``: a function, or the name of a method of ``args[0]``.
    """
    if cx.frame.place is not None:  # in the text of the library
        return result
    result = element_views.of_call(cx, node, callee, args, result)
    if callee in _VIEW:
        _share(cx, args, result)
    if callee in _FRESH and isinstance(result, np.generic):
        constant: Any = result
        result = cx.emit(node, core.CAST, constant, type=Scalar(constant.dtype))
    if not isinstance(result, Value) or not isinstance(result.type, Scalar):
        return result
    kept = callee in (_METHODS if isinstance(callee, str) else _KEEP) and args
    if callee in _MAKE or (kept and _hands_on(cx, callee, args[0])):
        shared = callee not in _COPY and any(result is arg and arg in cx.points for arg in args)
        return result if shared else _noted(cx, node, result, args)
    return result


def _share(cx: Context, args: tuple[Binding, ...], result: Binding) -> None:
    """The arrays that such a call returns may not be written, nor may what they are made of."""
    points = [arg for arg in args if isinstance(arg, Value) and arg in cx.points]
    cx.points.update(dict.fromkeys(points, ANOTHER))
    if points:
        for view in result if isinstance(result, tuple) else (result,):
            if isinstance(view, Ref):
                view.cell.part = OF_POINT


def made(cx: Context, node: Any, args: tuple[Binding, ...], result: Binding) -> Binding:
    """The result of a call of the user's of a function that always makes an array."""
    if not isinstance(result, Value) or not isinstance(result.type, Scalar):
        return result
    return result if cx.frame.place is not None else _noted(cx, node, result, args)


def _hands_on(cx: Context, callee: Any, array: Binding) -> bool:
    return is_point(cx, array) or (isinstance(array, Ref) and callee in (np.squeeze, "squeeze"))


def _noted(cx: Context, node: Any, result: Value, args: tuple[Binding, ...]) -> Value:
    """The result as a value of its own, if it was one of the operands."""
    if any(result is arg for arg in args):
        copied = cx.emit(node, core.CAST, result, type=Scalar(result.type.dtype), name=result.name)
        assert isinstance(copied, Value)
        result = copied
    cx.points[result] = NOBODY
    return result


def updated(cx: Context, node: Any, old: Binding, new: Binding) -> Binding:
    """What ``old op= value`` leaves, where ``new`` is what the operator gives.

    An array without axes keeps its dtype.  Refused where somebody else sees the change.
    """
    if not isinstance(old, Value) or old not in cx.points:
        return new
    if cx.points[old] or _holders(cx, old) > 1:
        who = cx.points[old] or ANOTHER
        cx.refuse(
            AliasedMutation,
            f"an array without axes is changed in place, which {who} sees",
            node,
            "write `x = x + ...`, or pass a number: `float(x)`",
        )
    if isinstance(new, Ref):
        cx.refuse(TypeMismatch, "an array is added in place to one without axes", node,
                  "write `x = x + ...`")  # fmt: skip
    if not isinstance(new, Value):
        return new
    if not np.can_cast(type_of(new).dtype, old.type.dtype, "same_kind"):
        cx.refuse(TypeMismatch, "floats are added in place to an integer array", node,
                  "make the array a float array when it is created")  # fmt: skip
    number: Operand = cx.cast(node, new, Scalar(old.type.dtype))
    if isinstance(number, Value):
        cx.points[number] = NOBODY
    return number


def _holders(cx: Context, point: Value) -> int:
    """How many names, and places in containers, stand for an array without axes."""
    count = 0
    pending = [*cx.state.env.values(), *cx.state.boxes.values()]
    while pending:
        binding = pending.pop()
        count += binding is point
        pending += children(binding) or ()
    return count


def carried(cx: Context, init: Operand, head: Value) -> None:
    """At the head of a loop a value is what it was before it."""
    if isinstance(init, Value) and init in cx.points:
        cx.points[head] = cx.points[init]
