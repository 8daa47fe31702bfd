"""Functions of ``scipy.special`` of complex numbers: values, slopes, and what SciPy lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import adgen
from adgen.transpiler.errors import NotDifferentiable, UnsupportedError

RNG = np.random.default_rng(17)
Z = RNG.uniform(0.3, 2.5, 4) + 1j * RNG.uniform(-2.0, 2.0, 4)
SMALL = 0.3 * Z

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "gamma": lambda z: special.gamma(z),
    "rgamma": lambda z: special.rgamma(z),
    "loggamma": lambda z: special.loggamma(z),
    "erf": lambda z: special.erf(z) + special.erfc(2 * z) + special.erfcx(z) + special.dawsn(z),
    "erfi": lambda z: special.erfi(SCALE * z) + special.wofz(z) + special.wrightomega(z),
    "ndtr": lambda z: special.ndtr(z),
    "log_ndtr": lambda z: special.log_ndtr(SCALE * z),
    "xlogy": lambda z: special.xlogy(z, z * z + 1) + special.xlog1py(z, z),
    "xlogy of real numbers": lambda z: special.xlogy(np.array([0.0, 1.0, 2.0, 3.0]), z),
    "jv": lambda z: special.jv(1.5, z) + special.yv(0.5, z),
    "iv": lambda z: special.iv(2, z) + special.kv(0.5, z) + special.kve(1.0, z),
    "hankel": lambda z: special.hankel1(1.5, z) + special.hankel2(0, z),
    "expi": lambda z: special.expi(z) + special.exp1(z),
    "spence": lambda z: special.spence(z),
    "hyp": lambda z: special.hyp0f1(1.5, z) + special.hyp1f1(0.5, 1.5, z),
    "hyp2f1": lambda z: special.hyp2f1(0.5, 1.0, 1.5, SCALE * z),
    "lambertw": lambda z: special.lambertw(z) + special.lambertw(z, 1),
    "expm1": lambda z: special.expm1(z) + special.log1p(z),
    "sici": lambda z: special.sici(z)[0] + special.sici(z)[1] ** 2,
    "shichi": lambda z: special.shichi(z)[0] * special.shichi(z)[1],
    "fresnel": lambda z: special.fresnel(SCALE * z)[0] + special.fresnel(SCALE * z)[1],
    "airy": lambda z: special.airy(SCALE * z)[0] + special.airy(SCALE * z)[3],
    "polynomials": lambda z: special.eval_legendre(3, z) + special.eval_chebyt(2, z),
    "further polynomials": lambda z: special.eval_chebyu(2, z) + special.eval_laguerre(3, z),
    "with parameters": lambda z: (
        special.eval_genlaguerre(2, 0.5, z) + special.eval_gegenbauer(3, 0.5, z)
        + special.eval_jacobi(2, 0.5, 1.5, z)
    ),  # fmt: skip
}  # fmt: skip
SCALE = 0.4


def weighed(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda z: np.sum(np.real(function(z) * np.array([1.0, 1j, -2.0, 0.5])))


@pytest.mark.parametrize(
    ("name", "jit"),
    [
        *((name, False) for name in FUNCTIONS),
        *(pytest.param(name, True, marks=pytest.mark.jit) for name in list(FUNCTIONS)[::4]),
    ],
)
def test_slopes(name: str, jit: bool) -> None:
    function = FUNCTIONS[name]
    found = adgen.differentiate(function, jit=jit)(Z)
    np.testing.assert_allclose(found, function(Z), rtol=1e-13)
    step = 1e-5
    slope = (function(Z + step) - function(Z - step)) / (2 * step)  # of a holomorphic function
    gradient = adgen.grad(weighed(function), jit=jit)(Z)
    weights = np.array([1.0, 1j, -2.0, 0.5])
    np.testing.assert_allclose(gradient, slope * weights, rtol=1e-7, atol=1e-8)
    along = RNG.normal(size=4) + 1j * RNG.normal(size=4)
    _, tangent = adgen.jvp(function, (Z,), (along,), jit=jit)
    np.testing.assert_allclose(tangent, slope * along, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", ["gamma", "jv", "expi", "sici", "airy", "polynomials"])
def test_single_precision(name: str) -> None:
    narrow = Z.astype(np.complex64)
    found = adgen.differentiate(FUNCTIONS[name], jit=False)(narrow)
    assert found.dtype == FUNCTIONS[name](narrow).dtype
    assert adgen.grad(weighed(FUNCTIONS[name]), jit=False)(narrow).dtype == np.complex64


def test_digamma_of_complex_numbers_has_a_value_and_no_slope() -> None:
    values = adgen.differentiate(lambda z: special.psi(z), jit=False)(Z)
    np.testing.assert_array_equal(values, special.psi(Z))
    with pytest.raises(NotDifferentiable, match="SciPy has no trigamma function"):
        adgen.grad(lambda z: np.sum(np.abs(special.psi(z))), jit=False)(Z)


def test_what_is_no_holomorphic_function_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="complex"):
        adgen.grad(lambda z: np.sum(np.abs(special.ive(1.0, z))), jit=False)(Z)
