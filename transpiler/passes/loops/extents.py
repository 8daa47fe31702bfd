"""The symbolic shape of every array of a function, and the symbolic value of its integers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Operand, Slot, Value, type_of
from adgen.transpiler.ir.paths import Reshape
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.loops.symbolic import ONE, Extent, Sym, Symbols
from adgen.transpiler.passes.loops.views import View, Viewer, ndim, whole
from adgen.transpiler.primitives.shapes import agreed_ahead, measured_extents
from adgen.transpiler.primitives.table import find

Shape = tuple[Sym, ...]
PRODUCTS = (operator.matmul, np.matmul, np.dot)


class Extents:
    """Symbolic extents, traced back to what is at hand; computed on demand.

    ``narrow``: there are floats of less than 8 bytes in the function.
    """

    def __init__(self, function: Function) -> None:
        self.symbols = Symbols()
        self.viewer = Viewer(self.symbols, self.sym)
        self._defined: dict[Value, Op] = {}
        self._carried: dict[Value, tuple[Op, int]] = {}
        self._index: dict[Value, Op] = {}
        self._declared: dict[Slot, Op] = {}
        self._agreed = agreed_ahead(function)
        self._measured = measured_extents(function)
        self._pending: set[Value] = set()  # carried arrays that are supposed to keep their shape
        self._rests_on: set[Value] = set()  # of those, what is being computed rests on these
        self._supposed: dict[Value, list[tuple[frozenset[Value], Any]]] = {}
        self.narrow = any(_is_narrow(param) for param in function.params)
        self._shapes: dict[Value, Shape] = {}
        self._syms: dict[Value, Sym] = {}
        for _, op in core.walk(function.body):
            self._scan(op)

    def _scan(self, op: Op) -> None:
        for result in op.results:
            self._defined[result] = op
            self.narrow = self.narrow or _is_narrow(result)
        if op.callee == core.DECLARE:
            self._declared[op.attrs["slot"]] = op
        if op.callee == core.FOR:
            self._index[op.regions[0].args[0]] = op
        if op.callee in (core.FOR, core.WHILE):
            skip = 1 if op.callee == core.FOR else 0
            for region in op.regions:
                for k, arg in enumerate(region.args[skip:]):
                    self._carried[arg] = (op, k)

    # Integers

    def sym(self, operand: Operand) -> Sym:
        """The symbolic value of an integer operand."""
        if not isinstance(operand, Value):
            return Sym(int(operand))
        found: Sym = self._remembered(operand, self._syms, self._sym_of)
        return found

    def _remembered(
        self, x: Value, known: dict[Value, Any], compute: Callable[[Value], Any]
    ) -> Any:
        """What is known of a value, or was found under suppositions that are made now too.

        Arrays that a loop carries are supposed to keep their shape while it is found out whether
        they do.  What rests on no supposition is known for good.
        """
        if x in known:
            return known[x]
        for supposed, found in self._supposed.get(x, ()):
            if supposed <= self._pending:
                self._rests_on |= supposed
                return found
        before, self._rests_on = self._rests_on, set()
        found = compute(x)
        if self._rests_on:
            supposed = frozenset(self._rests_on)
            self._supposed.setdefault(x, []).append((supposed, found))
        else:
            known[x] = found
        self._rests_on |= before
        return found

    def _sym_of(self, value: Value) -> Sym:
        if value in self._index:
            return self.symbols.atom(value, self._least_index(self._index[value]))
        op = self._defined.get(value)
        if op is None or type_of(value).dtype != np.int64:
            return self.symbols.atom(value)
        operands = op.operands
        if op.callee == core.DIM:
            base = operands[0]
            assert isinstance(base, Value)
            if "measured" in op.attrs:
                return self.symbols.atom(value)
            return self.of(base)[op.attrs["axis"]]
        if not all(core.is_scalar(o) and type_of(o).dtype == np.int64 for o in operands):
            return self.symbols.atom(value)
        if op.callee == core.RANGELEN and operands[2] == 1:
            return self.symbols.max0(self.symbols.sub(self.sym(operands[1]), self.sym(operands[0])))
        if op.callee in (operator.add, operator.sub):
            combine = self.symbols.add if op.callee is operator.add else self.symbols.sub
            return combine(self.sym(operands[0]), self.sym(operands[1]))
        if op.callee is operator.mul:
            first, second = self.sym(operands[0]), self.sym(operands[1])
            if first.is_const or second.is_const:
                return self.symbols.mul(first, second)
        if op.callee is min and len(operands) == 2:
            return self.symbols.minimum(self.sym(operands[0]), self.sym(operands[1]))
        if op.callee is max and 0 in operands[1:]:
            return self.symbols.max0(self.sym(operands[0]))
        return self.symbols.atom(value, self._least(op))

    def _least(self, op: Op) -> int | None:
        """What an integer that an op computes is never below, if that is evident."""
        if op.callee == core.RANGELEN:
            return 0
        if op.callee is max:
            return max((o for o in op.operands if type(o) is int), default=None)
        if op.callee is operator.mod:
            divisor = self.symbols.least(self.sym(op.operands[1]))
            return 0 if divisor is not None and divisor > 0 else None
        return None

    def _least_index(self, loop: Op) -> int | None:
        """What the index of a ``for`` is never below, if that is evident."""
        start, stop, step = (self.sym(o) for o in loop.operands[:3])
        if not step.is_const or step.const == 0:
            return None
        return self.symbols.least(start if step.const > 0 else self.symbols.add(stop, ONE))

    # Shapes

    def of(self, x: Operand) -> Shape:
        """The extents of an array, ``()`` of a scalar."""
        if not isinstance(x, Value) or isinstance(x.type, Scalar):
            return ()
        shape: Shape = self._remembered(x, self._shapes, self._shape_by_flags)
        return shape

    def _shape_by_flags(self, x: Value) -> Shape:
        assert isinstance(x.type, Array)
        found = self._shape_of(x)
        return tuple(ONE if one else e for one, e in zip(x.type.ones, found, strict=True))

    def note(self, x: Value, shape: Shape) -> None:
        """The extents of an array that is no value of the input."""
        self._shapes[x] = shape

    def opaque(self, x: Value) -> Shape:
        """The extents of an array as its own ``dim``s."""
        assert isinstance(x.type, Array)
        return tuple(ONE if one else self._own(x, axis) for axis, one in enumerate(x.type.ones))

    def _own(self, x: Value, axis: int) -> Sym:
        known = self._measured.get((x, axis))
        return self.symbols.atom(Extent(x, axis)) if known is None else Sym(known)

    def view(self, x: Operand) -> View:
        """An array as a view of itself."""
        assert isinstance(x, Value)
        return whole(x, self.of(x))

    def _shape_of(self, x: Value) -> Shape:
        if x in self._carried:
            return self._of_carried(x, *self._carried[x])
        op = self._defined.get(x)
        return self.opaque(x) if op is None else self._of_op(x, op)

    def _of_carried(self, x: Value, op: Op, k: int) -> Shape:
        """A carried array keeps its initial shape if the body keeps the shape."""
        body = op.regions[-1]
        head = body.args[(1 if op.callee == core.FOR else 0) + k]
        if head in self._pending:
            self._rests_on.add(head)
            return self.opaque(head)
        lead = 1 if op.attrs.get("exits") else 0
        init = self.of(op.operands[(3 if op.callee == core.FOR else 0) + k])
        self._pending.add(head)
        try:
            after = self.of(body.yields[lead + k])
        finally:
            self._pending.discard(head)
            self._rests_on.discard(head)
        keeps = all(
            e in (own, first) or self._agree(op, e, first)
            for e, own, first in zip(after, self.opaque(head), init, strict=True)
        )
        return init if keeps else self.opaque(x)

    def _agree(self, loop: Op, first: Sym, second: Sym) -> bool:
        """Whether guards ahead of a loop say that two extents are equal."""
        same = [first]
        pairs = [(self.sym(a), self.sym(b)) for a, b in self._agreed.get(loop, ())]
        for extent in same:
            found = [b for a, b in pairs if a == extent] + [a for a, b in pairs if b == extent]
            same += [other for other in found if other not in same]
        return second in same

    def _of_op(self, x: Value, op: Op) -> Shape:
        callee, operands = op.callee, op.operands
        if callee in (core.SETITEM, core.ADDITEM, core.ACCUM, core.COPY, core.CAST):
            return self.of(operands[0])
        if callee in (core.ZEROS, core.EMPTY):
            return tuple(self.sym(o) for o in operands)
        if callee in (core.FULL_, core.BROADCAST):
            return tuple(self.sym(o) for o in operands[1:])
        if callee in (core.FOR, core.WHILE):
            k = op.results.index(x)
            skip = 1 if callee == core.FOR else 0
            head = op.regions[-1].args[skip + k]
            found = self.of(head)
            return self.opaque(x) if found == self.opaque(head) else found
        if callee == core.IF:
            k = op.results.index(x)
            first, second = (self.of(region.yields[k]) for region in op.regions)
            return first if first == second and self._outside(first, op) else self.opaque(x)
        if callee == core.GETITEM:
            return self._of_getitem(x, op)
        if callee == core.SUMTO:
            kept = [a for a in range(ndim(operands[0])) if a not in gone(op)]
            return tuple(self.of(operands[0])[a] for a in kept)
        if callee == core.LOAD:
            return self._of_load(x, op)
        return self._of_primitive(x, op)

    def _outside(self, shape: Shape, op: Op) -> bool:
        """Whether a shape does not depend on values from inside an op's regions."""
        inside = {
            r for region in op.regions for _, inner in core.walk(region) for r in inner.results
        }
        for extent in shape:
            for atom in self.symbols.atoms_of(extent):
                if (atom.value if isinstance(atom, Extent) else atom) in inside:
                    return False
        return True

    def _of_getitem(self, x: Value, op: Op) -> Shape:
        view: View | None = self.view(op.operands[0])
        rest = list(op.operands[1:])
        for step in op.attrs["path"]:
            taken, rest = rest[: step.operands], rest[step.operands :]
            assert view is not None
            after = self.viewer.apply(view, (step,), taken)
            if after is None and isinstance(step, Reshape):
                ones = step.ones or (False,) * step.ndim
                array = Value(Array(x.type.dtype, ones))
                after = whole(array, tuple(self.sym(o) for o in taken))
            if after is None:
                return self.opaque(x)
            view = after
        assert view is not None
        return view.extents

    def _of_load(self, x: Value, op: Op) -> Shape:
        slot = op.attrs["slot"]
        if slot.kind != "tape" or slot not in self._declared:
            return self.opaque(x)
        return tuple(self.sym(o) for o in self._declared[slot].operands[-ndim(x) :])

    def _of_primitive(self, x: Value, op: Op) -> Shape:
        entry = find(op.callee)
        if op.callee in PRODUCTS:
            first, second = (self.of(o) for o in op.operands)
            core_axes = first[-2:-1] + (second[-1:] if len(second) > 1 else ())
            return self._stack(op) + core_axes
        if op.callee is np.outer:
            first, second = (self.of(o) for o in op.operands)
            return first + second
        if entry is not None and entry.shape is not None:
            given = tuple(
                self.of(o) if not core.is_scalar(o) else self._number(o) for o in op.operands
            )
            said = entry.shape(given, op.attrs)[op.results.index(x)]
            return tuple(
                own if extent is None else extent
                for extent, own in zip(said, self.opaque(x), strict=True)
            )
        if entry is not None and entry.reduction:
            axes, keep = op.attrs["axis"], op.attrs.get("keepdims", False)
            shape = self.of(op.operands[0])
            return tuple(
                ONE if k in axes else e for k, e in enumerate(shape) if keep or k not in axes
            )
        if entry is not None and entry.elementwise:
            return self._aligned(x, op)
        return self.opaque(x)

    def _number(self, operand: Operand) -> Sym | None:
        return self.sym(operand) if type_of(operand).dtype.kind == "i" else None

    def _stack(self, op: Op) -> Shape:
        """The axes of a product of stacks of matrices ahead of those of the matrices."""
        rank = max(0, *(ndim(o) - 2 for o in op.operands))
        return self._broadcast(op.operands, rank, 2)

    def _aligned(self, x: Value, op: Op) -> Shape:
        return self._broadcast(op.operands, ndim(x), 0)

    def _broadcast(self, operands: Sequence[Operand], rank: int, inner: int) -> Shape:
        """The first operand that is not of length 1 decides each axis, rather one that is known."""
        shape = [ONE] * rank
        for operand in reversed(operands):
            kind = type_of(operand)
            outer = kind.ndim - inner if isinstance(kind, Array) else 0
            extents = self.of(operand)
            for k in range(outer):
                extent, before = extents[k], shape[k + rank - outer]
                one = kind.ones[k]  # type: ignore[union-attr]
                if not one and (before == ONE or not self._is_better(before, extent)):
                    shape[k + rank - outer] = extent
        return tuple(shape)

    def _is_better(self, first: Sym, second: Sym) -> bool:
        """Whether an extent is kept by loops that carry it, where another, equal one is not."""
        return first.is_const or self._is_pending(first) and not self._is_pending(second)

    def _is_pending(self, extent: Sym) -> bool:
        atoms = self.symbols.atoms_of(extent)
        return any(isinstance(atom, Extent) and atom.value in self._pending for atom in atoms)

    # What NumPy checks

    def agreements(self, op: Op) -> list[tuple[Sym, Sym]]:
        """Pairs of extents that must be equal at run time and are not provably the same."""
        pairs = list(self._pairs(op))
        return [(a, b) for a, b in dict.fromkeys(pairs) if a != b]

    def _pairs(self, op: Op) -> list[tuple[Sym, Sym]]:
        operands = op.operands
        if op.callee in PRODUCTS and not core.is_scalar(operands[0]):
            stack = self._stack(op)
            pairs = [(self.of(operands[0])[-1], self.of(operands[1])[-2:][0])]
            return pairs + [p for o in operands for p in self._fitting_flags(o, stack, 2)]
        if op.callee == core.ACCUM:
            return list(zip(self.of(operands[0]), self.of(operands[1]), strict=True))
        if op.callee == core.BROADCAST:
            return self._fitting(operands[0], tuple(self.sym(o) for o in operands[1:]))
        if op.callee in (core.SETITEM, core.ADDITEM) and not core.is_scalar(operands[1]):
            part = self.viewer.apply(self.view(operands[0]), op.attrs["path"], operands[2:])
            return [] if part is None else self._fitting(operands[1], part.extents)
        if not op.results or isinstance(op.results[0].type, Scalar):
            return []
        entry = find(op.callee)
        if entry is not None and entry.elementwise:
            shape = self.of(op.result)
            return [pair for o in operands for pair in self._fitting(o, shape)]
        return []

    def _fitting(self, x: Operand, shape: Shape) -> list[tuple[Sym, Sym]]:
        """Agreements of an operand that is broadcast to a shape."""
        return self._fitting_flags(x, shape, 0)

    def _fitting_flags(self, x: Operand, shape: Shape, inner: int) -> list[tuple[Sym, Sym]]:
        """The same without the last ``inner`` axes of the operand."""
        kind = type_of(x)
        if not isinstance(kind, Array) or kind.ndim <= inner:
            return []
        outer = kind.ndim - inner
        target, own, ones = shape[len(shape) - outer :], self.of(x)[:outer], kind.ones[:outer]
        return [(t, e) for t, e, one in zip(target, own, ones, strict=True) if not one]


def _is_narrow(value: Value) -> bool:
    return value.type.dtype.kind == "f" and value.type.dtype.itemsize < 8


def gone(op: Op) -> tuple[int, ...]:
    """The axes that a ``sumto`` removes."""
    return tuple(a for a in op.attrs["axes"] if a not in op.attrs["keep"])
