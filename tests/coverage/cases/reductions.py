"""Sums, means, extremes and order statistics along axes."""

from __future__ import annotations

import numpy as np

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import (
    FORTRAN,
    HOLES,
    MATRIX,
    NUMBER,
    POSITIVE,
    STRIDED,
    TENSOR,
    VECTOR,
)


def along_axes(function, middle=TENSOR):
    """All elements, an axis, several axes, counted from the end, kept, of numbers too."""
    return [
        case(lambda x: function(x), VECTOR),
        case(lambda x: function(x, axis=0), MATRIX),
        case(lambda x: function(x, axis=-1, keepdims=True), STRIDED),
        case(lambda x: function(x, axis=(0, -1)), middle),
        case(lambda x: function(x, axis=(2, 0), keepdims=True), middle),
        case(lambda x: function(x, axis=None, keepdims=True), FORTRAN),
        case(lambda x: function(x, None), TENSOR),
    ]


CASES: Table = {
    f"np.{function.__name__}": along_axes(function)
    for function in (
        np.sum, np.mean, np.prod, np.var, np.std, np.max, np.min, np.amax, np.amin, np.ptp,
        np.median, np.nansum, np.nanmean, np.nanprod, np.nanmax, np.nanmin, np.nanvar, np.nanstd,
        np.nanmedian,
    )
}  # fmt: skip

CASES["np.sum"] += [
    case(lambda x: np.sum(x, where=x > 0), MATRIX),
    case(lambda x: np.sum(x, axis=0, where=np.array([True, False, True, True])), MATRIX),
    case(lambda x: np.sum(x, axis=1, initial=2.0), MATRIX),
    case(lambda x: x * np.sum(np.argsort(x), initial=0.5), VECTOR),
    case(lambda x: np.sum(x, dtype=np.float64), VECTOR, single=False),
    case(lambda x: np.sum([x, x * x]), VECTOR),
    case(lambda x: x.sum(axis=1), FORTRAN),
    case(lambda x: x.sum(0, keepdims=True), TENSOR),
    case(lambda x: np.sum(x), NUMBER),
    case(lambda x: np.add.reduce(x), MATRIX),
    case(lambda x: np.add.reduce(x, axis=1), MATRIX),
    case(lambda x: np.sum(x, axis=()), MATRIX),
]
CASES["np.mean"] += [
    case(lambda x: np.mean(x, where=x > 0), MATRIX),
    case(lambda x: np.mean(x, axis=1, where=x > -1), MATRIX),
    case(lambda x: x.mean(axis=(0, 1)), TENSOR),
    case(lambda x: np.mean(x, dtype=np.float64), VECTOR, single=False),
]
CASES["np.prod"] += [
    case(lambda x: np.prod(x, axis=0, where=x > -1), MATRIX),
    case(lambda x: np.prod(x, initial=2.0), VECTOR),
    case(lambda x: np.prod(x), np.array([1.0, 0.0, 2.0])),
    case(lambda x: x.prod(axis=1), MATRIX),
    case(lambda x: np.multiply.reduce(x), VECTOR),
]
for _name, _function in (("np.var", np.var), ("np.std", np.std)):
    CASES[_name] += [
        case(lambda x, function=_function: function(x, ddof=1), VECTOR),
        case(lambda x, function=_function: function(x, axis=0, ddof=1, keepdims=True), MATRIX),
        case(lambda x, function=_function: function(x, axis=(0, 2), ddof=2), TENSOR),
        case(
            lambda x, function=_function: function(x, axis=0, where=np.arange(3)[:, None] > 0),
            MATRIX,
        ),
        case(lambda x, function=_function: function(x, correction=1), VECTOR),
    ]
