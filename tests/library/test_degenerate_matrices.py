"""What linear algebra returns where a decomposition is not unique, or a rank not full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

la = np.linalg
rng = np.random.default_rng(3)
TALL, SQUARE = rng.normal(size=(5, 3)), rng.normal(size=(4, 4))
LOW = rng.normal(size=(5, 2)) @ rng.normal(size=(2, 3))  # of rank 2


def grad(function: Callable[..., Any], *args: Any) -> Any:
    return adgen.grad(function, jit=False)(*args)


def completed(a):
    return la.svd(a).U[:, 3:]


def completed_by_qr(a):
    return la.qr(a, mode="complete").Q[:, 3:]


@pytest.mark.parametrize("rest", [completed, completed_by_qr])
def test_a_basis_has_a_gradient_where_its_choice_does_not_matter(rest: Any) -> None:
    def free(a):
        w = rest(a)
        return np.sum(np.sin(w @ w.T))

    def bound(a):
        return np.sum(np.sin(rest(a)))

    adgen.check_grads(free, jit=False)(TALL)
    assert np.isnan(grad(bound, TALL)).all()
    assert np.isnan(grad(lambda a: 1e-8 * bound(a), TALL)).all()
    with np.errstate(invalid="ignore"):
        assert np.isnan(adgen.jacobian(rest, mode="reverse", jit=False)(TALL)).any()
    slope = adgen.jvp(rest, (TALL,), (np.ones((5, 3)),), jit=False)[1]
    np.testing.assert_allclose(rest(TALL).T @ slope, 0.0, atol=1e-14)  # as little as can be


def test_a_projection_that_is_reached_has_a_gradient() -> None:
    """There the cotangent of the basis is nothing but rounding."""
    w = completed(TALL)
    goal = w @ w.T

    def distance(a):
        v = completed(a)
        return np.sum((v @ v.T - goal) ** 2)

    np.testing.assert_allclose(grad(distance, TALL), 0.0, atol=1e-14)
    np.testing.assert_allclose(grad(distance, TALL.astype(np.float32)), 0.0, atol=1e-5)


def test_equal_values_have_a_gradient_and_their_vectors_have_none() -> None:
    eye = np.eye(3)
    np.testing.assert_allclose(grad(lambda a: np.sum(la.eigvalsh(a) ** 3), eye), 3 * eye)
    np.testing.assert_allclose(grad(lambda a: np.sum(la.svdvals(a) ** 3), eye), 3 * eye)
    with np.errstate(all="ignore"):
        assert not np.isfinite(grad(lambda a: np.sum(la.eigh(a)[1] ** 3), eye)).all()
        assert not np.isfinite(grad(lambda a: np.sum(la.svd(a)[0] ** 3), eye)).all()


def test_pseudo_inverses_keep_the_rank() -> None:
    """Along directions that keep it, the slope is the right one."""
    u, s, vh = la.svd(LOW, full_matrices=False)
    p = u[:, :2] @ u[:, :2].T

    def penrose(a):
        return np.sum(np.sin(la.pinv(a)))

    def solved(a):
        return np.sum(np.sin(la.lstsq(a, np.arange(5.0))[0]))

    t = p @ rng.normal(size=(5, 3))  # columns in the range, so that the rank stays
    for function in (penrose, solved):
        steps = [(function(LOW + h * t) - function(LOW - h * t)) / (2 * h) for h in (1e-4, 5e-5)]
        slope = (4 * steps[1] - steps[0]) / 3
        assert np.sum(grad(function, LOW) * t) == pytest.approx(slope, rel=1e-6)
        assert np.isfinite(grad(function, LOW)).all()


def test_no_residuals_where_the_rank_is_not_full() -> None:
    def both(a):
        x, residuals, rank, s = la.lstsq(a, np.arange(5.0))
        return np.sum(residuals) * 2.0 + np.sum(x)

    found = adgen.differentiate(both, jit=False)
    assert found(LOW) == pytest.approx(both(LOW))
    np.testing.assert_allclose(
        found.grad(LOW), grad(lambda a: np.sum(la.lstsq(a, np.arange(5.0))[0]), LOW)
    )


def test_equal_singular_values_that_are_cut_off() -> None:
    """The sum over the others is smooth there: its slope is finite, and the right one."""
    a = np.diag([3.0, 3.0, 0.5, 0.5])
    adgen.check_grads(lambda a: np.sum(np.sin(la.pinv(a, rcond=0.5))), order=1, jit=False)(a)


def by_singular_values(a):
    u, s, vh = la.svd(a)
    product = np.rint(la.det(u @ vh))
    for value in s:
        product = product * value
    return product


def cofactors(a):
    """The gradient of the determinant, from those of smaller matrices."""
    found = np.zeros_like(a)
    for i, j in np.ndindex(a.shape):
        minor = np.delete(np.delete(a, i, 0), j, 1)
        found[i, j] = (-1) ** (i + j) * la.det(minor)
    return found


@pytest.mark.parametrize("rank", [4, 3, 2])
def test_determinants_of_singular_matrices_by_singular_values(rank: int) -> None:
    a = rng.normal(size=(4, rank)) @ rng.normal(size=(rank, 4))
    t = rng.normal(size=(4, 4))
    np.testing.assert_allclose(grad(by_singular_values, a), cofactors(a), atol=1e-12)
    steps = [(cofactors(a + h * t) - cofactors(a - h * t)) / (2 * h) for h in (1e-2, 5e-3)]
    slope = (4 * steps[1] - steps[0]) / 3  # of a polynomial of degree 3: exact
    found = adgen.hvp(by_singular_values, jit=False)(a, t)
    np.testing.assert_allclose(found, slope, rtol=1e-9, atol=1e-9)


def test_logarithms_of_determinants_say_that_there_is_none() -> None:
    with pytest.raises(la.LinAlgError, match="Singular matrix"):
        grad(lambda a: la.slogdet(a)[1], np.ones((3, 3)))
