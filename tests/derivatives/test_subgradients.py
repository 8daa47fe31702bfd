"""What holds at kinks: conventions by default, and as chosen."""

import subprocess
import sys

import numpy as np
import pytest

import adgen
from adgen.transpiler.primitives.conventions import CONVENTIONS
from adgen.transpiler.primitives.table import entries

ENGINES = [False, pytest.param(True, marks=pytest.mark.jit)]
engines = pytest.mark.parametrize("jit", ENGINES, ids=["cpython", "numba"])
X = np.array([0.0, -1.0, 2.0, 0.0])
M = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 1.0], [3.0, 0.0, 3.0]])


def magnitudes(x):
    return np.sum(np.abs(x) * np.arange(1.0, 5.0)) + abs(x[0])


def greater(x, y):
    return np.sum(np.maximum(x, y))


def lesser(x):
    return np.sum(np.fmin(x, 0.0))


def of_rows(m):
    return np.sum(np.max(m, axis=1) * np.array([1.0, 10.0, 100.0]))


def of_all(m):
    return np.max(m) - np.min(m)


def of_axes(m):
    return np.max(m, axis=(1, 0), keepdims=True)[0, 0]


def of_two(a, b):
    return max(a, b) + min(a, b * 1.0)


def bounded(x):
    return np.sum(np.clip(x, 0.0, 2.0) * np.arange(1.0, 5.0))


def stepped(m, x):
    return np.sum(np.heaviside(m[0, :1] * 0.0, x) * m[0, 1]) + np.heaviside(x[1], x[2])


def distance(x):
    return np.linalg.norm(x - x[0])


CASES = [
    (lambda x: stepped(M, x), (X,), {}, [3, 3, 3, 3]),
    (magnitudes, (X,), {}, [0, -2, 3, 0]),
    (magnitudes, (X,), {"abs": 1}, [2, -2, 3, 4]),
    (magnitudes, (X,), {"abs": -0.5}, [-1, -2, 3, -2]),
    (greater, (X, X), {}, [0.5, 0.5, 0.5, 0.5]),
    (greater, (X, X), {"max": "first"}, [1, 1, 1, 1]),
    (greater, (X, X), {"max": "last"}, [0, 0, 0, 0]),
    (lesser, (X,), {}, [0.5, 1, 0, 0.5]),
    (lesser, (X,), {"max": "first"}, [1, 1, 0, 1]),
    (lesser, (X,), {"max": "last"}, [0, 1, 0, 0]),
    (of_rows, (M,), {}, [[0, 0.5, 0.5], [5, 5, 0], [50, 0, 50]]),
    (of_rows, (M,), {"max": "first"}, [[0, 1, 0], [10, 0, 0], [100, 0, 0]]),
    (of_rows, (M,), {"max": "last"}, [[0, 0, 1], [0, 10, 0], [0, 0, 100]]),
    (of_all, (M,), {}, [[0, 0.25, 0.25], [0, 0, 0], [0.25, -1, 0.25]]),
    (of_all, (M,), {"max": "last"}, [[0, 0, 0], [0, 0, 0], [0, -1, 1]]),
    (of_axes, (M,), {"max": "first"}, [[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
    (of_two, (1.0, 1.0), {}, 2.0),
    (of_two, (1.0, 1.0), {"max": "share"}, 1.0),
    (of_two, (1.0, 1.0), {"max": "last"}, 0.0),
    (bounded, (X,), {}, [1, 0, 3, 4]),
    (bounded, (X,), {"clip": 0}, [0, 0, 0, 0]),
    (bounded, (X,), {"clip": 0.5}, [0.5, 0, 1.5, 2]),
    (distance, (np.ones(3),), {"sqrt": 0}, [0, 0, 0]),
]


@engines
@pytest.mark.parametrize(("function", "args", "chosen", "expected"), CASES)
def test_reverse_and_forward(function, args, chosen, expected, jit):
    found = adgen.grad(function, jit=jit, subgradients=chosen)(*args)
    np.testing.assert_array_equal(found, expected)
    direction = np.linspace(1.0, 2.0, np.size(args[0])).reshape(np.shape(args[0]))
    tangents = (direction if np.ndim(args[0]) else 1.0, *[None] * (len(args) - 1))
    _, tangent = adgen.jvp(function, args, tangents, jit=False, subgradients=chosen)
    np.testing.assert_allclose(tangent, np.sum(np.multiply(expected, direction)))


@engines
def test_a_bound_has_the_rest(jit):
    def clipped(a, low, high):
        return np.clip(a, low, high)

    gradient = adgen.grad(clipped, (0, 1, 2), jit=jit, subgradients={"clip": 0.25})
    assert gradient(1.0, 1.0, 2.0) == (0.25, 0.75, 0.0)
    assert gradient(2.0, 1.0, 2.0) == (0.25, 0.0, 0.75)
    assert gradient(1.5, 1.0, 2.0) == (1.0, 0.0, 0.0)
    assert gradient(0.5, 1.0, 2.0) == (0.0, 1.0, 0.0)


def test_each_choice_is_compiled_for_itself():
    chosen = adgen.differentiate(magnitudes, jit=False, subgradients={"abs": 1})
    assert adgen.grad(magnitudes, jit=False)(X)[0] == 0.0
    assert chosen.grad(X)[0] == 2.0
    assert chosen.jacobian(X)[0] == 2.0
    assert adgen.grad(magnitudes, jit=False)(X)[0] == 0.0
    assert "1.0 if t2 == 0 else np.sign(t2)" in chosen.source(X)
    assert adgen.vjp(magnitudes, X, jit=False, subgradients={"abs": 1})[1](1.0)[0][0] == 2.0


def test_derivatives_inside_follow_the_whole():
    def inner(x):
        return np.sum(adgen.grad(magnitudes)(x) * x)

    found = adgen.grad(inner, jit=False, subgradients={"abs": 1})(X)
    np.testing.assert_array_equal(found, [2, -2, 3, 4])
    own = adgen.differentiate(magnitudes, subgradients={"abs": 1})
    whole = lambda x: own(x) * 2.0  # noqa: E731
    assert adgen.grad(whole, jit=False, subgradients={"abs": 1})(X)[0] == 4.0
    with pytest.raises(adgen.UnsupportedSyntax, match="has subgradients of its own"):
        adgen.grad(whole, jit=False)(X)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cosine": 1}, 'there are "abs", "max", "clip", "sqrt"'),
        ({"abs": "first"}, "\"abs\": 'first' is given, it takes a number"),
        ({"max": 1}, '"max": 1 is given, it takes "share", "first", "last"'),
    ],
)
def test_choices_that_there_are_not(given, message):
    with pytest.raises(ValueError) as caught:
        adgen.grad(magnitudes, subgradients=given)
    assert message in str(caught.value)


def test_entries_name_conventions():
    named = {entry.convention for entry in entries()} - {""}
    assert named == set(CONVENTIONS)


def test_a_file_that_is_only_read(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(
        "import adgen\nimport numpy as np\n\n\n"
        '@adgen.differentiate(subgradients={"abs": 1.0})\n'
        "def f(x):\n    return np.sum(np.abs(x))\n"
    )
    command = [sys.executable, "-m", "adgen", "show", str(file)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "np.where(x == 0, 1.0, np.sign(x))" in shown
