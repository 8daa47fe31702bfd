"""Array ops become parts: iteration domains, index maps, formulas; views disappear into maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.extents import Extents, Shape
from adgen.transpiler.passes.loops.part import (
    MAP,
    STATEMENT,
    UPDATE,
    Formula,
    Part,
    Read,
    Source,
    identity,
    positions,
)
from adgen.transpiler.passes.loops.symbolic import ZERO, Sym
from adgen.transpiler.passes.loops.views import Access, View


class Parts:
    """The parts of one run of ops.

    ``emit``: makes an operand of a symbolic integer, ahead of all parts.
    ``views``: arrays that are index maps of others (shared with later runs).
    ``whole``: arrays that must exist as arrays, whatever else reads their elements.
    ``uses``: how often each value is used in the function.
    ``same``: one extent for all that guards hold equal.
    """

    def __init__(
        self, extents: Extents, emit: Callable[[Sym], Operand], views: dict[Value, View],
        uses: Mapping[Value, int], same: Callable[[Sym], Sym],
    ) -> None:  # fmt: skip
        self.extents = extents
        self.emit = emit
        self.views = views
        self.uses = uses
        self.same = same
        self.parts: list[Part] = []
        self.made: dict[Value, Part] = {}
        self.whole: set[Value] = set()
        self.reciprocals: dict[Value, Value] = {}  # of divisors of many elements

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
        for value in part.results:
            self.made[value] = part
            if isinstance(value.type, Array) and part.kind != STATEMENT:
                self.extents.note(value, part.extents)
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
        domain = iterated(shape, ones)
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
        domain = iterated(view.extents, view.ones)
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

    def opaque(self, op: Op) -> None:
        """Anything without a loop form: its array operands exist as arrays."""
        fresh = {o: self.array(o) for o in op.operands if not core.is_scalar(o)}
        operands = tuple(fresh.get(o, o) if isinstance(o, Value) else o for o in op.operands)
        self.statement(op.with_(operands=operands), tuple(fresh.values()))

    def is_real(self, x: Value) -> bool:
        """Whether it exists as an array in any case."""
        if x in self.views:
            return False
        part = self.made.get(x)
        return part is None or part.kind in (STATEMENT, UPDATE)


def iterated(shape: Sequence[Sym], ones: Sequence[bool]) -> tuple[Sym, ...]:
    """The extents that are iterated: those of axes that are not of length 1."""
    return tuple(e for e, one in zip(shape, ones, strict=True) if not one)