CASES["np.var"] += [
    case(lambda x: x.var(axis=0, ddof=1), MATRIX),
    case(lambda x: x.std(ddof=1), MATRIX),
    case(lambda x: np.var(x, mean=np.mean(x)), VECTOR),
]
CASES["np.max"] += [
    case(lambda x: np.max(x, axis=1, where=x > 0, initial=-5.0), MATRIX),
    case(lambda x: np.max(x, initial=0.1), VECTOR),
    case(lambda x: np.maximum.reduce(x, axis=0), MATRIX),
    case(lambda x: x.max(axis=(0, 1)), TENSOR),
]
CASES["np.min"] += [
    case(lambda x: np.min(x, axis=1, where=x < 0.5, initial=5.0), MATRIX),
    case(lambda x: np.minimum.reduce(x), MATRIX),
    case(lambda x: x.min(-1, keepdims=True), TENSOR),
]
for _name, _function in (
    ("np.nansum", np.nansum), ("np.nanmean", np.nanmean), ("np.nanmax", np.nanmax),
    ("np.nanvar", np.nanvar), ("np.nanmedian", np.nanmedian),
):  # fmt: skip
    CASES[_name] += [
        case(lambda x, function=_function: function(np.where(x > 1.1, np.nan, x)), MATRIX),
        case(lambda x, function=_function: function(np.where(x > 1.1, np.nan, x), axis=1), MATRIX),
    ]

