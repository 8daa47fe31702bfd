"""Numba's step from its typed statements to LLVM, made short for what adgen emits.

Numba lowers every statement through general machinery: an element read copies the whole array
structure, a `range` loop sets up four structures, every scalar is reference counted.  LLVM takes
most of that away again, but printing, parsing and cleaning it is half the time of a compilation.
Scalars, elements and loops over ranges are lowered here to the few instructions that remain in
the end; everything else is left to Numba.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir as llvm
from numba.core import cgutils, ir, types
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import BaseNativeLowering
from numba.np.arrayobj import load_item, mark_positive, store_item

from adgen.runtime import small_results
from adgen.runtime.checked_places import say_places
from adgen.runtime.machine_code import WRAPPER, Library
from adgen.runtime.reshaped_views import is_plain, reshaped
from adgen.runtime.scalar_operations import emitter
from adgen.runtime.typing_memory import extreme

_ZERO, _ONE = llvm.Constant(llvm.IntType(64), 0), llvm.Constant(llvm.IntType(64), 1)


class Lowering(Lower):  # type: ignore[misc]
    """Lowers one function; what is not met here goes Numba's way."""

    def init(self) -> None:
        """Look through the function before it is lowered."""
        super().init()
        self._borrowed = self._untouched_arguments()
        self._counted: dict[Any, bool] = {}  # which types are reference counted
        self._ranges: dict[int, tuple[llvm.Value, tuple[llvm.Value, ...]]] = {}
        if self.context.enable_boundscheck:
            say_places(self)

    def _untouched_arguments(self) -> frozenset[str]:
        """The arguments that are never assigned: their caller holds them until the end."""
        assigned: Counter[str] = Counter()
        arguments = set()
        for block in self.blocks.values():
            for statement in block.find_insts(ir.Assign):
                assigned[statement.target.name] += 1
                if isinstance(statement.value, ir.Arg) and self._is_given(statement.value):
                    arguments.add(statement.target.name)
        return frozenset(name for name in arguments if assigned[name] == 1)

    def _is_given(self, argument: Any) -> bool:
        return not isinstance(self.typeof(f"arg.{argument.name}"), types.Omitted)

    def create_cpython_wrapper(self, release_gil: bool = False) -> None:
        """The function that Python calls, in a module of its own."""
        if not small_results.is_possible():
            super().create_cpython_wrapper(release_gil)
            return
        small_results.find_numpy()
        self.library._reload_init.add(small_results.find_numpy)  # before machine code from disk
        module = self.context.create_module(WRAPPER)
        kind = self.call_conv.get_function_type(self.fndesc.restype, self.fndesc.argtypes)
        function = llvm.Function(module, kind, self.fndesc.llvm_func_name)
        small_results.Wrapper(
            self.context, module, function, self.fndesc, self.env, self.call_helper, release_gil
        ).build()
        self.library.add_ir_module(module)

    # --- variables and references

    def _is_counted(self, kind: Any) -> bool:
        known = self._counted.get(kind)
        if known is None:
            model = self.context.data_model_manager[kind]
            known = self._counted[kind] = bool(model.contains_nrt_meminfo())
        return known

    def incref(self, typ: Any, val: Any) -> None:
        """One more reference to what a value holds."""
        self._count("NRT_incref", super().incref, typ, val)

    def decref(self, typ: Any, val: Any) -> None:
        """One reference fewer."""
        self._count("NRT_decref", super().decref, typ, val)

    def _count(self, name: str, otherwise: Callable[..., None], kind: Any, value: Any) -> None:
        if not self._is_counted(kind):
            return
        if type(kind) is not types.Array:
            otherwise(kind, value)
            return
        function = self.module.globals.get(name)
        if function is None:  # Numba declares it, with the attributes of its version
            otherwise(kind, value)
            return
        memory = self.builder.extract_value(value, self._field(kind, "meminfo"))
        self.builder.call(function, [memory])

    def lower_assign(self, ty: Any, inst: Any) -> Any:
        """The value of an assignment; arguments that stay what they are belong to the caller."""
        if isinstance(inst.value, ir.Arg) and inst.target.name in self._borrowed:
            return self._argument(ty, inst.value)
        return super().lower_assign(ty, inst)

    def _argument(self, kind: Any, argument: Any) -> Any:
        given = self.typeof(f"arg.{argument.name}")
        return self.context.cast(self.builder, self.fnargs[argument.index], given, kind)

    def delvar(self, name: str) -> None:
        """The end of a variable's life: of interest where it holds a reference."""
        if name not in self._borrowed and self._is_counted(self.typeof(name)):
            super().delvar(name)

    def storevar(self, value: Any, name: str, argidx: int | None = None) -> None:
        """Store a value; what was there before is given up if it is reference counted."""
        kind = self.typeof(name)
        if name in self._singly_assigned_vars or (argidx is None and self._is_counted(kind)):
            super().storevar(value, name, argidx)
            return
        self._alloca_var(name, kind)
        self.builder.store(value, self.getvar(name))

    def alloca_lltype(self, name: str, lltype: Any, datamodel: Any = None) -> Any:
        """A place on the stack."""
        return cgutils.alloca_once(self.builder, lltype, name=name, zfill=False)

    # --- expressions

    def lower_expr(self, resty: Any, expr: Any) -> Any:
        """The value of an expression."""
        special = _EXPRESSIONS.get(expr.op)
        made = special(self, resty, expr) if special else None
        return super().lower_expr(resty, expr) if made is None else made

    def lower_binop(self, resty: Any, expr: Any, op: Any) -> Any:
        """Sums, products and comparisons of two floats or of two 64-bit integers."""
        args = self.fndesc.calltypes[expr].args
        emit = emitter(op, args, resty)
        if emit is None:
            return super().lower_binop(resty, expr, op)
        x, y = (
            self.context.cast(self.builder, self.loadvar(side.name), self.typeof(side.name), kind)
            for side, kind in zip((expr.lhs, expr.rhs), args, strict=True)
        )
        return emit(self.builder, x, y)

    def _getattr(self, resty: Any, expr: Any) -> Any:
        kind = self.typeof(expr.value.name)
        if expr.attr == "shape" and type(kind) is types.Array and kind.ndim:
            return cgutils.pack_array(self.builder, self._extents(expr.value.name, kind))
        return None

    def _static_getitem(self, resty: Any, expr: Any) -> Any:
        kind = self.typeof(expr.value.name)
        plain = isinstance(kind, types.UniTuple) and isinstance(expr.index, int)
        if plain and 0 <= expr.index < kind.count and not self._is_counted(kind):
            if resty == kind.dtype:
                return self.builder.extract_value(self.loadvar(expr.value.name), expr.index)
        return None

    def _pair(self, resty: Any, expr: Any) -> Any:
        if self._is_counted(self.typeof(expr.value.name)):
            return None
        position = 0 if expr.op == "pair_first" else 1
        return self.builder.extract_value(self.loadvar(expr.value.name), position)

    # --- elements of arrays

    def lower_getitem(self, resty: Any, expr: Any, value: Any, index: Any, signature: Any) -> Any:
        """One element of an array, or what Numba makes of other indices."""
        place = self._element(value.name, index.name)
        kind = self.typeof(value.name)
        if place is None or resty != kind.dtype:
            return super().lower_getitem(resty, expr, value, index, signature)
        return load_item(self.context, self.builder, kind, place)

    def lower_setitem(self, target_var: Any, index_var: Any, value_var: Any, signature: Any) -> Any:
        """Store one element, or what Numba makes of other indices."""
        kind, value_kind = self.typeof(target_var.name), self.typeof(value_var.name)
        scalar = isinstance(value_kind, (types.Number, types.Boolean))
        place = self._element(target_var.name, index_var.name) if scalar else None
        if place is None:
            return super().lower_setitem(target_var, index_var, value_var, signature)
        value = self.context.cast(
            self.builder, self.loadvar(value_var.name), value_kind, kind.dtype
        )
        return store_item(self.context, self.builder, kind, value, place)

    def _element(self, name: str, index: str) -> llvm.Value | None:
        """The address of one element of a contiguous array of numbers."""
        kind, index_kind = self.typeof(name), self.typeof(index)
        if type(kind) is not types.Array or kind.layout != "C" or self.context.enable_boundscheck:
            return None
        if not isinstance(kind.dtype, (types.Number, types.Boolean)):
            return None
        tuples = isinstance(index_kind, types.BaseTuple)
        kinds = index_kind.types if tuples else (index_kind,)
        if len(kinds) != kind.ndim or not all(isinstance(k, types.Integer) for k in kinds):
            return None
        given = self.loadvar(index)
        parts = (
            [self.builder.extract_value(given, k) for k in range(len(kinds))] if tuples else [given]
        )
        return self._address(name, kind, kinds, parts)

    def _address(
        self, name: str, kind: Any, kinds: Sequence[Any], parts: Sequence[llvm.Value]
    ) -> llvm.Value:
        builder, extents, place = self.builder, self._extents(name, kind), None
        for index_kind, index, extent in zip(kinds, parts, extents, strict=True):
            step = self.context.cast(builder, index, index_kind, types.intp)
            if index_kind.signed:
                negative = builder.icmp_signed("<", step, _ZERO)
                step = builder.select(negative, builder.add(step, extent), step)
            place = step if place is None else builder.add(builder.mul(place, extent), step)
        return builder.gep(self._load(name, kind, "data"), [place])

    def _extents(self, name: str, kind: Any) -> list[llvm.Value]:
        if name in self._blk_local_varmap:
            shape = self._load(name, kind, "shape")
            return [self.builder.extract_value(shape, axis) for axis in range(kind.ndim)]
        place = cgutils.gep_inbounds(self.builder, self.getvar(name), 0, self._field(kind, "shape"))
        extents = []
        for axis in range(kind.ndim):
            extents.append(self.builder.load(cgutils.gep_inbounds(self.builder, place, 0, axis)))
            mark_positive(self.builder, extents[-1])
        return extents

    def _load(self, name: str, kind: Any, field: str) -> llvm.Value:
        """One field of an array, without the others."""
        position = self._field(kind, field)
        if name in self._blk_local_varmap:
            return self.builder.extract_value(self.loadvar(name), position)
        place = cgutils.gep_inbounds(self.builder, self.getvar(name), 0, position)
        return self.builder.load(place)

    def _field(self, kind: Any, field: str) -> int:
        position: int = self.context.data_model_manager[kind].get_field_position(field)
        return position

    # --- loops over ranges

    def _call(self, resty: Any, expr: Any) -> Any:
        """`range` of integers with a constant step; `min`, `max` of two scalars; `reshape`."""
        function = self.typeof(expr.func.name)
        given_kinds = [self.typeof(argument.name) for argument in expr.args]
        chosen = extreme(function, given_kinds)
        if chosen is not None and not expr.kws:
            return self._extreme(expr, chosen)
        if is_plain(function, given_kinds, resty) and not expr.kws and not expr.vararg:
            return self._reshaped(resty, expr, function.this)
        if resty is not types.range_state64_type or expr.kws or expr.vararg:
            return None
        given = [self._word(argument.name) for argument in expr.args]
        start, stop, step = {1: (_ZERO, *given, _ONE), 2: (*given, _ONE)}.get(len(given), given)
        if not (isinstance(step, llvm.Constant) and step.constant):
            return None
        made = cgutils.make_anonymous_struct(self.builder, [start, stop, step])
        self._ranges[id(made)] = made, (start, stop, step)
        return made

    def _reshaped(self, resty: Any, expr: Any, kind: Any) -> llvm.Value:
        extents = [self._word(argument.name) for argument in expr.args]
        array = self.loadvar(expr.func.name)
        made = reshaped(self.context, self.builder, kind, array, resty, extents)
        self.incref(resty, made)
        return made

    def _extreme(self, expr: Any, signature: Any) -> llvm.Value:
        """The first operand, unless the second one is beyond it: as in Python, for nan too."""
        kind = signature.return_type
        first, second = (
            self.context.cast(
                self.builder, self.loadvar(argument.name), self.typeof(argument.name), kind
            )
            for argument in expr.args
        )
        beyond = operator.gt if self.typeof(expr.func.name).typing_key is max else operator.lt
        compare = emitter(beyond, signature.args, types.boolean)
        assert compare is not None
        return self.builder.select(compare(self.builder, second, first), second, first)

    def _word(self, name: str) -> llvm.Value:
        kind = self.typeof(name)
        if isinstance(kind, types.IntegerLiteral):
            return llvm.Constant(llvm.IntType(64), kind.literal_value)
        return self.context.cast(self.builder, self.loadvar(name), kind, types.int64)

    def _getiter(self, resty: Any, expr: Any) -> Any:
        """Where a loop is: its next value and how many are left, as Numba keeps them."""
        known = self._ranges.get(id(self.loadvar(expr.value.name)))
        if known is None:
            return None
        builder, (start, stop, step) = self.builder, known[1]
        up = step.constant > 0
        distance = builder.sub(stop, start) if up else builder.sub(start, stop)
        trips = builder.select(
            builder.icmp_signed(">", distance, _ZERO), self._trips(distance, step), _ZERO
        )
        counter, left = (cgutils.alloca_once(builder, llvm.IntType(64)) for _ in range(2))
        builder.store(start, counter)
        builder.store(trips, left)
        return cgutils.make_anonymous_struct(builder, [counter, stop, step, left])

    def _trips(self, distance: llvm.Value, step: llvm.Constant) -> llvm.Value:
        length = abs(step.constant)
        if length == 1:
            return distance
        last = self.builder.sub(distance, _ONE)
        return self.builder.add(self.builder.sdiv(last, last.type(length)), _ONE)

    def _iternext(self, resty: Any, expr: Any) -> Any:
        if self.typeof(expr.value.name) is not types.range_iter64_type:
            return None
        builder, state = self.builder, self.loadvar(expr.value.name)
        counter, left = builder.extract_value(state, 0), builder.extract_value(state, 3)
        value, trips = builder.load(counter), builder.load(left)
        more = builder.icmp_signed(">", trips, _ZERO)
        builder.store(builder.sub(trips, _ONE, flags=["nsw"]), left)
        # past the end, where the next value is not looked at, it may be anything
        following = builder.add(value, builder.extract_value(state, 2), flags=["nsw"])
        builder.store(following, counter)
        return cgutils.make_anonymous_struct(builder, [value, more])


_EXPRESSIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "getattr": Lowering._getattr,
    "static_getitem": Lowering._static_getitem,
    "pair_first": Lowering._pair,
    "pair_second": Lowering._pair,
    "call": Lowering._call,
    "getiter": Lowering._getiter,
    "iternext": Lowering._iternext,
}


@register_pass(mutates_CFG=True, analysis_only=False)
class ShortLowering(BaseNativeLowering):  # type: ignore[misc]
    """Numba's pass that lowers a function, with the lowering of this module."""

    _name = "adgen_lowering"  # type: ignore[assignment]

    def run_pass(self, state: Any) -> bool:
        """Lower the function into a library of our own kind."""
        state.library = Library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        changed: bool = super().run_pass(state)
        return changed

    @property
    def lowering_class(self) -> type[Lowering]:
        """The lowering of this module."""
        return Lowering
