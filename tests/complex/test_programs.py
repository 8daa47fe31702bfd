"""Programs over complex numbers against CPython, differences, and JAX where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.complex.programs import LINEAR, SCALAR, M, W, X, Z

FLAT = {**SCALAR, **LINEAR}


@pytest.mark.parametrize("name", FLAT)
def test_derivatives_of_both_modes_agree_with_differences(name: str) -> None:
    function, args = FLAT[name]
    order = 2 if name in SCALAR else 1
    adgen.check_grads(function, tuple(range(len(args))), order=order, jit=False)(*args)


@pytest.mark.parametrize("name", FLAT)
def test_types_of_results_are_those_of_python(name: str) -> None:
    function, args = FLAT[name]
    have = adgen.differentiate(function, jit=False)(*args)
    want = function(*args)
    assert type(have) is type(want)
    assert np.asarray(have).dtype == np.asarray(want).dtype


@pytest.mark.jit
@pytest.mark.parametrize("name", list(FLAT)[::3])  # the engines differ by little, and it is slow
def test_numba_computes_the_same(name: str) -> None:
    function, args = FLAT[name]
    wrt = tuple(range(len(args)))
    cotangent = function(*args)
    plain, pull_plain = adgen.vjp(function, *args, wrt=wrt, jit=False)
    compiled, pull = adgen.vjp(function, *args, wrt=wrt)
    np.testing.assert_allclose(compiled, plain, rtol=1e-10, atol=1e-12)
    assert np.asarray(compiled).dtype == np.asarray(plain).dtype
    for one, two in zip(pull(cotangent), pull_plain(cotangent), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", ["power_spectrum", "parts_and_angles", "powers", "products"])
def test_single_precision_stays(name: str) -> None:
    function, args = SCALAR[name]
    narrow = [a.astype(np.complex64 if np.iscomplexobj(a) else np.float32) for a in args]
    wrt = tuple(range(len(args)))
    for one, two, arg in zip(
        adgen.grad(function, wrt, jit=False)(*narrow),
        adgen.grad(function, wrt, jit=False)(*args),
        narrow,
        strict=True,
    ):
        assert one.dtype == arg.dtype
        np.testing.assert_allclose(one, two, rtol=2e-4, atol=2e-4)


@pytest.mark.jit
def test_single_precision_stays_in_numba() -> None:
    function, args = SCALAR["power_spectrum"]
    narrow = (args[0].astype(np.complex64), args[1].astype(np.float32))
    found = adgen.grad(function, (0, 1))(*narrow)
    assert [g.dtype for g in found] == [np.complex64, np.float32]
    for one, two in zip(found, adgen.grad(function, (0, 1), jit=False)(*args), strict=True):
        np.testing.assert_allclose(one, two, rtol=2e-4, atol=2e-4)


# The convention


def real_loss(z: Any, w: Any) -> Any:
    return np.sum(np.abs(z * w - 1j) ** 2) + np.sum((z * z).imag)


def test_the_gradient_is_du_dx_minus_i_du_dy() -> None:
    step, found = 1e-6, adgen.grad(real_loss, jit=False)(Z, W)
    for k in range(len(Z)):
        unit = np.eye(len(Z))[k]
        along_real, along_imaginary = (
            (real_loss(Z + step * d, W) - real_loss(Z - step * d, W)) / (2 * step)
            for d in (unit, 1j * unit)
        )
        np.testing.assert_allclose(found[k], along_real - 1j * along_imaginary, rtol=1e-7)


def test_cotangents_and_tangents_are_dual() -> None:
    def f(z: Any, x: Any) -> Any:
        return np.exp(z) * np.conj(z) + x, np.abs(z) * x

    tangents = (W, X[::-1].copy())
    value, (first, second) = adgen.jvp(f, (Z, X), tangents, jit=False)
    seeds = (W * 1j, X)
    _, pullback = adgen.vjp(f, Z, X, jit=False)
    z_bar, x_bar = pullback(seeds)
    assert x_bar.dtype == np.float64
    pushed = np.sum(seeds[0] * first).real + np.sum(seeds[1] * second)
    pulled = np.sum(z_bar * tangents[0]).real + np.sum(x_bar * tangents[1])
    np.testing.assert_allclose(pushed, pulled, rtol=1e-12)


@pytest.mark.parametrize("given", ["a text", None])
def test_what_is_no_number_is_refused(given: Any) -> None:
    def f(x: float) -> float:
        return x if np.iscomplexobj(given) else 2 * x

    with pytest.raises(adgen.UnsupportedError, match="where a number or an array is needed"):
        adgen.grad(f)(1.0)


def test_a_complex_tangent_of_a_real_argument_is_refused() -> None:
    with pytest.raises(ValueError, match="complex, it should be real"):
        adgen.jvp(np.sin, (1.0,), (1j,), jit=False)


def test_gradients_of_real_arguments_are_real() -> None:
    found = adgen.grad(lambda x: np.sum(np.abs(np.exp(1j * x) * x)), jit=False)(X)
    assert found.dtype == np.float64
    assert type(adgen.grad(lambda t: abs(t + 1j), jit=False)(1.0)) is float
    assert type(adgen.grad(lambda t: abs(t), jit=False)(1.0 + 1j)) is complex


@pytest.mark.parametrize(
    "name", ["power_spectrum", "sum_in_a_loop", "powers", "parts_and_angles", "products"]
)
def test_gradients_are_those_of_jax(name: str) -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    function, args = SCALAR[name]
    traced = {**vars(np), **{n: getattr(jax.numpy, n) for n in dir(jax.numpy)}}
    namespace = {**function.__globals__, "np": type("jnp", (), traced)}
    other = type(function)(function.__code__, namespace)
    for k in range(len(args)):
        want = jax.grad(other, k)(*args)
        np.testing.assert_allclose(adgen.grad(function, k, jit=False)(*args), want, rtol=1e-9)


@pytest.mark.parametrize("name", ["power_spectrum", "real_through_complex", "sum_in_a_loop"])
def test_gradients_are_those_of_autograd(name: str) -> None:
    autograd = pytest.importorskip("autograd")
    import autograd.numpy as anp

    function, args = SCALAR[name]
    other = type(function)(function.__code__, {**function.__globals__, "np": anp})
    for k in range(len(args)):
        want = autograd.grad(other, k)(*args)
        np.testing.assert_allclose(adgen.grad(function, k, jit=False)(*args), want, rtol=1e-9)


# Holomorphic functions


def holomorphic(z: Any) -> Any:
    return np.sin(z) * z**2 + np.exp(1j * z)


def slope(z: Any) -> Any:
    return np.cos(z) * z**2 + 2 * z * np.sin(z) + 1j * np.exp(1j * z)


def test_the_derivative_of_a_holomorphic_function() -> None:
    at = 0.3 + 0.7j
    first = adgen.grad(holomorphic, holomorphic=True, jit=False)
    np.testing.assert_allclose(first(at), slope(at), rtol=1e-14)
    second = (slope(at + 1e-6) - slope(at - 1e-6)) / 2e-6
    np.testing.assert_allclose(adgen.grad(first)(at), second, rtol=1e-8)
    value, found = adgen.value_and_grad(holomorphic, holomorphic=True, jit=False)(at)
    assert value == holomorphic(at) and found == first(at)


@pytest.mark.jit
def test_the_derivative_of_a_holomorphic_function_in_numba() -> None:
    at = 0.3 + 0.7j
    first = adgen.grad(holomorphic, holomorphic=True)
    np.testing.assert_allclose(first(at), slope(at), rtol=1e-14)
    second = (slope(at + 1e-6) - slope(at - 1e-6)) / 2e-6
    np.testing.assert_allclose(adgen.grad(first)(at), second, rtol=1e-8)


def test_derivatives_inside_of_functions() -> None:
    def field(z: Any) -> Any:
        return abs(adgen.grad(holomorphic, holomorphic=True)(z)) ** 2

    def energy(z: Any, x: Any) -> Any:
        g = adgen.grad(lambda t: np.sum(np.abs(t * x) ** 4 + (t * t).real))(z)
        return np.sum(np.abs(g) ** 2)

    np.testing.assert_allclose(
        adgen.differentiate(field, jit=False)(0.2 + 1j), abs(slope(0.2 + 1j)) ** 2
    )
    adgen.check_grads(field, order=2, jit=False)(0.2 + 1j)
    adgen.check_grads(energy, (0, 1), order=2, jit=False)(Z, X)


def test_stopped_values_blocks_and_rules_of_the_user() -> None:
    def stopped(z: Any) -> Any:
        return np.sum(np.abs(z * adgen.stop_gradient(np.conj(z))))

    def doubled(z: Any) -> Any:
        y = z * z
        with adgen.grad_of(y) as g:
            g = g * 2
        return np.sum(np.abs(y))

    np.testing.assert_allclose(adgen.grad(stopped, jit=False)(Z), np.conj(Z), rtol=1e-12)
    plain = adgen.grad(lambda z: np.sum(np.abs(z * z)), jit=False)(Z)
    np.testing.assert_allclose(adgen.grad(doubled, jit=False)(Z), 2 * plain, rtol=1e-12)


def test_the_jacobian_of_complex_values_by_real_arguments() -> None:
    found = adgen.jacobian(lambda x: np.exp(1j * x), jit=False)(X)
    np.testing.assert_allclose(found, np.diag(1j * np.exp(1j * X)), atol=1e-15)


# Parts of arrays


def test_a_part_that_is_returned_is_an_array_of_its_own() -> None:
    def f(z: Any) -> Any:
        return z.real, np.imag(z * z)

    first, second = adgen.differentiate(f, jit=False)(Z)
    assert np.array_equal(first, Z.real) and np.array_equal(second, (Z * Z).imag)
    value, pullback = adgen.vjp(f, Z, jit=False)
    z = Z.copy()
    value, pullback = adgen.vjp(lambda z: z.real, z, jit=False)
    value[0] = 7.0
    assert z[0] == Z[0]
    (cotangent,) = pullback(np.ones(4))
    assert np.array_equal(cotangent, np.ones(4)) and cotangent.dtype == np.complex128


def test_parts_stay_what_they_were_when_copied() -> None:
    def f(z: Any) -> Any:
        part = z.real.copy()
        z[0] = 5j
        return np.sum(part)

    z = Z.copy()
    assert adgen.differentiate(f, jit=False)(z) == np.sum(Z.real)
    assert z[0] == 5j


def test_arguments_whose_parts_are_written() -> None:
    def f(z: Any) -> Any:
        z.imag[1:3] = 2.0
        z.real *= 3.0
        return np.sum(z)

    ours, theirs = Z.copy(), Z.copy()
    np.testing.assert_allclose(adgen.differentiate(f, jit=False)(ours), f(theirs))
    np.testing.assert_allclose(ours, theirs)


def test_questions_about_complex_numbers() -> None:
    def f(z: Any, x: Any) -> Any:
        kinds = (np.iscomplexobj(z), np.isrealobj(x), isinstance(z[0], complex))
        return kinds, np.iscomplex(z + 0), np.isreal(x), z == z[1], z[0] != 1j, bool(z[0])

    have, want = adgen.differentiate(f, jit=False)(Z, X), f(Z, X)
    assert have[0] == want[0]
    for one, two in zip(have[1:], want[1:], strict=True):
        assert np.array_equal(one, two)


def test_text_of_complex_programs_runs_and_reads() -> None:
    text = adgen.differentiate(SCALAR["power_spectrum"][0], jit=False).source(Z, X)
    assert "np.conjugate(" in text and "z: c16[:]" in text
    assert "1.0 - 2j" in adgen.differentiate(lambda z: z * (1 - 2j), jit=False).source(1j)
    assert "complex" in adgen.differentiate(
        lambda z: z * complex(-0.0, 1.0), jit=False
    ).source(1j)  # fmt: skip


@pytest.mark.jit
def test_parallel_loops_over_complex_numbers() -> None:
    def f(m: Any) -> Any:
        total = 0.0
        for i in range(m.shape[0]):
            total += abs(m[i, 0] * m[i, 1]) + (m[i, 2] ** 2).real
        return total

    found = adgen.grad(f, parallel=True)(np.tile(M, (200, 1)))
    np.testing.assert_allclose(found, np.tile(adgen.grad(f, jit=False)(M), (200, 1)))
