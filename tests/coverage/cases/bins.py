"""Bins, weighted quantiles, and what pads an array."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, OTHER, TENSOR, VECTOR

_PLACES = np.array([2, 0, 1, 2, 0])
_WEIGHTS = np.array([0.5, 1.5, 0.7, 2.5, 1.0])
_EDGES = np.array([-3.0, -0.2, 0.4, 3.0])
_A, _B = VECTOR.copy(), OTHER.copy()

CASES: Table = {
    "np.histogram2d": [
        case(lambda w: np.histogram2d(_A, _B, bins=3, weights=w)[0], VECTOR, single=False),
        case(lambda w: np.histogram2d(_A, _B, [2, _EDGES], weights=w)[0], VECTOR, single=False),
        case(
            lambda w: np.histogram2d(_A, _B, _EDGES, density=True, weights=w)[0],
            _WEIGHTS,
            single=False,
        ),
        case(lambda x: np.histogram2d(x, x, 2)[1], VECTOR, single=False),
    ],
    "np.histogramdd": [
        case(lambda w: np.histogramdd((_A, _B, _A), bins=2, weights=w)[0], VECTOR, single=False),
        case(
            lambda w: np.histogramdd(np.stack([_A, _B], 1), bins=(3, 2), weights=w)[0],
            VECTOR,
            single=False,
        ),
        case(
            lambda w: np.histogramdd((_A, _B), 2, [(-2, 2), (-1, 1)], weights=w)[0],
            VECTOR,
            single=False,
        ),
    ],
    "np.histogram_bin_edges": [
        case(lambda x: np.histogram_bin_edges(x, 4), VECTOR),
        case(lambda x: np.histogram_bin_edges(x), MATRIX),
        case(lambda x: np.histogram_bin_edges(x, _EDGES) * x[0], VECTOR, single=False),
    ],
    "np.quantile(weights)": [
        case(lambda x: np.quantile(x, 0.3, method="inverted_cdf", weights=_WEIGHTS), VECTOR),
        case(
            lambda x: np.quantile(
                x, [0.3, 0.8], axis=1, method="inverted_cdf", weights=_WEIGHTS[:3]
            ),
            TENSOR,
        ),
        case(
            lambda x: np.percentile(
                x, 40, axis=0, method="inverted_cdf", keepdims=True, weights=np.abs(MATRIX)
            ),
            MATRIX,
        ),
    ],
    "np.pad(stat_length)": [
        case(lambda x: np.pad(x, 2, mode="mean", stat_length=2), VECTOR),
        case(
            lambda x: np.pad(x, ((1, 2), (0, 1)), "maximum", stat_length=((1, 2), (2, 9))), MATRIX
        ),
        case(lambda x: np.pad(x, 1, mode="median", stat_length=3), MATRIX),
    ],
    "np.pad(reflect_type)": [
        case(lambda x: np.pad(x, 2, mode="reflect", reflect_type="odd"), VECTOR),
        case(lambda x: np.pad(x, 11, mode="reflect", reflect_type="odd"), VECTOR),
        case(lambda x: np.pad(x, 9, mode="symmetric", reflect_type="odd"), MATRIX),
        case(lambda x: np.pad(x, {0: (1, 2), -1: 3}), TENSOR),
    ],
    "np.apply_over_axes": [
        case(lambda x: np.apply_over_axes(np.sum, x, [0, 2]), TENSOR),
        case(lambda x: np.apply_over_axes(np.max, x, 1), TENSOR),
        case(lambda x: np.apply_over_axes(np.cumsum, x, (0, 1)), MATRIX),
    ],
    "np.choose(mode)": [
        case(lambda x: np.choose(_PLACES, [x, 2 * x], mode="wrap"), VECTOR),
        case(lambda x: np.choose(_PLACES - 1, [x, 2 * x], mode="clip"), VECTOR),
        case(lambda x: np.choose([[0, 5, 2, -1]], [x, x**2, 3 * x], mode="wrap"), MATRIX),
    ],
    "np.searchsorted(sorter)": [
        case(lambda x: x * np.searchsorted(_B, x, sorter=np.argsort(_B)), VECTOR, single=False),
        case(lambda x: x * _EDGES.searchsorted(x, "right", [0, 1, 2, 3]), VECTOR, single=False),
        case(lambda x: x * np.searchsorted([-1.0, 0.1, 0.9], x), MATRIX, single=False),
    ],
    "np.nanargmax": [
        case(lambda x: x * np.nanargmax(np.where(x > 1, np.nan, x)), VECTOR, single=False),
        case(lambda x: x * np.nanargmin(x, axis=0), MATRIX, single=False),
        case(lambda x: x[np.nanargmax(x, axis=0), np.arange(4)], MATRIX),
    ],
}
