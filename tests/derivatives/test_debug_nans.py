"""``debug_nans=True``: results that are not finite are traced back to lines of the user's."""

import numpy as np
import pytest

import adgen

ENGINES = [False, pytest.param(True, marks=pytest.mark.jit)]
pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.parametrize("jit", ENGINES, ids=["cpython", "numba"]),
]


def roots(x, weight):
    total = 0.0
    for i in range(x.shape[0]):
        root = np.sqrt(x[i])
        total += weight * root
    return total


def entropy(x):
    logarithm = np.log(x)
    return np.sum(logarithm * x)


def length(x):
    d = x - x
    return np.sqrt(np.sum(d * d))


def doubled(x):
    x[0] = np.log(x[0])
    return np.sum(x * 2.0)


def _error(derivative, *args):
    with pytest.raises(adgen.NotFinite) as caught:
        derivative(*args)
    return caught.value


def test_the_line_of_the_first_adjoint_and_the_trip(jit):
    gradient = adgen.grad(roots, debug_nans=True, jit=jit)
    error = _error(gradient, np.array([1.0, 4.0, 0.0, 1.0]), 2.0)
    assert error.span.snippet == "root = np.sqrt(x[i])"
    assert error.message == (
        "the first adjoint that is not finite (inf) arises in the derivative of this, where i = 2"
    )
    assert error.notes == ()
    assert isinstance(error, FloatingPointError)


def test_the_value_that_it_comes_from(jit):
    error = _error(adgen.value_and_grad(entropy, debug_nans=True, jit=jit), np.array([1.0, -1.0]))
    assert error.span.snippet == "logarithm = np.log(x)"
    ((text, place),) = error.notes
    assert text == "the first value that is not finite (nan) arises here"
    assert place.snippet == "logarithm = np.log(x)"


def test_arguments_that_are_not_finite(jit):
    error = _error(adgen.grad(entropy, debug_nans=True, jit=jit), np.array([1.0, np.nan]))
    assert error.hint == "the argument `x` is not finite to begin with"


def test_plain_calls(jit):
    error = _error(adgen.differentiate(entropy, debug_nans=True, jit=jit), np.array([0.0, 1.0]))
    assert error.message == "the first value that is not finite (-inf) arises here"
    error = _error(adgen.differentiate(doubled, debug_nans=True, jit=jit), np.array([-1.0, 1.0]))
    assert error.span.snippet == "x[0] = np.log(x[0])"


def test_pullbacks_pushforwards_and_second_derivatives(jit):
    _, pullback = adgen.vjp(length, np.ones(3), debug_nans=True, jit=jit)
    assert _error(pullback, 1.0).span.snippet == "return np.sqrt(np.sum(d * d))"
    x = np.array([0.0, 2.0])
    error = _error(lambda: adgen.jvp(entropy, (x,), (x + 1,), debug_nans=True, jit=jit))
    assert "tangent" in error.message and error.span.snippet == "logarithm = np.log(x)"
    for derivative in (
        lambda: adgen.hvp(entropy, debug_nans=True, jit=jit)(x, np.ones(2)),
        lambda: adgen.hessian(entropy, debug_nans=True, jit=jit)(x),
        lambda: adgen.jacobian(entropy, debug_nans=True, jit=jit)(x),
    ):
        assert _error(derivative).span.snippet == "logarithm = np.log(x)"


def test_finite_results_are_those_without(jit, capsys):
    def shown(x):
        print("value", x[0])
        return np.sum(np.where(x >= 0.0, np.sqrt(x), 0.0))

    x = np.array([4.0, -1.0])
    watched = adgen.grad(shown, debug_nans=True, jit=jit)
    for _ in range(3):
        np.testing.assert_array_equal(watched(x), adgen.grad(shown, jit=jit)(x))
    assert capsys.readouterr().out == "value 4.0\n" * 6
    with pytest.raises(adgen.NotFinite):
        watched(np.array([0.0, 1.0]))
    assert capsys.readouterr().out == "value 0.0\n"  # to look into it prints nothing
