"""Rebuilding IR: substitution and copies with fresh values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value

Substitution = Mapping[Value, Operand]


def resolve(operand: Operand, mapping: Substitution) -> Operand:
    """Follow a substitution to its end."""
    while isinstance(operand, Value) and operand in mapping:
        operand = mapping[operand]
    return operand


def resolve_all(operands: tuple[Operand, ...], mapping: Substitution) -> tuple[Operand, ...]:
    """Follow a substitution for several operands; the same tuple where it names none of them."""
    for operand in operands:
        if isinstance(operand, Value) and operand in mapping:
            return tuple([resolve(operand, mapping) for operand in operands])
    return operands


def substitute_op(op: Op, mapping: Substitution) -> Op:
    """The op with free values replaced, in its regions too; itself where there are none."""
    operands = resolve_all(op.operands, mapping)
    if not op.regions:
        return op if operands is op.operands else op.with_(operands=operands)
    regions = tuple(substitute(region, mapping) for region in op.regions)
    return op.with_(operands=operands, regions=regions)


def substitute(block: Block, mapping: Substitution) -> Block:
    """The block with free values replaced; arguments and results keep their identity."""
    if not mapping:
        return block
    ops = tuple(substitute_op(op, mapping) for op in block.ops)
    return Block(block.args, ops, tuple(resolve(y, mapping) for y in block.yields))


def clone(block: Block, mapping: dict[Value, Operand]) -> Block:
    """A copy with fresh arguments and results; ``mapping`` receives old -> new."""
    args = tuple(_fresh(value, mapping) for value in block.args)
    ops = tuple(clone_op(op, mapping) for op in block.ops)
    return Block(args, ops, tuple(resolve(y, mapping) for y in block.yields))


def clone_op(op: Op, mapping: dict[Value, Operand]) -> Op:
    """A copy of an op with fresh results; ``mapping`` is read and extended."""
    operands = tuple(resolve(operand, mapping) for operand in op.operands)
    regions = tuple(clone(region, mapping) for region in op.regions)
    results = tuple(_fresh(value, mapping) for value in op.results)
    return op.with_(operands=operands, regions=regions, results=results)


def with_body(function: Function, body: Block) -> Function:
    """The function with another body."""
    return function if body is function.body else replace(function, body=body)


def _fresh(value: Value, mapping: dict[Value, Operand]) -> Value:
    new = Value(value.type, value.name)
    mapping[value] = new
    return new


def rename(block: Block, names: Mapping[Value, str]) -> Block:
    """The block with name hints given to results (each becomes a new value)."""
    mapping: dict[Value, Operand] = {}

    def visit(inner: Block) -> Block:
        ops = []
        for op in inner.ops:
            regions = tuple(visit(region) for region in op.regions)
            results = tuple(hinted(result) for result in op.results)
            ops.append(op.with_(regions=regions, results=results))
        return Block(inner.args, tuple(ops), inner.yields)

    def hinted(value: Value) -> Value:
        if value not in names:
            return value
        fresh = Value(value.type, names[value])
        mapping[value] = fresh
        return fresh

    return substitute(visit(block), mapping)
