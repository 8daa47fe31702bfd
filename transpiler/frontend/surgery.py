"""``with grad_of(x) as g``: a block that runs in the reverse sweep and may replace a cotangent.

The block is lowered where it stands, as the rule of an op that hands ``x`` on (``Custom``): of the
cotangent of ``x``, it computes the one that goes on.  What it reads of the names around are
operands of the op, primal values like any that a rule reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from adgen.transpiler.errors import NotDifferentiable, TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import UNDEF, Binding, Key, Ref, Static, is_operand
from adgen.transpiler.frontend.blocks import run_block
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.fitting import fitted_to
from adgen.transpiler.frontend.state import State
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Operand, Value
from adgen.transpiler.ir.rewrite import clone
from adgen.transpiler.ir.types import Array, is_float
from adgen.transpiler.primitives.custom import STOP, Custom, Rule

_BACKWARDS = "it runs in the reverse sweep, and may only read what the function computes"


@dataclass(frozen=True, eq=False, slots=True)
class CotangentOf:
    """``grad_of(x)``: what ``x`` is, and the expression that says so."""

    value: Binding
    node: Any


def cotangent_of(cx: Context, call: Call) -> Binding:
    """The manager of a ``with`` block.  Raises NotDifferentiable for what has no cotangent."""
    (value,) = named(cx, call, ("x",))
    if isinstance(value, Static) or not (is_operand(value) or isinstance(value, Ref)):
        cx.refuse(
            TypeMismatch, f"`grad_of` is given {describe(value)}", call.node,
            "give it a number or an array, one block for each part of a container",
        )  # fmt: skip
    if not is_float(cx.kind(value)):
        cx.refuse(
            NotDifferentiable, f"`grad_of` is given {describe(value)}, which has no cotangent",
            call.node, "give it a float or an array of floats",
        )  # fmt: skip
    return CotangentOf(value, call.node.args[0])


def lower_surgery(cx: Context, node: Any, asked: CotangentOf) -> None:
    """Lower such a block, and let the name of ``x`` stand for what has passed it."""
    name = _name_of_cotangent(cx, node)
    operand = cx.read(asked.value, asked.node) if isinstance(asked.value, Ref) else asked.value
    if not isinstance(operand, Value):
        return  # a constant has no cotangent: the block never runs
    incoming = Value(operand.type, name)
    key = (cx.frame.owner(name) or cx.frame, name)
    region, changed = _region(cx, node, key, incoming, operand)
    if key in cx.state.env:
        cx.state.env[key] = UNDEF  # in CPython it is something else now
    free = tuple(value for value in core.free_values(region) if value is not incoming)
    result = Value(operand.type, operand.name)
    body = clone(Block((incoming, result, operand, *free), region.ops, region.yields), {})
    rule = Rule(Function(name, body, span=cx.span(node)), True, tuple(range(len(free))))
    custom = Custom(f"grad_of({operand.name or 'x'})", (rule,), replaces=changed)
    stopped = cx.emit(asked.node, STOP, operand, name=operand.name)
    passed = cx.emit(asked.node, custom, stopped, operand, *free, name=operand.name)
    assert isinstance(passed, Value)
    if isinstance(operand.type, Array):
        cx.extents.shapes[passed] = cx.extents.of(operand)
    _hand_on(cx, asked, operand, passed)


def _name_of_cotangent(cx: Context, node: Any) -> str:
    (item, *more) = node.items
    if more or not isinstance(item.optional_vars, gast.Name):
        cx.refuse(
            UnsupportedSyntax, "a block of `grad_of` has one manager, and a name for the cotangent",
            node, "write `with grad_of(x) as g:`",
        )  # fmt: skip
    name: str = item.optional_vars.id
    return name


def _region(
    cx: Context, node: Any, key: Key, incoming: Value, operand: Value
) -> tuple[Block, bool]:
    """The block as a function of the cotangent, and whether it gives another one."""
    if isinstance(incoming.type, Array):
        cx.extents.shapes[incoming] = cx.extents.of(operand)
    builder, before = cx.builder.inner(), cx.state.copy()
    with cx.inside(builder, before.copy()):
        cx.bind(key[1], cx.wrap(incoming))
        run_block(cx, node.body)
        outgoing = _outgoing(cx, node, key[1], cx.state.env[key], operand)
        _check_left_alone(cx, node, key, before)
    return builder.block((incoming,), (outgoing,)), outgoing is not incoming


def _outgoing(cx: Context, node: Any, name: str, binding: Binding, like: Value) -> Operand:
    """The cotangent that goes on, of the type and shape of what it belongs to."""
    if not is_operand(binding) and not isinstance(binding, Ref):
        cx.refuse(
            TypeMismatch, f"`{name}` becomes {describe(binding)}", node.body[-1],
            "a cotangent has the type and the shape of what it belongs to",
        )  # fmt: skip
    return fitted_to(cx, node.body[-1], binding, like)


def _check_left_alone(cx: Context, node: Any, key: Key, before: State) -> None:
    """Refuse a block that leaves, or changes, anything but the cotangent."""
    if cx.flag("$out") is not False:
        cx.refuse(UnsupportedSyntax, "a block of `grad_of` is left", node, _BACKWARDS)
    after = cx.state
    for other, binding in before.env.items():
        hidden = other == key or other[1].startswith("$") or other not in after.env
        if not hidden and not _same(binding, after.env[other]):  # joins leave out what is dead
            cx.refuse(
                UnsupportedSyntax, f"`{other[1]}` is assigned in a block of `grad_of`", node,
                _BACKWARDS,
            )  # fmt: skip
    written = any(after.cells[cell] is not value for cell, value in before.cells.items())
    filled = any(after.boxes[box] is not held for box, held in before.boxes.items())
    if written or filled or after.stale.keys() - before.stale.keys():
        cx.refuse(
            UnsupportedSyntax, "an array or a container is changed in a block of `grad_of`", node,
            _BACKWARDS,
        )  # fmt: skip


def _same(one: Binding, two: Binding) -> bool:
    if isinstance(one, Ref) and isinstance(two, Ref):  # joins make it anew
        return (one.cell, one.path, one.index) == (two.cell, two.path, two.index)
    return one is two


def _hand_on(cx: Context, asked: CotangentOf, operand: Value, passed: Value) -> None:
    """What is read by the name from here on has passed the block.

    Other names of the array see it too; a view is no longer followed through what it is a view of.
    """
    ref = asked.value
    if not isinstance(ref, Ref):
        assign(cx, asked.node, passed)
    elif not ref.path and ref.cell not in cx.state.one_of:
        cx.state.cells[ref.cell] = passed
        cx.passed[passed] = cx.passed.get(operand, operand)
    elif isinstance(asked.node, gast.Name):
        fresh = cx.new_array(passed, passed.name)
        cx.state.share(fresh.cell, ref.cell)  # a write makes the other stale
        cx.bind(asked.node.id, fresh)
    else:
        cx.refuse(
            UnsupportedSyntax, "`grad_of` is given a part of an array", asked.node,
            "give the part a name first: row = x[i]",
        )  # fmt: skip
