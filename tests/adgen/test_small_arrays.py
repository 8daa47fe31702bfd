"""Small arrays in compiled gradients: derivatives, guessed extents, text."""

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

RNG = np.random.default_rng(7)


def orbit(state, rates, steps):
    for _ in range(steps):
        met = state[0] * state[1]
        slope = np.array([rates[0] * state[0] - met, met - rates[1] * state[1]])
        state = state + 0.1 * slope
    return np.sum(state**2)


def chain(angles, offsets):
    """A chain of rotations, each with an offset, as matrices of three by three."""
    frame = np.eye(3)
    total = np.zeros(3)
    for k in range(angles.shape[0]):
        c, s = np.cos(angles[k]), np.sin(angles[k])
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        frame = frame @ turn
        if angles[k] > 0.5:
            frame = frame.T
        total = total + frame @ offsets[k]
    return total @ total + frame[0, 1]


def loops(points, turn):
    """Vectors of three filled by loops; what a branch leaves."""
    total = 0.0
    moved = np.zeros(3)
    for i in range(points.shape[0]):
        for j in range(3):
            moved[j] = 0.0
            for c in range(3):
                moved[j] += turn[j, c] * points[i, c]
        if moved[0] > 0.0:
            moved[1] = moved[0] * moved[2]
        total += moved[0] * moved[1] - np.sin(moved[2])
    return total


def picked(x, k):
    """A place that the run decides: the array stays."""
    v = np.zeros(3)
    for j in range(3):
        v[j] = x[j] * x[0]
    return v[k] ** 2


def outer(x):
    """Small results."""
    v = np.array([x[0] * x[1], np.exp(x[1])])
    return v * 2.0, np.outer(v, v)


CASES = {
    "orbit": (orbit, (np.array([1.0, 0.5]), np.array([1.5, 0.8]), 7)),
    "no steps": (orbit, (np.array([1.0, 0.5]), np.array([1.5, 0.8]), 0)),
    "chain": (chain, (np.array([0.3, 0.9, -0.4, 0.7]), RNG.normal(size=(4, 3)))),
    "loops": (loops, (RNG.normal(size=(6, 3)), RNG.normal(size=(3, 3)))),
    "picked": (picked, (np.array([0.5, 2.0, -1.0]), 2)),
}
JITS = [False, pytest.param(True, marks=pytest.mark.jit)]


@pytest.mark.parametrize("jit", JITS)
@pytest.mark.parametrize("name", CASES)
def test_derivatives(name, jit):
    function, arguments = CASES[name]
    agrees(function, *arguments, jit=jit)


@pytest.mark.jit
def test_small_results():
    x = np.array([0.5, -0.75])
    compiled = adgen.differentiate(outer)
    for found, wanted in zip(compiled(x), outer(x), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-15)
    first, second = adgen.differentiate(outer)(x)
    first[0] = 7.0
    assert second[0, 0] != 7.0


def shifted(x, shift, steps):
    for _ in range(steps):
        x = x + np.array([shift, 1.0])
    return np.sum(x**2)


@pytest.mark.jit
def test_an_extent_that_was_guessed_wrong():
    """Without a step ``x`` may have any length: the guess of two is given up."""
    gradient = adgen.grad(shifted)
    np.testing.assert_array_equal(gradient(np.array([1.0, 2.0]), 0.5, 2), [4.0, 8.0])
    np.testing.assert_array_equal(gradient(np.array([1.0, 2.0, 3.0]), 0.5, 0), [2.0, 4.0, 6.0])
    np.testing.assert_array_equal(gradient(np.array([1.0, 2.0]), 0.5, 2), [4.0, 8.0])
    with pytest.raises(ValueError, match=r"x has shape \(3,\)"):
        gradient(np.array([1.0, 2.0, 3.0]), 0.5, 2)


@pytest.mark.jit
def test_nothing_is_guessed_inside_of_numba():
    """There no one comes back for code that guesses nothing."""
    numba = pytest.importorskip("numba")
    gradient = adgen.grad(shifted)

    @numba.njit
    def call(x, steps):
        return gradient(x, 0.5, steps)

    np.testing.assert_array_equal(call(np.array([1.0, 2.0, 3.0]), 0), [2.0, 4.0, 6.0])
    np.testing.assert_array_equal(call(np.array([1.0, 2.0]), 2), [4.0, 8.0])


def test_text():
    """The state travels in scalars that say what they are, and nothing is allocated in loops."""
    text = adgen.differentiate(orbit, wrt="state").source(
        np.array([1.0, 0.5]), np.array([1.5, 0.8]), 7, stage="numba"
    )
    assert "state_0 +=" in text or "state_0 = " in text
    assert "if state.shape[0] != 2" in text
    assert text.count("empty_1d(2)") == 1  # the gradient


def test_people_read_arrays():
    text = adgen.differentiate(orbit, wrt="state").source(
        np.array([1.0, 0.5]), np.array([1.5, 0.8]), 7
    )
    assert "state_0" not in text


def skinned(turns, vertices, weights):
    """Products with small matrices, row by row, in a loop."""
    total = np.zeros_like(vertices)
    for k in range(turns.shape[0]):
        c, s = np.cos(turns[k]), np.sin(turns[k])
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        total = total + weights[:, k : k + 1] * (vertices @ turn.T + np.ones(3))
    return np.sum(total**2)


SKINNED = (np.array([0.3, -0.7]), RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2)))


@pytest.mark.parametrize("jit", JITS)
def test_rows_times_a_small_matrix(jit):
    agrees(skinned, *SKINNED, jit=jit)


def test_short_loops_without_functions_are_written_out_rather_than_blocked():
    text = adgen.differentiate(skinned, wrt="turns").source(*SKINNED, stage="numba")
    assert "_first" not in text and "matmul" not in text


def turned(axes, points):
    """Elementary functions of rows that are gathered: these loops run in blocks."""
    total = 0.0
    for k in range(axes.shape[0]):
        axis = axes[k] * np.ones(3)
        for j in range(3):
            total += np.sin(axis[j]) * np.cos(axis[j] * points[k, j])
    return total


@pytest.mark.parametrize("jit", JITS)
def test_functions_of_rows(jit):
    agrees(turned, RNG.normal(size=(9, 3)), RNG.normal(size=(9, 3)), jit=jit)
