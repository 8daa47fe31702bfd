"""The cases: hand-written adjoints, generated gradients and peers' objectives are all right."""

import inspect

import numpy as np
import pytest

from benchmarks.cases import CASES
from benchmarks.peers import PEERS
from benchmarks.sides import TOLERANCE, Side, by_hand, generated, of_peer, with_vector_mathematics

names = [case.name for case in CASES]
STYLES = [(case, style) for case in CASES for style in case.styles]
pytestmark = pytest.mark.jit


def numerical(case, arguments, name):
    """Central differences, extrapolated twice, of the user's function in plain Python."""
    objective = next(iter(case.styles.values()))
    position = list(inspect.signature(objective).parameters).index(name)
    point = np.atleast_1d(np.asarray(arguments[position], dtype=float))
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):

        def slope(h, index=index):
            values = []
            for step in (h, -h):
                moved = point.copy()
                moved[index] += step
                changed = moved if np.ndim(arguments[position]) else moved[0]
                values.append(objective(*arguments[:position], changed, *arguments[position + 1 :]))
            return (values[0] - values[1]) / (2.0 * h)

        gradient[index] = (64.0 * slope(2.5e-4) - 20.0 * slope(5e-4) + slope(1e-3)) / 45.0
    return gradient if np.ndim(arguments[position]) else gradient[0]


@pytest.mark.parametrize("case", CASES, ids=names)
def test_handwritten_adjoints(case):
    arguments = case.data(**case.small)
    value, gradients = by_hand(case, arguments)()
    for function in case.styles.values():
        np.testing.assert_allclose(value, function(*arguments), rtol=1e-12)
    for name, gradient in zip(case.wrt, gradients, strict=True):
        expected = numerical(case, arguments, name)
        np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("case", CASES, ids=names)
def test_vector_mathematics_by_hand(case):
    side = with_vector_mathematics(case, case.data(**case.small))
    assert side is None or side.difference < TOLERANCE


@pytest.mark.parametrize(("case", "style"), STYLES, ids=[f"{c.name}-{s}" for c, s in STYLES])
def test_generated_gradients(case, style):
    side = generated(case, style, case.data(**case.small), jit=False)
    assert isinstance(side, Side), side
    assert side.difference < TOLERANCE


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("case", CASES, ids=names)
def test_peers(case, peer):
    if peer not in case.peers:
        pytest.skip("none")
    if PEERS[peer].missing() is not None:
        pytest.skip("not installed")
    side = of_peer(case, peer, case.data(**case.small), scales=False)
    assert isinstance(side, Side) and side.difference < TOLERANCE
