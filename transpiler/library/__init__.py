"""NumPy functions that need no derivative of their own: each is defined in Python by others.

The text of a definition is lowered where the function is called, as if the user had written it,
and differentiated with the rest.  Refusals inside point at the user's call.
"""

from adgen.transpiler.library import (  # noqa: F401  (they register their definitions)
    bins,
    bisection,
    changing,
    choosing,
    comparing,
    complex_numbers,
    cumulative,
    decompositions,
    elementwise,
    gathering,
    index_tricks,
    linear_algebra,
    out_of_reach,
    padding,
    polynomials,
    products,
    quantiles,
    rearranging,
    series,
    sets,
    sorting,
    spaces,
    stacking,
    statistics,
    triangles,
    ufunc_methods,
    windows,
)
from adgen.transpiler.library.conditional import WITH_MORE
from adgen.transpiler.library.contraction import contracted, diagonal_of
from adgen.transpiler.library.gathering import accumulate, gather, scatter
from adgen.transpiler.library.registry import (
    alike,
    constant,
    definition_of,
    fits,
    gauss_legendre,
    is_one,
    item_of,
    length_of,
    makes_array,
    names,
    near_matches,
    of_table,
    owns,
    refuse,
    shares_memory,
    shown_method,
    surely_equal,
)
from adgen.transpiler.library.spaces import eye, linspace

__all__ = [
    "WITH_MORE", "accumulate", "alike", "constant", "contracted", "definition_of", "diagonal_of",
    "eye", "fits", "gather", "gauss_legendre", "is_one", "item_of", "length_of", "linspace",
    "makes_array", "names", "near_matches", "of_table", "owns", "refuse", "scatter",
    "shares_memory", "shown_method", "surely_equal",
]  # fmt: skip
