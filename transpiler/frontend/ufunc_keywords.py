"""``where=`` and ``dtype=`` of ufuncs: which elements are computed, and in which dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import dtype_of, is_none
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.boxes import is_sequence
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.literals import stacked
from adgen.transpiler.frontend.outputs import check_cast, output_of, stored
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.types import PYTHON, Scalar
from adgen.transpiler.primitives.spelling import called

Arguments = tuple[Binding, ...]


def with_keywords(
    cx: Context, node: Any, callee: Any, args: Arguments, kwargs: dict[str, Binding], name: str
) -> Binding | None:
    """A call of a ufunc with these keywords; None for all other calls."""
    if not isinstance(callee, np.ufunc) or not kwargs.keys() & {"where", "dtype"}:
        return None
    from adgen.transpiler.frontend.calls import call

    out, args, rest = output_of(callee, args, kwargs)
    mask, dtype = rest.pop("where", True), rest.pop("dtype", None)
    if not is_none(dtype):
        args = _in_dtype(cx, node, callee, args, dtype)
    result = call(cx, node, Static(callee), args, rest, name)
    if mask is not True:
        result = _selected(cx, node, callee, mask, out, result)
    return result if out is None else stored(cx, node, callee, out, result)


def _selected(
    cx: Context, node: Any, callee: Any, mask: Binding, out: Ref | None, result: Binding
) -> Binding:
    """The result where the mask is true, and elsewhere what is in ``out``."""
    from adgen.transpiler.frontend.calls import call

    if out is None:
        name = called(callee)
        cx.refuse(
            UnsupportedSyntax, f"`{name}` with `where` and without `out`: the other elements are "
            "what happens to be in memory", node,
            f"say what they are: np.where(mask, {name}(...), 0.0)",
        )  # fmt: skip
    check_cast(cx, node, out, result)
    return call(cx, node, Static(np.where), (mask, result, out), {})


def _in_dtype(
    cx: Context, node: Any, callee: np.ufunc, args: Arguments, dtype: Binding
) -> Arguments:
    """The operands as the loop of a ufunc for that dtype takes them."""
    from adgen.transpiler.frontend.calls import call

    wanted = dtype_of(cx, dtype, node, np.dtype(np.float64))
    arrays = tuple(cx.new_array(stacked(cx, node, a)) if is_sequence(a) else a for a in args)
    signature = (*(None for _ in arrays), wanted)
    try:
        loop = callee.resolve_dtypes(
            (*(_promoted(cx, array) for array in arrays), None), signature=signature
        )
    except TypeError:
        cx.refuse(
            TypeMismatch, f"`{called(callee)}` of these operands is not computed in `{wanted}`",
            node, "convert them before: x.astype(...)", raises=TypeError,
        )  # fmt: skip
    return tuple(
        call(cx, node, Static(np.asarray), (array, Static(kind)), {})
        for array, kind in zip(arrays, loop, strict=False)
    )


def _promoted(cx: Context, binding: Binding) -> Any:
    """The dtype of an operand, as NumPy is asked for a loop: Python's numbers are weak."""
    kind = type_of(binding) if is_operand(binding) else cx.kind(binding)
    if isinstance(kind, Scalar) and kind.weak and kind.dtype.kind != "b":
        return PYTHON[kind.dtype.kind]
    return kind.dtype
