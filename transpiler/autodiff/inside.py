"""Derivatives inside of functions: gradients take the place of the ops that ask for them.

A gradient that is computed inside of a function is differentiated without reverse mode over
reverse mode, because second derivatives are symmetric.  Let ``P(x, c)`` be the cotangents of the
parameters of a function, given those of its values.  The derivative of ``P`` in the direction of
``w`` is then both the tangent of ``P`` (forward mode) and, read as a cotangent of the parameters,
the answer of reverse mode to the cotangent ``w`` of ``P``: one function, forward mode over
``P``, serves pushforward and pullback of gradients, pullbacks and pushforwards alike, and what it
is made of are again such ops, so derivatives nest to any order.
See Griewank & Walther, Evaluating Derivatives (2nd ed.), chapter 5.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import replace

from adgen.transpiler.autodiff.custom import inlined, surgery
from adgen.transpiler.autodiff.forward import forward
from adgen.transpiler.autodiff.gradient import Passes, planned
from adgen.transpiler.autodiff.reverse import reverse
from adgen.transpiler.autodiff.ruled import link
from adgen.transpiler.autodiff.samples import given_samples, numbered, with_samples
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import clone, resolve, with_body
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.custom import STOP, Custom, Rule
from adgen.transpiler.primitives.linked import (
    CHECKPOINT,
    GRADIENTS,
    HOLOMORPHIC,
    PART,
    PULLBACK,
    PUSHFORWARD,
    Derivation,
    Linked,
    Ruled,
)


def derive_inside(function: Function, passes: Passes) -> Function:
    """The function with derivatives in the place of the ops that ask for them, inner ones first."""
    if not any(_asks(op) for _, op in core.walk(function.body)):
        return function
    return with_body(function, _block(function.body, {}, passes))


def _asks(op: Op) -> bool:
    if isinstance(op.callee, Custom):
        given = [rule for rule in op.callee.rules if isinstance(rule, Rule)]
        given += [rule.other for rule in given if rule.other is not None]
        held = [rule.held for rule in given if isinstance(rule.held, Function)]
        return any(_asks(inner) for function in held for _, inner in core.walk(function.body))
    return isinstance(op.callee, (Derivation, Ruled))


def _block(block: Block, mapping: dict[Value, Operand], passes: Passes) -> Block:
    b = Builder()
    for op in block.ops:
        operands = tuple(resolve(operand, mapping) for operand in op.operands)
        regions = tuple(_block(region, mapping, passes) for region in op.regions)
        op = op.with_(operands=operands, regions=regions)
        if isinstance(op.callee, Derivation):
            mapping.update(zip(op.results, _derived(b, op, passes), strict=True))
        elif isinstance(op.callee, Ruled):
            mapping.update(zip(op.results, link(b, op, passes), strict=True))
        elif _asks(op):
            b.add(op.with_(callee=_custom(op.callee, passes)))  # type: ignore[arg-type]
        else:
            b.add(op)
    return Block(block.args, tuple(b.ops), tuple(resolve(y, mapping) for y in block.yields))


def _custom(callee: Custom, passes: Passes) -> Custom:
    """A callee whose rules ask for derivatives."""
    rules = tuple(_rule(rule, passes) if isinstance(rule, Rule) else rule for rule in callee.rules)
    return replace(callee, rules=rules)


def _rule(rule: Rule, passes: Passes) -> Rule:
    other = None if rule.other is None else _rule(rule.other, passes)
    if not isinstance(rule.held, Function):
        return replace(rule, other=other)
    return replace(rule, held=derive_inside(rule.held, passes), other=other)


def _derived(b: Builder, op: Op, passes: Passes) -> list[Operand]:
    """What the op of a ``Derivation`` computes, with links to what it is computed of."""
    (region,) = op.regions
    free = tuple(core.free_values(region))
    body = clone(Block((*region.args, *free), region.ops, region.yields), {})
    assert isinstance(op.callee, Derivation)
    name = op.callee.name if op.callee.name.isidentifier() else "function"
    several = (core.LEAF, (core.LEAF,) * (len(body.yields) - 1))
    structure = core.LEAF if len(body.yields) == 1 else several
    inner = numbered(passes.optimise(Function(name, body, structure, span=op.span)))
    derived = _Derived(op.callee, inner, passes)
    arguments = (*op.operands, *free)
    b.span, b.role = op.span, op.role
    stopped = [
        b.emit(STOP, x, name=x.name) if isinstance(x, Value) and is_float(x.type) else x
        for x in arguments
    ]
    found = inlined(b, with_samples(derived.itself), stopped, own_places=True)
    values, samples = found[: len(op.results)], found[len(op.results) :]
    known = len(samples)
    linked = Linked(name, len(values), derived.pushforward, derived.pullback, known)
    token = b.emit(linked, *values, *arguments, *samples)
    return [
        b.emit(PART, token, index=k, type=result.type, name=result.name)
        if is_float(result.type)
        else value
        for k, (value, result) in enumerate(zip(values, op.results, strict=True))
    ]


class _Derived:
    """A function, and what of it is computed; its arguments are those of the op, then free values.

    Parameters of the function: its inputs and the free values.  The op has further arguments
    between them: cotangents or tangents.
    """

    def __init__(self, callee: Derivation, function: Function, passes: Passes) -> None:
        self.mode, self.function, self.passes = callee.mode, function, passes
        self.inputs = tuple(range(callee.inputs))
        kinds = [type_of(y) for y in function.body.yields]
        self.floats = tuple(k for k, kind in enumerate(kinds) if is_float(kind))
        self.values = len(kinds)
        further = {PULLBACK: len(self.floats), PUSHFORWARD: callee.inputs}
        self.further = further.get(callee.mode, 0)
        self.pushforward = functools.cache(
            lambda varied: self._of_samples(self._pushforward(varied))
        )
        heard = core.ADJOINT if self.mode == CHECKPOINT else ""  # what was not run before
        self.pullback = functools.cache(lambda v, c: self._of_samples(self._pullback(v, c), heard))

    @functools.cached_property
    def itself(self) -> Function:
        """Of the arguments of the op: what it computes."""
        if self.mode == CHECKPOINT:
            return self.function
        if self.mode == PUSHFORWARD:
            out, tangents = forward(self.function, self.inputs)
            tangents = tuple(tangents[k] for k in self.floats)
            made = with_body(out, Block(out.body.args, out.body.ops, (*out.body.yields, *tangents)))
        else:
            made = self.swept(self.inputs)
        return self.passes.optimise(self.reordered(made, self.further))

    def _of_samples(self, derived: Function, heard: str = "") -> Function:
        """A derivative that prints nothing and takes the samples that were drawn as arguments."""
        quiet = _silent(derived, heard)
        return given_samples(quiet, self.itself, self.function.name, self.mode == CHECKPOINT)

    def swept(self, wrt: Sequence[int]) -> Function:
        """Values, then cotangents of the parameters ``wrt``: what the reverse sweep gives."""
        seeded = self.mode not in GRADIENTS
        auxiliary = not seeded and self.values > 1
        joint = reverse(self.function, wrt, seeded, auxiliary, self.mode == HOLOMORPHIC)
        return planned(joint, self.passes)

    def reordered(self, made: Function, further: int) -> Function:
        """Parameters in the order of the arguments of the op: further ones before the free values.

        Those behind the parameters of the function come last from ``reverse`` and ``forward``.
        """
        args, own = made.body.args, len(self.function.params)
        inputs = len(self.inputs)
        middle = args[own : own + further]
        rest = (*args[inputs:own], *args[own + further :])
        return with_body(
            made, Block((*args[:inputs], *middle, *rest), made.body.ops, made.body.yields)
        )

    def parameter(self, argument: int) -> int | None:
        """Which parameter of the function an argument of the op is; None for a further one."""
        if argument < len(self.inputs):
            return argument
        return None if argument < len(self.inputs) + self.further else argument - self.further

    def _pushforward(self, varied: tuple[int, ...]) -> Function:
        out, tangents = forward(self.itself, varied)
        kinds = [type_of(y) for y in self.itself.body.yields]
        wanted = tuple(t for t, kind in zip(tangents, kinds, strict=True) if is_float(kind))
        return _optimised(out, wanted, self.passes)

    def _pullback(self, varied: tuple[int, ...], wanted: tuple[int, ...]) -> Function:
        """Forward mode over the reverse sweep: see the head of this file."""
        if self.mode == CHECKPOINT:
            return self._again(varied, wanted)
        self._check_symmetric()
        parameters = [p for p in map(self.parameter, varied) if p is not None]
        wrt = tuple(dict.fromkeys((*self.inputs, *parameters)))
        seeds = 0 if self.mode in GRADIENTS else len(self.floats)
        swept = self.reordered(self.swept(wrt), seeds)
        second = _Second(self, swept, wrt, wanted)
        return second.function(varied)

    def _check_symmetric(self) -> None:
        """Refuse a sweep that is no gradient, for its derivative is not symmetric."""
        op = surgery(self.function.body)
        if op is not None:
            raise NotDifferentiable(
                f"the gradient of `{self.function.name}` is differentiated in reverse mode, and "
                "a block of `grad_of` in it gives another cotangent",
                op.span,
                hint="take its derivative in forward mode: jvp, hvp, hessian",
            )

    def _again(self, varied: tuple[int, ...], wanted: tuple[int, ...]) -> Function:
        """Both sweeps of the function, of its arguments and cotangents of its values."""
        function = self.function
        body = Block(
            function.body.args, function.body.ops, tuple(function.body.yields[k] for k in wanted)
        )
        alone = replace(function, body=body, structure=(core.LEAF,) * len(wanted))
        both = planned(reverse(alone, varied, seeded=True), self.passes)
        body = Block(both.body.args, both.body.ops, both.body.yields[len(wanted) :])
        return self.passes.optimise(replace(both, body=body, structure=(core.LEAF,) * len(varied)))


class _Second:
    """The pullback of a derivative as a function of the arguments of the op and cotangents."""

    def __init__(
        self, derived: _Derived, swept: Function, wrt: tuple[int, ...], wanted: tuple[int, ...]
    ) -> None:
        self.derived, self.swept, self.wrt = derived, swept, wrt
        self.b = Builder(role=core.ADJOINT)
        self.args = [Value(p.type, p.name) for p in derived.itself.params]
        results = [type_of(y) for y in derived.itself.body.yields]
        self.seeds = {k: Value(results[k], "c") for k in wanted}

    def function(self, varied: tuple[int, ...]) -> Function:
        """Returns cotangents of the arguments ``varied``."""
        d, inputs = self.derived, len(self.derived.inputs)
        of_values = [self.seeds.get(k) for k in d.floats]
        rest = [self.seeds.get(d.values + k) for k in range(len(d.floats) + inputs)]
        if d.mode in GRADIENTS:
            swept, outcome = self.run(self.args, rest[:inputs], [])
            found = self.with_values(swept, outcome, of_values)
            yields = [found[k] for k in map(self.place, varied)]
        elif d.mode == PULLBACK:
            swept, outcome = self.run(self.args, rest[:inputs], of_values)
            cotangents = [outcome[k] for k in d.floats]
            both = self.by_argument(outcome, cotangents)
            yields = [both[k] for k in varied]
        else:
            directions: list[Operand | None] = list(self.args[inputs : 2 * inputs])
            weights = self.filled(rest[: len(d.floats)])
            args = [*self.args[:inputs], *weights, *self.args[2 * inputs :]]
            swept, outcome = self.run(args, directions, of_values)
            both = self.by_argument(outcome, swept[d.values : d.values + inputs])
            yields = [both[k] for k in varied]
        body = self.b.block((*self.args, *self.seeds.values()), yields)
        made = Function(f"{d.function.name}_second", body, (core.LEAF,) * len(yields))
        return d.passes.optimise(made)

    def place(self, argument: int) -> int:
        """Where among the cotangents of the sweep that of an argument is."""
        parameter = self.derived.parameter(argument)
        assert parameter is not None
        return self.wrt.index(parameter)

    def by_argument(
        self, outcome: Sequence[Operand], further: Sequence[Operand]
    ) -> dict[int, Operand]:
        """Cotangents of the arguments of the op: of the further ones those given."""
        d = self.derived
        found: dict[int, Operand] = {}
        for argument in range(len(self.args)):
            parameter = d.parameter(argument)
            if parameter is None:
                found[argument] = further[argument - len(d.inputs)]
            elif parameter in self.wrt:
                found[argument] = outcome[d.values + self.wrt.index(parameter)]
        return found

    def run(
        self, args: Sequence[Operand], directions: Sequence[Operand | None],
        further: Sequence[Operand | None],
    ) -> tuple[list[Operand], list[Operand]]:  # fmt: skip
        """What the sweep yields, and its tangents in a direction of inputs and cotangents."""
        moving: dict[int, Operand] = {}
        for k, direction in enumerate((*directions, *further)):
            if direction is not None:
                moving[k] = direction
        out, tangents = forward(self.swept, tuple(moving))
        both = with_body(out, Block(out.body.args, out.body.ops, (*out.body.yields, *tangents)))
        found = inlined(self.b, both, [*args, *moving.values()], own_places=True)
        count = len(self.swept.body.yields)
        return found[:count], found[count:]

    def filled(self, given: Sequence[Operand | None]) -> list[Operand]:
        """Cotangents of the floating values, zeros where none is given."""
        d = self.derived
        missing = [k for k, g in zip(d.floats, given, strict=True) if g is None]
        values: list[Operand] = []
        if missing:
            arguments = [*self.args[: len(d.inputs)], *self.args[len(d.inputs) + d.further :]]
            values = inlined(self.b, d.function, arguments)
        return [
            self.b.zeros_like(values[k]) if g is None else g
            for k, g in zip(d.floats, given, strict=True)
        ]

    def with_values(
        self, swept: Sequence[Operand], outcome: Sequence[Operand], given: Sequence[Operand | None]
    ) -> list[Operand]:
        """Tangents of the gradient, and what the cotangents of the values contribute."""
        d, b = self.derived, self.b
        found = list(outcome[d.values :])
        if all(g is None for g in given):
            return found
        first, *others = given
        if first is not None and all(g is None for g in others):
            more = [b.emit(operator.mul, first, g) for g in swept[d.values :]]
        else:
            pulled = planned(reverse(d.function, self.wrt, seeded=True), d.passes)
            more = inlined(b, pulled, [*self.args, *self.filled(given)])[d.values :]
        return [b.emit(operator.add, one, two) for one, two in zip(found, more, strict=True)]


def _silent(function: Function, heard: str = "") -> Function:
    """The function without its prints: where its own value is computed, they are made.

    ``heard``: the role of those that are left.
    """

    def visit(block: Block) -> Block:
        kept = [op for op in block.ops if op.callee != core.PRINT or op.role == heard]
        ops = tuple(op.with_(regions=tuple(visit(region) for region in op.regions)) for op in kept)
        return Block(block.args, ops, block.yields)

    return with_body(function, visit(function.body))


def _optimised(out: Function, yields: Sequence[Operand], passes: Passes) -> Function:
    body = Block(out.body.args, out.body.ops, tuple(yields))
    return passes.optimise(replace(out, body=body, structure=(core.LEAF,) * len(yields)))
