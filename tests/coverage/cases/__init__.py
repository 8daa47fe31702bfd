"""The programs by the name of the function that they are about; at least three for each."""

import importlib

from tests.coverage.case import Case, Table
from tests.coverage.cases import (
    bins,
    cosines,
    decompositions,
    elementwise,
    filters,
    fourier,
    index_tricks,
    indexing,
    integrals,
    interpolants,
    linear_algebra,
    matrix_functions,
    polynomials,
    products,
    reductions,
    scipy_decompositions,
    scipy_linalg,
    sequences,
    sets,
    shapes,
    special,
    stats,
    stats_families,
    ufuncs,
)

CASES: Table = {}
for _part in (
    elementwise, reductions, shapes, indexing, sequences, products, linear_algebra,
    decompositions, scipy_linalg, scipy_decompositions, matrix_functions, fourier, special,
    stats, stats_families, integrals, cosines,
    interpolants, filters, ufuncs, index_tricks, sets, bins, polynomials,
):  # fmt: skip
    assert CASES.keys().isdisjoint(_part.CASES)
    CASES |= _part.CASES

_SCIPY = {"special", "linalg", "stats", "signal", "integrate", "interpolate", "ndimage"}


def named(name: str) -> list[Case]:
    """The programs about a function, by any of its names."""
    if name in CASES:
        return CASES[name]
    function = _function(name)
    return next((cases for other, cases in CASES.items() if _function(other) is function), [])


def _function(name: str) -> object:
    """What a name means; a new object for what is no name."""
    module, *parts = name.split(".")
    try:
        found = importlib.import_module(f"scipy.{module}" if module in _SCIPY else "numpy")
        for part in parts:
            found = getattr(found, part)
    except AttributeError:
        return object()
    return found


__all__ = ["CASES", "Case", "named"]
