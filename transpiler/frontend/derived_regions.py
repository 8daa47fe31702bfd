"""A function that is differentiated inside of another one, as the region of an op."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adgen.transpiler.errors import (
    AliasedMutation,
    NotDifferentiable,
    TypeMismatch,
    UnsupportedSyntax,
)
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Cell,
    Closure,
    Partial,
    Ref,
    Replayed,
    Static,
)
from adgen.transpiler.frontend.calls import call as apply
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.functions import tree_of
from adgen.transpiler.frontend.leaves import (
    all_leaves,
    copied,
    detached,
    float_leaves,
    leaf_type,
    rebuilt,
)
from adgen.transpiler.frontend.shapes import mentions
from adgen.transpiler.frontend.state import State, related
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value, type_of
from adgen.transpiler.ir.types import Array, is_float
from adgen.transpiler.primitives.linked import CHECKPOINT, PUSHFORWARD, Derivation
from adgen.transpiler.source import Source, from_function
from adgen.transpiler.transforms import Derived


class Region:
    """A function lowered on fresh arguments, as the region of an op that will be emitted."""

    def __init__(
        self, cx: Context, call: Call, function: Binding, args: Sequence[Binding],
        positions: Sequence[int], kwargs: Mapping[str, Binding] | None = None,
        pure: bool = False,
    ) -> None:  # fmt: skip
        self.cx, self.call, self.name = cx, call, name_of(function)
        self.outer: list[Operand] = []  # the floats that are differentiated by
        self.inputs: list[Value] = []  # what stands for them in the region
        self.args = [args[k] for k in self._checked(positions, args)]
        whole = [leaf for arg in self.args for leaf in all_leaves(cx, call.node, arg)]
        self.given = iter([cx.read(x, call.node) if isinstance(x, Ref) else x for x in whole])
        self.builder = cx.builder.inner()
        before = cx.state.copy()
        with cx.inside(self.builder, before.copy()):
            fresh = [copied(cx, call.node, arg) for arg in args]
            for k in positions:
                fresh[k] = rebuilt(cx, call.node, args[k], self.argument)
            handed = list(self._handed(args, fresh))
            if pure:  # a call of it is a call of the function: its effects would be lost
                before = cx.state.copy()
            self.value = apply(cx, call.node, function, tuple(fresh), dict(kwargs or {}))
            self.leaves = [
                cx.read(leaf, call.node) if isinstance(leaf, Ref) else leaf
                for leaf in all_leaves(cx, call.node, self.value)
            ]
            self.check_effects(before, cx.state)
            self._check_apart(handed, before)
            self.value = detached(cx, call.node, self.value)

    def _checked(self, positions: Sequence[int], args: Sequence[Binding]) -> Sequence[int]:
        for k in positions:
            if k >= len(args):
                self.cx.refuse(
                    TypeMismatch, f"`{self.name}` is differentiated by its argument {k}, which is "
                    "not given", self.call.node, "pass the arguments by position",
                )  # fmt: skip
            if not float_leaves(self.cx, self.call.node, args[k]):
                self.cx.refuse(
                    NotDifferentiable,
                    f"`{self.name}` is differentiated by {describe(args[k])} without floats",
                    self.call.node, "pass it as float",
                )  # fmt: skip
        return positions

    def _handed(
        self, args: Sequence[Binding], fresh: Sequence[Binding]
    ) -> Iterator[tuple[Ref, Cell, Value]]:
        """Arrays among the arguments, what stands for them in the region, and its value."""
        for arg, new in zip(args, fresh, strict=True):
            leaves = (all_leaves(self.cx, self.call.node, each) for each in (arg, new))
            for one, two in zip(*leaves, strict=True):
                if isinstance(one, Ref) and isinstance(two, Ref):
                    yield one, two.cell, self.cx.state.cells[two.cell]

    def _check_apart(self, handed: Sequence[tuple[Ref, Cell, Value]], before: State) -> None:
        """Refuse a function that writes to an argument which may be another one, too."""
        cells, passed = self.cx.state.cells, self.cx.passed
        for one, cell, value in handed:
            if passed.get(cells[cell], cells[cell]) is value:
                continue
            for two, other, _ in handed:
                if other is not cell and related(before.may, one.cell, two.cell):
                    self.cx.refuse(
                        AliasedMutation,
                        f"`{self.name}` is differentiated here, and writes to an argument that may "
                        "share memory with another one",
                        self.call.node, "pass a copy: x.copy()",
                    )  # fmt: skip

    def argument(self, leaf: Binding) -> Binding:
        """What stands for a number or an array in the region."""
        cx = self.cx
        outer = next(self.given)
        kind = type_of(outer)
        if not is_float(kind):
            return leaf
        value = Value(kind, outer.name if isinstance(outer, Value) else "")
        self.outer.append(outer)
        self.inputs.append(value)
        if isinstance(outer, Value) and isinstance(kind, Array):
            cx.extents.shapes[value] = cx.extents.of(outer)
            if outer in cx.extents.settled:
                cx.extents.settled.add(value)
        return cx.wrap(value)

    def block(self) -> Block:
        """The function's body, of its inputs."""
        return self.builder.block(self.inputs, self.leaves)

    def check_effects(self, before: State, after: State) -> None:
        """Refuse a function that changes what is not its own: a derivative leaves all as it was."""
        passed = self.cx.passed
        written = any(
            passed.get(after.cells[cell], after.cells[cell]) is not passed.get(value, value)
            for cell, value in before.cells.items()
        )
        filled = any(after.boxes[box] is not held for box, held in before.boxes.items())
        doubtful = after.stale.keys() - before.stale.keys()
        doubtful &= before.cells.keys() | before.boxes.keys()
        if written or filled or doubtful:
            self.cx.refuse(
                UnsupportedSyntax,
                f"`{self.name}` is differentiated here, and changes what is not its own",
                self.call.node,
                "let it work on a copy, and return the result",
            )

    def emitted(self, mode: str, further: Sequence[Operand], types: Sequence[Any]) -> list[Value]:
        """The results of the op: those of the function, then derivatives of such types."""
        cx = self.cx
        region = self.block()
        kinds = [type_of(leaf) for leaf in self.leaves]
        results = [Value(kind) for kind in (*kinds, *types)]
        callee = Derivation(mode, len(self.inputs), self.name)
        span = cx.span(self.call.node)
        operands = (*self.outer, *further)
        cx.builder.add(Op(callee, operands, {}, (region,), tuple(results), span))
        local = {r for _, op in core.walk(region) for r in op.results} | set(self.inputs)
        like: list[Operand] = list(self.leaves)
        if mode == PUSHFORWARD:
            like += [leaf for leaf in self.leaves if is_float(type_of(leaf))]
        elif mode != CHECKPOINT:
            like += self.outer
        for result, example in zip(results, like, strict=True):
            if isinstance(result.type, Array):
                shape = cx.extents.of(example)
                if not mentions(shape, local):
                    cx.extents.shapes[result] = shape
        return results

    def renewed(self, results: Sequence[Value]) -> Binding:
        """The value of the function, made of the results of the op."""
        after = iter(results)
        return rebuilt(self.cx, self.call.node, self.value, lambda leaf: self.cx.wrap(next(after)))

    def nested(self, cotangents: Sequence[Value]) -> tuple[Binding, ...]:
        """Cotangents nested as the arguments are; None where an argument is no float."""
        cx, after = self.cx, iter(cotangents)

        def cotangent(leaf: Binding) -> Binding:
            return cx.wrap(next(after)) if is_float(leaf_type(cx, leaf)) else Static(None)

        return tuple(rebuilt(cx, self.call.node, arg, cotangent) for arg in self.args)


def parameters_of(function: Binding) -> list[str]:
    """The names of the positional parameters, as far as they are known."""
    if _is_replayed(function):
        return parameters_of(function.args[0])
    if isinstance(function, Partial):
        return parameters_of(function.function)[len(function.args) :]
    node = None
    if isinstance(function, Closure):
        node = function.node
    elif isinstance(function, Static):
        value = function.value
        if not isinstance(value, Source):
            value = from_function(value) if callable(value) else None
        node = None if value is None else tree_of(value)
    if node is None:
        return []
    return [arg.id for arg in (*node.args.posonlyargs, *node.args.args)]


def _is_replayed(function: Binding) -> bool:
    whole = function.function if isinstance(function, Partial) else None
    return isinstance(whole, Static) and isinstance(whole.value, Replayed)


def name_of(function: Binding) -> str:
    """What a function is called in messages and in generated code."""
    if isinstance(function, Partial):
        whole = function.function
        is_derived = isinstance(whole, Static) and isinstance(whole.value, (Derived, Replayed))
        return name_of(function.args[0] if is_derived else whole)
    if isinstance(function, Closure):
        return function.name
    value = getattr(function, "value", None)
    return getattr(value, "name", None) or getattr(value, "__name__", None) or "function"
