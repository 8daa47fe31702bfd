"""What the user may choose about how derivatives are compiled."""

from __future__ import annotations

import os
from dataclasses import dataclass

from adgen.runtime.compile import Options as NumbaOptions


@dataclass(frozen=True)
class Options:
    """``jit``: by Numba or in CPython; ``fastmath``, ``boundscheck``: as Numba has them."""

    jit: bool = True
    fastmath: bool = False
    boundscheck: bool = False

    @property
    def compiles(self) -> bool:
        """Whether Numba is used: ``jit``, unless the environment says ``ADGEN_JIT=0``."""
        return self.jit and os.environ.get("ADGEN_JIT", "1") != "0"

    @property
    def numba(self) -> NumbaOptions:
        """The part that concerns Numba."""
        return NumbaOptions(self.fastmath, self.boundscheck)
