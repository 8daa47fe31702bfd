"""Derivatives by parameters of shape, against those that mpmath finds with 120 digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

import adgen
from adgen.runtime import shape_derivatives as by_shape

# a, x, and the first two derivatives of gammainc by a
GAMMA = (
    (0.001, 0.002, -5.6093041268282995, 30.012925079802127),
    (0.5, 0.1, -0.82293609697959875, 1.6586313062993034),
    (2.5, 1.3, -0.22962689833555939, 0.15826392630864443),
    (2.5, 9.0, -0.0047416795481938814, -0.0062175983712570992),
    (20.0, 3.0, -1.6044013530112161e-10, 3.0560484933854958e-10),
    (35.0, 196.0, -4.6598030253551536e-46, -8.0457795605133282e-46),
    (1500.0, 1570.0, -0.0020650140814449683, -9.4191504375627459e-5),
    (0.3, 40.0, -7.6169646859997915e-19, -4.203331329560248e-18),
    (10000.0, 9990.0, -0.0039715314094542599, 3.9735549227559649e-6),
)
# a, b, x, and the derivatives of betainc by a, b, twice by a, by both, twice by b
BETA = (
    (0.04, 65.0, 0.0006, (-2.4850153352142423, 0.00053521093807431971, 5.5729860007739012,
                          0.011910713909449924, -8.2843528132453458e-6)),
    (2.5, 1.3, 0.4, (-0.12004493759957871, 0.14773689539856708, 0.096999334877206527,
                     -0.086569245932898606, 0.033954513414814891)),
    (2.0, 3.0, 0.9, (-0.0037206817498923416, 0.0076195648440779649, -0.0021757392625875909,
                     0.0068685458492218448, -0.015472369841380784)),
    (150.0, 1.0, 0.97, (-0.00031584844217778698, 0.023492570591633389, 9.6204932340151923e-6,
                        -0.00065737968555578828, 0.036488306159661789)),
    (0.5, 0.5, 1e-06, (-0.0091859257201946295, 0.00088254233549435453, 0.13299779001732049,
                       -0.011687196522808094, -0.00087093228249464993)),
    (30.0, 80.0, 0.3, (-0.048821314548431924, 0.019508420427841823, -0.0042116111939542953,
                       0.0020089806918005147, -0.00092416914787292538)),
)  # fmt: skip
OF_GAMMA = (by_shape.gammainc_by_a, by_shape.gammainc_by_a_twice)
OF_BETA = (
    by_shape.betainc_by_a, by_shape.betainc_by_b, by_shape.betainc_by_a_twice,
    by_shape.betainc_by_a_and_b, by_shape.betainc_by_b_twice,
)  # fmt: skip


def test_incomplete_gamma() -> None:
    for a, x, *slopes in GAMMA:
        found = [function(a, x) for function in OF_GAMMA]
        np.testing.assert_allclose(found, slopes, rtol=1e-10)


def test_incomplete_beta() -> None:
    for a, b, x, slopes in BETA:
        found = [function(a, b, x) for function in OF_BETA]
        np.testing.assert_allclose(found, slopes, rtol=1e-9)


def test_edges() -> None:
    for x in (0.0, np.inf):
        assert by_shape.gammainc_by_a(1.5, x) == by_shape.gammainc_by_a_twice(1.5, x) == 0.0
    for x in (0.0, 1.0):
        assert by_shape.betainc_by_a(1.5, 2.0, x) == by_shape.betainc_by_b_twice(1.5, 2.0, x) == 0
    outside = [(-1.0, 1.0), (1.0, -1.0), (np.nan, 1.0), (1.0, np.nan), (np.inf, 1.0)]
    assert np.isnan([by_shape.gammainc_by_a(a, x) for a, x in outside]).all()
    assert np.isnan([by_shape.betainc_by_a(a, 2.0, 0.3) for a in (0.0, -1.0, np.inf)]).all()
    assert np.isnan(by_shape.betainc_by_b(1.0, 2.0, 1.5))


def test_types_are_those_of_scipy() -> None:
    column = np.array([[0.5], [1.5]])
    found = by_shape.gammainc_by_a(column, np.linspace(0.1, 2.0, 3))
    assert found.shape == (2, 3) and found.dtype == np.float64
    assert by_shape.gammainc_by_a(np.float32(1.5), np.float32(0.3)).dtype == np.float32
    assert by_shape.betainc_by_a(np.zeros(0), 1.0, 0.5).shape == (0,)


def f(p: Any, x: Any) -> Any:
    """The logarithm of a likelihood of censored observations."""
    survived = special.gammaincc(p[0], x) * special.betainc(p[1], p[0], 0.3)
    return np.sum(np.log(survived)) + special.stdtr(p[1], 0.7)


@pytest.mark.jit
def test_machine_code() -> None:
    p, x, v = np.array([1.5, 2.2]), np.linspace(0.2, 3.0, 4), np.array([0.3, -1.0])
    for jit in (False, True):
        gradient = adgen.grad(f, jit=jit)
        steps = 1e-5 * np.eye(2)
        expected = [(f(p + h, x) - f(p - h, x)) / 2e-5 for h in steps]
        np.testing.assert_allclose(gradient(p, x), expected, rtol=1e-8)
        along = (gradient(p + 1e-5 * v, x) - gradient(p - 1e-5 * v, x)) / 2e-5
        np.testing.assert_allclose(adgen.hvp(f, jit=jit)(p, x, v), along, rtol=1e-7)
    single = adgen.grad(lambda a: special.gammainc(a, np.float32(0.3)))(np.float32(1.5))
    assert single.dtype == np.float32
    assert single == pytest.approx(by_shape.gammainc_by_a(1.5, 0.3), rel=1e-5)
