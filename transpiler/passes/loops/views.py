"""Index maps: a view as, per axis of its base, a linear function of the view's own indices.

Slices follow NumPy's clamping exactly; what is not an index map (reshape that
splits or merges axes, advanced indexing, a step of unknown sign) gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import INT, NEW, Element, Index, Path, Reshape, Slice, Transpose
from adgen.transpiler.ir.types import Array
from adgen.transpiler.passes.loops.symbolic import ONE, ZERO, Sym, Symbols

SymOf = Callable[[Operand], Sym]


@dataclass(frozen=True, slots=True)
class Access:
    """Where one axis of the base is read: ``start + step * index[axis]`` (``start`` if no axis)."""

    axis: int | None
    start: Sym = ZERO
    step: Sym = ONE

    @property
    def is_plain(self) -> bool:
        """Whether it reads from 0 in steps of 1."""
        return self.axis is not None and self.start == ZERO and self.step == ONE


@dataclass(frozen=True, slots=True)
class View:
    """``base`` seen with other axes: one access per axis of the base, extents of the view.

    ``full``: the extents of the base.
    """

    base: Value
    accesses: tuple[Access, ...]
    extents: tuple[Sym, ...]
    ones: tuple[bool, ...]
    full: tuple[Sym, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it is its base, element for element, with the same axes."""
        return self.permutation == tuple(range(len(self.extents)))

    @property
    def permutation(self) -> tuple[int, ...] | None:
        """The axes of the base in the order of the view, if it only permutes them."""
        axes = [a.axis for a in self.accesses if a.is_plain and a.axis is not None]
        if sorted(axes) != list(range(len(self.accesses))) or len(self.extents) != len(axes):
            return None
        if any(self.extents[axis] != self.full[k] for k, axis in enumerate(axes)):
            return None  # ``x[:-1]`` starts at 0 too
        return tuple(axes.index(k) for k in range(len(axes)))


def whole(base: Value, extents: Sequence[Sym]) -> View:
    """The base itself."""
    assert isinstance(base.type, Array)
    accesses = tuple(Access(k) for k in range(base.type.ndim))
    return View(base, accesses, tuple(extents), base.type.ones, tuple(extents))


