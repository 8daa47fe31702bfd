"""Array ops become parts: iteration domains, index maps, formulas; views disappear into maps."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.paths import Reshape, Transpose, is_element
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.extents import PRODUCTS, Extents, Shape, gone
from adgen.transpiler.passes.loops.part import (
    ANY,
    MAP,
    REDUCE,
    REDUCERS,
    SAVE,
    STATEMENT,
    SUM,
    UPDATE,
    Formula,
    Part,
    Read,
    Reducer,
    Source,
    call,
    clip,
    constant,
    fit,
    identity,
    plain,
    positions,
)
from adgen.transpiler.passes.loops.symbolic import ONE, ZERO, Sym
from adgen.transpiler.passes.loops.views import Access, View, broadcast, ndim
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.table import find


class Parts:
    """The parts of one run of ops.

    ``emit``: makes an operand of a symbolic integer, ahead of all parts.
    ``views``: arrays that are index maps of others (shared with later runs).
    ``whole``: arrays that must exist as arrays, whatever else reads their elements.
    ``uses``: how often each value is used in the function.
    """

    def __init__(
        self, extents: Extents, emit: Callable[[Sym], Operand], views: dict[Value, View],
        uses: Mapping[Value, int],
    ) -> None:  # fmt: skip
        self.extents = extents
        self.emit = emit
        self.views = views
        self.uses = uses
        self.parts: list[Part] = []
        self.made: dict[Value, Part] = {}
        self.whole: set[Value] = set()

    # Reading

    def shape(self, x: Operand) -> Shape:
        """Extents of an array of the input or of one made here."""
        return self.extents.of(x)

    def view(self, x: Operand) -> View:
        """An array as an index map of one that has elements."""
        assert isinstance(x, Value)
        if x in self.views:
            return self.views[x]
        assert isinstance(x.type, Array)
        shape = self.shape(x)
        return View(x, tuple(Access(k) for k in range(len(shape))), shape, x.type.ones, shape)

    def read(self, x: Operand, rank: int, place: Sequence[int | None]) -> Source:
        """The element of ``x`` at an iteration; ``x`` is broadcast to ``rank`` axes, which sit at
        ``place`` in the domain.
        """
        if core.is_scalar(x):
            return x
        return self.read_view(self.view(x), rank, place)

    def read_view(self, view: View, rank: int, place: Sequence[int | None]) -> Read:
        """As ``read``, of a view."""
        return Read(view.base, self.locate(view, rank, place))

    def locate(self, view: View, rank: int, place: Sequence[int | None]) -> tuple[Access, ...]:
        """Where an iteration meets each axis of the base of a view."""
        shift = rank - len(view.extents)
        index = []
        single = view.base.type.ones  # type: ignore[union-attr]
        for access, one in zip(view.accesses, single, strict=True):
            if one:  # whatever the view makes of it, there is only index 0
                index.append(Access(None, ZERO, ZERO))
            elif access.axis is None or view.ones[access.axis]:
                index.append(Access(None, access.start, ZERO))
            else:
                index.append(Access(place[access.axis + shift], access.start, access.step))
        return tuple(index)

    # Making parts

    def append(self, part: Part) -> Part:
        """Enter a part."""
        self.parts.append(part)
        if part.result is not None:
            self.made[part.result] = part
            if isinstance(part.result.type, Array):
                self.extents.note(part.result, part.extents)
        return part

    def map(
        self, op: Op, result: Value, operands: Sequence[Operand], formula: Formula,
        shape: Shape | None = None, weight: int | None = None,
    ) -> Part:  # fmt: skip
        """A part that computes every element of ``result`` from elements of the operands."""
        kind = result.type
        ones = kind.ones if isinstance(kind, Array) else ()
        shape = self.shape(result) if shape is None else shape
        place = positions(ones)
        domain = _domain(shape, ones)
        reads = tuple(self.read(o, len(ones), place) for o in operands)
        return self.append(
            Part(MAP, op, result, domain, place, reads, formula, weight=weight, extents=shape)
        )

    def statement(self, op: Op, wholes: Sequence[Value] = (), base: Value | None = None) -> Part:
        """A part that runs an op as it is."""
        self.whole.update(wholes)
        if base is not None:
            self.whole.add(base)
        result = op.results[0] if len(op.results) == 1 else None
        shape = self.shape(result) if result is not None else ()
        return self.append(
            Part(STATEMENT, op, result, base=base, wholes=tuple(wholes), extents=shape)
        )

    def array(self, x: Operand) -> Value:
        """An array that exists as such and equals ``x``: a copy if it is a view."""
        assert isinstance(x, Value)
        view = self.view(x)
        if view.is_whole and view.base.type == x.type:
            self.whole.add(view.base)
            return view.base
        return self.copy(view, Value(Array(x.type.dtype, view.ones), x.name), x)

    def copy(self, view: View, result: Value, of: Value | None = None) -> Value:
        """A fresh array with the elements of a view; ``of`` is read from it from here on."""
        op = self._origin(of or view.base)
        place = positions(view.ones)
        domain = _domain(view.extents, view.ones)
        reads = (self.read_view(view, len(view.ones), place),)
        formula = identity(result.type.dtype)
        self.append(
            Part(MAP, op, result, domain, place, reads, formula, weight=0, extents=view.extents)
        )
        self.whole.add(result)
        if of is not None:
            self.views.pop(of, None)
            if result is not of:
                self.views[of] = self.view(result)
        return result

    def _origin(self, x: Value) -> Op:
        """An op that tells where a value comes from."""
        part = self.made.get(x)
        return part.op if part else Op(core.COPY, (x,))

    # One op of the input

    def add(self, op: Op) -> None:
        """Enter an op of the input."""
        handler = _HANDLERS.get(op.callee)
        if handler is not None:
            handler(self, op)
            return
        entry = find(op.callee) if not isinstance(op.callee, str) else None
        arrays = [o for o in op.operands if not core.is_scalar(o)]
        if entry is not None and entry.elementwise and arrays:
            self._elementwise(op, entry.cheap)
        elif entry is not None and entry.reduction and arrays:
            self._reduction(op)
        else:
            self.opaque(op)

    def opaque(self, op: Op) -> None:
        """Anything without a loop form: its array operands exist as arrays."""
        fresh = {o: self.array(o) for o in op.operands if not core.is_scalar(o)}
        operands = tuple(fresh.get(o, o) if isinstance(o, Value) else o for o in op.operands)
        self.statement(op.with_(operands=operands), tuple(fresh.values()))

    def _elementwise(self, op: Op, cheap: bool) -> None:
        dtype = op.result.type.dtype
        slow = op.callee in (operator.truediv, np.true_divide, operator.pow, np.power)
        formula = clip(dtype) if op.callee is np.clip else call(op.callee, dtype)
        if op.callee in (operator.invert, np.invert) and dtype == np.bool_:
            formula = call(np.logical_not, dtype)
        self.map(op, op.result, op.operands, formula, weight=1 if cheap and not slow else None)

    def _constant(self, op: Op) -> None:
        """zeros: an element is a constant."""
        dtype = op.result.type.dtype
        self.map(op, op.result, (), lambda builder, _: constant(dtype, 0), weight=0)

    def _full(self, op: Op) -> None:
        formula = identity(op.result.type.dtype)
        self.map(op, op.result, op.operands[:1], formula, weight=0)

    def _cast(self, op: Op) -> None:
        if core.is_scalar(op.operands[0]):
            self.statement(op)
        else:
            self.map(op, op.result, op.operands, identity(op.result.type.dtype), weight=1)

    def _copy(self, op: Op) -> None:
        if core.is_scalar(op.operands[0]):
            self.statement(op)
        else:
            self.views[op.result] = self.view(op.operands[0])

    def _broadcast(self, op: Op) -> None:
        ones = op.result.type.ones  # type: ignore[union-attr]
        x = op.operands[0]
        if core.is_scalar(x):
            self.map(op, op.result, (x,), identity(op.result.type.dtype), weight=0)
        else:
            self.views[op.result] = broadcast(self.view(x), self.shape(op.result), ones)

    # Views

    def _getitem(self, op: Op) -> None:
        x, path, operands = op.operands[0], op.attrs["path"], op.operands[1:]
        assert isinstance(x, Value)
        if is_element(path) and self._is_real(x):
            self.statement(op, (x,))
            return
        view: View | None = self.view(x)
        rest = list(operands)
        for step in path:
            taken, rest = rest[: step.operands], rest[step.operands :]
            assert view is not None
            after = self.extents.viewer.apply(view, (step,), taken)
            if after is None and isinstance(step, Reshape):
                after = self._reshaped(op, view, step, taken)
            view = after
            if view is None:
                self.opaque(op)
                return
        assert view is not None
        if isinstance(op.result.type, Array):
            self.views[op.result] = view
        else:
            read = self.read_view(view, 0, ())
            formula = identity(op.result.type.dtype)
            self.append(Part(MAP, op, op.result, reads=(read,), formula=formula))

    def _is_real(self, x: Value) -> bool:
        """Whether it exists as an array in any case."""
        if x in self.views:
            return False
        part = self.made.get(x)
        return part is None or part.kind in (STATEMENT, UPDATE)

    def _reshaped(self, op: Op, view: View, step: Reshape, extents: list[Operand]) -> View:
        """A reshape of a contiguous array, which is an op of its own."""
        if view.is_whole:
            base = self.array(view.base)
        else:
            base = self.copy(view, Value(Array(view.base.type.dtype, view.ones)))
        ones = step.ones or (False,) * step.ndim
        result = Value(Array(base.type.dtype, ones), op.result.name)
        self.extents.note(result, tuple(self.extents.sym(o) for o in extents))
        made = op.with_(operands=(base, *extents), attrs={"path": (step,)}, results=(result,))
        self.statement(made, (base,))
        return self.view(result)

    # Reductions and products

    def _reduction(self, op: Op) -> None:
        reducer = REDUCERS[op.callee]
        (x,) = op.operands
        axes = tuple(op.attrs["axis"])
        view = self.view(x)
        dtype = op.result.type.dtype
        formula: Formula = identity(dtype)
        if op.callee in (np.any, np.all) and type_of(x).dtype != np.bool_:
            formula = _truth
        removed = () if op.attrs.get("keepdims", False) else axes
        if op.callee is np.mean:
            self._mean(op, view, axes, removed)
        else:
            self.fold(op, op.result, view, axes, removed, reducer, formula)

    def _mean(self, op: Op, view: View, axes: tuple[int, ...], removed: tuple[int, ...]) -> None:
        dtype = op.result.type.dtype
        total = Value(op.result.type)
        self.fold(op, total, view, axes, removed, SUM, identity(dtype))
        symbols = self.extents.symbols
        count = self.emit(symbols.product(tuple(view.extents[a] for a in axes)))

        def divide(builder: Builder, elements: list[Operand]) -> Operand:
            number = count if dtype == np.float64 else fit(builder, count, dtype)
            return fit(builder, plain(builder, operator.truediv, elements[0], number), dtype)

        shape = self.parts[-1].extents
        self.map(op, op.result, (total,), divide, shape)

    def fold(
        self, op: Op, result: Value, view: View, axes: tuple[int, ...],
        removed: tuple[int, ...], reducer: Reducer, formula: Formula,
    ) -> None:  # fmt: skip
        """Reduce axes of a view; those in ``removed`` go, the others stay with length 1.

        Reduced axes at the end of the domain fold into a scalar of their own, if
        kept ones separate them from the rest.
        """
        place = positions(view.ones)
        domain = _domain(view.extents, view.ones)
        left = [a for a in range(len(place)) if a not in removed]
        kept = tuple(None if a in axes else place[a] for a in left)
        shape = tuple(ONE if a in axes else view.extents[a] for a in left)
        reduced = frozenset(p for a in axes if (p := place[a]) is not None)
        read = self.read_view(view, len(place), place)
        tail = _trailing(reduced, len(domain))
        if tail and tail != reduced:
            outer = tuple(range(len(domain) - len(tail)))
            inner = Value(Array(result.type.dtype, (False,) * len(outer)))
            extents = domain[: len(outer)]
            self.append(Part(REDUCE, op, inner, domain, outer, (read,), formula, tail, reducer,
                             extents=extents))  # fmt: skip
            read, domain, reduced = (
                self.read_view(self.view(inner), len(outer), outer),
                extents,
                reduced - tail,
            )
            formula = identity(result.type.dtype)
        kind = REDUCE if reduced else MAP
        self.append(Part(kind, op, result, domain, kept, (read,), formula, reduced,
                         reducer if reduced else None, weight=0, extents=shape))  # fmt: skip

    def _sumto(self, op: Op) -> None:
        (x,) = op.operands
        dtype = op.result.type.dtype
        self.fold(op, op.result, self.view(x), tuple(op.attrs["axes"]), gone(op), SUM,
                  identity(dtype))  # fmt: skip

    def _product(self, op: Op) -> None:
        x, y = op.operands
        if core.is_scalar(x) or core.is_scalar(y):
            self.opaque(op)
            return
        dtype = op.result.type.dtype
        if ndim(x) == 2 and ndim(y) == 2 and dtype.kind in "fc":
            self._blas(op)
            return
        left, right = ndim(x) - 1, ndim(y) - 1
        rank = left + 1 + right
        sx, sy = self.shape(x), self.shape(y)
        ones = type_of(x).ones + type_of(y).ones[1:]  # type: ignore[union-attr]
        view_x = _aligned(self.view(x), tuple(range(left + 1)), rank, (*sx, *sy[1:]), ones)
        view_y = _aligned(self.view(y), tuple(range(left, rank)), rank, (*sx, *sy[1:]), ones)
        product = Value(Array(dtype, ones))
        place = positions(ones)
        shape = (*sx, *sy[1:])
        domain = _domain(shape, ones)
        reads = (self.read_view(view_x, rank, place), self.read_view(view_y, rank, place))
        multiply = call(operator.and_ if dtype == np.bool_ else operator.mul, dtype)
        self.append(Part(MAP, op, product, domain, place, reads, multiply, weight=1,
                         extents=shape))  # fmt: skip
        reducer = ANY if dtype == np.bool_ else SUM
        self.fold(op, op.result, self.view(product), (left,), (left,), reducer, identity(dtype))

    def _outer(self, op: Op) -> None:
        dtype = op.result.type.dtype
        shape = self.shape(op.result)
        place = positions(op.result.type.ones)  # type: ignore[union-attr]
        domain = _domain(shape, op.result.type.ones)  # type: ignore[union-attr]
        reads = tuple(
            self.read_view(self.view(o), 1, place[k : k + 1]) for k, o in enumerate(op.operands)
        )
        self.append(Part(MAP, op, op.result, domain, place, reads, call(operator.mul, dtype),
                         weight=1, extents=shape))  # fmt: skip

    def _blas(self, op: Op) -> None:
        """A product of matrices: operands as arrays of one dtype, or transposes of such."""
        dtype = op.result.type.dtype
        operands: list[Value] = []
        wholes: list[Value] = []
        for x in op.operands:
            assert isinstance(x, Value)
            view = self.view(x)
            if x.type.dtype != dtype:
                cast = Value(Array(dtype, view.ones), x.name)
                self.map(op, cast, (x,), identity(dtype), self.shape(x))
                x = cast
            elif view.permutation == (1, 0):
                wholes.append(view.base)
                x = self._transposed(op, view)
            array = self.array(x)
            operands.append(array)
            wholes.append(array)
        self.statement(op.with_(operands=tuple(operands)), wholes)

    def _transposed(self, op: Op, view: View) -> Value:
        base = self.array(view.base)
        ones = view.ones
        result = Value(Array(base.type.dtype, ones))
        self.extents.note(result, view.extents)
        path = (Transpose((1, 0)),)
        made = Op(core.GETITEM, (base,), {"path": path}, (), (result,), op.span, op.role)
        self.statement(made, (base,))
        return result

    # Writes

    def _setitem(self, op: Op) -> None:
        x, value, *operands = op.operands
        assert isinstance(x, Value)
        path = op.attrs["path"]
        adds = op.callee == core.ADDITEM
        view = None
        if not is_element(path):
            view = self.extents.viewer.apply(self.extents.view(x), path, operands)
        if view is None:
            self._element_write(op, x)
            return
        if view.is_whole and not adds:  # x[:] = value: nothing of x is left
            self.map(op, op.result, (value,), identity(op.result.type.dtype), weight=0)
            return
        place = positions(view.ones)
        domain = _domain(view.extents, view.ones)
        base = self.array(x)
        read = self.read(value, len(view.ones), place)
        target = self.locate(view, len(view.ones), place)
        self.append(Part(UPDATE, op, op.result, domain, reads=(read,), base=base, target=target,
                         adds=adds, formula=identity(x.type.dtype),
                         extents=self.shape(x)))  # fmt: skip

    def _element_write(self, op: Op, x: Value) -> None:
        """One element, or a part that is no index map: the op as it is."""
        base = self.array(x)
        fresh = {o: self.array(o) for o in op.operands[1:] if not core.is_scalar(o)}
        rest = tuple(fresh.get(o, o) if isinstance(o, Value) else o for o in op.operands[1:])
        self.statement(op.with_(operands=(base, *rest)), tuple(fresh.values()), base)

    def _accum(self, op: Op) -> None:
        x, g = op.operands
        if core.is_scalar(x):
            self.statement(op.with_(callee=operator.add))
            return
        assert isinstance(x, Value)
        part = self.made.get(x)
        dtype = op.result.type.dtype
        if part is not None and part.op.callee == core.ZEROS:
            self.map(op, op.result, (g,), identity(dtype), weight=0)
        elif self._is_real(x):
            self._add_in_place(op, x, g)
        else:
            self.map(op, op.result, (x, g), call(operator.add, dtype), weight=1)

    def _add_in_place(self, op: Op, x: Value, g: Operand) -> None:
        base = self.array(x)
        shape = self.shape(x)
        ones = x.type.ones  # type: ignore[union-attr]
        place = positions(ones)
        domain = _domain(shape, ones)
        read = self.read(g, len(ones), place)
        target = tuple(Access(p) if p is not None else Access(None, ZERO, ZERO) for p in place)
        self.append(Part(UPDATE, op, op.result, domain, reads=(read,), base=base, target=target,
                         adds=True, formula=identity(x.type.dtype), extents=shape))  # fmt: skip

    # Slots

    def _save(self, op: Op) -> None:
        value, *counters = op.operands
        if op.attrs["slot"].kind != "tape" or core.is_scalar(value):
            self.opaque(op)
            return
        kind = type_of(value)
        assert isinstance(kind, Array)
        place = positions(kind.ones)
        shape = self.shape(value)
        domain = _domain(shape, kind.ones)
        read = self.read(value, kind.ndim, place)
        self.append(Part(SAVE, op, None, domain, place, (read, *counters),
                         identity(kind.dtype)))  # fmt: skip


def _truth(builder: Builder, elements: list[Operand]) -> Operand:
    return builder.emit(operator.ne, elements[0], 0)


def _domain(shape: Sequence[Sym], ones: Sequence[bool]) -> tuple[Sym, ...]:
    """The extents that are iterated: those of axes that are not of length 1."""
    return tuple(e for e, one in zip(shape, ones, strict=True) if not one)


def _trailing(reduced: frozenset[int], rank: int) -> frozenset[int]:
    """The reduced positions at the end of the domain, without a gap."""
    tail = set()
    position = rank - 1
    while position in reduced:
        tail.add(position)
        position -= 1
    return frozenset(tail)


def _aligned(
    view: View, places: tuple[int, ...], rank: int, shape: Shape, ones: tuple[bool, ...]
) -> View:
    """A view whose axes sit at ``places`` of a larger shape."""
    accesses = tuple(
        a
        if a.axis is None
        else Access(None, a.start, ZERO)
        if view.ones[a.axis]
        else Access(places[a.axis], a.start, a.step)
        for a in view.accesses
    )
    return View(view.base, accesses, shape, ones, view.full)


def _as_it_is(parts: Parts, op: Op) -> None:
    parts.statement(op)


_HANDLERS: dict[object, Callable[[Parts, Op], object]] = {
    core.ZEROS: Parts._constant,
    core.FULL_: Parts._full,
    core.EMPTY: _as_it_is,
    core.CAST: Parts._cast,
    core.COPY: Parts._copy,
    core.BROADCAST: Parts._broadcast,
    core.GETITEM: Parts._getitem,
    core.SETITEM: Parts._setitem,
    core.ADDITEM: Parts._setitem,
    core.ACCUM: Parts._accum,
    core.SUMTO: Parts._sumto,
    core.SAVE: Parts._save,
    np.outer: Parts._outer,
    **{callee: Parts._product for callee in PRODUCTS},
}
