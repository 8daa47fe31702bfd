"""Calls of the C library's functions that carry the names of their vector variants.

LLVM's vectoriser takes a variant instead of calling the scalar function for each number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import types

from adgen.runtime.vector_functions import Variant, alias, variants

_KEPT = "llvm.compiler.used"
_PURE = ("nounwind", "willreturn", "memory(none)")
_KINDS = {ir.DoubleType(): ("", types.float64), ir.FloatType(): ("f", types.float32)}


def call(
    context: Any, builder: ir.IRBuilder, name: str, usual: Any, operands: Sequence[ir.Value]
) -> ir.Value:
    """Emit a call of a function of C by name; where it has no variants, what Numba emits.

    ``usual``: the function as Numba knows it.
    """
    kind = operands[0].type
    ending, number = _KINDS[kind]
    if name + ending in variants():
        function = _declared(builder.module, name + ending, kind, len(operands))
        return builder.call(function, operands)
    known = context.typing_context.resolve_value_type(usual)
    typed = known.get_call_type(context.typing_context, (number,) * len(operands), {})
    made: ir.Value = context.get_function(known, typed)(builder, operands)
    return context.cast(builder, made, typed.return_type, number)


def _declared(module: ir.Module, symbol: str, kind: ir.Type, arity: int) -> ir.Function:
    """The function of C's library in a module, with its vector variants."""
    name = alias(symbol)
    known = module.globals.get(name)
    if known is not None:
        return known
    function = _pure(module, ir.FunctionType(kind, [kind] * arity), name)
    present = variants()[symbol]
    mappings = ",".join(_mapping(name, variant, arity) for variant in present)
    _add_attribute(function, f'"vector-function-abi-variant"="{mappings}"')
    vectors = []
    for variant in present:
        vector = ir.VectorType(kind, variant.lanes)
        vectors.append(_pure(module, ir.FunctionType(vector, [vector] * arity), variant.symbol))
    _keep(module, vectors)
    return function


def _mapping(name: str, variant: Variant, arity: int) -> str:
    """LLVM's way of saying which scalar function a vector function belongs to."""
    return f"_ZGV_LLVM_N{variant.lanes}{'v' * arity}_{name}({variant.symbol})"


def _pure(module: ir.Module, kind: ir.FunctionType, name: str) -> ir.Function:
    function = ir.Function(module, kind, name)
    for attribute in _PURE:
        _add_attribute(function, attribute)
    return function


def _add_attribute(function: ir.Function, text: str) -> None:
    """An attribute of LLVM's that llvmlite has not heard of."""
    set.add(function.attributes, text)


def _keep(module: ir.Module, functions: Sequence[ir.Function]) -> None:
    """Declarations that nothing calls yet are dropped unless they are listed as used."""
    pointer = ir.IntType(8).as_pointer()
    known = module.globals.pop(_KEPT, None)
    if known is not None:
        module.scope._useset.discard(_KEPT)
        functions = [*known.members, *functions]
    kind = ir.ArrayType(pointer, len(functions))
    listed = ir.GlobalVariable(module, kind, _KEPT)
    listed.linkage, listed.section = "appending", "llvm.metadata"
    listed.members = list(functions)
    listed.initializer = ir.Constant(kind, [function.bitcast(pointer) for function in functions])