class Viewer:
    """Applies index paths to views; ``sym`` gives the symbolic value of an integer operand."""

    def __init__(self, symbols: Symbols, sym: SymOf) -> None:
        self.symbols = symbols
        self.sym = sym

    def apply(self, view: View, path: Path, operands: Sequence[Operand]) -> View | None:
        """The view that the path selects of a view, or None if it is not an index map."""
        rest = list(operands)
        for step in path:
            taken, rest = rest[: step.operands], rest[step.operands :]
            after = self._step(view, step, taken)
            if after is None:
                return None
            view = after
        return view

    def _step(self, view: View, step: Element, operands: list[Operand]) -> View | None:
        if isinstance(step, Transpose):
            place = {old: new for new, old in enumerate(step.perm)}
            accesses = [
                a if a.axis is None else replace(a, axis=place[a.axis]) for a in view.accesses
            ]
            return View(
                view.base,
                tuple(accesses),
                tuple(view.extents[k] for k in step.perm),
                tuple(view.ones[k] for k in step.perm),
                view.full,
            )
        if isinstance(step, Reshape):
            return self._reshape(view, step, [self.sym(o) for o in operands])
        return self._index(view, step, operands)

    def _reshape(self, view: View, step: Reshape, extents: list[Sym]) -> View | None:
        """A reshape that only adds or drops axes of length 1."""
        ones = step.ones or (False,) * step.ndim
        old = [k for k, one in enumerate(view.ones) if not one]
        new = [k for k, one in enumerate(ones) if not one]
        if [view.extents[k] for k in old] != [extents[k] for k in new]:
            return None
        place: dict[int, int] = dict(zip(old, new, strict=True))
        return View(view.base, _renumber(view, place), tuple(extents), ones, view.full)

    def _index(self, view: View, step: Index, operands: list[Operand]) -> View | None:
        rest = list(operands)
        extents: list[Sym] = []
        ones: list[bool] = []
        place: dict[int, int] = {}
        moved: dict[int, tuple[Sym, Sym]] = {}
        axis = 0
        for item in step.items:
            if item == NEW:
                extents.append(ONE)
                ones.append(True)
                continue
            if isinstance(item, Slice):
                bounds, rest = rest[: item.operands], rest[item.operands :]
                found = self._slice(view.extents[axis], item, bounds)
                if found is None:
                    return None
                start, jump, extent = found
                place[axis], moved[axis] = len(extents), (start, jump)
                extents.append(ONE if item.length_one else extent)
                ones.append(item.length_one or (view.ones[axis] and item.operands == 0))
            elif item == INT:
                moved[axis] = (self.symbols.wrap(self.sym(rest.pop(0)), view.extents[axis]), ZERO)
            else:
                return None
            axis += 1
        accesses = self._moved(view, place, moved)
        return View(view.base, accesses, tuple(extents), tuple(ones), view.full)

    def _moved(
        self, view: View, place: dict[int, int], moved: dict[int, tuple[Sym, Sym]]
    ) -> tuple[Access, ...]:
        symbols = self.symbols
        out = []
        for access in view.accesses:
            if access.axis is None:
                out.append(access)
                continue
            start, jump = moved[access.axis]
            first = symbols.add(access.start, symbols.mul(access.step, start))
            if access.axis in place:
                step = symbols.mul(access.step, jump)
                out.append(Access(place[access.axis], first, step))
            else:
                out.append(Access(None, first, ZERO))
        return tuple(out)

    def _slice(self, n: Sym, item: Slice, operands: list[Operand]) -> tuple[Sym, Sym, Sym] | None:
        """Start, step and length of a slice of an axis of extent ``n``."""
        rest = [self.sym(o) for o in operands]
        start = rest.pop(0) if item.start else None
        stop = rest.pop(0) if item.stop else None
        step = rest.pop(0) if item.step else ONE
        if not step.is_const or step.const == 0:
            return None
        if step.const > 0:
            return self._forward(n, start, stop, step.const)
        return self._backward(n, start, stop, -step.const)

    def _forward(
        self, n: Sym, start: Sym | None, stop: Sym | None, step: int
    ) -> tuple[Sym, Sym, Sym]:
        symbols = self.symbols
        # A start beyond the end gives length 0, so it needs no clamping from above.
        first = ZERO if start is None else symbols.max0(symbols.wrap(start, n))
        last = n if stop is None else symbols.minimum(symbols.max0(symbols.wrap(stop, n)), n)
        return first, Sym(step), self._length(symbols.sub(last, first), step)

    def _backward(
        self, n: Sym, start: Sym | None, stop: Sym | None, step: int
    ) -> tuple[Sym, Sym, Sym]:
        symbols = self.symbols
        end = symbols.add(n, Sym(-1))
        first = end if start is None else symbols.minimum(symbols.wrap(start, n), end)
        if stop is None:
            last = Sym(-1)
        else:  # max(stop, -1)
            shifted = symbols.add(symbols.wrap(stop, n), ONE)
            last = symbols.add(symbols.max0(shifted), Sym(-1))
        return first, Sym(-step), self._length(symbols.sub(first, last), step)

    def _length(self, distance: Sym, step: int) -> Sym:
        if step == 1:
            return self.symbols.max0(distance)
        return self.symbols.floordiv(
            self.symbols.add(self.symbols.max0(distance), Sym(step - 1)), step
        )


def broadcast(view: View, extents: Sequence[Sym], ones: Sequence[bool]) -> View:
    """The view broadcast to more or longer axes, aligned at the right."""
    shift = len(extents) - len(view.extents)
    place = {k: k + shift for k in range(len(view.extents)) if not view.ones[k]}
    return View(view.base, _renumber(view, place), tuple(extents), tuple(ones), view.full)


def _renumber(view: View, place: dict[int, int]) -> tuple[Access, ...]:
    """Accesses with axes moved; an axis without a place has length 1 and is read at 0."""
    return tuple(
        a
        if a.axis is None
        else replace(a, axis=place[a.axis])
        if a.axis in place
        else Access(None, a.start, ZERO)
        for a in view.accesses
    )


def ndim(operand: Operand) -> int:
    """Rank of an operand, 0 for a scalar."""
    kind = type_of(operand)
    return kind.ndim if isinstance(kind, Array) else 0
