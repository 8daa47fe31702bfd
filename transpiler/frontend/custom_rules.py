"""Calls of functions with one rule for all arguments, ``custom_vjp`` and ``custom_jvp`` of JAX.

The value is lowered where the call stands, the rule into the region of an op (``Ruled``) that
hands the value on: what the rule is to know are free values of the region, however they nest.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from adgen.transpiler.errors import NotDifferentiable, TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import is_none
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref, Static
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.custom_calls import check_unwritten
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.fitting import fitted_to
from adgen.transpiler.frontend.leaves import all_leaves, float_leaves, rebuilt
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array, is_float
from adgen.transpiler.primitives.linked import PART, Linked, Ruled
from adgen.transpiler.surroundings import MISSING, read
from adgen.transpiler.user_primitives import CustomDerivative

_HIGHEST_ORDER = 3
# Functions whose `fwd` is being lowered, and those whose derivatives are, as often as they nest.
_forwards: ContextVar[tuple[CustomDerivative, ...]] = ContextVar("_forwards", default=())
_nested: ContextVar[tuple[CustomDerivative, ...]] = ContextVar("_nested", default=())


def call_with_rule(cx: Context, call: Call, custom: CustomDerivative) -> Binding:
    """The value of the function, with the derivative that its rule gives.

    In its own ``fwd`` a function is what its body says; in its own rule it has the rule again, for
    derivatives up to the third.
    """
    if custom in _forwards.get():
        return apply(cx, call.node, Static(custom.function), call.args, dict(call.kwargs))
    return _Call(cx, call, custom).lowered()


@contextmanager
def _inside(stack: ContextVar[tuple[CustomDerivative, ...]], custom: CustomDerivative) -> Any:
    before = stack.set((*stack.get(), custom))
    try:
        yield
    finally:
        stack.reset(before)


@contextmanager
def _alone(cx: Context) -> Any:
    """A rule that calls its function is no recursion of the program."""
    before, cx.stack = cx.stack, []
    try:
        yield
    finally:
        cx.stack = before


class _Call:
    def __init__(self, cx: Context, call: Call, custom: CustomDerivative) -> None:
        self.cx, self.call, self.custom, self.node = cx, call, custom, call.node
        if call.kwargs:
            cx.refuse(
                UnsupportedSyntax, f"`{call.function}` has a rule, and is called with keywords",
                call.node, "pass the arguments by position",
            )  # fmt: skip
        count = len(call.args)
        without = {k % count for k in custom.nondiff} if count else set()
        self.constant = tuple(call.args[k] for k in sorted(without))
        self.args = tuple(arg for k, arg in enumerate(call.args) if k not in without)
        self.inputs = [x for arg in self.args for x in self.floats(arg)]

    def lowered(self) -> Binding:
        """The results of the op."""
        cx, call = self.cx, self.call
        by_rule = self.custom.mode == "vjp"
        function = self.rule("fwd") if by_rule else Static(self.custom.function)
        outer = self.read_besides(function)
        refs = [arg for arg in call.args if isinstance(arg, Ref)]
        before = [cx.state.cells[ref.cell] for ref in refs]
        with _inside(_forwards, self.custom):
            value = apply(cx, self.node, function, call.args, {})
        value, known = self.pair(value, "fwd") if by_rule else (value, None)
        check_unwritten(cx, call, refs, before)
        values = self.operands(value)
        results: list[Operand]
        if _nested.get().count(self.custom) >= _HIGHEST_ORDER:
            results = self.refusing(values)
        else:
            with _inside(_nested, self.custom), _alone(cx):
                region = self.cotangents(value, known) if by_rule else self.tangents(value)
            made = [Value(type_of(v), v.name if isinstance(v, Value) else "") for v in values]
            results = list(made)
            callee = Ruled(self.custom.mode, len(self.inputs), len(values), call.function)
            operands = (*self.inputs, *values, *outer)
            cx.builder.add(Op(callee, operands, {}, (region,), tuple(made), cx.span(self.node)))
        for result, v in zip(results, values, strict=True):
            if isinstance(result, Value) and isinstance(result.type, Array):
                cx.extents.shapes[result] = cx.extents.of(v)
        after = iter(results)
        return rebuilt(cx, self.node, value, lambda leaf: cx.wrap(next(after)))

    def refusing(self, values: Sequence[Operand]) -> list[Operand]:
        """The values, of which no derivative is to be had."""
        cx, name, span = self.cx, self.call.function, self.cx.span(self.node)

        def refuse(*asked: Any) -> Any:
            raise NotDifferentiable(
                f"the rule of `{name}` calls it: its derivatives are known to the order "
                f"{_HIGHEST_ORDER}",
                span,
                hint="write what it computes into the rule",
            )

        linked = Linked(name, len(values), refuse, refuse)
        token = cx.emit(self.node, linked, *values, *self.inputs)
        return [
            cx.builder.emit(PART, token, index=k, type=v.type) if isinstance(v, Value) else v
            for k, v in enumerate(values)
        ]

    def rule(self, name: str) -> Static:
        """One of the rules, which must be there."""
        found = read(self.custom.rules, name)
        if found is MISSING:
            mode = self.custom.mode
            wanted = "fwd, bwd" if mode == "vjp" else "jvp"
            self.cx.refuse(
                UnsupportedSyntax, f"`{self.call.function}` is a custom_{mode} without a rule",
                self.node, f"give it one: {self.call.function}.def{mode}({wanted})",
            )  # fmt: skip
        return Static(found)

    def pair(self, binding: Binding, rule: str) -> tuple[Binding, Any]:
        """Two results of a rule."""
        if not isinstance(binding, tuple) or len(binding) != 2:
            self.cx.refuse(
                TypeMismatch,
                f"the rule `{rule}` of `{self.call.function}` returns {describe(binding)}",
                self.node,
                "let it return a pair: the value, and what the rule is to know"
                if rule == "fwd"
                else "let it return a pair: the value and its tangent",
            )
        return binding  # type: ignore[return-value]

    def operands(self, binding: Binding) -> list[Operand]:
        """The numbers and arrays of a binding."""
        leaves = all_leaves(self.cx, self.node, binding)
        return [self.cx.read(x, self.node) if isinstance(x, Ref) else x for x in leaves]

    def floats(self, binding: Binding) -> list[Operand]:
        """The floats among them."""
        return [x for x in self.operands(binding) if is_float(type_of(x))]

    def read_besides(self, function: Static) -> list[Value]:
        """The floats that the value is computed of, other than as arguments: found on trial."""
        cx, state = self.cx, self.cx.state.copy()
        reading, builder = cx.builder.inner(), cx.builder.inner()  # views are read outside of it
        fresh: set[Value] = set()

        def argument(leaf: Binding) -> Binding:
            operand = cx.read(leaf, self.node) if isinstance(leaf, Ref) else leaf
            value = self.fresh(operand, operand.name if isinstance(operand, Value) else "")
            fresh.add(value)
            return cx.wrap(value) if is_float(value.type) else leaf

        with cx.inside(reading, state):
            args = [
                arg if isinstance(arg, Static) else rebuilt(cx, self.node, arg, argument)
                for arg in self.call.args
            ]
        with cx.inside(builder, state):
            with _inside(_forwards, self.custom):
                found = self.operands(apply(cx, self.node, function, tuple(args), {}))
        made = _without_extents(Block((), tuple(builder.ops), tuple(found)))
        return [v for v in core.free_values(made) if v not in fresh and is_float(v.type)]

    def fresh(self, like: Operand, name: str) -> Value:
        """A tangent or cotangent of a value, as an argument of the region."""
        value = Value(type_of(like), name)
        if isinstance(value.type, Array):
            self.cx.extents.shapes[value] = self.cx.extents.of(like)
        return value

    def nested(self, like: Binding, leaves: dict[int, Value]) -> Binding:
        """A binding that nests like another one, of such leaves; zero where there is none."""
        cx, places = self.cx, iter(range(len(all_leaves(self.cx, self.node, like))))

        def leaf(given: Binding) -> Binding:
            found = leaves.get(next(places))
            return 0.0 if found is None else cx.wrap(found)

        return rebuilt(cx, self.node, like, leaf)

    def seeds(self, binding: Binding, name: str) -> dict[int, Value]:
        """An argument of the region for each float of a binding, by its position."""
        operands = self.operands(binding)
        return {k: self.fresh(x, name) for k, x in enumerate(operands) if is_float(type_of(x))}

    def cotangents(self, value: Binding, known: Binding) -> Block:
        """The region of a ``custom_vjp``."""
        cx, builder, before = self.cx, self.cx.builder.inner(), self.cx.state.copy()
        seeds = self.seeds(value, "g")
        with cx.inside(builder, before.copy()):
            g = self.nested(value, seeds)
            given = (*self.constant, known, g)
            found = apply(cx, self.node, self.rule("bwd"), given, {})
            if not isinstance(found, tuple) or len(found) != len(self.args):
                cx.refuse(
                    TypeMismatch,
                    f"the rule `bwd` of `{self.call.function}` returns {describe(found)}",
                    self.node, f"let it return a tuple of {len(self.args)}, one cotangent for each "
                    "argument that is differentiated by",
                )  # fmt: skip
            yields = [
                x for arg, bar in zip(self.args, found, strict=True) for x in self.fitted(bar, arg)
            ]
            self.check_effects(before)
        return builder.block(list(seeds.values()), yields)

    def fitted(self, given: Binding, like: Binding) -> list[Operand]:
        """The floats of a tangent or cotangent, of the types and shapes of what it belongs to."""
        cx = self.cx
        wanted = self.floats(like)
        if is_none(given):
            return [cx.builder.zeros_like(x) for x in wanted]
        found = float_leaves(cx, self.node, given, like=like)
        return [fitted_to(cx, self.node, x, one) for x, one in zip(found, wanted, strict=True)]

    def tangents(self, value: Binding) -> Block:
        """The region of a ``custom_jvp``."""
        cx, builder, before = self.cx, self.cx.builder.inner(), self.cx.state.copy()
        seeds = [self.seeds(arg, "t") for arg in self.args]
        with cx.inside(builder, before.copy()):
            dots = tuple(self.nested(arg, mine) for arg, mine in zip(self.args, seeds, strict=True))
            jvps = read(self.custom.rules, "jvps")
            if jvps is MISSING:
                given = (*self.constant, self.args, dots)
                found = apply(cx, self.node, self.rule("jvp"), given, {})
                yields = self.fitted(self.pair(found, "jvp")[1], value)
            else:
                yields = self.summed(jvps, value, dots)
            self.check_effects(before)
        return builder.block([x for mine in seeds for x in mine.values()], yields)

    def summed(self, jvps: Any, value: Binding, dots: Sequence[Binding]) -> list[Operand]:
        """The tangent that rules for single arguments add up to."""
        cx, total = self.cx, self.fitted(Static(None), value)
        for jvp, dot in zip(jvps, dots, strict=False):
            if jvp is not None:
                part = apply(
                    cx, self.node, Static(jvp), (*self.constant, dot, value, *self.args), {}
                )
                total = [
                    cx.emit(self.node, operator.add, one, two)
                    for one, two in zip(total, self.fitted(part, value), strict=True)
                ]
        return total

    def check_effects(self, before: Any) -> None:
        """Refuse a rule that changes what is not its own."""
        after = self.cx.state
        if any(after.cells[cell] is not value for cell, value in before.cells.items()):
            self.cx.refuse(
                UnsupportedSyntax, f"a rule of `{self.call.function}` writes to what it is given",
                self.node, "let it work on a copy: x = x.copy()",
            )  # fmt: skip


def _without_extents(block: Block) -> Block:
    """A block without the ops that only ask for the shape of an array."""
    ops = tuple(
        op.with_(regions=tuple(_without_extents(region) for region in op.regions))
        for op in block.ops
        if op.callee != core.DIM
    )
    return Block(block.args, ops, block.yields)
