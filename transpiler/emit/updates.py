"""Writes in place: ``y[1:-1] = v``, ``w_bar[j] += g``, ``x_bar += g``."""

from __future__ import annotations

import gast

from adgen.transpiler import optimisations
from adgen.transpiler.emit import nodes, numbers, selection
from adgen.transpiler.emit.elements import copy_elements
from adgen.transpiler.emit.expressions import Expressions
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.paths import is_element
from adgen.transpiler.ir.types import Array


def update(write: Expressions, op: Op) -> Stmt | None:
    """The statement of a setitem, an additem, or an accum of arrays; None if it does nothing."""
    base, value, *index = op.operands
    assert isinstance(base, Value)
    if op.callee == core.SETITEM and _reads_same(write, value, op):
        return None
    name = write.plan.naming.values[base]
    if op.callee == core.ACCUM:
        return nodes.augment(nodes.store(name), gast.Add(), write.operand(value))
    path = op.attrs["path"]
    if op.callee == core.ADDPRODUCT:
        return nodes.statement(_product(write, op))
    if op.callee == core.SETITEM:
        step = _augmented(write, op)
        if step is not None:
            return nodes.augment(_target(write, op, True), nodes.BINARY[step.callee](),
                                 write.operand(step.operands[1]))  # fmt: skip
        if write.numba and selection.is_whole(path) and _is_named_array(write, value, base):
            assert isinstance(base.type, Array) and isinstance(value, Value)
            source = write.plan.naming.values[value]
            return copy_elements(write.plan.naming, source, base.type.ndim, nodes.load(name))
        return nodes.assign(_target(write, op, False), _stored(write, value, base))
    is_free = op.attrs.get("reassoc") and optimisations.enabled(optimisations.FREE_SUMS)
    if write.numba and is_free and is_element(path):
        place = selection.select(write.operand(base), path, write.operands(index))
        return nodes.assign(
            _target(write, op, False), nodes.call("radd", place, write.operand(value))
        )
    return nodes.augment(_target(write, op, True), gast.Add(), _stored(write, value, base))


def _product(write: Expressions, op: Op) -> Expr:
    """The call that adds a product of matrices to one, or to a part of it."""
    base, first, second, *index = op.operands
    kernel = "add_product_in_order" if op.attrs.get("ordered") else "add_product"
    out = write.operand(base)
    if not selection.is_whole(op.attrs["path"]):
        out = nodes.call("submatrix", out, *write.operands(index))
    return nodes.call(kernel, out, write.operand(first), write.operand(second))


def _target(write: Expressions, op: Op, augmented: bool) -> Expr:
    base, _, *index = op.operands
    path = op.attrs["path"]
    assert isinstance(base, Value)
    if augmented and selection.is_whole(path):
        return nodes.store(write.plan.naming.values[base])
    return selection.target(write.operand(base), path, write.operands(index))


def _stored(write: Expressions, value: Operand, base: Value) -> Expr:
    if isinstance(value, Value):
        return write.operand(value)
    return numbers.plain(value, base.type.dtype)


def _is_named_array(write: Expressions, value: Operand, base: Value) -> bool:
    """Whether an array on a line of its own fills all of ``base``."""
    if not isinstance(value, Value) or value in write.plan.folding.inline:
        return False
    return isinstance(value.type, Array) and value.type.ones == base.type.ones  # type: ignore[union-attr]


def _augmented(write: Expressions, op: Op) -> Op | None:
    """The op ``part + rest`` whose result is stored where ``part`` was read, if it is that."""
    base, value = op.operands[:2]
    step = write.plan.folding.inline.get(value) if isinstance(value, Value) else None
    if step is None or step.callee not in nodes.BINARY or step.attrs.get("reassoc"):
        return None
    assert isinstance(base, Value)
    first = step.operands[0]
    if not isinstance(first, Value) or step.result.type.dtype != base.type.dtype:
        return None
    if selection.is_whole(op.attrs["path"]) and first is base:
        return step
    return step if _reads_same(write, first, op) else None


def _reads_same(write: Expressions, value: Operand, op: Op) -> bool:
    """Whether a folded value is what a write is about to overwrite."""
    read = write.plan.folding.inline.get(value) if isinstance(value, Value) else None
    if read is None or read.callee != core.GETITEM or read.operands[0] is not op.operands[0]:
        return False
    return read.attrs["path"] == op.attrs["path"] and _equal(read.operands[1:], op.operands[2:])


def _equal(first: tuple[Operand, ...], second: tuple[Operand, ...]) -> bool:
    return len(first) == len(second) and all(
        a is b or not isinstance(a, Value) and not isinstance(b, Value) and a == b
        for a, b in zip(first, second, strict=True)
    )
