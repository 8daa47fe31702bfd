"""Products of matrices that are added to a matrix, for loops that compute nothing else.

``add_product`` is one call of BLAS.  ``add_product_in_order`` adds the terms of each element one
by one, as a loop over the inner axis does, to the same last bit: what it gains is that several
elements are computed at a time, and that what was loaded is used for two rows and four terms.
On 128 × 784 × 128 it takes 1.5 times as long as BLAS, the plain loops 19 times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

from adgen.runtime.internal_functions import internal
from adgen.runtime.matmul import BYTE, LETTERS, POINTER, WORD, call_gemm
from adgen.runtime.memory import allocate, field

_FLOATS = (types.float64, types.float32)
_FEW = 64  # terms that are added sooner than BLAS is called
_TERMS = 128  # rows of the second factor at a time, so that these stay in a cache
_ROWS_AT_A_TIME, _TERMS_AT_A_TIME = 2, 4


def add_product(out: Any, x: Any, y: Any) -> None:
    """``out += x @ y``, the terms of every sum in any order.

    The extents must agree, and ``out`` must share no memory with the factors.
    """
    out += x @ y


def add_product_in_order(out: Any, x: Any, y: Any) -> None:
    """``out += x @ y``, where what ``out`` holds is the first term and the others follow in order.

    The extents must agree, and ``out`` must share no memory with the factors.
    """
    for k in range(x.shape[1]):
        out += x[:, k : k + 1] * y[k]


def submatrix(x: Any, start: int, stop: int, left: int, right: int) -> Any:
    """``x[start:stop, left:right]`` of a matrix; what is not empty must lie in it."""
    return x[start:stop, left:right]


def _typer(context: Any) -> Any:
    def typer(out: Any, x: Any, y: Any) -> Any:
        kinds = (out, x, y)
        if not all(isinstance(kind, types.Array) and kind.ndim == 2 for kind in kinds):
            return None
        same = out.dtype == x.dtype == y.dtype and out.dtype in _FLOATS
        return signature(types.none, *kinds) if same else None

    return typer


type_callable(add_product)(_typer)
type_callable(add_product_in_order)(_typer)


@lower_builtin(add_product, types.Array, types.Array, types.Array)
def _lower_add_product(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    given = _fields(context, builder, zip(sig.args, args, strict=True))
    function = _sum_with_product(context, builder.module, sig.args[0].dtype)
    builder.call(function, given)
    return context.get_dummy_value()


def _fields(context: Any, builder: ir.IRBuilder, arrays: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Address, extents and strides of each matrix."""
    given: list[ir.Value] = []
    for kind, value in arrays:
        given.append(builder.bitcast(field(context, builder, kind, value, "data"), POINTER))
        for name in ("shape", "strides"):
            given += cgutils.unpack_tuple(builder, field(context, builder, kind, value, name), 2)
    return given


_SUM_TYPE = ir.FunctionType(ir.VoidType(), [POINTER, WORD, WORD, WORD, WORD] * 3)


