"""Stand-ins for vector functions that this machine has not: their numbers one by one.

A function of the user's in Numba's disk cache may hold code of ours that was compiled where
there were more, and a missing symbol ends the process.  Nothing compiled here calls a stand-in.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import llvmlite.binding as llvm

from adgen.runtime.vector_functions import ARITY_OF, Variant, alias, scalars, variants, widths

_NUMBERS = {8: "double", 4: "float"}
_engines: list[llvm.ExecutionEngine] = []  # machine code lives as long as its engine


@functools.cache
def stand_in() -> None:
    """Define all vector functions that may be missed here."""
    here = {variant for group in variants().values() for variant in group}
    every = [Variant(name, width, size) for name, size in scalars().items() for width in widths()]
    missing = [variant for variant in every if variant not in here]
    if missing:
        _define(missing)


def _define(missing: Sequence[Variant]) -> None:
    called = dict.fromkeys((variant.function, variant.size) for variant in missing)
    lines = [_declaration(function, _NUMBERS[size]) for function, size in called]
    lines += [_definition(variant) for variant in missing]
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=0
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly("\n".join(lines)), target)
    engine.finalize_object()
    for variant in missing:
        llvm.add_symbol(variant.symbol, engine.get_function_address(variant.symbol))
    _engines.append(engine)


def _declaration(function: str, number: str) -> str:
    operands = ", ".join([number] * ARITY_OF[function])
    return f"declare {number} @{alias(function)}({operands})"


def _definition(variant: Variant) -> str:
    """A vector function in LLVM's language, as calls of the scalar one."""
    number, scalar = _NUMBERS[variant.size], alias(variant.function)
    vector, names = f"<{variant.lanes} x {number}>", "xy"[: ARITY_OF[variant.function]]
    lines = [f"define {vector} @{variant.symbol}({', '.join(f'{vector} %{n}' for n in names)}) {{"]
    made = "poison"
    for k in range(variant.lanes):
        lines += [f"  %{n}{k} = extractelement {vector} %{n}, i32 {k}" for n in names]
        given = ", ".join(f"{number} %{n}{k}" for n in names)
        lines.append(f"  %value{k} = call {number} @{scalar}({given})")
        lines.append(f"  %made{k} = insertelement {vector} {made}, {number} %value{k}, i32 {k}")
        made = f"%made{k}"
    return "\n".join([*lines, f"  ret {vector} {made}", "}"])
