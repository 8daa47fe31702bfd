"""Random small IR programs: control flow, views, writes in place, slots, careless names."""

from __future__ import annotations

import operator
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Operand, Slot, Value
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Reshape, Slice, Transpose
from adgen.transpiler.ir.types import BOOL, F8, FLOAT, Array, Type, array
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.primitives.builder import Builder

N, M = 4, 6  # every vector has N elements; every matrix is (2, 2) so that it reshapes to one
VECTOR, MATRIX = array("f8", 1), array("f8", 2)
NAMES = ("", "", "", "x", "y", "z", "u", "total", "t", "x_bar")


@dataclass
class Scope:
    """What is visible in a block, by kind."""

    numbers: list[Operand] = field(default_factory=list)
    vectors: list[Value] = field(default_factory=list)
    matrices: list[Value] = field(default_factory=list)
    indices: list[Operand] = field(default_factory=lambda: [0, 1, -1])

    def inner(self) -> Scope:
        """A scope that sees this one."""
        return Scope([*self.numbers], [*self.vectors], [*self.matrices], [*self.indices])

    def add(self, value: Operand) -> None:
        """Make a value visible."""
        kind = core.type_of(value)
        if isinstance(kind, Array):
            (self.vectors if kind.ndim == 1 else self.matrices).append(value)  # type: ignore[arg-type]
        elif kind.dtype.kind == "f":
            self.numbers.append(value)


