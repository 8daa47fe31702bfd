"""The order of elements in memory, which decides whether ``reshape`` gives a view or a copy.

NumPy gives a fresh array the order of the operands that it was computed from:
``0.8 * M.T`` is laid out like ``M.T``, and its ``ravel()`` is a copy.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.transpiler.frontend.bindings import Binding, Ref
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import Path, Reshape, Transpose
from adgen.transpiler.ir.types import Array

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

_ORDERED = {core.ZEROS, core.EMPTY, core.FULL_, core.BROADCAST, core.SUMTO, core.COPY}
_PRODUCTS = {np.outer, np.matmul, np.dot, operator.matmul}


def note_layout(
    cx: Context, value: Value, callee: core.Callee, operands: tuple[Operand, ...], attrs: Any
) -> None:
    """Remember a new array whose elements are perhaps not in the order of C."""
    if not isinstance(value.type, Array) or value.type.ndim < 2:
        return
    if callee in _ORDERED or callee in _PRODUCTS:
        return
    scattered = cx.extents.scattered
    if callee in (core.SETITEM, core.ADDITEM):
        operands = operands[:1]  # what is written takes the place that it is given
    if callee == core.GETITEM:
        if _scatters(attrs["path"], operands[0] in scattered):
            scattered.add(value)
    elif any(operand in scattered for operand in operands):
        scattered.add(value)


def is_scattered(cx: Context, ref: Ref) -> bool:
    """Whether the elements of an array are perhaps not in the order of C."""
    return _scatters(ref.path, cx.state.cells[ref.cell] in cx.extents.scattered)


def laid_out_like(cx: Context, made: Binding, model: Binding) -> Binding:
    """What was made, known to have the order of its model (``np.zeros_like``, ``np.copy``)."""
    if isinstance(made, Ref) and isinstance(model, Ref) and is_scattered(cx, model):
        cx.extents.scattered.add(cx.state.cells[made.cell])
    return made


def written_in_place(cx: Context, new: Value, old: Value) -> None:
    """``new`` is computed into the memory of ``old`` (``x += y``): the order stays."""
    if old in cx.extents.scattered:
        cx.extents.scattered.add(new)
    else:
        cx.extents.scattered.discard(new)


def _scatters(path: Path, scattered: bool) -> bool:
    for step in path:
        if isinstance(step, Reshape):
            scattered = False
        elif isinstance(step, Transpose):
            scattered = scattered or step.perm != tuple(range(len(step.perm)))
    return scattered