def _sum_with_product(context: Any, module: ir.Module, dtype: Any) -> ir.Function:
    """A function of three matrices, each as address, extents and strides; once in a module.

    Of each matrix the elements of a row or those of a column lie side by side; of the first
    those of a row.
    """
    name = f"adgen_add_product_{LETTERS[dtype]}"
    function, is_new = internal(module, _SUM_TYPE, name, inline=False)
    if not is_new:
        return function
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    out, n, m, *strides = function.args[:5]
    x, _, inner, *x_strides = function.args[5:10]
    y, _, _, *y_strides = function.args[10:]
    item = WORD(dtype.bitwidth // 8)
    work = builder.mul(builder.mul(n, m), inner)
    small = builder.icmp_signed("<=", work, WORD(_FEW))  # none too: BLAS refuses extents of 0
    with builder.if_else(small) as (few, many):
        with few:
            element = context.get_value_type(dtype)
            _add_plainly(builder, (n, m, inner), [
                _Matrix(builder, function.args[k], function.args[k + 3 : k + 5], element)
                for k in (0, 5, 10)
            ])  # fmt: skip
        with many:
            matrices = (
                (x, *_stored(builder, x_strides, (n, inner), item)),
                (y, *_stored(builder, y_strides, (inner, m), item)),
                (out, *_stored(builder, strides, (n, m), item)),
            )
            call_gemm(context, builder, dtype, matrices, (n, m, inner), kept=1)
    builder.ret_void()
    return function


class _Matrix:
    """A matrix in a function that is being written, by address and strides."""

    def __init__(self, builder: ir.IRBuilder, data: Any, strides: Sequence[Any], kind: Any) -> None:
        self.builder, self.strides, self.kind = builder, strides, kind.as_pointer()
        self.data = data

    def place(self, i: Any, j: Any) -> Any:
        """The address of an element."""
        b = self.builder
        parts = [b.mul(k, stride, flags=["nsw"])
                 for k, stride in zip((i, j), self.strides, strict=True)]  # fmt: skip
        offset = b.add(*parts, flags=["nsw"])
        return b.bitcast(b.gep(self.data, [offset], inbounds=True), self.kind)

    def row(self, i: Any) -> Any:
        """The address of the first element of a row."""
        return self.place(i, WORD(0))

    def load(self, i: Any, j: Any) -> Any:
        """An element."""
        return self.builder.load(self.place(i, j))


def _add_plainly(
    builder: ir.IRBuilder, extents: Sequence[Any], matrices: Sequence[_Matrix]
) -> None:
    """Emit the addition of a product as three loops."""
    (n, m, inner), (out, x, y) = extents, matrices
    with cgutils.for_range(builder, n) as rows, cgutils.for_range(builder, m) as columns:
        i, j = rows.index, columns.index
        with cgutils.for_range(builder, inner) as terms:
            k, place = terms.index, out.place(i, j)
            product = builder.fmul(x.load(i, k), y.load(k, j))
            builder.store(builder.fadd(builder.load(place), product), place)


def _stored(
    builder: ir.IRBuilder, strides: Sequence[ir.Value], extents: Sequence[ir.Value], item: ir.Value
) -> tuple[ir.Value, ir.Value]:
    """Whether a matrix lies by columns, as BLAS is told, and the distance of its rows or columns.

    A distance that does not matter must still be as long as what lies side by side.
    """
    by_rows = builder.icmp_signed("==", strides[1], item)
    distance, length = (
        builder.select(by_rows, first, second)
        for first, second in ((strides[0], strides[1]), (extents[1], extents[0]))
    )
    distance = builder.sdiv(distance, item)
    longer = builder.icmp_signed(">", length, distance)
    letters = (ir.Constant(BYTE, ord("n")), ir.Constant(BYTE, ord("t")))
    return builder.select(by_rows, *letters), builder.select(longer, length, distance)


@lower_builtin(add_product_in_order, types.Array, types.Array, types.Array)
def _lower_in_order(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    dtype = sig.args[0].dtype
    kind = types.Array(dtype, 2, "C")
    given = _fields(context, builder, zip(sig.args, args, strict=True))
    turned = builder.icmp_signed("!=", given[14], WORD(dtype.bitwidth // 8))
    places = [cgutils.alloca_once_value(builder, given[k]) for k in (10, 13, 14)]
    copy = cgutils.alloca_once(builder, context.get_value_type(kind))
    with builder.if_then(turned):  # elements of a row side by side
        fresh = allocate(context, builder, kind, given[11:13])
        builder.call(_copying(context, builder.module, dtype), [
            builder.bitcast(fresh.data, POINTER), *given[10:]
        ])  # fmt: skip
        builder.store(fresh.value, copy)
        fields = _fields(context, builder, [(kind, fresh.value)])
        for place, field_of in zip(places, (fields[0], *fields[3:]), strict=True):
            builder.store(field_of, place)
    data, *strides = map(builder.load, places)
    function = _sum_in_order(context, builder.module, dtype)
    builder.call(function, [*given[:10], data, *given[11:13], *strides])
    with builder.if_then(turned):
        context.nrt.decref(builder, kind, builder.load(copy))
    return context.get_dummy_value()


def _copying(context: Any, module: ir.Module, dtype: Any) -> ir.Function:
    """A function that copies a matrix (address, extents, strides) row by row to an address."""
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, *[WORD] * 4])
    name = f"adgen_copy_by_rows_{LETTERS[dtype]}"
    function, is_new = internal(module, kind, name, inline=False)
    if is_new:
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        target, data, n, m, *strides = function.args
        item, element = WORD(dtype.bitwidth // 8), context.get_value_type(dtype)
        target.add_attribute("noalias")
        source = _Matrix(builder, data, strides, element)
        rows = _Matrix(builder, target, (builder.mul(m, item), item), element)
        with cgutils.for_range(builder, n) as outer, cgutils.for_range(builder, m) as inner:
            value = source.load(outer.index, inner.index)
            builder.store(value, rows.place(outer.index, inner.index))
        builder.ret_void()
    return function


def _sum_in_order(context: Any, module: ir.Module, dtype: Any) -> ir.Function:
    """A function of three matrices, each as address, extents and strides; once in a module.

    Of the first and the last the elements of a row lie side by side.  Two rows and four terms at
    a time, in blocks of terms; then what is left over of the block, term by term.
    """
    name = f"adgen_add_product_in_order_{LETTERS[dtype]}"
    function, is_new = internal(module, _SUM_TYPE, name, inline=False)
    if not is_new:
        return function
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    element, args = context.get_value_type(dtype), function.args
    args[0].add_attribute("noalias")
    n, m, inner = args[1], args[2], args[7]
    out, x, y = (_Matrix(builder, args[k], args[k + 3 : k + 5], element) for k in (0, 5, 10))

    def add(i: Any, k: Any, rows: int, terms: int) -> None:
        """Emit the addition of some terms to some rows."""
        lines = [builder.add(i, WORD(r)) for r in range(rows)]
        steps = [builder.add(k, WORD(t)) for t in range(terms)]
        factors = [[x.load(line, step) for step in steps] for line in lines]
        sums, others = [out.row(line) for line in lines], [y.row(step) for step in steps]
        with cgutils.for_range(builder, m) as loop:
            values = [builder.load(builder.gep(o, [loop.index], inbounds=True)) for o in others]
            for place, mine in zip(sums, factors, strict=True):
                at = builder.gep(place, [loop.index], inbounds=True)
                total = builder.load(at)
                for factor, value in zip(mine, values, strict=True):
                    total = builder.fadd(total, builder.fmul(factor, value))
                builder.store(total, at)

    def rounded(count: Any, step: int) -> Any:
        return builder.and_(count, WORD(-step))

    pairs = rounded(n, _ROWS_AT_A_TIME)
    with _counting(builder, WORD(0), inner, _TERMS) as first:
        rest = builder.sub(inner, first)
        whole = builder.icmp_signed("<", rest, WORD(_TERMS))
        end = builder.add(first, builder.select(whole, rest, WORD(_TERMS)))
        fours = builder.add(first, rounded(builder.sub(end, first), _TERMS_AT_A_TIME))
        with _counting(builder, WORD(0), pairs, _ROWS_AT_A_TIME) as i:
            with _counting(builder, first, fours, _TERMS_AT_A_TIME) as k:
                add(i, k, _ROWS_AT_A_TIME, _TERMS_AT_A_TIME)
        with _counting(builder, WORD(0), n, 1) as i:
            paired = builder.icmp_signed("<", i, pairs)
            with _counting(builder, builder.select(paired, fours, first), end, 1) as k:
                add(i, k, 1, 1)
    builder.ret_void()
    return function


@contextmanager
def _counting(builder: ir.IRBuilder, start: Any, stop: Any, step: int) -> Iterator[Any]:
    """A loop from ``start`` to below ``stop``; its counter."""
    with cgutils.for_range_slice(builder, start, stop, WORD(step), WORD, inc=True) as (index, _):
        yield index


def _changed(
    context: Any, builder: ir.IRBuilder, kind: Any, value: Any, fields: Mapping[str, ir.Value]
) -> ir.Value:
    """An array with some of its fields replaced."""
    model = context.data_model_manager[kind]
    for name, changed in fields.items():
        value = builder.insert_value(value, changed, model.get_field_position(name))
    return value


@type_callable(submatrix)
def _type_submatrix(context: Any) -> Any:
    def typer(x: Any, start: Any, stop: Any, left: Any, right: Any) -> Any:
        if isinstance(x, types.Array) and x.ndim == 2:
            return signature(x.copy(layout="A"), x, *[types.intp] * 4)
        return None

    return typer


@lower_builtin(submatrix, types.Array, types.intp, types.intp, types.intp, types.intp)
def _lower_submatrix(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
    kind, (value, start, stop, left, right) = sig.args[0], args
    steps = cgutils.unpack_tuple(builder, field(context, builder, kind, value, "strides"), 2)
    counts = builder.sub(stop, start), builder.sub(right, left)
    shape = [
        builder.select(builder.icmp_signed(">", count, WORD(0)), count, WORD(0)) for count in counts
    ]
    data = field(context, builder, kind, value, "data")
    offset = builder.add(builder.mul(start, steps[0]), builder.mul(left, steps[1]))
    first = builder.gep(builder.bitcast(data, POINTER), [offset])
    value = _changed(context, builder, kind, value, {
        "data": builder.bitcast(first, data.type),
        "shape": cgutils.pack_array(builder, shape),
        "nitems": builder.mul(*shape),
    })  # fmt: skip
    context.nrt.incref(builder, sig.return_type, value)
    return value
