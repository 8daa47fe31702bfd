"""Calls of CPython from machine code, of functions that are called as they are.

A call costs about two microseconds, and ten milliseconds to compile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin
from numba.np.numpy_support import from_dtype

from adgen.runtime.opaque import emit_call
from adgen.runtime.outside import PYTHON, call_python, kind_of


@infer_global(call_python)
class _CallPython(AbstractTemplate):  # type: ignore[misc]
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        """The signature: two literal texts, and values of any types that Numba can box."""
        if kws or len(args) < 2 or not all(isinstance(a, types.StringLiteral) for a in args[:2]):
            return None
        text = args[1].literal_value
        dtype, ndim = (np.dtype(PYTHON[text]), 0) if text in PYTHON else kind_of(text)
        made = types.Array(from_dtype(dtype), ndim, "C") if ndim else from_dtype(dtype)
        return signature(made, *args)


@lower_builtin(call_python, types.StringLiteral, types.StringLiteral, types.VarArg(types.Any))
def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    texts = [kind.literal_value for kind in sig.args[:2]]
    values = list(zip(sig.args[2:], args[2:], strict=True))
    return emit_call(context, builder, call_python, texts, sig.return_type, values)
