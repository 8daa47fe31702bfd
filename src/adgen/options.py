"""What the user may choose about how derivatives are compiled."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from adgen.runtime.compile import Options as NumbaOptions
from adgen.transpiler.primitives.conventions import Chosen, checked

_WRT_ELSEWHERE = frozenset({"argnum", "argnums"})  # what Autograd and JAX call it


@dataclass(frozen=True)
class Options:
    """``jit``: by Numba or in CPython; ``fastmath``, ``boundscheck``: as Numba has them.

    ``vector_math``: elementary functions in loops are computed for several numbers at once.
    ``parallel``: loops with independent iterations run on threads, where Numba compiles them.
    ``debug``: everything runs in CPython, where indices are checked, whatever ``jit`` says.
    ``debug_nans``: a result that is not finite raises, and says where it arises.
    ``subgradients``: what is chosen to hold at kinks, as conventions.py has it.
    ``holomorphic``: gradients are the complex derivatives of complex results.
    """

    jit: bool = True
    fastmath: bool = False
    boundscheck: bool = False
    vector_math: bool = True
    parallel: bool = False
    debug: bool = False
    debug_nans: bool = False
    subgradients: Chosen = ()
    holomorphic: bool = False

    @property
    def compiles(self) -> bool:
        """Whether Numba is used: ``jit``, unless ``debug`` or ``ADGEN_JIT=0`` says otherwise."""
        return self.jit and not self.debug and os.environ.get("ADGEN_JIT", "1") != "0"

    @property
    def numba(self) -> NumbaOptions:
        """The part that concerns Numba."""
        return NumbaOptions(self.fastmath, self.boundscheck, self.vector_math)

    def changed(self, choices: Choices) -> Options:
        """The same with what was chosen.  Raises TypeError for what is no option."""
        known = Choices.__annotations__
        for name in choices:
            if name not in known:
                if name in _WRT_ELSEWHERE:
                    raise TypeError(
                        f"there is no option {name!r}: what to differentiate by is `wrt`, "
                        "as in grad(f, wrt=1) or grad(f, wrt=('w', 'b'))"
                    )
                near = difflib.get_close_matches(name, known, n=1)
                raise TypeError(
                    f"there is no option {name!r}"
                    + (
                        f"; did you mean {near[0]!r}?"
                        if near
                        else f"; options are {', '.join(known)}"
                    )
                )
        changes: dict[str, Any] = {k: value for k, value in choices.items() if value is not None}
        if "subgradients" in changes:
            changes["subgradients"] = checked(changes["subgradients"])
        return replace(self, **changes)


class Choices(TypedDict, total=False):
    """Options as keywords of a call; what is missing or None stays as it is."""

    jit: bool | None
    fastmath: bool | None
    boundscheck: bool | None
    vector_math: bool | None
    parallel: bool | None
    debug: bool | None
    debug_nans: bool | None
    subgradients: Mapping[str, float | str] | None
    holomorphic: bool | None
