"""The classes that bindings are instances of."""

from __future__ import annotations

from types import FunctionType

import numpy as np

from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Closure,
    ErrorOf,
    FlatOf,
    RangeOf,
    Ref,
    SliceOf,
    Static,
    StringOf,
    is_operand,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.ir.types import PYTHON, Opaque, Scalar


def class_of(cx: Context, binding: Binding) -> type:
    """``type(binding)``."""
    if is_operand(binding):
        kind = type_of(binding)
        assert isinstance(kind, Scalar)
        if isinstance(kind, Opaque):
            return kind.cls
        return PYTHON[kind.dtype.kind] if kind.weak else kind.dtype.type
    match binding:
        case Ref():
            return np.ndarray
        case Static(value=value):
            return type(value)
        case Closure():
            return FunctionType
        case Node() | Box():
            cls = binding.kind.cls
            return getattr(cls, "stands_for", cls)
        case RangeOf():
            return range
        case FlatOf():
            return np.flatiter
        case SliceOf():
            return slice
        case StringOf():
            return str
        case ErrorOf(cls=cls):
            return cls
    return tuple
