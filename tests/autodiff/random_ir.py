"""Random IR programs: scalars, vectors, views, in-place writes, if, for, while, early exits.

They are built directly, so that differentiation is tested without the front end.
"""

from __future__ import annotations

import operator
import random
from dataclasses import dataclass, field

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Operand, Value
from adgen.transpiler.ir.paths import Index, Slice
from adgen.transpiler.ir.types import F8, INT, Array, Scalar, array
from adgen.transpiler.primitives.builder import Builder

LENGTH = 4
VECTOR = array("f8", 1)
ELEMENT = paths.element(1)
TAIL = (Index((Slice(start=True),)),)
HEAD = (Index((Slice(stop=True),)),)
REVERSED = (Index((Slice(step=True),)),)


@dataclass
class Scope:
    """Values that a statement may use."""

    scalars: list[Operand]
    vectors: list[Operand]
    indices: list[Value] = field(default_factory=list)

    def copy(self) -> Scope:
        return Scope(list(self.scalars), list(self.vectors), list(self.indices))

    def pool(self, kind: Scalar | Array) -> list[Operand]:
        return self.scalars if isinstance(kind, Scalar) else self.vectors


class Generator:
    """A random function of a vector ``x`` and a scalar ``a``, smooth almost everywhere."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def function(self) -> Function:
        x, a = Value(VECTOR, "x"), Value(F8, "a")
        b = Builder()
        scope = Scope([a, b.getitem(x, ELEMENT, 0)], [x])
        for _ in range(self.r.randrange(3, 9)):
            self.statement(b, scope, 3)
        total = scope.scalars[-1]
        for value in scope.scalars[:3]:
            total = b.emit(operator.add, total, b.emit(np.sin, value))
        for value in scope.vectors:
            part = b.emit(np.sum, b.emit(np.sin, value), axis=(0,), keepdims=False)
            total = b.emit(operator.add, total, part)
        return Function("f", b.block((x, a), (total,)))

    def statement(self, b: Builder, scope: Scope, depth: int) -> None:
        plain = (
            self.scalar, self.scalar, self.vector, self.read, self.write, self.write,
            self.write_slice, self.reduce, self.view,
        )  # fmt: skip
        nested = (self.conditional, self.loop, self.loop)
        if depth and self.r.random() < 0.3:
            self.r.choice(nested)(b, scope, depth - 1)
        else:
            self.r.choice(plain)(b, scope)

    def scalar(self, b: Builder, scope: Scope) -> None:
        x, y = self.r.choice(scope.scalars), self.r.choice(scope.scalars)
        callee = self.r.choice((operator.mul, operator.add, operator.sub))
        scope.scalars.append(b.emit(self.r.choice((np.sin, np.tanh)), b.emit(callee, x, y)))

    def vector(self, b: Builder, scope: Scope) -> None:
        x, y = self.r.choice(scope.vectors), self.r.choice([*scope.vectors, *scope.scalars])
        callee = self.r.choice((operator.mul, operator.add))
        scope.vectors.append(b.emit(np.sin, b.emit(callee, x, y)))

    def index(self, b: Builder, scope: Scope) -> Operand:
        if scope.indices and self.r.random() < 0.4:
            shifted = b.emit(operator.add, self.r.choice(scope.indices), self.r.randrange(3))
            return b.emit(operator.mod, shifted, LENGTH)
        return self.r.randrange(-LENGTH, LENGTH)

    def read(self, b: Builder, scope: Scope) -> None:
        x = self.r.choice(scope.vectors)
        scope.scalars.append(b.getitem(x, ELEMENT, self.index(b, scope)))

    def write(self, b: Builder, scope: Scope) -> None:
        k = self.r.randrange(len(scope.vectors))
        x, value = scope.vectors[k], self.r.choice(scope.scalars)
        assert isinstance(x, Value)
        scope.vectors[k] = b.setitem(x, value, ELEMENT, self.index(b, scope))

    def write_slice(self, b: Builder, scope: Scope) -> None:
        k = self.r.randrange(len(scope.vectors))
        x, source = scope.vectors[k], self.r.choice(scope.vectors)
        assert isinstance(x, Value)
        scope.vectors[k] = b.setitem(x, b.getitem(source, TAIL, 1), HEAD, LENGTH - 1)

    def reduce(self, b: Builder, scope: Scope) -> None:
        x = self.r.choice(scope.vectors)
        scope.scalars.append(b.emit(np.sin, b.emit(np.sum, x, axis=(0,), keepdims=False)))

    def view(self, b: Builder, scope: Scope) -> None:
        scope.vectors.append(b.getitem(self.r.choice(scope.vectors), REVERSED, -1))

    def places(self, scope: Scope, most: int) -> list[tuple[Scalar | Array, int]]:
        """Values that a region may change: (type, position in the pool)."""
        found: list[tuple[Scalar | Array, int]] = []
        for kind in (F8, VECTOR):
            size = len(scope.pool(kind))
            found += [
                (kind, k) for k in self.r.sample(range(size), self.r.randrange(min(size, most) + 1))
            ]
        return found

    def conditional(self, b: Builder, scope: Scope, depth: int) -> None:
        condition = b.emit(operator.lt, self.r.choice(scope.scalars), self.r.choice(scope.scalars))
        places = self.places(scope, 1)
        arms = []
        for _ in range(2):
            inner, own = b.inner(), scope.copy()
            for _ in range(self.r.randrange(4)):
                self.statement(inner, own, depth)
            yields = [own.scalars[-1] if k is F8 else own.pool(k)[p] for k, p in places]
            arms.append(inner.block((), yields))
        self.update(scope, places, b.region(core.IF, (condition,), arms, [k for k, _ in places]))

    def update(self, scope: Scope, places: list, results: tuple[Value, ...]) -> None:
        for (kind, position), value in zip(places, results, strict=True):
            scope.pool(kind)[position] = value

    def loop(self, b: Builder, scope: Scope, depth: int) -> None:
        places = self.places(scope, 2)
        init = [scope.pool(kind)[position] for kind, position in places]
        args = [Value(kind, f"c{position}") for kind, position in places]
        inner, own = b.inner(), scope.copy()
        self.update(own, places, tuple(args))
        index = Value(INT, "i")
        own.indices.append(index)
        for _ in range(self.r.randrange(1, 6)):
            self.statement(inner, own, depth)
        yields = [own.pool(kind)[position] for kind, position in places]
        vectors = [k for k, (kind, _) in enumerate(places) if kind is VECTOR]
        if len(vectors) == 2 and self.r.random() < 0.3:  # a swap of buffers
            one, two = vectors
            yields[one], yields[two] = yields[two], yields[one]
        kinds = [kind for kind, _ in places]
        if self.r.random() < 0.25:
            results = self.finish_while(b, inner, index, init, args, yields, kinds)
        else:
            results = self.finish_for(b, inner, scope, own, index, init, args, yields, kinds)
        self.update(scope, places, results)

    def finish_while(self, b, inner, index, init, args, yields, kinds):  # type: ignore[no-untyped-def]
        after = inner.emit(operator.add, index, 1)
        head = [Value(INT), *(Value(kind) for kind in kinds)]
        condition = b.inner()
        test = condition.emit(operator.lt, head[0], self.r.randrange(1, 4))
        regions = [condition.block(head, (test,)), inner.block((index, *args), (after, *yields))]
        return b.region(core.WHILE, (0, *init), regions, [INT, *kinds])[1:]

    def finish_for(self, b, inner, scope, own, index, init, args, yields, kinds):  # type: ignore[no-untyped-def]
        bounds: tuple[Operand, ...] = self.r.choice(
            ((0, 3, 1), (1, 3, 1), (2, -1, -1), (0, 4, 2), (0, LENGTH, 1))
        )
        if scope.indices and self.r.random() < 0.3:  # a triangular loop
            bounds = (0, self.r.choice(scope.indices), 1)
        if self.r.random() < 0.25:
            flag = inner.emit(operator.gt, self.r.choice(own.scalars), 0.5)
            body = inner.block((index, *args), (flag, *yields))
            return b.region(core.FOR, (*bounds, *init), [body], kinds, exits=True)
        body = inner.block((index, *args), yields)
        return b.region(core.FOR, (*bounds, *init), [body], kinds)