CASES |= {
    "np.average": [
        case(lambda x: np.average(x), MATRIX),
        case(lambda x, w: np.average(x, axis=1, weights=w), MATRIX, POSITIVE),
        case(lambda x: np.average(x, weights=x**2), MATRIX),
        case(lambda x, w: np.average(x, axis=-1, weights=w, keepdims=True), MATRIX, POSITIVE),
        case(lambda x: np.average(x, axis=(0, 2)), TENSOR),
        case(lambda x: np.average(x, weights=x.T**2, axis=(1, 0)), MATRIX),
        case(lambda x: np.average(x, weights=x.transpose(1, 2, 0) ** 2, axis=(1, -1, 0)), TENSOR),
        case(lambda x: np.average(x, weights=x[:, 0].T ** 2, axis=(2, 0)), TENSOR),
        case(lambda x, w: np.average(x, axis=1, weights=w, returned=True)[1], MATRIX, POSITIVE),
    ],
    "np.cumsum": [
        case(lambda x: np.cumsum(x), VECTOR),
        case(lambda x: np.cumsum(x, axis=-1), MATRIX),
        case(lambda x: np.cumsum(x, axis=1), TENSOR),
        case(lambda x: x.cumsum(axis=0), STRIDED),
        case(lambda x: np.cumsum(x), FORTRAN),
        case(lambda x: np.add.accumulate(x), VECTOR),
        case(lambda x: np.cumulative_sum(x), VECTOR),
        case(lambda x: np.cumulative_sum(x[1:1], include_initial=True) * x[0], VECTOR),
        case(lambda x: np.cumulative_prod(x, axis=1, include_initial=True), MATRIX),
    ],
    "np.cumprod": [
        case(lambda x: np.cumprod(x), VECTOR),
        case(lambda x: np.cumprod(x, axis=0), MATRIX),
        case(lambda x: x.cumprod(axis=-1), TENSOR),
        case(lambda x: np.cumulative_prod(x), VECTOR),
    ],
    "np.nancumsum": [
        case(lambda x: np.nancumsum(x), VECTOR),
        case(lambda x: np.nancumsum(np.where(x > 1.0, np.nan, x)), MATRIX),
        case(lambda x: np.nancumsum(x, axis=1), MATRIX),
    ],
    "np.nancumprod": [
        case(lambda x: np.nancumprod(x), VECTOR),
        case(lambda x: np.nancumprod(np.where(x > 1.0, np.nan, x)), MATRIX),
        case(lambda x: np.nancumprod(x, axis=1), MATRIX),
    ],
    "np.maximum.accumulate": [
        case(lambda x: np.maximum.accumulate(x), VECTOR),
        case(lambda x: np.maximum.accumulate(x, axis=1), MATRIX),
        case(lambda x: np.minimum.accumulate(x), MATRIX),
    ],
    "np.quantile": [
        case(lambda x: x * np.quantile(np.argsort(x), 0.3), VECTOR),
        case(lambda x: x * np.median(np.argsort(x, axis=0), axis=1)[0], MATRIX),
        case(lambda x: x * np.quantile(np.argsort(x), 0.3, method="lower"), VECTOR),
        case(lambda x: np.quantile(x, 0.3), VECTOR),
        case(lambda x: np.quantile(x, [0.1, 0.5, 0.9], axis=0), MATRIX),
        case(lambda x: np.quantile(x, np.array([0.2, 0.7]), axis=(0, 2)), TENSOR),
        case(lambda x: np.quantile(x, 0.4, axis=-1, keepdims=True), STRIDED),
        case(lambda x: np.quantile(x, [0.2, 0.4], axis=1, keepdims=True), MATRIX),
        case(lambda x: np.quantile(x, [[0.2, 0.4], [0.5, 0.6]]), VECTOR),
        case(lambda x, q: np.quantile(x, q), VECTOR, 0.37),
        case(lambda x: np.quantile(x, 0.3, method="lower"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="higher"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="midpoint"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="nearest"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="inverted_cdf"), VECTOR),
        case(lambda x: np.quantile(x, 0.4, method="averaged_inverted_cdf"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="closest_observation"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="interpolated_inverted_cdf"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="hazen"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="weibull"), VECTOR),
        case(lambda x: np.quantile(x, 0.3, method="median_unbiased"), VECTOR),
        case(lambda x: np.quantile(x, [0.0, 0.3, 1.0], method="normal_unbiased"), VECTOR),
    ],
    "np.percentile": [
        case(lambda x: np.percentile(x, 30), VECTOR),
        case(lambda x: np.percentile(x, [10, 55.5], axis=1), MATRIX),
        case(lambda x: np.percentile(x, 42.0, axis=(0, 1)), TENSOR),
        case(lambda x: np.percentile(x, 42.0, method="hazen"), TENSOR),
    ],
    "np.nanquantile": [
        case(lambda x: np.nanquantile(x, 0.3), VECTOR),
        case(lambda x: np.nanquantile(np.where(x > 1.1, np.nan, x), 0.3, axis=1), MATRIX),
        case(lambda x: np.nanpercentile(np.where(x > 1.1, np.nan, x), [20, 60]), MATRIX),
    ],
    "np.nanpercentile": [
        case(lambda x: np.nanpercentile(x, 30), VECTOR),
        case(lambda x: np.nanpercentile(np.where(x > 1.1, np.nan, x), 30, axis=0), MATRIX),
        case(lambda x: np.nanpercentile(x, [10, 70], axis=1), MATRIX),
    ],
    "np.cov": [
        case(lambda x: np.cov(x), VECTOR),
        case(lambda x: np.cov(x), MATRIX),
        case(lambda x: np.cov(x, rowvar=False, bias=True), MATRIX),
        case(lambda x, y: np.cov(x, y), VECTOR, VECTOR[::-1] ** 2),
        case(lambda x: np.cov(x, rowvar=False), MATRIX[:, :1]),
        case(lambda x: np.cov(x, ddof=0), MATRIX),
        case(lambda x: np.cov(x, aweights=np.array([1.0, 2.0, 0.5, 1.0])), MATRIX),
        case(lambda x: np.cov(x, fweights=np.array([1, 2, 1, 3])), MATRIX),
    ],
    "np.corrcoef": [
        case(lambda x: np.corrcoef(x), MATRIX),
        case(lambda x, y: np.corrcoef(x, y), VECTOR, VECTOR[::-1] ** 2),
        case(lambda x: np.corrcoef(x, rowvar=False), TENSOR[0]),
    ],
    "np.nan_reductions": [
        case(lambda x: np.nansum(x) * np.nanmean(np.where(x > 0, x, np.nan)), VECTOR),
        case(lambda x: np.nanstd(np.where(x > -2.5, x, np.nan), axis=0, ddof=0), MATRIX),
        case(lambda x: np.nanmin(np.where(np.isnan(HOLES), np.nan, x), axis=1), MATRIX),
    ],
}
CASES |= {
    "np.isclose": [
        case(lambda x: np.where(np.isclose(x, 0.0, atol=1.0), x, x * x), VECTOR),
        case(lambda x: np.where(np.isclose(x, MATRIX[0], 0.5), x, -x), MATRIX),
        case(lambda x: x * np.isclose(np.where(x > 0, np.nan, x), np.nan, equal_nan=True), TENSOR),
    ],
    "np.allclose": [
        case(lambda x: x if np.allclose(x, 0.0) else x * x, VECTOR),
        case(lambda x: x if np.allclose(x, x + 1e-12) else x * x, MATRIX),
        case(lambda x: x * np.allclose(x, MATRIX, atol=9.0), TENSOR),
    ],
    "np.count_nonzero": [
        case(lambda x: np.sum(x) / np.count_nonzero(x > 0), VECTOR),
        case(lambda x: x * np.count_nonzero(x > 0, axis=0), MATRIX),
        case(lambda x: x / (1 + np.count_nonzero(x < 1, axis=(0, 2), keepdims=True)), TENSOR),
    ],
}
