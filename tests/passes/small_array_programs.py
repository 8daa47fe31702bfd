"""Random programs over small arrays at the loop level, built directly."""

from __future__ import annotations

import operator
import random

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Operand, Value
from adgen.transpiler.ir.types import BOOL, F8, INT, array
from adgen.transpiler.primitives.builder import Builder

SHAPES = ((2,), (3,), (2, 2), (2, 3))
BINARY = (operator.add, operator.mul, operator.sub)


class Generator:
    """A random function of a vector of three, a row of a table, a count and a number."""

    def __init__(self, seed: int, size: int) -> None:
        self.r = random.Random(seed)
        self.size = size
        self.index: list[Operand] = []  # of loops around that may be written out
        self.depth = 0

    def function(self) -> Function:
        """Yields two small arrays, the vector as it is then, and a number."""
        x, table = Value(array("f8", 1), "x"), Value(array("f8", 2), "table")
        n, s = Value(INT, "n"), Value(core.type_of(1.0), "s")
        b = Builder()
        three = b.emit(core.DIM, x, axis=0, measured=True)
        b.effect(core.GUARD, three, 3, kept="guessed", measured=True)
        self.n, self.table = n, table
        self.numbers: list[Operand] = [s, 0.5]
        self.arrays = {shape: [self.fresh(b, shape)] for shape in SHAPES}
        self.arrays[3,].append(x)
        self.body(b, self.size)
        results = [self.latest(shape) for shape in ((2,), (3,), (2, 3))]
        return Function("f", b.block((x, table, n, s), (*results, self.number())), (core.LEAF,) * 4)

    def latest(self, shape: tuple[int, ...]) -> Value:
        found = self.arrays[shape][-1]
        assert isinstance(found, Value)
        return found

    def number(self) -> Operand:
        return self.r.choice(self.numbers[-5:])

    def place(self, shape: tuple[int, ...]) -> list[Operand]:
        """Mostly constants and indices of loops that fit, seldom an index of the run."""
        found: list[Operand] = []
        for extent in shape:
            fitting = [i for i, trips in self.index if trips <= extent]  # type: ignore[misc]
            if fitting and self.r.random() < 0.7:
                found.append(self.r.choice(fitting))
            else:
                found.append(self.r.randrange(-extent, extent))
        return found

    def body(self, b: Builder, count: int) -> None:
        plain = (self.write, self.write, self.add, self.read, self.read, self.compute, self.renew)
        nested = (self.short_loop, self.loop, self.branch, self.row)
        for _ in range(count):
            deep = self.depth < 3 and self.r.random() < 0.3
            self.r.choice(nested if deep else plain)(b)

    def fresh(self, b: Builder, shape: tuple[int, ...]) -> Value:
        if self.r.random() < 0.3:
            made = b.emit(core.FULL_, 1.5, *shape, dtype="f8", name="full")
        else:
            made = b.emit(core.ZEROS, *shape, dtype="f8", name=self.r.choice("uvw"))
        assert isinstance(made, Value)
        return made

    def renew(self, b: Builder) -> None:
        shape = self.r.choice(SHAPES)
        self.arrays[shape].append(self.fresh(b, shape))

    def write(self, b: Builder) -> None:
        shape = self.r.choice(SHAPES)
        old = self.latest(shape)
        new = b.setitem(old, self.number(), paths.element(len(shape)), *self.place(shape))
        self.arrays[shape].append(new)

    def add(self, b: Builder) -> None:
        shape = self.r.choice(SHAPES)
        new = b.additem(
            self.latest(shape), self.number(), paths.element(len(shape)), *self.place(shape)
        )
        self.arrays[shape].append(new)

    def read(self, b: Builder) -> None:
        shape = self.r.choice(SHAPES)
        found = self.r.choice(self.arrays[shape][-2:])
        self.numbers.append(b.getitem(found, paths.element(len(shape)), *self.place(shape)))

    def compute(self, b: Builder) -> None:
        done = b.emit(self.r.choice(BINARY), self.number(), self.number())
        self.numbers.append(b.emit(operator.mul, done, 0.25))

    def row(self, b: Builder) -> None:
        """A vector from elsewhere: a row of the table, of three elements at run time."""
        row = b.getitem(self.table, (paths.Index((paths.INT, paths.FULL)),), 0)
        self.numbers.append(b.getitem(row, paths.element(1), self.r.randrange(3)))

    def short_loop(self, b: Builder) -> None:
        trips = self.r.randrange(4)
        backwards = self.r.random() < 0.3
        bounds = (trips - 1, -1, -1) if backwards else (0, trips, 1)
        self.repeat(b, bounds, trips)

    def loop(self, b: Builder) -> None:
        self.repeat(b, (0, self.n, 1), None)

    def repeat(self, b: Builder, bounds: tuple[Operand, ...], trips: int | None) -> None:
        """A loop that carries all arrays and a number."""
        heads = {shape: Value(self.latest(shape).type, "carried") for shape in SHAPES}
        total, i = Value(F8, "total"), Value(INT, "i")
        start = self.number()
        start = b.cast(start, F8) if isinstance(start, Value) else F8.dtype.type(start)
        inits = [self.latest(shape) for shape in SHAPES]
        outside = {shape: list(found) for shape, found in self.arrays.items()}, list(self.numbers)
        inner = b.inner()
        for shape in SHAPES:
            self.arrays[shape].append(heads[shape])
        self.numbers.append(total)
        self.index += [(i, trips)] if trips is not None else []  # type: ignore[list-item]
        self.depth += 1
        self.body(inner, self.r.randrange(1, 5))
        self.depth -= 1
        self.index = self.index[:-1] if trips is not None else self.index
        end = inner.emit(operator.add, total, self.number())
        end = inner.cast(end, F8)
        ends = [self.latest(shape) for shape in SHAPES]
        block = inner.block((i, *heads.values(), total), (*ends, end))
        self.arrays, self.numbers = outside
        types = [*(head.type for head in heads.values()), F8]
        results = b.region(core.FOR, (*bounds, *inits, start), [block], types)
        self.after(results)

    def branch(self, b: Builder) -> None:
        """An if, some of whose arms leave arrays as they were."""
        test = b.emit(operator.gt, self.number(), 0.1)
        if not isinstance(test, Value):
            return
        assert test.type.dtype == BOOL.dtype
        arms = []
        for _ in range(2):
            outside = {s: list(found) for s, found in self.arrays.items()}, list(self.numbers)
            inner = b.inner()
            self.depth += 1
            self.body(inner, self.r.randrange(3))
            self.depth -= 1
            ends = [self.latest(shape) for shape in SHAPES]
            number = self.number()
            number = inner.cast(number, F8) if isinstance(number, Value) else float(number)
            arms.append(inner.block((), (*ends, number)))
            self.arrays, self.numbers = outside
        types = [*(self.latest(shape).type for shape in SHAPES), F8]
        self.after(b.region(core.IF, (test,), arms, types))

    def after(self, results: tuple[Value, ...]) -> None:
        for shape, result in zip(SHAPES, results[:-1], strict=True):
            self.arrays[shape].append(result)
        self.numbers.append(results[-1])
