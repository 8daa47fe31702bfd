"""NumPy functions that need no derivative of their own: each is defined in Python by others.

The text of a definition is lowered where the function is called, as if the user had written it,
and differentiated with the rest.  Refusals inside point at the user's call.
"""

from adgen.transpiler.library import (  # noqa: F401  (they register their definitions)
    cumulative,
    elementwise,
    products,
    rearranging,
    stacking,
    statistics,
    triangles,
)
from adgen.transpiler.library.registry import definition_of, names, near_matches, owns, refuse

__all__ = ["definition_of", "names", "near_matches", "owns", "refuse"]
