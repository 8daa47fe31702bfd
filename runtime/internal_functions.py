"""Functions in LLVM's terms that stand in a module once, however often they are called."""

from __future__ import annotations

from llvmlite import ir


def internal(
    module: ir.Module, kind: ir.FunctionType, name: str, inline: bool = True
) -> tuple[ir.Function, bool]:
    """The module's own function of that name, and whether it is new and has no body yet."""
    known: ir.Function | None = module.globals.get(name)
    if known is not None:
        return known, False
    function = ir.Function(module, kind, name)
    function.linkage = "internal"
    if not inline:
        function.attributes.add("noinline")
    return function, True
