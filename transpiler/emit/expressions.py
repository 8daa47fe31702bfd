"""One op as a Python expression."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from adgen.transpiler import optimisations
from adgen.transpiler.emit import (
    kernels,
    nodes,
    numba_forms,
    numbers,
    opaque,
    selection,
    vector_forms,
)
from adgen.transpiler.emit.calls import keywords
from adgen.transpiler.emit.nodes import Expr
from adgen.transpiler.emit.order import in_branch_of_loop
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.selects import logical
from adgen.transpiler.ir import core
from adgen.transpiler.ir.complex_parts import PARTS
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.threads import PRODUCT
from adgen.transpiler.ir.types import (
    INT,
    PYTHON,
    Array,
    Scalar,
    Type,
    is_complex,
    is_float,
    real_part,
)
from adgen.transpiler.primitives.outside import Outside
from adgen.transpiler.primitives.spelling import called, is_special
from adgen.transpiler.primitives.table import find


class Expressions:
    """Writes operands and ops of one planned function."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.numba = plan.style.numba
        self.among_narrow = not self.numba and numbers.has_narrow(plan.function)

    # Operands

    def operand(self, operand: Operand) -> Expr:
        """A name, a literal, or the expression that is folded in here."""
        if not isinstance(operand, Value):
            return numbers.literal(operand)
        op = self.plan.folding.inline.get(operand)
        return self.of(op) if op is not None else nodes.load(self.plan.naming.values[operand])

    def operands(self, operands: Sequence[Operand]) -> list[Expr]:
        """Several operands."""
        return [self.operand(o) for o in operands]

    def as_type(self, operand: Operand, kind: Type) -> Expr:
        """An operand that becomes a variable of a type: constants are spelled in that type."""
        if not isinstance(operand, Value):
            return numbers.typed(operand, kind, self.numba, self.among_narrow)
        have = type_of(operand)
        if have.dtype == kind.dtype or isinstance(kind, Array):
            return self.operand(operand)
        return self._convert(self.operand(operand), have, kind)

    # Ops

    def of(self, op: Op) -> Expr:
        """The expression of an op with one result."""
        if isinstance(op.callee, str):
            return _KINDS[op.callee](self, op)
        if op.callee is np.where and all(core.is_scalar(o) for o in op.operands):
            test, then, orelse = self._promoted(op, 1)
            return gast.IfExp(test, then, orelse)
        operands = self._promoted(op)
        if self.plan.style.forgiving and op.role != core.PRIMAL and op.callee in _FORGIVING:
            if all(core.is_scalar(o) for o in op.operands) and is_float(op.result.type):
                return nodes.call(_FORGIVING[op.callee], *operands)
        if op.callee in PARTS and is_complex(type_of(op.operands[0])):
            return nodes.attribute(operands[0], op.callee.__name__)
        if isinstance(op.callee, Outside):
            return opaque.call_outside(op.callee, operands)
        form = self._numba_form(op, operands) if self.numba else None
        return form if form is not None else self._usual(op, operands)

    def _numba_form(self, op: Op, operands: list[Expr]) -> Expr | None:
        """What only Numba is given; None where it takes what CPython does."""
        if op.attrs.get("reassoc") and optimisations.enabled(optimisations.FREE_SUMS):
            return nodes.call("radd", *operands)
        if opaque.is_opaque(op):
            return opaque.form(op, operands, lambda names: self._usual(op, names))
        form = self._vector_form(op, operands)
        if form is not None:
            return form
        if is_special(op.callee):
            return nodes.call(f"special.{op.callee.__name__}", *operands)  # type: ignore[union-attr]
        if kernels.is_product(op):
            name = "matmul_on_threads" if PRODUCT in op.attrs else "matmul"
            return nodes.call(name, *operands)
        if self._is_square(op):
            return nodes.binary(operator.mul, operands[0], self._promoted(op)[0])
        form = numba_forms.form(op, operands)
        kind = op.result.type
        if isinstance(kind, Scalar) and kind.dtype.kind in "iu" and kind.dtype.itemsize < 8:
            usual = form if form is not None else self._usual(op, operands)
            return nodes.call(nodes.dtype(kind.dtype), usual)  # Numba computes in 64 bits
        return form

    def _vector_form(self, op: Op, operands: list[Expr]) -> Expr | None:
        """The call of a function that LLVM may vectorise.

        Not in a branch within a loop: LLVM would compute it for all iterations, and one that
        the user meant for few of them may be the most expensive thing there.
        """
        if not self.plan.style.vector_math or in_branch_of_loop(self.plan.order.place[op]):
            return None
        return vector_forms.form(op, operands)

    def _is_square(self, op: Op) -> bool:
        """Whether an op is ``x ** 2`` of a variable: Numba compiles a function for each power."""
        if op.callee is not operator.pow or not isinstance(op.operands[0], Value):
            return False
        base, exponent = op.operands
        plain = base not in self.plan.folding.inline and core.is_scalar(base)
        return plain and is_float(type_of(base)) and type(exponent) is int and exponent == 2

    def _usual(self, op: Op, operands: list[Expr]) -> Expr:
        entry = find(op.callee)
        symbol = entry.symbol if entry is not None else ""
        if op.callee in _LOGIC and not self.numba and _are_truth_values(op):
            return nodes.logic(_LOGIC[op.callee], *operands)
        if op.callee in _SIGNS and op.result.type == INT:
            found = nodes.shifted(operands[0], operands[1], _SIGNS[op.callee])
            if found is not None:
                return found
        if op.callee is operator.add:
            return nodes.add(*operands, keep_signs=op.role == core.PRIMAL)
        if symbol and op.callee in nodes.BINARY:
            return nodes.binary(op.callee, *operands)
        if symbol and op.callee in nodes.COMPARE:
            return nodes.compare(op.callee, *operands)
        if symbol and op.callee in nodes.UNARY:
            return nodes.unary(op.callee, *operands)
        if entry is not None and entry.reduction:
            return self._reduction(op, operands[0])
        given = op.attrs
        if entry is not None and entry.shape is not None:  # as short as is exact
            given = {k: v for k, v in op.attrs.items() if v != entry.static[k]}
        return nodes.call(called(op.callee), *operands, **keywords(given))

    def _promoted(self, op: Op, first: int = 0) -> list[Expr]:
        """The operands; for Numba each in the type in which NumPy computes."""
        kinds = [type_of(o) for o in op.operands]
        operands = [
            numbers.among(o, kinds) if not isinstance(o, Value) else self.operand(o)
            for o in op.operands
        ]
        if not self.numba or len(op.results) != 1:
            return operands
        if op.callee is operator.pow and kinds[0].dtype.kind == "f":
            operands[1] = numbers.exponent(op.operands[1], operands[1])
        wanted = numbers.computed_in(op, kinds[first:], op.result.type)
        if wanted is None:
            return operands
        for k in range(first, len(operands)):
            kind, o = kinds[k], op.operands[k]
            if op.callee is operator.pow and k == 1 and numbers.is_power(o):
                continue
            if isinstance(kind, Scalar) and kind.dtype != wanted:
                plain = operands[k] if isinstance(o, Value) else numbers.plain(o, wanted)
                operands[k] = nodes.call(nodes.dtype(wanted), plain)
        return operands

    def _reduction(self, op: Op, operand: Expr) -> Expr:
        kind = type_of(op.operands[0])
        if isinstance(kind, Scalar):
            wanted = op.result.type
            if not self.numba:
                return nodes.call(called(op.callee), operand)
            return self._convert(operand, kind, wanted)
        axes = op.attrs["axis"]
        return nodes.call(
            called(op.callee), operand, **_axes(axes, kind.ndim, op.attrs.get("keepdims"))
        )

    def _convert(self, value: Expr, have: Type, want: Type) -> Expr:
        """A conversion between scalar types or dtypes of arrays."""
        if is_complex(have) and not is_complex(want):
            value, have = nodes.attribute(value, "real"), real_part(have)
            if have == want:
                return value
        if isinstance(want, Array):
            return nodes.method(value, "astype", nodes.dtype(want.dtype))
        if self.numba and have.dtype == want.dtype:
            return value
        from_unsigned = self.numba and have.dtype.kind == "u"  # Numba's `int` leaves it that
        if want.weak and not (from_unsigned and want.dtype.kind == "i"):
            return nodes.call(PYTHON[want.dtype.kind].__name__, value)
        return nodes.call(nodes.dtype(want.dtype), value)

    # Kinds

    def _getitem(self, op: Op) -> Expr:
        base, *index = op.operands
        if self.numba and op.attrs.get("inside"):
            return nodes.call("submatrix", self.operand(base), *self.operands(index))
        return selection.select(self.operand(base), op.attrs["path"], self.operands(index))

    def _sum(self, op: Op) -> Expr:
        return nodes.binary(operator.add, *self.operands(op.operands))

    def _dim(self, op: Op) -> Expr:
        shape = nodes.attribute(self.operand(op.operands[0]), "shape")
        return nodes.subscript(shape, [nodes.constant(op.attrs["axis"])])

    def _fresh(self, op: Op) -> Expr:
        kind = op.result.type
        if self.numba and op.callee != core.FULL_:
            kernel = kernels.fresh(str(op.callee), self.operands(op.operands), kind.dtype)
            if kernel is not None:
                return kernel
        dtype = {} if kind.dtype == np.float64 else {"dtype": nodes.dtype(kind.dtype)}
        value = [self.operand(op.operands[0])] if op.callee == core.FULL_ else []
        extents = op.operands[len(value) :]
        model = self._shape_of(extents)
        if model is not None and model.type.dtype == kind.dtype and self._may_copy_order():
            return nodes.call(f"np.{op.callee}_like", self.operand(model), *value)
        if op.callee == core.FULL_:
            plain = float if kind.dtype == np.float64 else None
            if plain and type_of(op.operands[0]).dtype == np.float64:
                dtype = {}
            else:
                dtype = {"dtype": nodes.dtype(kind.dtype)}
        return nodes.call(f"np.{op.callee}", self.shape(extents), *value, **dtype)

    def _may_copy_order(self) -> bool:
        return not self.numba and not self.plan.reshaped_writes

    def shape(self, extents: Sequence[Operand]) -> Expr:
        """A shape: ``x.shape``, one extent, or a tuple of them."""
        model = self._shape_of(extents)
        if model is not None:
            return nodes.attribute(self.operand(model), "shape")
        if len(extents) == 1:
            return self.operand(extents[0])
        return nodes.tuple_(self.operands(extents))

    def _shape_of(self, extents: Sequence[Operand]) -> Value | None:
        """The array all of whose extents these are, read in place."""
        found: Value | None = None
        for axis, extent in enumerate(extents):
            op = self.plan.folding.inline.get(extent) if isinstance(extent, Value) else None
            if op is None or op.callee != core.DIM or op.attrs["axis"] != axis:
                return None
            if found is not None and op.operands[0] is not found:
                return None
            found = op.operands[0] if isinstance(op.operands[0], Value) else None
        complete = found is not None and len(extents) == found.type.ndim  # type: ignore[union-attr]
        return found if complete else None

    def _copy(self, op: Op) -> Expr:
        array = self.operand(op.operands[0])
        return nodes.call("copied", array) if self.numba else nodes.method(array, "copy")

    def _broadcast(self, op: Op) -> Expr:
        x, *extents = op.operands
        return nodes.call("np.broadcast_to", self.operand(x), self.shape(extents))

    def _sumto(self, op: Op) -> Expr:
        kind = type_of(op.operands[0])
        assert isinstance(kind, Array)
        axes, keep = op.attrs["axes"], op.attrs["keep"]
        gone = tuple(axis for axis in axes if axis not in keep)
        out = self.operand(op.operands[0])
        if keep:
            out = nodes.call("np.sum", out, **_axes(keep, kind.ndim, True))
        if gone:
            out = nodes.call("np.sum", out, **_axes(gone, kind.ndim, False))
        return out

    def _cast(self, op: Op) -> Expr:
        (x,) = op.operands
        return self._convert(self.operand(x), type_of(x), op.attrs["type"])

    def _rangelen(self, op: Op) -> Expr:
        start, stop, step = op.operands
        if not isinstance(step, Value) and step == 1:
            if not isinstance(start, Value) and start == 0:
                return self.count(stop)
            difference = nodes.binary(operator.sub, *self.operands((stop, start)))
            return nodes.call("max", difference, nodes.constant(0))
        return nodes.call("len", nodes.call("range", *self.operands((start, stop, step))))

    def count(self, operand: Operand) -> Expr:
        """An operand as a number of things: never negative."""
        if self._nonnegative(operand):
            return self.operand(operand)
        return nodes.call("max", self.operand(operand), nodes.constant(0))

    def _nonnegative(self, operand: Operand) -> bool:
        if not isinstance(operand, Value):
            return operand >= 0
        op = self.plan.order.definition[operand].op
        if op is None or op.regions:
            return False
        if op.callee in (operator.add, operator.mul):
            return all(self._nonnegative(o) for o in op.operands)
        if op.callee is max:
            return any(self._nonnegative(o) for o in op.operands)
        return op.callee in (core.DIM, core.RANGELEN)

    def _load(self, op: Op) -> Expr:
        slot = op.attrs["slot"]
        storage = nodes.load(self.plan.naming.slots[slot])
        if slot.kind == "local":
            return storage
        if slot.kind == "tape":
            return nodes.subscript(storage, self.operands(op.operands))
        if isinstance(slot.type, Array) and slot not in self.plan.function.residuals_in:
            return nodes.method(storage, "pop")
        return nodes.subscript(storage, [nodes.load(self.plan.naming.tops[slot])])

    def _if(self, op: Op) -> Expr:
        then, orelse = (region.yields[0] for region in op.regions)
        test = self.operand(op.operands[0])
        if then is True and orelse is False:
            return test
        if logical(op) and orelse is False:
            return nodes.logic(gast.And, test, self.operand(then))
        if logical(op):
            return nodes.logic(gast.Or, test, self.operand(orelse))
        kind = op.result.type
        return gast.IfExp(test, self.as_type(then, kind), self.as_type(orelse, kind))


