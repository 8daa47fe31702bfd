"""``out=``: results of NumPy's functions that are stored in an array that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend.arguments import is_none
from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.indexing import write_part

Arguments = tuple[Binding, ...]


def output_of(
    callee: Any, args: Arguments, kwargs: Mapping[str, Binding]
) -> tuple[Ref | None, Arguments, dict[str, Binding]]:
    """Where a call of a NumPy function stores its result, and the arguments without that."""
    rest = dict(kwargs)
    if (getattr(callee, "__module__", "") or "numpy").split(".")[0] != "numpy":
        return None, args, rest
    given = kwargs.get("out")
    if given is None and isinstance(callee, np.ufunc) and len(args) == callee.nin + 1:
        given, args = args[-1], args[:-1]
    if isinstance(given, tuple) and len(given) == 1:
        (given,) = given
    if is_none(given) or not isinstance(given, Ref):
        return None, args, rest
    rest.pop("out", None)
    return given, args, rest


def stored(cx: Context, node: Any, callee: Any, out: Ref, result: Binding) -> Binding:
    """The array that a result has been stored in; only ufuncs stretch it to the array's shape."""
    check_cast(cx, node, out, result)
    if not isinstance(callee, np.ufunc):
        have, room = (getattr(cx.kind(it), "ones", ()) for it in (result, out))
        if have != room:
            cx.refuse(TypeMismatch, "the result has another shape than `out`", node,
                      "store it in an array of its own shape")  # fmt: skip
    write_part(cx, node, out, result)
    return out


def check_cast(cx: Context, node: Any, old: Binding, new: Binding) -> None:
    """NumPy refuses to put floats into integers in place, and complex numbers into floats."""
    have, want = cx.kind(new).dtype.kind, cx.kind(old).dtype.kind
    if not isinstance(old, Ref):
        return
    if have == "c" != want:
        cx.refuse(
            TypeMismatch, "complex numbers are added in place to a real array", node,
            "make the array a complex one when it is created",
        )  # fmt: skip
    if "biufc".index(have) > "biufc".index(want):
        cx.refuse(
            TypeMismatch, "floats are added in place to an integer array", node,
            "make the array a float array when it is created",
        )  # fmt: skip
