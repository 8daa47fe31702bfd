"""Functions on whole arrays: values, both modes, second order, float32, Numba, for every entry."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import NotDifferentiable, UnsupportedSyntax
from tests.primitives.cases import WHOLE, name_of

la = np.linalg
SQUARE, STACK, TALL, WIDE = (3, 3), (2, 3, 3), (4, 3), (3, 4)
EYE = np.eye(3)
Program = Callable[[Any], Any]


def spd(a):
    return a @ np.swapaxes(a, -1, -2) + 3.0 * EYE


def sym(a):
    return a + np.swapaxes(a, -1, -2)


def by_eigenvectors(a):
    w, v = la.eigh(sym(a))
    return np.sum(v[0] * v[1] * w) + np.sum(np.sin(w))


def by_singular_vectors(a):
    u, s, vh = la.svd(a, full_matrices=False)
    return np.sum(np.sin(u * u)) + np.sum(s**2 * u[0] * vh[:, 0])


def by_qr(a):
    q, r = la.qr(a)
    return np.sum(np.sin(q)) + np.sum(np.cos(r))


def fitted(a):
    x, residuals, rank, s = la.lstsq(a[:, :-1], a[:, -1])
    return np.sum(np.sin(x)) * rank


PROGRAMS: list[tuple[str, Program, tuple[int, ...]]] = [
    ("numpy.linalg.inv", lambda a: np.sum(np.sin(la.inv(a))), SQUARE),
    ("numpy.linalg.inv", lambda a: np.sum(np.sin(la.inv(a))), STACK),
    ("numpy.linalg.det", lambda a: la.det(a) ** 2, SQUARE),
    ("numpy.linalg.det", lambda a: np.sum(la.det(a) ** 2), STACK),
    ("numpy.linalg.slogdet", lambda a: la.slogdet(a)[1], SQUARE),
    ("numpy.linalg.slogdet", lambda a: np.sum(la.slogdet(a).logabsdet ** 2), STACK),
    ("numpy.linalg.slogdet", lambda a: la.slogdet(a)[0] * np.sum(a * a), SQUARE),
    ("numpy.linalg.solve", lambda a: np.sum(np.sin(la.solve(a[:, :3], a[:, 3]))), WIDE),
    ("numpy.linalg.solve", lambda a: np.sum(np.sin(la.solve(a[:, :3], a[:, 3:]))), (3, 5)),
    ("numpy.linalg.solve", lambda a: np.sum(la.solve(a[:, :, :3], a[:, :, 3:]) ** 2), (2, 3, 5)),
    ("numpy.linalg.solve", lambda a: np.sum(la.solve(a[:, :, :3], a[0, :, 3]) ** 2), (2, 3, 5)),
    ("numpy.linalg.solve", lambda a: np.sum(la.solve(a[0, :, :3], a[:, :, 3:]) ** 2), (2, 3, 5)),
    ("numpy.linalg.cholesky", lambda a: np.sum(np.sin(la.cholesky(spd(a)))), SQUARE),
    ("numpy.linalg.cholesky", lambda a: np.sum(np.sin(la.cholesky(spd(a)))), STACK),
    ("numpy.linalg.cholesky", lambda a: np.sum(np.sin(la.cholesky(spd(a), upper=True))), SQUARE),
    ("numpy.linalg.eigh", by_eigenvectors, SQUARE),
    ("numpy.linalg.eigh", lambda a: np.sum(la.eigh(sym(a)).eigenvalues ** 3), STACK),
    ("numpy.linalg.eigvalsh", lambda a: np.sum(np.sin(la.eigvalsh(sym(a)))), SQUARE),
    ("numpy.linalg.eigvalsh", lambda a: np.sum(np.sin(la.eigvalsh(sym(a), UPLO="U"))), STACK),
    ("numpy.linalg.svd", by_singular_vectors, TALL),
    ("numpy.linalg.svd", by_singular_vectors, SQUARE),
    ("numpy.linalg.svd", by_singular_vectors, (2, 3)),
    ("numpy.linalg.svd", lambda a: np.sum(la.svd(a)[1] ** 3), (2, 4, 3)),
    ("numpy.linalg.svd", lambda a: np.sum(la.svd(a, compute_uv=False) ** 3), TALL),
    ("numpy.linalg.qr", by_qr, TALL),
    ("numpy.linalg.qr", by_qr, SQUARE),
    ("numpy.linalg.qr", lambda a: np.sum(np.cos(la.qr(a).R)), (2, 4, 3)),
    ("numpy.linalg.pinv", lambda a: np.sum(np.sin(la.pinv(a))), TALL),
    ("numpy.linalg.pinv", lambda a: np.sum(np.sin(la.pinv(a))), (2, 3, 4)),
    ("numpy.linalg.lstsq", fitted, (5, 4)),
    ("numpy.linalg.lstsq", fitted, (2, 4)),
    ("numpy.linalg.lstsq", lambda a: np.sum(la.lstsq(a[:, :2], a[:, 2:])[0] ** 2), (4, 4)),
]
# Helpers of rules, which the library defines for users; what is tested with the library.
OF_RULES = {"numpy.tril", "numpy.triu", "numpy.eye"}
ORDER = {"numpy.argsort", "numpy.argpartition", "numpy.searchsorted", "numpy.digitize"}


def _text(case: tuple[str, Program, tuple[int, ...]]) -> str:
    return f"{case[0]}-{PROGRAMS.index(case)}"


def sample(shape: tuple[int, ...]) -> Any:
    """A matrix that is well conditioned."""
    draw = np.random.default_rng(len(shape) + sum(shape))
    eye = np.eye(*shape[-2:]) * 2.0
    return draw.normal(size=shape) * 0.7 + eye


def slope(function: Program, x: Any, t: Any, step: float = 1e-3) -> Any:
    """A central difference of sixth order along a direction."""
    weights = ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60))
    return sum(w * (function(x + k * step * t) - function(x - k * step * t)) / step
               for k, w in weights)  # fmt: skip


def test_every_entry_has_a_program() -> None:
    tested = {name for name, _, _ in PROGRAMS} | OF_RULES | ORDER
    assert {name_of(entry) for entry in WHOLE} == tested


@pytest.mark.parametrize("case", PROGRAMS, ids=_text)
def test_derivatives(case: tuple[str, Program, tuple[int, ...]]) -> None:
    _, program, shape = case
    x, t = sample(shape), np.random.default_rng(1).normal(size=shape)
    function = adgen.differentiate(program, jit=False)
    np.testing.assert_allclose(function(x), program(x), rtol=1e-13)
    along = slope(program, x, t)
    np.testing.assert_allclose(np.sum(function.grad(x) * t), along, rtol=1e-7, atol=1e-9)
    pushed = adgen.jvp(program, (x,), (t,), jit=False)[1]
    np.testing.assert_allclose(pushed, along, rtol=1e-7, atol=1e-9)
    twice = slope(function.grad, x, t)
    np.testing.assert_allclose(function.hvp(x, t), twice, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("case", PROGRAMS, ids=_text)
def test_float32_stays_float32(case: tuple[str, Program, tuple[int, ...]]) -> None:
    _, program, shape = case
    x = sample(shape)
    narrow = adgen.grad(program, jit=False)(x.astype(np.float32))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, adgen.grad(program, jit=False)(x), rtol=1e-2, atol=1e-2)


@pytest.mark.jit
@pytest.mark.parametrize(
    "case", [PROGRAMS[k] for k in (1, 5, 9, 12, 15, 19, 24, 29)], ids=_text
)  # fmt: skip
def test_numba_runs_what_numpy_runs(case: tuple[str, Program, tuple[int, ...]]) -> None:
    _, program, shape = case
    for x in (sample(shape), sample(shape)[..., ::-1]):
        np.testing.assert_allclose(adgen.differentiate(program)(x), program(x), rtol=1e-12)
        np.testing.assert_allclose(
            adgen.grad(program)(x), adgen.grad(program, jit=False)(x), rtol=1e-9, atol=1e-11
        )


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_what_numpy_refuses_raises_as_numpy_does(jit: bool) -> None:
    def inverse(a):
        return np.sum(np.linalg.inv(a))

    def root(a):
        return np.sum(np.linalg.cholesky(a))

    for function, x in (
        (inverse, np.ones((2, 2))),
        (inverse, np.ones((2, 3))),
        (root, -np.eye(2)),
    ):
        with pytest.raises(np.linalg.LinAlgError) as expected:
            function(x)
        for call in (adgen.differentiate(function, jit=jit), adgen.grad(function, jit=jit)):
            with pytest.raises(np.linalg.LinAlgError) as caught:
                call(x)
            assert str(caught.value) == str(expected.value)


def test_arguments_are_left_as_they_are() -> None:
    a = sample(SQUARE)
    before = a.copy()
    adgen.grad(lambda a: np.sum(np.linalg.inv(a) ** 2), jit=False)(a)
    np.testing.assert_array_equal(a, before)


def test_results_are_what_numpy_returns() -> None:
    found = adgen.differentiate(lambda a: np.linalg.eigh(a), jit=False)(spd(sample(SQUARE)))
    assert type(found) is type(np.linalg.eigh(EYE))
    names = inspect.signature(type(found)).parameters
    assert list(names) == ["eigenvalues", "eigenvectors"]
    assert (
        adgen.differentiate(lambda a: np.linalg.inv(a), jit=False)(EYE.astype(int)).dtype == float
    )


REFUSED: list[tuple[Program, type[Exception], str]] = [
    (lambda a: np.sum(la.svd(a)[0]), NotDifferentiable, "the vectors that complete a basis"),
    (lambda a: np.sum(la.qr(a, mode="r")), UnsupportedSyntax, "the mode is not 'reduced'"),
    (lambda a: np.sum(la.inv(a[0])), UnsupportedSyntax, "it takes matrices"),
    (lambda a: np.sum(la.lstsq(a, a[0])[1]), NotDifferentiable, "only the solution has a derivati"),
    (lambda a: la.solve(a, 1.0)[0], UnsupportedSyntax, "the right side is a number"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals(case: int) -> None:
    function, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message):
        adgen.grad(function, jit=False)(sample(SQUARE))
