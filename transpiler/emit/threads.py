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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import gast
import numpy as np

from adgen.transpiler.emit import kernels, nodes
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.reserved import local_name
from adgen.transpiler.emit.storage import Storage, carried_args
from adgen.transpiler.emit.work import work_of
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Value
from adgen.transpiler.ir.threads import ATTRIBUTE, Threads

_FRESH = (core.EMPTY, core.ZEROS, core.FULL_, core.COPY)


class Chunks:
    """Writes the functions of chunks of one planned function, and their calls."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = plan.naming.values
        self.functions: list[Stmt] = []
        self.zeros: dict[Value, Stmt] = {}  # where arrays of zeros are made
        self._storage: Storage | None = None

    def on_threads(self, op: Op, loop: Stmt) -> list[Stmt]:
        """The statements of a loop, which is to be called in chunks if its op is marked."""
        mark: Threads | None = op.attrs.get(ATTRIBUTE)
        shared = None if mark is None else self._shared(op, mark, loop)
        if mark is None or shared is None:
            return [loop]
        if not mark.nested:
            shared.cleared = self._cleared(op, mark, shared)
        return _Outlined(self, op, loop, shared).statements(mark.nested)

    def _cleared(self, op: Op, mark: Threads, shared: _Shared) -> dict[str, int]:
        """Arrays of zeros that chunks clear, each its rows: they are made without zeros."""
        found = {}
        for arg, init in zip(carried_args(op), op.operands[3:], strict=True):
            if arg not in mark.rows or op.operands[2] not in (1, -1) or not isinstance(init, Value):
                continue
            made, name = self.zeros.get(init), self.names[arg]
            if made is None or name not in shared.distinct or self.names[init] != name:
                continue
            kind = getattr(made.value.func, "id", "")
            if kind.startswith("zeros_") and len(self.plan.order.uses[init]) == 1:
                made.value.func.id = kind.replace("zeros_", "empty_")
                found[name] = mark.rows[arg]
        return found

    def _shared(self, op: Op, mark: Threads, loop: Stmt) -> _Shared | None:
        """Who has what, by names; None where a name that all share would be bound anew."""
        found = _Shared()
        bound = set(_bound([loop]))
        for arg, end in zip(carried_args(op), op.regions[0].yields, strict=True):
            name = self.names.get(arg)
            if name is None:
                continue
            if arg in mark.sums:
                found.sums.append((name, arg.type.dtype))
            elif arg in mark.scratch:
                found.scratch.append(name)
            elif name in bound or not (end is arg or arg in mark.added | mark.shared):
                return None
            elif end is not arg and self._fresh(arg):
                (found.added if arg in mark.added else found.distinct).append(name)
            elif arg in mark.added and end is not arg:
                return None
        declared = {
            o.attrs["slot"] for _, o in core.walk(op.regions[0]) if o.callee == core.DECLARE
        }
        for slot in sorted(mark.slots - declared, key=lambda slot: self.plan.naming.slots[slot]):
            if slot.kind == "tape":
                found.scratch.append(self.plan.naming.slots[slot])
        return found

    def _fresh(self, array: Value) -> bool:
        """Whether an array is memory that the function itself has allocated, and all of it."""
        if self._storage is None:
            self._storage = Storage(self.plan.function, self.plan.order)
        made = self.plan.order.definition
        ops = [made[root].op for root in self._storage.roots(array, views=True)]
        return all(op is not None and op.callee in _FRESH for op in ops)

    def locals(self) -> set[str]:
        """All names of variables of the function."""
        naming = self.plan.naming
        return {*naming.values.values(), *naming.slots.values(), *naming.tops.values()} | (
            naming.given
        )


@dataclass
class _Shared:
    """What chunks of a loop do with the names that it writes.

    ``sums``: numbers and their dtypes.  ``added``, ``distinct``: arrays of the function's own.
    ``cleared``: those of the latter that a chunk fills with zeros first, and which row is an
    iteration's, beside its index.
    """

    sums: list[tuple[str, np.dtype]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    distinct: list[str] = field(default_factory=list)
    scratch: list[str] = field(default_factory=list)
    cleared: dict[str, int] = field(default_factory=dict)


class _Outlined:
    """One loop that is called in chunks."""

    def __init__(self, chunks: Chunks, op: Op, loop: Stmt, shared: _Shared) -> None:
        self.chunks, self.op, self.loop, self.shared = chunks, op, loop, shared
        naming = chunks.plan.naming
        self.known = chunks.locals()
        self.chunk, self.count = naming.fresh("c"), naming.fresh("chunks")
        self.parts = {name: naming.fresh(f"{name}_parts") for name in shared.added}
        kinds = dict.fromkeys(dtype for _, dtype in shared.sums)
        self.sums = {dtype: naming.fresh("sums") for dtype in kinds}
        self.before: list[Stmt] = []

    def statements(self, nested: bool) -> list[Stmt]:
        """What stands in the place of the loop; its function is noted."""
        bounds = self.loop.iter.args
        start, stop = ([nodes.constant(0), *bounds] if len(bounds) == 1 else bounds)[:2]
        step = self._step(bounds)
        first = self._named("first", start)
        trips = self._named("trips", _trips(start, stop, step))
        ends = self._ends(first, trips, step)
        body = [*self._own(), *self._clear(ends, step), self._over(ends, step), *self._handed()]
        header = [self.chunk, self.count]
        given = self._free(body, header)
        name = self._function([*header, *given], body)
        size = nodes.constant(0)
        for array in self.shared.added:
            size = _sum(size, nodes.attribute(nodes.load(array), "size"))
        work = work_of(self.loop.body, {*given} - {*_bound([self.loop])})
        count = nodes.call("chunk_count", trips, work, size)
        arguments = nodes.tuple_([nodes.load(x) for x in (self.count, *given)])
        called = nodes.call("on_threads", nodes.load(name), nodes.load(self.count), arguments)
        counted = [*self.before, nodes.assign(nodes.store(self.count), count)]
        parallel = [*self._room(), nodes.statement(called), *self._summed()]
        if not nested:
            return [*counted, *parallel]
        several = nodes.compare(operator.gt, nodes.load(self.count), nodes.constant(1))
        return [*counted, nodes.if_(several, parallel, [self.loop])]

    def _named(self, base: str, value: Expr) -> Expr:
        """The value if it is a name or a number, else a name that has been given it before."""
        if isinstance(value, gast.Name | gast.Constant):
            return value
        name = self.chunks.plan.naming.fresh(base)
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
            own = nodes.call("own_part", *map(nodes.load, (name, parts, self.chunk)))
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
        own = {*_bound(body), *header} - set(self.shared.added)
        own -= set(self.shared.scratch)
        known = self.known | set(self.parts.values()) | set(self.sums.values())
        return [name for name in dict.fromkeys(_read(body)) if name in known and name not in own]

    def _function(self, params: list[str], body: list[Stmt]) -> str:
        """Note the function; its name."""
        base = f"{local_name(self.chunks.plan.function.name)}_chunk"
        number = len(self.chunks.functions)
        name = f"{base}{number + 1}" if number else base
        arguments = gast.arguments(
            [gast.Name(x, gast.Param(), None, None) for x in params], [], None, [], [], None, []
        )
        self.chunks.functions.append(
            gast.FunctionDef(name, arguments, body, [], None, None, [])
        )  # fmt: skip
        return name


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


def _bound(statements: Iterable[Stmt]) -> Iterator[str]:
    """All names that statements assign."""
    for statement in statements:
        for node in gast.walk(statement):
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
                yield node.id


def _read(statements: Iterable[Stmt]) -> Iterator[str]:
    """All names that statements read."""
    for statement in statements:
        for node in gast.walk(statement):
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load):
                yield node.id
