"""What LLVM is asked to do for a generated function, and for the wrapper that Python calls."""

from __future__ import annotations

from typing import Any

from llvmlite import binding as llvm
from numba.core.codegen import JITCodeLibrary

WRAPPER = "wrapper"  # Numba's name for the module with the function that unboxes and boxes


class Library(JITCodeLibrary):  # type: ignore[misc]
    """The machine code of one function.

    The wrapper does nothing but call CPython and Numba's runtime: with its variables in
    registers it is as fast as with all optimisations, which would take a tenth of the whole
    compilation.
    """

    def _optimize_functions(self, ll_module: Any) -> None:
        make_builder = getattr(self._codegen, "_pass_builder", None)  # older Numba has none
        if ll_module.name != WRAPPER or make_builder is None:
            super()._optimize_functions(ll_module)
            return
        ll_module.data_layout = self._codegen._data_layout
        passes = llvm.create_new_function_pass_manager()
        passes.add_sroa_pass()
        passes.add_simplify_cfg_pass()
        builder = make_builder()
        for function in ll_module.functions:
            if not function.is_declaration:
                passes.run(function, builder)
                for attribute in ("noinline", "optnone"):
                    function.add_function_attribute(attribute)
