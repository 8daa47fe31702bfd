"""The chain rule through marked loops: steps are run again, and gone through backwards one by one.

See ``snapshots.py`` for what is stored.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from adgen.transpiler.autodiff.adjoints import Adjoints, bar
from adgen.transpiler.autodiff.snapshots import Turned, with_snapshots
from adgen.transpiler.autodiff.step import Step
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Value
from adgen.transpiler.ir.rewrite import substitute
from adgen.transpiler.ir.snapshots import ATTRIBUTE
from adgen.transpiler.ir.types import INT, Array
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.shapes import Shapes

if TYPE_CHECKING:
    from adgen.transpiler.autodiff.chain_rule import Reverser


class Turning:
    """The marked loops of a function, by their labels, as far as the chain rule has met them."""

    def __init__(self, function: Function) -> None:
        self.known: dict[int, Turned] = {}
        self.settled: dict[int, frozenset[int]] = {}
        marked = [op for _, op in core.walk(function.body) if ATTRIBUTE in op.attrs]
        shapes = Shapes(function) if marked else None
        for op in marked:
            assert shapes is not None
            self.settled[op.attrs["label"]] = frozenset(
                k
                for k, result in enumerate(op.results)
                if not isinstance(result.type, Array)
                or all(shapes.change(op, k, axis) is None for axis in range(result.type.ndim))
            )

    def has_state(self, engine: Reverser, op: Op) -> bool:
        """Whether a trip needs anything of those before it; else there is nothing to store."""
        return bool(self.loop(engine, op).step.needed)

    def loop(self, engine: Reverser, op: Op) -> Turned:
        """What is stored of a loop, decided when it is first met."""
        label = op.attrs["label"]
        if label not in self.known:
            _check_draws(op)
            step = Step(op, self.settled[label])
            engine.extend(step.origin, step.slots)
            for old, new in step.labels.items():
                if old in self.settled:
                    self.settled[new] = self.settled[old]
            step.need(*self._used(engine, op, step))
            self.known[label] = Turned(op, step, self.settled[label])
        return self.known[label]

    def _used(self, engine: Reverser, op: Op, step: Step) -> tuple[list[Op], list[Value]]:
        """Ops that go through a step backwards, and what they need of loops in it."""
        ends = {k: end for k, end in enumerate(step.ends) if end in engine.activity}
        trial: Adjoints = {}
        b = Builder(role=core.ADJOINT)
        for end in ends.values():
            assert isinstance(end, Value)
            engine.contribute(b, trial, end, Value(end.type))
        engine.block(step.block.ops, trial, b)
        values = [g for g in trial.values() if isinstance(g, Value)]
        for _, inner in core.walk(step.block):
            if ATTRIBUTE in inner.attrs and inner.attrs["label"] in self.known:
                found = self.known[inner.attrs["label"]]
                values += [found.heads[k] for k in found.step.needed]
                values += [v for v in inner.operands[:3] if isinstance(v, Value)]
        return b.ops, values

    def stored(self, block: Block) -> Block:
        """A block whose loops store what has been decided."""
        storing = {label: found for label, found in self.known.items() if found.step.needed}
        return with_snapshots(block, storing) if storing else block


def _check_draws(loop: Op) -> None:
    """Refuse a loop whose trips draw: run again, they would draw other numbers."""
    for _, op in core.walk(loop.regions[0]):
        if op.callee == core.DRAW:
            raise NotDifferentiable(
                "random numbers are drawn in a loop over `checkpointed(...)`, which the reverse "
                "sweep runs again",
                op.span,
                hint="draw ahead of the loop: noise = rng.standard_normal((n, m)), then read "
                "noise[i]",
            )


def turn(engine: Reverser, op: Op, adjoints: Adjoints, b: Builder) -> None:
    """Append the loop that goes through a marked loop backwards."""
    turned = engine.turning.loop(engine, op)
    step, heads = turned.step, turned.step.heads
    gs = {k: adjoints.pop(r) for k, r in enumerate(op.results) if r in adjoints}
    useful, touched = engine.reach(op, step.block, heads, step.ends, set(gs), b)
    inits = [gs[k] if k in gs else engine.zeros(b, op.results[k], heads[k]) for k in useful]
    outer = [adjoints[v] if v in adjoints else engine.zeros(b, v, v) for v in touched]
    args = [Value(heads[k].type, bar(heads[k])) for k in useful]
    accumulators = [Value(v.type, bar(v)) for v in touched]
    inner = b.inner()
    trip, held = Value(INT, turned.trip_name), turned.stored.renewed()
    states, after = turned.state_at(inner, trip, held)
    known = {step.index: turned.index(inner, trip), **step.values(states)}
    inner.ops += step.block.ops
    within: Adjoints = dict(zip(touched, accumulators, strict=True))
    for k, arg in zip(useful, args, strict=True):
        engine.contribute(inner, within, step.ends[k], arg)
    engine.block(step.block.ops, within, inner)
    yields = [
        within[heads[k]] if heads[k] in within else engine.zeros(inner, arg, heads[k])
        for k, arg in zip(useful, args, strict=True)
    ]
    yields += [within[v] for v in touched]
    after = turned.let_go(inner, trip, after)
    block = inner.block((trip, *args, *accumulators, *held.values), (*yields, *after.values))
    last = b.emit(operator.sub, turned.made, 1)
    results = b.region(
        core.FOR, (last, -1, -1, *inits, *outer, *turned.stored.values),
        [substitute(engine.turning.stored(block), known)],
        [a.type for a in block.args[1:]], [a.name for a in block.args[1:]],
    )  # fmt: skip
    adjoints.update(zip(touched, results[len(useful) :], strict=False))
    for k, g in zip(useful, results, strict=False):
        engine.contribute(b, adjoints, op.operands[3 + k], g)
