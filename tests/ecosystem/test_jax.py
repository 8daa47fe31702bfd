"""A compiled function as a step of a JAX program."""

from __future__ import annotations

import numpy as np
import pytest

jax = pytest.importorskip("jax")
jnp = pytest.importorskip("jax.numpy")

from adgen import differentiate  # noqa: E402
from adgen.bridges.jax import jax_function  # noqa: E402
from tests.ecosystem.smoothing import smooth  # noqa: E402


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def energy(x, scale):
    total = 0.0
    for k in range(len(x) - 1):
        total += scale * (x[k + 1] - x[k]) ** 2 + np.cos(x[k])
    return total


def reference(x, scale):
    return jnp.sum(scale * (x[1:] - x[:-1]) ** 2 + jnp.cos(x[:-1]))


X = np.linspace(-1.0, 1.5, 6)


def test_under_grad_and_jit():
    step = jax_function(differentiate(energy, jit=False))
    for by in (0, 1, (0, 1)):
        found = jax.jit(jax.grad(lambda x, s: jnp.sin(step(2.0 * x, s)), by))(X, 0.3)
        expected = jax.grad(lambda x, s: jnp.sin(reference(2.0 * x, s)), by)(X, 0.3)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), found, expected)


def test_under_vmap():
    step = jax_function(differentiate(energy, jit=False))
    rows = np.stack([X, 2.0 * X])
    found = jax.vmap(jax.grad(step), (0, None))(rows, 0.3)
    expected = jax.vmap(jax.grad(reference), (0, None))(rows, 0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_results_that_are_arrays_say_their_shape():
    step = jax_function(differentiate(smooth, jit=False), result=lambda x, w: x)
    value, pull = jax.vjp(step, jnp.asarray(X), 0.6)
    np.testing.assert_allclose(value, smooth(X, 0.6))
    _, expected = differentiate(smooth, (0, 1), jit=False).vjp(X, 0.6)
    for a, b in zip(pull(jnp.ones(6)), expected(np.ones(6)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_integers_have_no_gradient():
    step = jax_function(differentiate(lambda x, n: x**n, jit=False))
    assert jax.grad(step)(2.0, 3) == pytest.approx(12.0)


def test_complex_arguments_are_refused():
    step = jax_function(differentiate(lambda z: abs(z) ** 2, jit=False))
    with pytest.raises(TypeError, match="complex numbers do not cross the bridge"):
        jax.grad(step)(1.0 + 2.0j)
