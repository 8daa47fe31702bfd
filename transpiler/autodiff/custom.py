"""Derivatives by the user's own rules: rules are inlined, and transposed where one mode lacks one.

A rule is linear in its first operand.  Its transpose comes from the chain rule itself:
the cotangent of that operand, given one of the result, is the transpose applied to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace

from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.rewrite import clone_op, rename, resolve, substitute, with_body
from adgen.transpiler.ir.types import Array
from adgen.transpiler.primitives.builder import Builder, zero
from adgen.transpiler.primitives.custom import STOP, Custom, Rule
from adgen.transpiler.primitives.linked import PART, Linked


def applied(
    b: Builder, op: Op, argument: int, direction: Operand, forwards: bool
) -> Operand | None:
    """The rule of one argument applied to a tangent of it or to a cotangent of the result.

    None for a derivative of zero.  Raises NotDifferentiable where there is no rule.
    """
    custom = op.callee
    assert isinstance(custom, Custom)
    rule = custom.rules[argument]
    if rule is None:
        return None
    if custom.replaces is not None:
        if forwards and custom.replaces:
            raise NotDifferentiable(
                f"the block `with {custom.name}` gives another cotangent: forward mode has none",
                op.span,
                hint='use grad, vjp, or jacobian(f, mode="reverse")',
            )
        if forwards:
            return direction
    if isinstance(rule, str):
        raise NotDifferentiable(
            f"`{custom.name}` is a primitive without a rule for its argument {argument}",
            op.span,
            hint=f"give it one: adgen.{rule}({custom.name}, ...), or None if it is constant",
        )
    if rule.transposed is forwards and rule.other is not None:
        rule = rule.other
    count = len(custom.rules)
    arguments = op.operands[1 : 1 + count]
    captures = [op.operands[1 + count + k] for k in rule.captures]
    if rule.transposed is not forwards:
        given = [direction, op.result, *arguments, *captures]
        return inlined(b, rule.function, given)[0]
    joint = _transposed(rule, custom.name, op)
    first = rule.function.params[0]
    nothing = _zero_like(b, first, arguments[argument] if rule.transposed is False else op.result)
    given = [nothing, op.result, *arguments, *captures, direction]
    return inlined(b, joint, given)[1]


def check_arguments(op: Op, varies: bool) -> None:
    """Refuse a function that depends on what is differentiated by other than as an argument."""
    if varies:
        name = getattr(op.callee, "__name__", "")
        raise NotDifferentiable(
            f"`{name}` is a primitive, and reads a value that varies from outside of it",
            op.span,
            hint="pass the value as an argument, and give a rule for it",
        )


_transposing: ContextVar[tuple[Function, ...]] = ContextVar("_transposing", default=())


def _transposed(rule: Rule, name: str, op: Op) -> Function:
    from adgen.transpiler.autodiff.reverse import reverse

    if rule.function in _transposing.get():
        raise _Circular
    reason, joint = "", None
    if any(inner.regions for inner in rule.function.body.ops):
        reason = "has loops or branches"
    else:
        before = _transposing.set((*_transposing.get(), rule.function))
        try:
            joint = reverse(rule.function, (0,), seeded=True)
        except _Circular:
            if len(_transposing.get()) > 1:
                raise
            reason = f"calls `{name}` itself"
        finally:
            _transposing.reset(before)
    if joint is not None:
        return joint
    wanted, has = ("defjvp", "vjp") if rule.transposed else ("defvjp", "jvp")
    raise NotDifferentiable(
        f"the {has} of `{name}` {reason}: it is not transposed",
        op.span,
        hint=f"give the other rule too: adgen.{wanted}({name}, ...)",
    )


class _Circular(Exception):
    """The transpose of a rule needs itself."""


def _zero_like(b: Builder, param: Value, example: Operand) -> Operand:
    if isinstance(param.type, Array):
        assert isinstance(example, Value)
        return b.zeros_like(example)
    return zero(param.type)


def inlined(
    b: Builder, function: Function, operands: Sequence[Operand], own_places: bool = False
) -> list[Operand]:
    """The results of a function, its ops added to those of the builder.

    ``own_places``: they keep their lines; else theirs is the place that is being built.
    """
    mapping: dict[Value, Operand] = dict(zip(function.params, operands, strict=True))
    slots: dict[Slot, Slot] = {}
    for op in function.body.ops:
        b.add(_adopted(clone_op(op, mapping), b, slots, own_places))
    return [resolve(y, mapping) for y in function.body.yields]


def _adopted(op: Op, b: Builder, slots: dict[Slot, Slot], own_places: bool) -> Op:
    """An op in the role and at the place of those that are being built, with slots of its own."""
    regions = tuple(
        Block(
            region.args,
            tuple(_adopted(inner, b, slots, own_places) for inner in region.ops),
            region.yields,
        )
        for region in op.regions
    )
    span = op.span if own_places and op.span is not None else b.span
    attrs = {name: value for name, value in op.attrs.items() if name != "mirror"}
    if "label" in attrs:
        attrs["label"] = core.new_label()
    if "slot" in attrs:
        attrs["slot"] = slots.setdefault(attrs["slot"], replace(attrs["slot"]))
    return op.with_(role=b.role, span=span, regions=regions, attrs=attrs)


def without_surgery(function: Function) -> Function:
    """A function whose reverse sweep is there, without the ops that have brought blocks to it,
    and rules that serve no other mode.
    """
    mapping: dict[Value, Operand] = {}
    linked: dict[Operand, Op] = {}

    def visit(block: Block) -> Block:
        ops = []
        for op in block.ops:
            if isinstance(op.callee, Custom) and op.callee.replaces is not None:
                mapping[op.result] = op.operands[1]
            elif isinstance(op.callee, Linked) and op.callee.backwards:
                linked[op.result] = op
            elif op.callee is PART and op.operands[0] in linked:
                mapping[op.result] = linked[op.operands[0]].operands[op.attrs["index"]]
            else:
                ops.append(op.with_(regions=tuple(visit(region) for region in op.regions)))
        return Block(block.args, tuple(ops), block.yields)

    body = visit(function.body)
    return with_body(function, substitute(body, mapping)) if mapping or linked else function


def surgery(block: Block) -> Op | None:
    """The op of a block that gives another cotangent, if there is one."""
    return next(
        (op for _, op in core.walk(block) if isinstance(op.callee, Custom) and op.callee.replaces),
        None,
    )


def without_rules(function: Function) -> Function:
    """The function with the values in the place of ops that only bring derivatives."""
    mapping: dict[Value, Operand] = {}
    linked: dict[Operand, Op] = {}
    for _, op in core.walk(function.body):
        if isinstance(op.callee, Linked):
            linked[op.result] = op
        elif op.callee is PART:
            mapping[op.result] = linked[op.operands[0]].operands[op.attrs["index"]]
        elif _brings_rules(op):
            mapping[op.result] = op.operands[0]

    def visit(block: Block) -> Block:
        kept = [op for op in block.ops if not _brings_rules(op)]
        ops = [op.with_(regions=tuple(visit(region) for region in op.regions)) for op in kept]
        return Block(block.args, tuple(ops), block.yields)

    if not mapping and not linked:
        return function
    names = {
        value: result.name
        for result, value in mapping.items()
        if isinstance(value, Value) and result.name and not value.name
    }
    return with_body(function, rename(substitute(visit(function.body), mapping), names))


def _brings_rules(op: Op) -> bool:
    return op.callee in (STOP, PART) or isinstance(op.callee, (Custom, Linked))
