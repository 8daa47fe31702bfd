"""The objectives of ADBench: both styles in both modes, emitted loops, formats."""

import numpy as np
import pytest

import adgen
from benchmarks.adbench import ba, formats, hand, instances
from benchmarks.adbench.problems import BA, CASES, GMM, HAND_COMPLICATED, LSTM, SIZES
from benchmarks.peers import PEERS
from benchmarks.sides import TOLERANCE, generated, of_peer

problems = pytest.mark.parametrize("problem", CASES, ids=lambda case: case.name.split(",")[0])


def directional(objective, arguments, places, directions):
    """The derivative in a direction, by central differences extrapolated twice."""

    def slope(h):
        values = []
        for step in (h, -h):
            moved = list(arguments)
            for place, direction in zip(places, directions, strict=True):
                moved[place] = moved[place] + step * direction
            values.append(objective(*moved))
        return (values[0] - values[1]) / (2.0 * h)

    return (64.0 * slope(2.5e-4) - 20.0 * slope(5e-4) + slope(1e-3)) / 45.0


def directions_of(arguments, places):
    rng = np.random.default_rng(7)
    return [rng.normal(size=np.shape(arguments[place])) for place in places]


def scaled(problem, arguments):
    """Arguments of a size at which differences are precise: features of a unit, not of pixels."""
    if problem is not BA:
        return arguments
    cameras, points, weights, observations, features = arguments
    cameras = cameras / np.array([1.0] * 6 + [400.0] * 3 + [1.0] * 2)
    return cameras, points, weights, observations, features / 400.0


@problems
def test_both_styles_are_one_function(problem):
    arguments = problem.data(**problem.small)
    values = [objective(*arguments) for objective in problem.styles.values()]
    np.testing.assert_allclose(*values, rtol=1e-13)


@problems
@pytest.mark.parametrize("style", ["loops", "numpy"])
def test_generated_derivatives(problem, style):
    objective = problem.styles[style]
    arguments = scaled(problem, problem.data(**problem.small))
    places = problem.positions()
    directions = directions_of(arguments, places)
    expected = directional(objective, arguments, places, directions)
    value, gradients = adgen.value_and_grad(objective, problem.wrt, jit=False)(*arguments)
    np.testing.assert_allclose(value, objective(*arguments), rtol=1e-13)
    found = sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True))
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    tangents = [None] * len(arguments)
    for place, direction in zip(places, directions, strict=True):
        tangents[place] = direction
    value, tangent = adgen.jvp(objective, arguments, tangents, jit=False)
    np.testing.assert_allclose(value, objective(*arguments), rtol=1e-13)
    np.testing.assert_allclose(tangent, found, rtol=1e-11)


@pytest.mark.jit
@problems
def test_compiled(problem):
    arguments = problem.data(**problem.small)
    assert generated(problem, "loops", arguments).difference < TOLERANCE


@problems
def test_no_array_is_copied_in_a_loop(problem):
    for objective in problem.styles.values():
        text = adgen.differentiate(wrt=problem.wrt)(objective).source(
            *problem.data(**problem.small), stage="numba"
        )
        loops = [line for line in text.splitlines() if line.startswith("        ")]
        assert not any("= copied(" in line for line in loops), text


@pytest.mark.jit
@problems
def test_peers(problem):
    arguments = problem.data(**problem.small)
    for peer in problem.peers:
        if PEERS[peer].missing() is None:
            assert of_peer(problem, peer, arguments, scales=False).difference < TOLERANCE


def test_sizes_are_of_the_data():
    for case in CASES:
        for size in SIZES[case.name].values():
            assert set(size) <= set(case.data.keywords), case.name


def test_no_rotation_at_all():
    arguments = BA.data(**BA.small)
    arguments[0][1, :3] = 0.0
    loops = adgen.grad(ba.error_loops, BA.wrt, jit=False)(*arguments)
    arrays = adgen.grad(ba.error_arrays, BA.wrt, jit=False)(*arguments)
    for one, other in zip(loops, arrays, strict=True):
        assert np.all(np.isfinite(one))
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * np.max(np.abs(other)))
    np.testing.assert_array_equal(hand.rotation(0.0, 0.0, 0.0), np.eye(3))


def test_formats(tmp_path):
    kept = (
        (formats.write_gmm, formats.read_gmm, GMM.data(**GMM.small)),
        (formats.write_ba, formats.read_ba, instances.ba(3, 4, 7, repeated=True)),
        (formats.write_lstm, formats.read_lstm, LSTM.data(**LSTM.small)),
    )
    for write, read, arguments in kept:
        write(tmp_path / "instance.txt", arguments)
        _same(read(tmp_path / "instance.txt"), arguments)
    size = HAND_COMPLICATED.small
    for complicated in (False, True):
        arguments = instances.hand(**size, complicated=complicated)
        formats.write_hand(tmp_path, arguments, complicated)
        _same(formats.read_hand(tmp_path, complicated), arguments)


def _same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
