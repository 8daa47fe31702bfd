"""The passes of Numba that generated modules need, and no others."""

from __future__ import annotations

from typing import Any

from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import (
    FixupArgs,
    GenericRewrites,
    IRProcessing,
)

from adgen.runtime.bytecode_names import ShortTranslation
from adgen.runtime.lowering import ShortLowering
from adgen.runtime.ordered_sums import ordered_sums_vectorised
from adgen.runtime.single_assignment import ShortSSA
from adgen.runtime.typing_memory import Remembering


@register_pass(mutates_CFG=True, analysis_only=False)
class ShortTypeInference(NopythonTypeInference):  # type: ignore[misc]
    """Numba's type inference, which remembers what it knows of scalars and elements."""

    _name = "adgen_type_inference"

    def run_pass(self, state: Any) -> bool:
        """Infer the types of one function."""
        context = state.typingctx
        state.typingctx = Remembering(context)
        try:
            changed: bool = super().run_pass(state)
        finally:
            state.typingctx = context
        return changed


class Pipeline(CompilerBase):  # type: ignore[misc]
    """Compiles what adgen emits."""

    def _compile_core(self) -> Any:
        with ordered_sums_vectorised():
            return super()._compile_core()

    def define_pipelines(self) -> list[Any]:
        """One pipeline; Numba's own where it is asked for threads."""
        if self.state.flags.auto_parallel.enabled:
            return [DefaultPassBuilder.define_nopython_pipeline(self.state)]
        manager = PassManager("adgen")
        for step, what in _PASSES:
            manager.add_pass(step, what)
        manager.finalize()
        return [manager]


_PASSES = (
    (ShortTranslation, "analyzing bytecode"),
    (FixupArgs, "fix up args"),
    (IRProcessing, "processing IR"),
    (GenericRewrites, "nopython rewrites"),
    (ShortSSA, "ssa"),
    (ShortTypeInference, "nopython frontend"),
    (PreLowerStripPhis, "remove phis nodes"),
    (IRLegalization, "ensure IR is legal prior to lowering"),
    (AnnotateTypes, "annotate types"),
    (ShortLowering, "native lowering"),
    (NoPythonBackend, "nopython mode backend"),
)
