"""Random array programs over all of the loop level: dtypes, extents 0 and 1, strides, tapes.

The generator knows the arguments, so that it can keep a program legal: every
op is run as it is built.
"""

from __future__ import annotations

import operator
import random
from typing import Any

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Slot, Value, type_of
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Reshape, Slice, Transpose, element
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.builder import Builder

REAL = (np.tanh, np.sin, np.exp, operator.neg, np.square, np.absolute, np.sign)
BINARY = (operator.add, operator.mul, operator.sub, np.maximum, np.minimum, np.add)
COMPARE = (operator.lt, operator.ge, operator.eq, operator.ne)
REDUCTIONS = (np.sum, np.mean, np.max, np.min, np.prod, np.any, np.all)
DTYPES = ("f8", "f8", "f8", "f4", "i8", "?")


class WideGenerator:
    """A random function and the arguments that it is meant for."""

    def __init__(self, seed: int, size: int) -> None:
        self.r = random.Random(seed)
        self.rng = np.random.default_rng(seed)
        self.size = size
        self.b = Builder()
        self.made: dict[Value, Any] = {}
        self.params: list[Value] = []
        self.args: list[Any] = []
        self.extents = [self.r.choice((0, 1, 2, 3)), self.r.choice((1, 2, 3, 4)), 2]

    def function(self) -> Function:
        """The program; ``args`` are its arguments."""
        for _ in range(self.r.randint(2, 4)):
            shape = tuple(self.r.choice(self.extents) for _ in range(self.r.choice((1, 2, 2, 3))))
            self.argument(self.filled(shape, self.r.choice(DTYPES)))
        self.argument(self.r.choice((-1, 0, 1, 2)))
        for _ in range(self.size):
            self.r.choice(_STEPS)(self)
        arrays = [v for v in self.made if isinstance(v.type, Array)]
        results = list(dict.fromkeys((*self.r.choices(arrays, k=3), arrays[-1])))
        results += [v for v in self.made if isinstance(v.type, Scalar)][-2:]
        block = self.b.block(self.params, results)
        return Function("f", block, (core.LEAF,) * len(results))

    def filled(self, shape: tuple[int, ...], dtype: str) -> Any:
        values = self.rng.normal(size=shape)
        return values > 0 if dtype == "?" else np.round(values * 2, 3).astype(dtype)

    def argument(self, value: Any) -> None:
        kind = INTEGER if isinstance(value, int) else None
        if kind is None:
            kind = Array(value.dtype, tuple(n == 1 for n in value.shape))
        param = Value(kind, f"p{len(self.params)}")
        self.params.append(param)
        self.args.append(value)
        self.made[param] = value

    def keep(self, value: Any) -> Any:
        """Remember what a value is for these arguments."""
        if not isinstance(value, Value) or value in self.made:
            return value
        function = Function("f", self.b.block(self.params, (value,)))
        (self.made[value],) = interpret(function, *self.args)
        return value

    def emit(self, callee: Any, *operands: Any, **attrs: Any) -> Any:
        return self.keep(self.b.emit(callee, *operands, **attrs))

    def array(self, kinds: str = "fib", ndim: int | None = None) -> Value | None:
        found = [
            v for v in self.made
            if isinstance(v.type, Array) and v.type.dtype.kind in kinds
            and ndim in (None, v.type.ndim)
        ]  # fmt: skip
        return self.r.choice(found[-6:]) if found else None

    def fits(self, x: Value, y: Value) -> bool:
        """Whether two arrays broadcast in the IR's sense: by the flags alone."""
        both = zip(
            zip(x.type.ones[::-1], self.made[x].shape[::-1]),
            zip(y.type.ones[::-1], self.made[y].shape[::-1]),
        )
        return all(one or two or n == m for (one, n), (two, m) in both)

    def partner(self, x: Value, kinds: str = "fib") -> Value | None:
        found = [
            v for v in self.made
            if isinstance(v.type, Array) and v.type.dtype.kind in kinds and self.fits(x, v)
        ]  # fmt: skip
        return self.r.choice(found) if found else None

    # Steps

    def unary(self) -> None:
        if (x := self.array("f")) is not None:
            self.emit(self.r.choice(REAL), self.emit(np.tanh, x))

    def binary(self) -> None:
        x = self.array("fi")
        y = None if x is None else self.partner(x, "fi")
        if x is not None and y is not None:
            self.emit(self.r.choice(BINARY), x, self.r.choice((y, y, 2.0, 3)))

    def divide(self) -> None:
        """A quotient, now and then in a derivative, by an array of lower rank or a number."""
        x = self.array("f")
        y = None if x is None else self.partner(x, "f")
        if x is None or y is None:
            return
        if self.r.random() < 0.5:
            y = self.emit(np.sum, y, axis=tuple(range(y.type.ndim)), keepdims=False)
        divisor = self.b.emit(operator.add, self.b.emit(np.square, y), 1)
        self.b.role = self.r.choice((core.PRIMAL, core.ADJOINT))
        self.emit(operator.truediv, x, divisor)
        self.emit(operator.truediv, self.b.emit(operator.neg, x), divisor)
        self.b.role = core.PRIMAL

    def logic(self) -> None:
        x = self.array("fi")
        y = None if x is None else self.partner(x, "fi")
        if x is not None and y is not None:
            mask = self.emit(self.r.choice(COMPARE), x, y)
            if self.r.random() < 0.6:
                self.emit(np.where, mask, x, self.r.choice((0.0, y)))
            else:
                self.emit(operator.invert, mask)

    def convert(self) -> None:
        if (x := self.array()) is not None:
            self.emit(core.CAST, x, type=Array(np.dtype(self.r.choice(DTYPES)), x.type.ones))

    def clip(self) -> None:
        if (x := self.array("f")) is not None:
            self.emit(np.clip, x, -0.5, 0.75)

    def reduce(self) -> None:
        x = self.array()
        if x is None:
            return
        callee = self.r.choice(REDUCTIONS)
        count = self.r.randint(1, x.type.ndim)
        axes = tuple(sorted(self.r.sample(range(x.type.ndim), count)))
        if callee in (np.max, np.min) and self.made[x].size == 0:
            return
        if callee is np.mean and self.made[x].dtype == np.bool_:
            return
        out = self.emit(callee, x, axis=axes, keepdims=self.r.random() < 0.4)
        if self.r.random() < 0.5 and isinstance(out.type, Array) and self.fits(x, out):
            if x.type.dtype.kind != "b" and out.type.dtype.kind != "b":
                self.emit(operator.sub, x, out)

    def sumto(self) -> None:
        x = self.array("f")
        if x is None:
            return
        axes = tuple(sorted(self.r.sample(range(x.type.ndim), self.r.randint(1, x.type.ndim))))
        keep = tuple(a for a in axes if self.r.random() < 0.5)
        self.emit(core.SUMTO, x, axes=axes, keep=keep)

    def view(self) -> None:
        x = self.array()
        if x is not None:
            path, operands = self.path(x)
            self.keep(self.b.getitem(x, path, *operands))

    def path(self, x: Value) -> tuple[Any, list[Any]]:
        """A random basic index, or a transpose."""
        ndim, shape = x.type.ndim, self.made[x].shape
        if ndim > 1 and self.r.random() < 0.3:
            perm = list(range(ndim))
            self.r.shuffle(perm)
            return (Transpose(tuple(perm)),), []
        items: list[Any] = []
        operands: list[Any] = []
        for extent in shape:
            choice = self.r.random()
            if choice < 0.15 and extent and len([i for i in items if i != INT]) + 1 < ndim:
                items.append(INT)
                operands.append(self.r.randrange(-extent, extent))
            elif choice < 0.4:
                items.append(FULL)
            else:
                item, bounds = self.slice()
                items.append(item)
                operands += bounds
            if self.r.random() < 0.1:
                items.append(NEW)
        if all(i == INT for i in items):
            return (Index((FULL,) * ndim),), []
        return (Index(tuple(items)),), operands

    def slice(self) -> tuple[Slice, list[Any]]:
        bound = self.params[-1]
        values = (-5, -3, -2, -1, 0, 1, 2, 5, bound, bound)
        start, stop, step = (self.r.random() < 0.6 for _ in range(3))
        operands: list[Any] = [self.r.choice(values) for given in (start, stop) if given]
        if step:
            operands.append(self.r.choice((-1, -1, -2, 1, 2, 3)))
        return Slice(start, stop, step), operands

    def write(self) -> None:
        x = self.array()
        if x is None:
            return
        path, operands = self.path(x)
        part = self.keep(self.b.getitem(x, path, *operands))
        value = self.r.choice((1, part, self.partner(part, x.type.dtype.kind)))
        if isinstance(value, Value):
            if value.type.ndim > part.type.ndim or not self.covers(part, value):
                value = part
            if self.r.random() < 0.5 and value.type.dtype.kind == "f":
                value = self.emit(operator.add, value, 0.5)
            if type_of(value).dtype != x.type.dtype:
                return
        self.keep(self.b.setitem(x, value, path, *operands))

    def covers(self, part: Value, value: Value) -> bool:
        """Whether the value broadcasts to the part and not the other way."""
        pairs = zip(part.type.ones[::-1], value.type.ones[::-1])
        return (
            self.fits(part, value)
            and all(mine or theirs or True for mine, theirs in pairs)
            and (
                np.broadcast_shapes(self.made[part].shape, self.made[value].shape)
                == self.made[part].shape
                and not any(
                    m and not t for m, t in zip(part.type.ones[::-1], value.type.ones[::-1])
                )
            )
        )

    def overlap(self) -> None:
        """``x[1:] = x[:-1] + 1`` and ``x += x[::-1]``."""
        x = self.array("f")
        if x is None:
            return
        rest = (FULL,) * (x.type.ndim - 1)
        if x.type.ones[0]:
            return
        if self.r.random() < 0.5:
            shifted = self.b.getitem(x, (Index((Slice(stop=True), *rest)),), -1)
            path, operands = (Index((Slice(start=True), *rest)),), [1]
        else:
            shifted = self.b.getitem(x, (Index((Slice(step=True), *rest)),), -1)
            path, operands = (Index((FULL, *rest)),), []
        if self.r.random() < 0.5:
            shifted = self.b.emit(operator.mul, shifted, 0.5)
        write = self.r.choice((self.b.setitem, self.b.additem))
        self.keep(write(x, shifted, path, *operands))

    def add(self) -> None:
        x = self.array("f")
        if x is None:
            return
        path, operands = self.path(x)
        part = self.b.getitem(x, path, *operands)
        g = self.b.emit(operator.mul, part, 0.5) if self.r.random() < 0.6 else part
        base = self.b.zeros_like(x) if self.r.random() < 0.4 else x
        out = self.b.additem(base, g, path, *operands)
        if self.r.random() < 0.5:
            path, operands = self.path(x)
            g = self.b.getitem(x, path, *operands)
            out = self.b.additem(out, g, path, *operands)
        self.keep(out)

    def accumulate(self) -> None:
        if (x := self.array("f")) is not None:
            g = self.emit(np.tanh, x)
            base = self.r.choice((x, g, self.b.zeros_like(x)))
            self.emit(core.ACCUM, base, g)

    def element(self) -> None:
        x = self.array("fi")
        if x is None or self.made[x].size == 0:
            return
        index = [self.r.randrange(-n, n) for n in self.made[x].shape]
        path = element(x.type.ndim)
        if self.r.random() < 0.5:
            self.keep(self.b.getitem(x, path, *index))
        else:
            write = self.r.choice((self.b.setitem, self.b.additem))
            self.keep(write(x, 3, path, *index))

    def product(self) -> None:
        x, y = self.array("fi"), self.array("fi")
        if x is None or y is None or x.type.ndim > 2 or y.type.ndim > 2:
            return
        if self.made[x].shape[-1] != self.made[y].shape[0] or x.type.ones[-1] != y.type.ones[0]:
            if x.type.ndim == y.type.ndim == 1:
                self.emit(np.outer, x, y)
            return
        self.emit(operator.matmul, x, y)

    def reshape(self) -> None:
        x = self.array()
        if x is None:
            return
        size = self.made[x].size
        wide = self.r.choice(((size,), (1, size), (size, 1)))
        ones = tuple(n == 1 for n in wide)
        path = (Reshape(len(wide), ones),)
        self.keep(self.b.getitem(x, path, *wide))

    def fresh(self) -> None:
        x = self.array()
        if x is None:
            return
        dims = self.b.dims(x)
        value = self.r.choice((0.25, 2.0))
        self.emit(core.FULL_, value, *dims, dtype=np.dtype("f8"), ones=x.type.ones)
        self.emit(core.COPY, x)

    def spread(self) -> None:
        """A broadcast to the shape of another array."""
        x = self.array()
        y = None if x is None else self.partner(x)
        if x is None or y is None or not self.covers(y, x) or x.type.ndim > y.type.ndim:
            return
        self.emit(core.BROADCAST, x, *self.b.dims(y), ones=y.type.ones)

    def tape(self) -> None:
        """Rows saved in a loop and loaded in the reversed one."""
        x = self.array("f", 2)
        if x is None:
            return
        b, (n, m) = self.b, self.b.dims(x)
        row = Array(x.type.dtype, x.type.ones[1:])
        slot = Slot("tape", row, "rows")
        b.effect(core.DECLARE, n, m, slot=slot)
        i, inner = Value(INTEGER, "i"), b.inner()
        saved = inner.emit(np.tanh, inner.getitem(x, (Index((INT, FULL)),), i))
        inner.effect(core.SAVE, saved, i, slot=slot)
        label = core.new_label()
        b.region(core.FOR, (0, n, 1), [inner.block((i,), ())], (), label=label)
        start = b.emit(np.sum, x, axis=(0,), keepdims=False)
        k, total, inner = Value(INTEGER, "k"), Value(row, "total"), b.inner()
        loaded = inner.emit(core.LOAD, k, slot=slot)
        after = inner.emit(core.ACCUM, total, inner.emit(operator.mul, loaded, loaded))
        last = b.emit(operator.sub, n, 1)
        (out,) = b.region(
            core.FOR, (last, -1, -1, start), [inner.block((k, total), (after,))], (row,),
            mirror=label,
        )  # fmt: skip
        self.keep(out)

    def loop(self) -> None:
        """A user's loop that carries an array, writes rows and branches."""
        x = self.array("f")
        if x is None:
            return
        b = self.b
        t, carried, inner = Value(INTEGER, "t"), Value(x.type, "u"), b.inner()
        half = inner.emit(operator.mul, carried, x)
        path, operands = self.path(x)
        then, orelse = inner.inner(), inner.inner()
        changed = then.additem(half, then.getitem(carried, path, *operands), path, *operands)
        flag = inner.emit(operator.eq, t, 1)
        (after,) = inner.region(
            core.IF, (flag,), [then.block((), (changed,)), orelse.block((), (carried,))], (x.type,)
        )
        (out,) = b.region(core.FOR, (0, 3, 1, x), [inner.block((t, carried), (after,))], (x.type,))
        self.keep(out)

    def rows(self) -> None:
        """A user's loop over rows that reads views from outside and writes a carried array."""
        x = self.array("f", 2)
        if x is None:
            return
        b = self.b
        n, _ = b.dims(x)
        outer = b.getitem(x, (Index((FULL, Slice(step=True))),), -1)
        i, carried, inner = Value(INTEGER, "i"), Value(x.type, "u"), b.inner()
        row = inner.getitem(self.r.choice((outer, carried)), (Index((INT, FULL)),), i)
        if self.r.random() < 0.5:
            wide = self.r.choice((outer, x))
            product = inner.emit(operator.matmul, wide, row)
            total = inner.emit(np.sum, product, axis=(0,), keepdims=False)
        else:
            total = inner.emit(np.mean, outer, axis=(0,), keepdims=False)
        value = inner.emit(np.tanh, inner.emit(operator.mul, row, total))
        value = inner.cast(value, Array(x.type.dtype, row.type.ones))
        write = self.r.choice((inner.setitem, inner.additem))
        after = write(carried, value, (Index((INT, FULL)),), i)
        if self.r.random() < 0.5:
            again = inner.getitem(row, (Index((Slice(step=True),)),), -1)
            after = write(after, again, (Index((INT, FULL)),), i)
        (out,) = b.region(core.FOR, (0, n, 1, x), [inner.block((i, carried), (after,))], (x.type,))
        self.keep(out)
        self.keep(outer)

    def late(self) -> None:
        """A view read after its base has been overwritten, by something that depends on that."""
        x = self.array("f")
        if x is None:
            return
        path, operands = self.path(x)
        b = self.b
        part = b.getitem(x, path, *operands)
        cleared = b.setitem(x, 0, path, *operands)
        total = b.emit(np.sum, cleared, axis=tuple(range(x.type.ndim)), keepdims=False)
        g = b.emit(operator.mul, part, total) if self.r.random() < 0.7 else part
        path, operands = self.path(x)
        self.keep(b.additem(cleared, 1.0, path, *operands))
        self.keep(b.cast(b.emit(np.sin, g), type_of(part)))


_STEPS = (
    WideGenerator.unary, WideGenerator.binary, WideGenerator.binary, WideGenerator.divide,
    WideGenerator.logic,
    WideGenerator.convert, WideGenerator.clip, WideGenerator.reduce, WideGenerator.reduce,
    WideGenerator.sumto, WideGenerator.view, WideGenerator.view, WideGenerator.write,
    WideGenerator.write, WideGenerator.overlap, WideGenerator.overlap, WideGenerator.add,
    WideGenerator.accumulate, WideGenerator.element, WideGenerator.product,
    WideGenerator.reshape, WideGenerator.fresh, WideGenerator.spread, WideGenerator.tape,
    WideGenerator.loop, WideGenerator.rows, WideGenerator.late,
)  # fmt: skip
