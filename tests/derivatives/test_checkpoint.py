"""What ``checkpoint`` computes twice, and what ``stop_gradient`` takes for a constant."""

import numpy as np
import pytest

from adgen import (
    UnsupportedSyntax,
    checkpoint,
    checkpointed,
    differentiate,
    grad,
    hvp,
    jvp,
    stop_gradient,
)

U = np.sin(np.linspace(0.0, 3.0, 12))


def segment(u, steps, c):
    v = u
    for _ in range(steps):
        w = v.copy()
        for i in range(1, v.shape[0] - 1):
            w[i] = v[i] + c * np.sin(v[i - 1] - 2 * v[i] + v[i + 1])
        v = w
    return v


@checkpoint
def segment_again(u, steps, c):
    return segment(u, steps, c)


def stored(u, c, segments, steps):
    v = u
    for _ in range(segments):
        v = segment(v, steps, c)
    return np.sum(v * v)


def computed_again(u, c, segments, steps):
    v = u
    for _ in range(segments):
        v = segment_again(v, steps, c)
    return np.sum(v * v)


def computed_again_by_call(u, c, segments, steps):
    v = u
    for _ in range(segments):
        v = checkpoint(segment)(v, c=c, steps=steps)
    return np.sum(v * v)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize("function", [computed_again, computed_again_by_call])
def test_the_same_derivatives(function, jit):
    one, two = (differentiate(f, wrt=(0, 1), jit=jit) for f in (stored, function))
    args = U, 0.1, 3, 4
    assert two(*args) == one(*args) == function(*args)
    for a, b in zip(one.grad(*args), two.grad(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
    v = (np.cos(U), 0.3)
    for a, b in zip(hvp(one)(*args, v), hvp(two)(*args, v), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)
    zero = (None, None)
    assert jvp(two, args, (*v, *zero))[1] == pytest.approx(jvp(one, args, (*v, *zero))[1])


def test_what_is_stored():
    """The state ahead of each segment, and the two arrays of the inside of one."""
    args = U, 0.1, 50, 40
    one, two = (differentiate(f, wrt=(0, 1), jit=False) for f in (stored, computed_again))
    text = two.source(*args)
    assert "v_saved" in text and text.count("saved = np.empty(") == 2
    assert one.residual_bytes(*args) > 20 * two.residual_bytes(*args)


def test_a_constant_for_all_derivatives():
    def f(x, params):
        held = stop_gradient(params)
        return x * stop_gradient(x) * held["w"] + params["w"] ** 2

    gradient = grad(f, wrt=(0, 1), jit=False)(3.0, {"w": 2.0})
    assert gradient == (6.0, {"w": 4.0})
    assert f(3.0, {"w": 2.0}) == 22.0  # in CPython, too


def decay(u, c, n):
    v = u
    total = 0.0
    for k in range(n):
        v = v * np.cos(c * (k + 1)) + u * 0.1
        total = total + v[k % u.shape[0]]
    return total + np.sum(v)


def decay_in_three(u, c, n):
    v = u
    total = 0.0
    for k in checkpointed(range(n), snapshots=3):
        v = v * np.cos(c * (k + 1)) + u * 0.1
        total = total + v[k % u.shape[0]]
    return total + np.sum(v)


def decay_by_the_root(u, c, n):
    v = u
    total = 0.0
    for k in checkpointed(range(n)):
        v = v * np.cos(c * (k + 1)) + u * 0.1
        total = total + v[k % u.shape[0]]
    return total + np.sum(v)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 20])
@pytest.mark.parametrize("function", [decay_in_three, decay_by_the_root])
def test_segments_of_a_loop(function, n):
    one, two = (differentiate(f, wrt=(0, 1), jit=False) for f in (decay, function))
    assert two(U, 0.2, n) == one(U, 0.2, n) == function(U, 0.2, n)
    for a, b in zip(one.grad(U, 0.2, n), two.grad(U, 0.2, n), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
    v = (np.cos(U), 0.3)
    for a, b in zip(hvp(one)(U, 0.2, n, v), hvp(two)(U, 0.2, n, v), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def test_the_indices_of_segments():
    def f(x):
        for k in checkpointed(range(11, -3, -2), snapshots=2):
            x = x * 1.01 + np.sin(x + k)
        return x

    def whole(x):
        for k in range(11, -3, -2):
            x = x * 1.01 + np.sin(x + k)
        return x

    assert grad(f, jit=False)(0.3) == pytest.approx(grad(whole, jit=False)(0.3), rel=1e-14)


@pytest.mark.jit
def test_compiled_segments():
    one, two = (differentiate(f, wrt=(0, 1)) for f in (decay, decay_by_the_root))
    for a, b in zip(one.grad(U, 0.2, 50), two.grad(U, 0.2, 50), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def test_a_function_that_changes_its_arguments():
    def doubled(u):
        u[0] = 2.0 * u[0]
        return np.sum(u)

    def f(u):
        v = u.copy()
        return checkpoint(doubled)(v) + v[0]

    with pytest.raises(UnsupportedSyntax, match="changes what is not its own"):
        grad(f, jit=False)(U)