class Generator:
    """One random function per seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.budget = self.rng.randint(8, 40)
        self.slots = 0

    def function(self) -> Function:
        """``f(x, y, A, s)`` with two or three results, perhaps writing its parameters."""
        params = [
            Value(VECTOR, "x"), Value(VECTOR, "y"), Value(MATRIX, "A"), Value(F8, "s"),
        ]  # fmt: skip
        b, scope = Builder(), Scope()
        scope.numbers += [2.0, -0.5]
        for param in params:
            scope.add(param)
        self.block(b, scope, 0)
        kinds = self.rng.choice([(VECTOR, F8), (F8, MATRIX, VECTOR), (VECTOR, VECTOR)])
        yields = [self.pick(scope, kind) for kind in kinds]
        if self.rng.random() < 0.3:
            yields = self.returns(b, scope, kinds)
        writes = tuple(k for k in (0, 1, 2) if self.rng.random() < 0.25)
        yields += [self.pick(scope, params[k].type) for k in writes]
        structure = (core.LEAF,) * len(kinds)
        return Function("f", b.block(params, yields), structure, writes)

    # Choices

    def name(self) -> str:
        return self.rng.choice(NAMES)

    def pick(self, scope: Scope, kind: Type) -> Operand:
        if isinstance(kind, Array):
            pool = scope.vectors if kind.ndim == 1 else scope.matrices
            return self.rng.choice(pool[-4:] if self.rng.random() < 0.7 else pool)
        return self.rng.choice(scope.numbers[-4:])

    def index(self, scope: Scope, size: int) -> Operand:
        return self.rng.choice(
            [o for o in scope.indices if isinstance(o, Value) or -size <= o < size]
        )

    # Blocks and ops

    def block(self, b: Builder, scope: Scope, depth: int) -> None:
        for _ in range(self.rng.randint(1, 6)):
            if self.budget <= 0:
                return
            self.budget -= 1
            kinds = [self.scalar, self.read, self.write, self.write, self.vector, self.view]
            if depth < 3:
                kinds += [self.branch, self.loop, self.loop, self.while_, self.stored]
                kinds += [self.select, self.extent, self.local]
            self.rng.choice(kinds)(b, scope, depth)

    def scalar(self, b: Builder, scope: Scope, depth: int) -> None:
        callee = self.rng.choice([operator.add, operator.mul, operator.sub, np.sin])
        operands = [self.pick(scope, F8) for _ in range(1 if callee is np.sin else 2)]
        if any(isinstance(o, Value) for o in operands):
            scope.add(b.emit(callee, *operands, name=self.name()))

    def read(self, b: Builder, scope: Scope, depth: int) -> None:
        if self.rng.random() < 0.6:
            x = self.pick(scope, VECTOR)
            path = (Index((INT,)),)
            scope.add(b.getitem(x, path, self.index(scope, 2), name=self.name()))
        else:
            x = self.pick(scope, MATRIX)
            index = self.index(scope, 2), self.index(scope, 2)
            scope.add(b.getitem(x, (Index((INT, INT)),), *index, name=self.name()))

    def write(self, b: Builder, scope: Scope, depth: int) -> None:
        x = self.pick(scope, self.rng.choice([VECTOR, VECTOR, MATRIX]))
        assert isinstance(x, Value)
        name = self.rng.choice([x.name, self.name()])
        way = self.rng.randrange(6)
        kind = x.type
        assert isinstance(kind, Array)
        if way == 0:
            out = b.emit(core.ACCUM, x, self.pick(scope, kind), name=name)
        elif way == 1 and kind == VECTOR:
            half = self.pick(scope, VECTOR)
            part = b.getitem(half, (Index((Slice(stop=True),)),), 2)
            path = (Index((Slice(start=True),)),)
            out = (b.setitem if self.rng.random() < 0.5 else b.additem)(x, part, path, 2, name=name)
        elif way == 2 and kind == MATRIX:
            path = (Transpose((1, 0)), Index((INT, FULL)))
            v = b.getitem(self.pick(scope, VECTOR), (Index((Slice(step=True),)),), 2)
            out = b.additem(x, v, path, self.index(scope, 2), name=name)
        else:
            path = (Index((INT,) * kind.ndim),)
            index = [self.index(scope, 2) for _ in range(kind.ndim)]
            v = self.pick(scope, F8)
            if self.rng.random() < 0.5:
                v = b.emit(operator.mul, b.getitem(x, path, *index), v)
            out = (b.setitem if self.rng.random() < 0.6 else b.additem)(
                x, v, path, *index, name=name
            )
        scope.add(out)

    def vector(self, b: Builder, scope: Scope, depth: int) -> None:
        kind = self.rng.choice([VECTOR, MATRIX])
        way = self.rng.randrange(5)
        x = self.pick(scope, kind)
        if way == 0:
            assert isinstance(x, Value)
            scope.add(b.zeros_like(x, self.name()))
        elif way == 1:
            scope.add(b.emit(core.COPY, x, name=self.name()))
        elif way == 2:
            scope.add(b.emit(operator.mul, x, self.pick(scope, F8), name=self.name()))
        elif way == 3:
            scope.add(b.emit(np.sum, x, axis=tuple(range(kind.ndim)), keepdims=False))
        else:
            scope.add(b.emit(operator.add, x, self.pick(scope, kind), name=self.name()))

    def view(self, b: Builder, scope: Scope, depth: int) -> None:
        way = self.rng.randrange(6)
        name = self.name()
        if way == 0:
            x = self.pick(scope, VECTOR)
            scope.add(b.getitem(x, (Index((Slice(step=True),)),), -1, name=name))
        elif way == 1:
            x = self.pick(scope, MATRIX)
            scope.add(b.getitem(x, (Transpose((1, 0)),), name=name))
        elif way == 2:
            copied = b.emit(core.COPY, self.pick(scope, VECTOR))
            scope.add(b.getitem(copied, (Reshape(2, (False, False)),), 2, 2, name=name))
        elif way == 3:
            row = b.getitem(self.pick(scope, MATRIX), (Index((INT, FULL)),), self.index(scope, 2))
            scope.add(b.emit(np.sum, row, axis=(0,), keepdims=False))
        elif way == 4:
            row = b.getitem(self.pick(scope, MATRIX), (Index((INT, FULL)),), self.index(scope, 2))
            wide = b.getitem(row, (Index((NEW, FULL)),))
            scope.add(b.emit(core.BROADCAST, wide, 2, 2, ones=(False, False), name=name))
        else:
            x = self.pick(scope, VECTOR)
            scope.add(b.emit(core.BROADCAST, b.getitem(x, (Index((INT,)),), 1), N, ones=(False,)))

    # Regions

    def carried(self, scope: Scope) -> list[Operand]:
        kinds = [
            self.rng.choice([F8, VECTOR, VECTOR, MATRIX]) for _ in range(self.rng.randint(0, 3))
        ]
        return [self.pick(scope, kind) for kind in kinds]

    def condition(self, b: Builder, scope: Scope) -> Operand:
        operands = self.pick(scope, F8), self.pick(scope, F8)
        if not any(isinstance(o, Value) for o in operands):
            return True
        return b.emit(self.rng.choice([operator.lt, operator.gt]), *operands)

    def ends(self, scope: Scope, args: list[Operand]) -> list[Operand]:
        return [self.pick(scope, _widened(core.type_of(arg))) for arg in args]

    def branch(self, b: Builder, scope: Scope, depth: int) -> None:
        cond = self.condition(b, scope)
        sources = self.carried(scope)
        blocks = []
        for _ in range(2):
            inner, inside = b.inner(), scope.inner()
            if self.rng.random() < 0.8:
                self.block(inner, inside, depth + 1)
            blocks.append(inner.block((), self.ends(inside, sources)))
        types = [_widened(core.type_of(s)) for s in sources]
        names = [self.name() for _ in types]
        for result in b.region(core.IF, (cond,), blocks, types, names):
            scope.add(result)

    def loop(self, b: Builder, scope: Scope, depth: int) -> None:
        inits = self.carried(scope)
        index = Value(INTEGER, self.rng.choice(["", "i", "k"]))
        args = self.args(inits)
        inner, inside = b.inner(), self.body_scope(scope, args)
        inside.indices.append(index)
        self.block(inner, inside, depth + 1)
        ends = self.ends(inside, list(args))
        exits = self.rng.random() < 0.4
        if exits and self.rng.random() < 0.5:
            ends = self.leaving(inner, inside, args)
        elif exits:
            ends = [self.exit(inner, inside), *ends]
        bounds = self.rng.choice([(0, 2, 1), (1, -1, -1), (0, 2, 1), (1, 1, 1)])
        body = inner.block((index, *args), ends)
        types, names = (
            [a.type for a in args],
            [self.rng.choice([a.name, self.name()]) for a in args],
        )
        results = b.region(core.FOR, (*bounds, *inits), (body,), types, names, exits=exits)
        for result in results:
            scope.add(result)

    def exit(self, b: Builder, scope: Scope) -> Operand:
        """An exit flag: a comparison, or what an ``if`` with constant arms yields."""
        cond = self.condition(b, scope)
        if self.rng.random() < 0.5:
            return cond
        arms = [Builder().block((), (flag,)) for flag in (True, False)]
        return b.region(core.IF, (cond,), arms, (BOOL,))[0]

    def args(self, inits: list[Operand]) -> list[Value]:
        return [
            Value(
                _widened(core.type_of(i)),
                self.rng.choice([i.name if isinstance(i, Value) else "", self.name()]),
            )
            for i in inits
        ]

    def body_scope(self, scope: Scope, args: list[Value]) -> Scope:
        inside = scope.inner()
        for arg in args:
            inside.add(arg)
        return inside

    def while_(self, b: Builder, scope: Scope, depth: int) -> None:
        inits = self.carried(scope)
        heads, args = self.args(inits), self.args(inits)
        count, counter = Value(INTEGER, "k"), Value(INTEGER, "k")
        test, seen = b.inner(), self.body_scope(scope, heads)
        cond = test.emit(operator.lt, count, 2)
        if heads and self.rng.random() < 0.5:
            self.read(test, seen, depth)
            number = seen.numbers[-1]
            if isinstance(number, Value):
                small = test.emit(operator.lt, number, 100.0)
                arms = [Builder().block((), (small,)), Builder().block((), (False,))]
                cond = test.region(core.IF, (cond,), arms, (BOOL,))[0]
        condition = test.block((count, *heads), (cond,))
        inner, inside = b.inner(), self.body_scope(scope, args)
        after = inner.emit(operator.add, counter, 1, name="k")
        self.block(inner, inside, depth + 1)
        ends = [after, *self.ends(inside, list(args))]
        exits = self.rng.random() < 0.3
        if exits:
            ends = [self.exit(inner, inside), *ends]
        body = inner.block((counter, *args), ends)
        types, names = [INTEGER, *(a.type for a in args)], ["k", *(self.name() for _ in args)]
        regions = (condition, body)
        results = b.region(core.WHILE, (0, *inits), regions, types, names, exits=exits)
        for result in results[1:]:
            scope.add(result)

    def returns(self, b: Builder, scope: Scope, kinds: Sequence[Type]) -> list[Operand]:
        """An ``if`` whose arms compute all the results, as an early return is lowered."""
        cond, blocks = self.condition(b, scope), []
        for _ in range(2):
            inner, inside = b.inner(), scope.inner()
            self.block(inner, inside, 1)
            blocks.append(inner.block((), [self.pick(inside, kind) for kind in kinds]))
        return list(b.region(core.IF, (cond,), blocks, kinds))

    def leaving(self, b: Builder, scope: Scope, args: list[Value]) -> list[Operand]:
        """An ``if`` at the end of a loop's body, one arm of which leaves the loop."""
        cond = self.condition(b, scope)
        flags = self.rng.choice([(True, False), (False, True), (cond, False)])
        blocks = []
        for flag in flags:
            inner, inside = b.inner(), scope.inner()
            if self.rng.random() < 0.7:
                self.block(inner, inside, 3)
            blocks.append(inner.block((), (flag, *self.ends(inside, list(args)))))
        names = ["", *(self.rng.choice([a.name, self.name()]) for a in args)]
        return list(b.region(core.IF, (cond,), blocks, [BOOL, *(a.type for a in args)], names))

    def select(self, b: Builder, scope: Scope, depth: int) -> None:
        """A conditional expression of numbers."""
        cond, blocks = self.condition(b, scope), []
        for _ in range(2):
            inner = b.inner()
            x = self.pick(scope, VECTOR)
            read = inner.getitem(x, (Index((INT,)),), self.index(scope, 2))
            y = inner.emit(operator.mul, read, self.pick(scope, F8))
            blocks.append(inner.block((), (y if self.rng.random() < 0.7 else 0.25,)))
        (y,) = b.region(core.IF, (cond,), blocks, (F8,))
        scope.add(b.emit(operator.add, y, self.pick(scope, F8), name=self.name()))

    def extent(self, b: Builder, scope: Scope, depth: int) -> None:
        """Extents, used as a shape and as an index."""
        x = self.pick(scope, self.rng.choice([VECTOR, MATRIX]))
        dims = b.dims(x)
        if len(dims) == 2:
            scope.add(b.emit(core.ZEROS, *dims, dtype=np.float64, name=self.name()))
        else:
            scope.indices.append(b.emit(operator.sub, dims[0], N - 1))

    def local(self, b: Builder, scope: Scope, depth: int) -> None:
        """A value saved in one arm and loaded in the same arm of a later ``if``."""
        cond = self.condition(b, scope)
        value = self.pick(scope, self.rng.choice([F8, VECTOR]))
        kind = _widened(core.type_of(value))
        slot = Slot("local", kind, self.rng.choice(["x_saved", "t_saved", ""]))
        first, inside = b.inner(), scope.inner()
        self.block(first, inside, 3)
        first.effect(core.SAVE, self.pick(inside, kind), slot=slot)
        b.region(core.IF, (cond,), (first.block((), ()), b.inner().block((), ())), ())
        for _ in range(2):
            self.write(b, scope, depth)
        second, inside = b.inner(), scope.inner()
        loaded = second.emit(core.LOAD, slot=slot, name=self.name())
        inside.add(loaded)
        self.write(second, inside, depth)
        out = second.emit(operator.add, loaded, self.pick(inside, kind), name=self.name())
        arms = second.block((), (out,)), b.inner().block((), (self.pick(scope, kind),))
        scope.add(b.region(core.IF, (cond,), arms, (kind,), (self.name(),))[0])

    # Slots

    def stored(self, b: Builder, scope: Scope, depth: int) -> None:
        """A loop that saves what it carries, and one that loads it backwards."""
        init = self.pick(scope, self.rng.choice([F8, VECTOR]))
        kind = _widened(core.type_of(init))
        self.slots += 1
        slot = Slot(
            self.rng.choice(["tape", "stack"]), kind, self.rng.choice(["x_saved", "", "z_saved"])
        )
        extents = () if slot.kind == "stack" else (2, N) if isinstance(kind, Array) else (2,)
        b.effect(core.DECLARE, *extents, slot=slot)
        index, arg = Value(INTEGER, "i"), Value(kind, self.name())
        inner, inside = b.inner(), self.body_scope(scope, [arg])
        inner.effect(core.SAVE, arg, *(() if slot.kind == "stack" else (index,)), slot=slot)
        self.block(inner, inside, depth + 1)
        body = inner.block((index, arg), [self.pick(inside, kind)])
        b.region(core.FOR, (0, 2, 1, init), (body,), (kind,), (arg.name,))
        back, total = Value(INTEGER, "i"), Value(kind, self.name())
        inner = b.inner()
        counters = () if slot.kind == "stack" else (back,)
        v = inner.emit(core.LOAD, *counters, slot=slot, name=self.rng.choice(["", "z"]))
        callee = self.rng.choice([operator.add, core.ACCUM])
        out = inner.emit(callee, total, inner.emit(operator.mul, v, 0.5), name=total.name)
        start = self.pick(scope, kind)
        body = inner.block((back, total), [out])
        for r in b.region(core.FOR, (1, -1, -1, start), (body,), (kind,), (total.name,)):
            scope.add(r)


def _widened(kind: Type) -> Type:
    return F8 if kind == FLOAT else kind


def arguments(seed: int) -> list[object]:
    """Arguments for a random function."""
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=N),
        rng.normal(size=N),
        rng.normal(size=(2, 2)),
        np.float64(rng.normal()),
    ]
