"""Functions whose derivative is one rule of the user's for all arguments: links made of the rule.

The rule of a ``custom_jvp`` is linear in the tangents, so reverse mode transposes it, loops and
all.  That of a ``custom_vjp`` may be anything, and serves reverse mode alone; when a reverse sweep
has taken it in, what is left are the values as they were computed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from adgen.transpiler.autodiff.custom import inlined
from adgen.transpiler.autodiff.gradient import Passes, planned
from adgen.transpiler.autodiff.reverse import reverse
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import clone
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.linked import PART, Linked, Ruled


def link(b: Builder, op: Op, passes: Passes) -> list[Operand]:
    """Append what stands for the results of the op of a ``Ruled``."""
    ruled, (region,) = op.callee, op.regions
    assert isinstance(ruled, Ruled)
    inputs = op.operands[: ruled.inputs]
    values = op.operands[ruled.inputs : ruled.inputs + ruled.values]
    outer = op.operands[ruled.inputs + ruled.values :]
    free = tuple(core.free_values(region))
    body = clone(Block((*region.args, *free), region.ops, region.yields), {})
    name = ruled.name if ruled.name.isidentifier() else "function"
    rule = Function(name, body, (core.LEAF,) * len(body.yields), span=op.span)
    made = _Rule(passes.optimise(rule), inputs, values, free, passes)
    backwards = ruled.mode == "vjp"
    pushforward = functools.cache(made.pushforward)
    pullback = functools.cache(made.pulled_back if backwards else made.transposed)
    known = len(free) + len(values)
    linked = Linked(
        name, len(values), pushforward, pullback, known, len(outer), backwards=backwards
    )
    b.span, b.role = op.span, op.role
    token = b.emit(linked, *values, *inputs, *free, *values, *outer)
    return [
        b.emit(PART, token, index=k, type=result.type, name=result.name)
        if is_float(result.type)
        else value
        for k, (value, result) in enumerate(zip(values, op.results, strict=True))
    ]


@dataclass(frozen=True, eq=False, slots=True)
class _Rule:
    """A rule as functions of the arguments of a token: inputs, free values of the rule, values."""

    rule: Function
    inputs: Sequence[Operand]
    values: Sequence[Operand]
    free: Sequence[Value]
    passes: Passes

    def pushforward(self, varied: tuple[int, ...]) -> Function:
        """Of the arguments and of tangents of the varied ones: tangents of floating values."""
        b, args = self._begun()
        dots = {k: Value(type_of(self.inputs[k]), "t") for k in varied}
        found = inlined(b, self.rule, [*self._filled(b, args, dots), *self._free(args)])
        return self._finished(b, (*args, *dots.values()), found)

    def pulled_back(self, varied: tuple[int, ...], wanted: tuple[int, ...]) -> Function:
        """Of the arguments and of cotangents of values: cotangents of the varied arguments."""
        b, args = self._begun()
        bars = self._bars(wanted)
        given = self._cotangents(b, args, bars)
        found = inlined(b, self.rule, [*given, *self._free(args)])
        return self._finished(b, (*args, *bars.values()), [found[k] for k in varied])

    def transposed(self, varied: tuple[int, ...], wanted: tuple[int, ...]) -> Function:
        """The same by the transpose of a rule for tangents, which is linear in them."""
        b, args = self._begun()
        bars = self._bars(wanted)
        count = len(self.inputs)
        joint = planned(reverse(self.rule, varied, seeded=True), self.passes)
        given = [*self._filled(b, args, {}), *self._free(args), *self._cotangents(b, args, bars)]
        found = inlined(b, joint, given)[len(self.rule.body.yields) :]
        assert len(given) == count + len(self.free) + len(self.rule.body.yields)
        return self._finished(b, (*args, *bars.values()), found)

    def _begun(self) -> tuple[Builder, list[Value]]:
        given = (*self.inputs, *self.free, *self.values)
        names = [x.name if isinstance(x, Value) else "" for x in given]
        args = [Value(type_of(x), name) for x, name in zip(given, names, strict=True)]
        return Builder(role=core.ADJOINT), args

    def _finished(self, b: Builder, params: Sequence[Value], yields: Sequence[Operand]) -> Function:
        structure = (core.LEAF,) * len(yields)
        return self.passes.optimise(
            Function(self.rule.name, b.block(params, yields), structure, span=self.rule.span)
        )

    def _free(self, args: Sequence[Value]) -> Sequence[Value]:
        return args[len(self.inputs) : len(self.inputs) + len(self.free)]

    def _filled(self, b: Builder, args: Sequence[Value], given: dict[int, Value]) -> list[Operand]:
        """A tangent for each input, zero where none is given."""
        return [given.get(k) or b.zeros_like(args[k]) for k in range(len(self.inputs))]

    def _bars(self, wanted: Sequence[int]) -> dict[int, Value]:
        return {k: Value(type_of(self.values[k]), "g") for k in wanted}

    def _cotangents(
        self, b: Builder, args: Sequence[Value], given: dict[int, Value]
    ) -> list[Operand]:
        """A cotangent for each floating value, zero where none is given."""
        values = args[len(args) - len(self.values) :]
        floats = [k for k, value in enumerate(values) if is_float(value.type)]
        return [given.get(k) or b.zeros_like(values[k]) for k in floats]
