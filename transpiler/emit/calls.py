"""How a callable and its keywords are spelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Expr


def keywords(attrs: Mapping[str, Any]) -> dict[str, Expr]:
    """The static parameters of a call."""
    return {name: _static(value) for name, value in attrs.items() if name != "reassoc"}


def _static(value: Any) -> Expr:
    if isinstance(value, tuple):
        return nodes.tuple_([_static(part) for part in value])
    if isinstance(value, np.dtype) or isinstance(value, type):
        return nodes.dtype(value)
    return nodes.constant(value)
