"""How a callable and its keywords are spelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr

_SPELLINGS = {"absolute": "abs", "true_divide": "divide", "amax": "max", "amin": "min"}


def call_name(callee: Any) -> str:
    """``np.exp``, ``math.erf``, ``abs``; functions of other modules by their bare name."""
    name = callee.__name__
    module = getattr(callee, "__module__", None) or "numpy"
    if isinstance(callee, np.ufunc) and hasattr(np, name):
        module = "numpy"
    if module == "numpy" or module.startswith("numpy."):
        path = module.split(".")[1:]
        public = [part for part in path if not part.startswith("_")]
        return ".".join(["np", *public, _SPELLINGS.get(name, name)])
    return f"math.{name}" if module == "math" else str(name)


def import_of(callee: Any) -> tuple[str, str] | None:
    """The module and the name to import for a callee that ``np`` and ``math`` do not reach."""
    if isinstance(callee, np.ufunc):
        return None
    module = getattr(callee, "__module__", None) or "numpy"
    if module.split(".")[0] in ("numpy", "math", "builtins", "_operator", "operator"):
        return None
    return module, callee.__name__


def keywords(attrs: Mapping[str, Any]) -> dict[str, Expr]:
    """The static parameters of a call."""
    return {name: _static(value) for name, value in attrs.items() if name != "reassoc"}


def _static(value: Any) -> Expr:
    if isinstance(value, tuple):
        return nodes.tuple_([_static(part) for part in value])
    if isinstance(value, np.dtype) or isinstance(value, type):
        return nodes.dtype(value)
    return nodes.constant(value)