_FORGIVING = {
    operator.truediv: "np.divide", operator.pow: "np.float_power", np.power: "np.float_power",
}  # fmt: skip
_SIGNS = {operator.add: 1, operator.sub: -1}
_LOGIC = {operator.and_: gast.And, operator.or_: gast.Or}


def _are_truth_values(op: Op) -> bool:
    """Whether all operands are single truth values, of which ``&`` is ``and``."""
    return all(core.is_scalar(o) and type_of(o).dtype.kind == "b" for o in op.operands)


def _axes(axes: tuple[int, ...], ndim: int, keepdims: Any) -> dict[str, Expr]:
    """``axis`` and ``keepdims`` as keywords, as short as is exact."""
    named: dict[str, Expr] = {}
    if len(axes) == 1 and ndim > 1:
        named["axis"] = nodes.constant(axes[0])
    elif len(axes) < ndim:
        named["axis"] = nodes.tuple_([nodes.constant(axis) for axis in axes])
    if keepdims:
        named["keepdims"] = nodes.constant(True)
    return named


_Writer = Callable[[Expressions, Op], Expr]

_KINDS: dict[str, _Writer] = {
    core.GETITEM: Expressions._getitem, core.ACCUM: Expressions._sum, core.DIM: Expressions._dim,
    core.ZEROS: Expressions._fresh, core.EMPTY: Expressions._fresh, core.FULL_: Expressions._fresh,
    core.COPY: Expressions._copy,
    core.BROADCAST: Expressions._broadcast, core.SUMTO: Expressions._sumto,
    core.CAST: Expressions._cast, core.RANGELEN: Expressions._rangelen,
    core.LOAD: Expressions._load, core.IF: Expressions._if,
}  # fmt: skip
