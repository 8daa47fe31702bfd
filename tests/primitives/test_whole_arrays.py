"""Functions on whole arrays: values, both modes, second order, float32, Numba, for every entry."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

import adgen
from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.primitives.spelling import called
from tests.coverage.cases import CASES
from tests.primitives.cases import WHOLE

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


def lower_system(a):
    return np.sum(np.sin(sl.solve_triangular(a[:, :3], a[:, 3], lower=True)))


def turned_systems(a):
    return np.sum(np.sin(sl.solve_triangular(a[:, :3], a[:, 3:], trans="T")))


def unit_systems(a):
    found = sl.solve_triangular(a[:, :3], a[:, 3:], trans=1, lower=True, unit_diagonal=True)
    return np.sum(np.sin(found))


PROGRAMS: list[tuple[str, Program, tuple[int, ...]]] = [
    ("np.linalg.inv", lambda a: np.sum(np.sin(la.inv(a))), SQUARE),
    ("np.linalg.inv", lambda a: np.sum(np.sin(la.inv(a))), STACK),
    ("np.linalg.det", lambda a: la.det(a) ** 2, SQUARE),
    ("np.linalg.det", lambda a: np.sum(la.det(a) ** 2), STACK),
    ("np.linalg.slogdet", lambda a: la.slogdet(a)[1], SQUARE),
    ("np.linalg.slogdet", lambda a: np.sum(la.slogdet(a).logabsdet ** 2), STACK),
    ("np.linalg.slogdet", lambda a: la.slogdet(a)[0] * np.sum(a * a), SQUARE),
    ("np.linalg.solve", lambda a: np.sum(np.sin(la.solve(a[:, :3], a[:, 3]))), WIDE),
    ("np.linalg.solve", lambda a: np.sum(np.sin(la.solve(a[:, :3], a[:, 3:]))), (3, 5)),
    ("np.linalg.solve", lambda a: np.sum(la.solve(a[:, :, :3], a[:, :, 3:]) ** 2), (2, 3, 5)),
    ("np.linalg.solve", lambda a: np.sum(la.solve(a[:, :, :3], a[0, :, 3]) ** 2), (2, 3, 5)),
    ("np.linalg.solve", lambda a: np.sum(la.solve(a[0, :, :3], a[:, :, 3:]) ** 2), (2, 3, 5)),
    ("np.linalg.cholesky", lambda a: np.sum(np.sin(la.cholesky(spd(a)))), SQUARE),
    ("np.linalg.cholesky", lambda a: np.sum(np.sin(la.cholesky(spd(a)))), STACK),
    ("np.linalg.cholesky", lambda a: np.sum(np.sin(la.cholesky(spd(a), upper=True))), SQUARE),
    ("np.linalg.eigh", by_eigenvectors, SQUARE),
    ("np.linalg.eigh", lambda a: np.sum(la.eigh(sym(a)).eigenvalues ** 3), STACK),
    ("np.linalg.eigvalsh", lambda a: np.sum(np.sin(la.eigvalsh(sym(a)))), SQUARE),
    ("np.linalg.eigvalsh", lambda a: np.sum(np.sin(la.eigvalsh(sym(a), UPLO="U"))), STACK),
    ("np.linalg.svd", by_singular_vectors, TALL),
    ("np.linalg.svd", by_singular_vectors, SQUARE),
    ("np.linalg.svd", by_singular_vectors, (2, 3)),
    ("np.linalg.svd", lambda a: np.sum(la.svd(a)[1] ** 3), (2, 4, 3)),
    ("np.linalg.svd", lambda a: np.sum(la.svd(a, compute_uv=False) ** 3), TALL),
    ("np.linalg.qr", by_qr, TALL),
    ("np.linalg.qr", by_qr, SQUARE),
    ("np.linalg.qr", lambda a: np.sum(np.cos(la.qr(a).R)), (2, 4, 3)),
    ("np.linalg.pinv", lambda a: np.sum(np.sin(la.pinv(a))), TALL),
    ("np.linalg.pinv", lambda a: np.sum(np.sin(la.pinv(a))), (2, 3, 4)),
    ("np.linalg.lstsq", fitted, (5, 4)),
    ("np.linalg.lstsq", fitted, (2, 4)),
    ("np.linalg.lstsq", lambda a: np.sum(la.lstsq(a[:, :2], a[:, 2:])[0] ** 2), (4, 4)),
    ("linalg.inv", lambda a: np.sum(np.sin(sl.inv(a))), SQUARE),
    ("linalg.det", lambda a: sl.det(a) ** 2, SQUARE),
    ("linalg.expm", lambda a: np.sum(np.sin(sl.expm(0.3 * a))), SQUARE),
    ("linalg.solve_triangular", lower_system, WIDE),
    ("linalg.solve_triangular", turned_systems, (3, 5)),
    ("linalg.solve_triangular", unit_systems, (3, 5)),
    (
        "linalg.solve_sylvester",
        lambda a: np.sum(sl.solve_sylvester(a[0], a[1], a[2]) ** 2),
        (3, 3, 3),
    ),
    ("cholesky", lambda a: np.sum(np.sin(sl.cholesky(spd(a)))), SQUARE),
    ("cholesky", lambda a: np.sum(np.sin(sl.cholesky(spd(a), lower=True))), SQUARE),
    ("cho_factor", lambda a: np.sum(np.sin(sl.cho_factor(spd(a))[0])), SQUARE),
    ("cho_solve", lambda a: np.sum(sl.cho_solve(sl.cho_factor(spd(a)), a[0]) ** 2), SQUARE),
    ("cho_solve", lambda a: np.sum(sl.cho_solve(sl.cho_factor(spd(a), True), a) ** 2), SQUARE),
    ("solve", lambda a: np.sum(np.sin(sl.solve(a, a[0]))), SQUARE),
    ("norm", lambda a: sl.norm(a, 2), SQUARE),
]
# Helpers of rules, which the library defines for users; what is tested with the library.
OF_LIBRARY = {"cholesky", "cho_factor", "cho_solve", "solve", "norm"}
OF_RULES = {"np.tril", "np.triu", "np.eye"}
ORDER = {"np.argsort", "np.argpartition", "np.searchsorted", "np.digitize"}


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
    tested = {name for name, _, _ in PROGRAMS} - OF_LIBRARY | OF_RULES | ORDER
    entered = {called(entry.callee) for entry in WHOLE}
    assert tested <= entered <= tested | set(CASES)  # those have theirs in tests/coverage


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
    "case", [PROGRAMS[k] for k in (1, 5, 9, 12, 15, 19, 24, 29, 34, 35)], ids=_text
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
    (lambda a: np.sum(la.qr(a, mode="raw")[0]), UnsupportedSyntax, "the reflections of a QR deco"),
    (lambda a: np.sum(la.qr(a, mode="economic")[0]), UnsupportedSyntax, "'economic' is no mode"),
    (lambda a: np.sum(la.inv(a[0])), UnsupportedSyntax, "it takes matrices"),
    (lambda a: sl.sqrtm(a.reshape(1, 3, 3))[0, 0], UnsupportedSyntax, "it takes one matrix"),
    (lambda a: sl.solve_triangular(a, 1.0)[0], UnsupportedSyntax, "the right side is no vector"),
    (lambda a: la.solve(a, 1.0)[0], UnsupportedSyntax, "the right side is a number"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals(case: int) -> None:
    function, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message):
        adgen.grad(function, jit=False)(sample(SQUARE))
