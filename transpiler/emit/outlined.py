"""Loops on threads: the body becomes a function of a chunk of iterations.

Before::

    for i in range(n):
        y[i] = np.sin(x[i])
        s = radd(s, y[i])

After::

    def f_chunk(c, chunks, n, x, y, sums):
        distinct("y")
        s = 0.0
        for i in range(n * c // chunks, n * (c + 1) // chunks):
            y[i] = np.sin(x[i])
            s = radd(s, y[i])
        sums[c, 0] = s

    chunks = chunk_count(n, 30, 0)
    sums = empty_2d(chunks, 1)
    on_threads(f_chunk, chunks, (chunks, n, x, y, sums))
    for c in range(chunks):
        s = radd(s, sums[c, 0])
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

import gast
import numpy as np

from adgen.transpiler.emit import kernels, nodes
from adgen.transpiler.emit.exposure import loads, stores
from adgen.transpiler.emit.naming import Naming
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.work import work_of
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op


@dataclass
class Shared:
    """What chunks of a loop do with the names that it writes.

    ``sums``: numbers and their dtypes.  ``added``, ``distinct``: arrays of the function's own.
    ``unset``: those of the former that the first chunk fills with zeros, like the others theirs.
    ``cleared``: those of the latter that a chunk fills with zeros first, and which row is an
    iteration's, beside its index.
    """

    sums: list[tuple[str, np.dtype]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    distinct: list[str] = field(default_factory=list)
    scratch: list[str] = field(default_factory=list)
    cleared: dict[str, int] = field(default_factory=dict)
    unset: set[str] = field(default_factory=set)


class Outlined:
    """One loop that is called in chunks."""

    def __init__(self, naming: Naming, op: Op, loop: Stmt, shared: Shared) -> None:
        self.naming, self.op, self.loop, self.shared = naming, op, loop, shared
        self.known = set(naming.all())
        self.chunk, self.count = naming.fresh("c"), naming.fresh("chunks")
        self.parts = {name: naming.fresh(f"{name}_parts") for name in shared.added}
        kinds = dict.fromkeys(dtype for _, dtype in shared.sums)
        self.sums = {dtype: naming.fresh("sums") for dtype in kinds}
        self.before: list[Stmt] = []

    def statements(self, name: str, nested: bool) -> tuple[Stmt, list[Stmt]]:
        """The function of that name, and what stands in the place of the loop."""
        bounds = self.loop.iter.args
        start, stop = ([nodes.constant(0), *bounds] if len(bounds) == 1 else bounds)[:2]
        step = self._step(bounds)
        first = self._named("first", start)
        trips = self._named("trips", _trips(start, stop, step))
        ends = self._ends(first, trips, step)
        body = [*self._own(), *self._clear(ends, step), self._over(ends, step), *self._handed()]
        header = [self.chunk, self.count]
        given = self._free(body, header)
        params = [gast.Name(x, gast.Param(), None, None) for x in (*header, *given)]
        arguments = gast.arguments(params, [], None, [], [], None, [])
        function = gast.FunctionDef(name, arguments, body, [], None, None, [])
        size = nodes.constant(0)
        for array in self.shared.added:
            size = _sum(size, nodes.attribute(nodes.load(array), "size"))
        work = work_of(self.loop.body, {*given} - {*stores([self.loop])})
        count = nodes.call("chunk_count", trips, work, size)
        packed = nodes.tuple_([nodes.load(x) for x in (self.count, *given)])
        called = nodes.call("on_threads", nodes.load(name), nodes.load(self.count), packed)
        counted = [*self.before, nodes.assign(nodes.store(self.count), count)]
        parallel = [*self._room(), nodes.statement(called), *self._summed()]
        if not nested:
            return function, [*counted, *parallel]
        several = nodes.compare(operator.gt, nodes.load(self.count), nodes.constant(1))
        return function, [*counted, nodes.if_(several, parallel, [self.loop])]

    def _named(self, base: str, value: Expr) -> Expr:
        """The value if it is a name or a number, else a name that has been given it before."""
        if isinstance(value, gast.Name | gast.Constant):
            return value
        name = self.naming.fresh(base)
        self.known.add(name)
        self.before.append(nodes.assign(nodes.store(name), value))
        return nodes.load(name)

    def _step(self, bounds: list[Expr]) -> int | Expr:
        """The step of the loop: a number where it is known, else a name."""
        step = self.op.operands[2]
        return step if type(step) is int else self._named("step", bounds[2])

    def _own(self) -> list[Stmt]:
        """At the beginning of a chunk: what it has for itself."""
        alone = [*self.shared.distinct, *self.parts, *self.parts.values()]
        claim = nodes.call("distinct", *map(nodes.constant, alone))
        out = [nodes.statement(claim)] if alone else []
        for name, parts in self.parts.items():
            kind = "cleared_part" if name in self.shared.unset else "own_part"
            own = nodes.call(kind, *map(nodes.load, (name, parts, self.chunk)))
            out.append(_set(name, own))
        out += [_set(x, nodes.call("scratch_like", nodes.load(x))) for x in self.shared.scratch]
        return out + [_set(name, _zero(dtype)) for name, dtype in self.shared.sums]

    def _ends(self, first: Expr, trips: Expr, step: int | Expr) -> list[Expr]:
        """The index of the first iteration of a chunk, and of the first one behind it."""
        chunk, count = nodes.load(self.chunk), nodes.load(self.count)
        after = nodes.binary(operator.add, chunk, nodes.constant(1))
        ends = []
        for number in (chunk, after):
            part = nodes.binary(operator.floordiv, nodes.binary(operator.mul, trips, number), count)
            ends.append(_at(first, part, step))
        return ends

    def _over(self, ends: list[Expr], step: int | Expr) -> Stmt:
        """The loop over the iterations of a chunk."""
        bounds = ends if step == 1 else [*ends, _number(step)]
        return nodes.for_(self.loop.target.id, bounds, self.loop.body)

    def _clear(self, ends: list[Expr], step: int | Expr) -> list[Stmt]:
        """Zeros in the rows of a chunk."""
        chunk, count = nodes.load(self.chunk), nodes.load(self.count)
        out = []
        for name, offset in self.shared.cleared.items():
            rows, shift = ends, offset
            if step == -1:  # the first chunk has the last rows
                last = nodes.binary(operator.sub, count, nodes.constant(1))
                chunk = nodes.binary(operator.sub, last, nodes.load(self.chunk))
                rows, shift = ends[::-1], offset + 1
            moved = [
                row if shift == 0 else nodes.binary(operator.add, row, nodes.constant(shift))
                for row in rows
            ]
            called = nodes.call("clear_rows", nodes.load(name), chunk, count, *moved)
            out.append(nodes.statement(called))
        return out

    def _handed(self) -> list[Stmt]:
        """At the end of a chunk: its sums."""
        return [
            nodes.assign(self._sum_at(name, nodes.Store()), nodes.load(name))
            for name, _ in self.shared.sums
        ]

    def _sum_at(self, name: str, ctx: object = None) -> Expr:
        dtype = dict(self.shared.sums)[name]
        same = [other for other, kind in self.shared.sums if kind == dtype]
        place = [nodes.load(self.chunk), nodes.constant(same.index(name))]
        return nodes.subscript(nodes.load(self.sums[dtype]), place, ctx)

    def _room(self) -> list[Stmt]:
        """Ahead of the call: where chunks put their sums."""
        out = []
        for dtype, name in self.sums.items():
            size = sum(kind == dtype for _, kind in self.shared.sums)
            made = kernels.fresh(core.EMPTY, [nodes.load(self.count), nodes.constant(size)], dtype)
            out.append(_set(name, made))
        for name, parts in self.parts.items():
            made = nodes.call("sum_parts", nodes.load(name), nodes.load(self.count))
            out.append(_set(parts, made))
        return out

    def _summed(self) -> list[Stmt]:
        """Behind the call: the sums of all chunks, in their order."""
        additions = [
            _set(name, nodes.call("radd", nodes.load(name), self._sum_at(name)))
            for name, _ in self.shared.sums
        ]
        out = [nodes.count(self.chunk, nodes.load(self.count), additions)] if additions else []
        for name, parts in self.parts.items():
            out.append(
                nodes.statement(nodes.call("add_parts", nodes.load(name), nodes.load(parts)))
            )
        return out

    def _free(self, body: list[Stmt], header: list[str]) -> list[str]:
        """The names that the function must be given, in the order in which it reads them."""
        own = {*stores(body), *header} - set(self.shared.added)
        own -= set(self.shared.scratch)
        known = self.known | set(self.parts.values()) | set(self.sums.values())
        return [name for name in dict.fromkeys(loads(body)) if name in known and name not in own]


def _set(name: str, value: Expr | None) -> Stmt:
    assert value is not None
    return nodes.assign(nodes.store(name), value)


def _zero(dtype: np.dtype) -> Expr:
    if dtype == np.float64:
        return nodes.constant(0.0)
    return (
        nodes.constant(0)
        if dtype == np.int64
        else nodes.call(nodes.dtype(dtype), nodes.constant(0))
    )


def _trips(start: Expr, stop: Expr, step: int | Expr) -> Expr:
    """How many trips a loop makes; it may be less than 0 if that means none."""
    if step == 1:
        return stop if _is_zero(start) else nodes.binary(operator.sub, stop, start)
    if step == -1:
        return nodes.binary(operator.sub, start, stop)
    return nodes.call("len", nodes.call("range", start, stop, _number(step)))


def _at(first: Expr, part: Expr, step: int | Expr) -> Expr:
    """``first + step * part``."""
    if step == 1:
        return part if _is_zero(first) else nodes.binary(operator.add, first, part)
    if step == -1:
        return nodes.binary(operator.sub, first, part)
    whole = nodes.binary(operator.mul, _number(step), part)
    return whole if _is_zero(first) else nodes.binary(operator.add, first, whole)


def _number(step: int | Expr) -> Expr:
    return nodes.constant(step) if isinstance(step, int) else step


def _is_zero(node: Expr) -> bool:
    return isinstance(node, gast.Constant) and type(node.value) is int and node.value == 0


def _sum(first: Expr, second: Expr) -> Expr:
    return second if _is_zero(first) else nodes.binary(operator.add, first, second)
