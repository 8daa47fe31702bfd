"""NumPy functions that need no derivative of their own: each is defined in Python by others.

The text of a definition is lowered where the function is called, as if the user had written it,
and differentiated with the rest.  Refusals inside point at the user's call.
"""

from adgen.transpiler.library import (  # noqa: F401  (they register their definitions)
    cumulative,
    elementwise,
    gathering,
    linear_algebra,
    products,
    rearranging,
    series,
    sorting,
    stacking,
    statistics,
    triangles,
)
from adgen.transpiler.library.contraction import contracted, diagonal_of
from adgen.transpiler.library.gathering import accumulate, gather, scatter
from adgen.transpiler.library.registry import (
    alike,
    constant,
    definition_of,
    is_one,
    names,
    near_matches,
    owns,
    refuse,
    shares_memory,
)

__all__ = [
    "accumulate", "alike", "constant", "contracted", "definition_of", "diagonal_of", "gather",
    "is_one", "names", "near_matches", "owns", "refuse", "scatter", "shares_memory",
]  # fmt: skip
