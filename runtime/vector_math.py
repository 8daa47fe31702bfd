"""Elementary functions that LLVM may vectorise, for generated code.

A call is one of the C library's function, so a single number, and a loop that is not
vectorised, get what ``math`` computes.  The call carries the names of functions that do several
numbers at once (``vector_functions.py``), which LLVM's vectoriser takes instead where a loop
allows it; they are exact to 4 units in the last place.  In plain CPython these are NumPy's and
``math``'s functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

from adgen.runtime.vector_functions import ARITIES, Variant, alias, variants

variants()  # makes the symbols known: what imports this module may be about to load machine code

_KEPT = "llvm.compiler.used"
_PURE = ("nounwind", "willreturn", "memory(none)")


def _function(name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
    """A function of C's library by name; ``usual`` is what means the same to Numba."""

    def function(*operands: Any) -> Any:
        return usual(*operands)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``{usual.__name__}``, which may be vectorised."
    _register(function, name, usual)
    return function


def _register(function: Callable[..., Any], name: str, usual: Callable[..., Any]) -> None:
    kinds = (types.Float,) * ARITIES[name]

    @type_callable(function)
    def typer(context: Any) -> Any:
        return _type_unary if len(kinds) == 1 else _type_binary

    @lower_builtin(function, *kinds)
    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        symbol = name if sig.return_type == types.float64 else f"{name}f"
        if symbol not in variants():
            known = context.typing_context.resolve_value_type(usual)
            typed = known.get_call_type(context.typing_context, sig.args, {})
            return context.get_function(known, typed)(builder, args)
        kind = context.get_value_type(sig.return_type)
        declared = _declared(builder.module, symbol, kind, len(kinds))
        return builder.call(declared, args)


def _type_unary(x: Any) -> Any:
    return _typed(x)


def _type_binary(x: Any, y: Any) -> Any:
    return _typed(x, y)


def _typed(*operands: Any) -> Any:
    if not all(isinstance(kind, (types.Number, types.Boolean)) for kind in operands):
        return None
    if any(isinstance(kind, types.Complex) for kind in operands):
        return None
    narrow = all(kind == types.float32 for kind in operands)
    kind = types.float32 if narrow else types.float64
    return signature(kind, *(kind,) * len(operands))


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


exp, exp2 = _function("exp", np.exp), _function("exp2", np.exp2)
expm1, log1p = _function("expm1", np.expm1), _function("log1p", np.log1p)
log, log2, log10 = (
    _function("log", np.log),
    _function("log2", np.log2),
    _function("log10", np.log10),
)
sin, cos, tan = _function("sin", np.sin), _function("cos", np.cos), _function("tan", np.tan)
asin, acos = _function("asin", np.arcsin), _function("acos", np.arccos)
atan, atan2 = _function("atan", np.arctan), _function("atan2", np.arctan2)
sinh, cosh = _function("sinh", np.sinh), _function("cosh", np.cosh)
tanh, atanh = _function("tanh", np.tanh), _function("atanh", np.arctanh)
asinh, acosh = _function("asinh", np.arcsinh), _function("acosh", np.arccosh)
erf, erfc = _function("erf", math.erf), _function("erfc", math.erfc)
cbrt, hypot = _function("cbrt", np.cbrt), _function("hypot", np.hypot)
pow = _function("pow", np.power)
