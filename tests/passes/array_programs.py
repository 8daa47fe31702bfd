"""Random array programs, built directly: elementwise, views, reductions, products, writes."""

from __future__ import annotations

import operator
import random

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Operand, Value, type_of
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Slice, Transpose
from adgen.transpiler.ir.types import Array, array
from adgen.transpiler.primitives.builder import Builder

N, M = 3, 4  # extents at run time
UNARY = (np.tanh, np.sin, operator.neg, np.exp)
BINARY = (operator.add, operator.mul, operator.sub, np.maximum)
REDUCTIONS = (np.sum, np.mean, np.max, np.min, np.prod)


class Generator:
    """A random function of a matrix, two vectors and a scalar."""

    def __init__(self, seed: int, size: int) -> None:
        self.r = random.Random(seed)
        self.size = size
        self.b = Builder()
        self.pool: dict[str, list[Operand]] = {"nm": [], "n": [], "m": [], "": []}

    def function(self) -> Function:
        params = (Value(array("f8", 2), "A"), Value(array("f8", 1), "x"),
                  Value(array("f8", 1), "y"), Value(core.type_of(1.0), "s"))  # fmt: skip
        for kind, value in zip(("nm", "n", "m", ""), params, strict=True):
            self.pool[kind].append(value)
        self.sizes = {"n": self.b.emit(core.DIM, params[0], axis=0),
                      "m": self.b.emit(core.DIM, params[0], axis=1)}  # fmt: skip
        for _ in range(self.size):
            self.r.choice(
                (self.unary, self.binary, self.broadcast, self.reduce, self.product, self.write,
                 self.add, self.view, self.fresh, self.accumulate, self.loop, self.shift)
            )()  # fmt: skip
        results = [values[-1] for values in self.pool.values()]
        results.append(self.r.choice(self.pool["nm"]))
        return Function("f", self.b.block(params, results), (core.LEAF,) * len(results))

    def pick(self, kind: str) -> Operand:
        return self.r.choice(self.pool[kind][-4:])

    def kind(self) -> str:
        return self.r.choice(("nm", "nm", "n", "m", ""))

    def put(self, kind: str, value: Operand) -> None:
        self.pool[kind].append(value)

    def unary(self) -> None:
        kind = self.kind()
        x = self.b.emit(np.tanh, self.pick(kind))
        self.put(kind, self.b.emit(self.r.choice(UNARY), x))

    def binary(self) -> None:
        kind = self.kind()
        self.put(kind, self.b.emit(self.r.choice(BINARY), self.pick(kind), self.pick(kind)))

    def broadcast(self) -> None:
        callee = self.r.choice(BINARY)
        other = self.pick(self.r.choice(("m", "")))
        if self.r.random() < 0.4:
            other = self.b.getitem(self.pick("n"), (Index((FULL, NEW)),))
        self.put("nm", self.b.emit(callee, self.pick("nm"), other))

    def reduce(self) -> None:
        callee = self.r.choice(REDUCTIONS)
        axes, kind = self.r.choice((((0,), "m"), ((1,), "n"), ((0, 1), "")))
        x = self.b.emit(np.tanh, self.pick("nm"))
        if self.r.random() < 0.3:
            kept = self.b.emit(callee, x, axis=axes, keepdims=True)
            self.put("nm", self.b.emit(operator.sub, self.pick("nm"), kept))
        else:
            self.put(kind, self.b.emit(callee, x, axis=axes, keepdims=False))

    def product(self) -> None:
        b = self.b
        choice = self.r.randrange(4)
        if choice == 0:
            out, kind = b.emit(operator.matmul, self.pick("nm"), self.pick("m")), "n"
        elif choice == 1:
            out, kind = b.emit(operator.matmul, self.pick("n"), self.pick("nm")), "m"
        elif choice == 2:
            out, kind = b.emit(np.outer, self.pick("n"), self.pick("m")), "nm"
        else:
            transposed = b.getitem(self.pick("nm"), (Transpose((1, 0)),))
            square = b.emit(operator.matmul, self.pick("nm"), transposed)
            out, kind = b.emit(operator.matmul, square, self.pick("nm")), "nm"
        self.put(kind, b.emit(np.tanh, out))

    def place(self, kind: str):  # type: ignore[no-untyped-def]
        """A part of an array: its path, operands and what fits into it."""
        if kind != "nm":
            return self.r.choice((((INT,), (0,), ""), ((INT,), (-1,), ""), ((FULL,), (), kind)))
        return self.r.choice(
            (((INT, FULL), (1,), "m"), ((FULL, INT), (-2,), "n"), ((INT, INT), (0, 1), ""))
        )

    def write(self, adds: bool = False) -> None:
        kind = self.r.choice(("nm", "n", "m"))
        position = self.r.randrange(len(self.pool[kind]))
        x = self.pool[kind][position]
        items, operands, inner = self.place(kind)
        value = self.pick("" if self.r.random() < 0.3 and not adds else inner)
        assert isinstance(x, Value)
        store = self.b.additem if adds else self.b.setitem
        self.pool[kind][position] = store(x, value, (Index(items),), *operands)

    def add(self) -> None:
        self.write(adds=True)

    def accumulate(self) -> None:
        kind = self.r.choice(("nm", "n", "m"))
        self.put(kind, self.b.emit(core.ACCUM, self.pick(kind), self.pick(kind)))

    def view(self) -> None:
        b = self.b
        choice = self.r.randrange(4)
        if choice == 0:
            items = (Slice(step=True),)
            self.put("m", b.getitem(self.pick("m"), (Index(items),), -1))
        elif choice == 1:
            self.put("m", b.getitem(self.pick("nm"), (Index((INT, FULL)),), -1))
        elif choice == 2:
            self.put("n", b.getitem(self.pick("nm"), (Index((FULL, INT)),), 2))
        else:
            self.put("", b.getitem(self.pick("nm"), (Index((INT, INT)),), 1, 2))

    def shift(self) -> None:
        """``x[1:] = x[:-1]`` and its like."""
        x = self.pick("m")
        assert isinstance(x, Value)
        tail, head = (Index((Slice(start=True),)),), (Index((Slice(stop=True),)),)
        part = self.b.getitem(x, head, -1)
        store = self.r.choice((self.b.setitem, self.b.additem))
        self.put("m", store(x, self.b.emit(operator.mul, part, 0.5), tail, 1))

    def fresh(self) -> None:
        kind = self.r.choice(("nm", "n", "m"))
        extents = [self.sizes[letter] for letter in kind]
        choice = self.r.randrange(3)
        if choice == 0:
            out = self.b.emit(core.ZEROS, *extents, dtype=np.dtype("f8"))
        elif choice == 1:
            out = self.b.emit(core.FULL_, self.pick(""), *extents, dtype=np.dtype("f8"))
        else:
            ones = (False,) * len(extents)
            source = self.pick("m" if kind == "nm" else "")
            out = self.b.emit(core.BROADCAST, source, *extents, ones=ones)
        self.put(kind, out)

    def loop(self) -> None:
        """A loop that carries an array and adds rows to it."""
        x = self.pick("m")
        kind = type_of(x)
        assert isinstance(kind, Array)
        index, head = Value(core.type_of(1), "t"), Value(kind, "c")
        inner = self.b.inner()
        row = inner.getitem(self.pick("nm"), (Index((INT, FULL)),), index)
        scaled = inner.emit(operator.mul, inner.emit(np.tanh, head), row)
        out = inner.emit(operator.add, scaled, self.pick("m"))
        body = inner.block((index, head), (out,))
        (result,) = self.b.region(core.FOR, (0, self.sizes["n"], 1, x), [body], [kind])
        self.put("m", result)
