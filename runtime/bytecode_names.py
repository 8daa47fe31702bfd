"""Numba's names for what the byte code has on its stack, made so that no two are the same.

Numba calls what is loaded from a variable by the variable's name and the offset of the
instruction, one behind the other: ``n`` at 252 and ``n2`` at 52 are both ``n252``.  The types of
such functions cannot be determined.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from numba.core import byteflow
from numba.core.compiler_machinery import register_pass
from numba.core.untyped_passes import TranslateByteCode


@register_pass(mutates_CFG=True, analysis_only=False)
class ShortTranslation(TranslateByteCode):  # type: ignore[misc]
    """Numba's reading of the byte code, with names of our own for temporaries."""

    _name = "adgen_bytecode"

    def run_pass(self, state: Any) -> bool:
        """Read one function; Numba's compiler lock is held meanwhile."""
        with _told_apart():
            changed: bool = super().run_pass(state)
        return changed


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    state: Any = byteflow.State
    usual = state.make_temp

    def make_temp(self: Any, prefix: str = "") -> str:
        """A dot, which no variable has in its name, stands between the name and the offset."""
        return usual(self, f"{prefix}." if prefix else prefix)  # type: ignore[no-any-return]

    try:
        state.make_temp = make_temp
        yield
    finally:
        state.make_temp = usual
