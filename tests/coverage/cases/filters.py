"""Filters of samples and images, and summaries of samples."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal, stats

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, TENSOR, VECTOR

ODD, EVEN = np.array([0.2, 0.7, -0.4]), np.array([0.5, 0.3, -0.2, 0.4])
IMAGE = np.sin(np.arange(30.0)).reshape(5, 6)
MODES = ("reflect", "constant", "nearest", "mirror", "wrap")


def _along_axis(function):
    """Filters with weights."""

    def of(mode):
        return case(lambda x, w: function(x, w, mode=mode), VECTOR, ODD)

    return [
        *(of(mode) for mode in MODES),
        case(lambda x, w: function(x, w, axis=0, cval=0.3, mode="constant"), IMAGE, EVEN),
        case(lambda x, w: function(x, w, origin=-1), IMAGE, ODD),
    ]


def _summary(function):
    """Summaries along axes."""
    return [
        case(lambda x: function(np.exp(x)), VECTOR),
        case(lambda x: function(np.exp(x), axis=-1), MATRIX),
        case(lambda x: function(np.exp(x), axis=None), TENSOR),
    ]


CASES: Table = {
    "ndimage.correlate1d": _along_axis(ndimage.correlate1d),
    "ndimage.convolve1d": _along_axis(ndimage.convolve1d),
    "ndimage.gaussian_filter1d": [
        case(
            lambda x, s: ndimage.gaussian_filter1d(x, s, mode="nearest"), VECTOR, 0.7, single=False
        ),
        case(lambda x: ndimage.gaussian_filter1d(x, 0.9, 0), IMAGE),
        case(lambda x: ndimage.gaussian_filter1d(x, 1.1, radius=2, mode="wrap"), IMAGE),
    ],
    "ndimage.gaussian_filter": [
        case(lambda x: ndimage.gaussian_filter(x, 0.8), IMAGE),
        case(lambda x: ndimage.gaussian_filter(x, (0.5, 0.9), mode="constant"), IMAGE),
        case(lambda x: ndimage.gaussian_filter(x, 0.6, axes=(0, 2)), TENSOR),
    ],
    "ndimage.uniform_filter1d": [
        case(lambda x: ndimage.uniform_filter1d(x, 3), VECTOR),
        case(lambda x: ndimage.uniform_filter1d(x, 4, 0, mode="wrap"), IMAGE),
        case(lambda x: ndimage.uniform_filter1d(x, 2, origin=-1), IMAGE),
    ],
    "ndimage.uniform_filter": [
        case(lambda x: ndimage.uniform_filter(x), IMAGE),
        case(lambda x: ndimage.uniform_filter(x, (2, 3), mode="mirror"), IMAGE),
        case(lambda x: ndimage.uniform_filter(x, 2, axes=(0,)), TENSOR),
    ],
    "signal.lfilter": [
        case(lambda b, a, x: signal.lfilter(b, a, x), ODD, np.array([1.3, 0.4]), VECTOR),
        case(lambda b, x: signal.lfilter(b, np.array([2.0]), x, axis=0), EVEN, MATRIX),
        case(lambda a: signal.lfilter(ODD, a, IMAGE), np.array([1.0, 0.3, -0.2])),
    ],
    "signal.detrend": [
        case(lambda x: signal.detrend(x), VECTOR),
        case(lambda x: signal.detrend(x, axis=0), IMAGE),
        case(lambda x: signal.detrend(x, type="constant"), IMAGE),
    ],
    **{
        f"stats.{name}": _summary(getattr(stats, name))
        for name in ("zscore", "gmean", "hmean", "sem", "skew", "kurtosis")
    },
}
