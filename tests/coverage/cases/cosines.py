"""Cosine and sine transforms: of each type and norm, along axes, longer and shorter."""

from __future__ import annotations

import numpy as np
from scipy import fft

from tests.coverage.case import Table, case
from tests.coverage.cases.samples import MATRIX, NUMBER, TENSOR, VECTOR


def _transforms(function):
    """Over one axis."""
    return [
        case(lambda x: function(x, 1), VECTOR),
        case(lambda x: function(x), MATRIX),
        case(lambda x: function(x, 2, norm="ortho", axis=0), MATRIX),
        case(lambda x: function(x, 3, 6, 1, "forward"), MATRIX),
        case(lambda x: function(x, 3, norm="ortho"), VECTOR),
        case(lambda x: function(x, 4, n=3), VECTOR),
        case(lambda x: function(x, 1, norm="ortho"), VECTOR[:4]),
        case(lambda x: function(x, 2, orthogonalize=True), VECTOR),
    ]


def _transforms_of_axes(function):
    """Over several axes."""
    return [
        case(lambda x: function(x), MATRIX),
        case(lambda x: function(x, 3, axes=(0, 2), norm="ortho"), TENSOR),
        case(lambda x: function(x, 1, s=(4, 3)), MATRIX),
    ]


CASES: Table = {
    **{f"fft.{name}": _transforms(getattr(fft, name)) for name in ("dct", "idct", "dst", "idst")},
    **{
        f"fft.{name}": _transforms_of_axes(getattr(fft, name))
        for name in ("dctn", "idctn", "dstn", "idstn")
    },
    "fft.next_fast_len": [
        case(lambda x: np.sin(x * fft.next_fast_len(x.shape[0] + 8)), VECTOR),
        case(lambda x: x * fft.next_fast_len(37, real=True), NUMBER),
        case(lambda x: np.sum(x) * fft.next_fast_len(97), VECTOR),
    ],
}
