"""Arrays without axes: what a user can tell of them is as in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import adgen


def _kept(x):
    return x


def _computed(x):
    return 2.0 * x


def _chosen(x):
    return np.where(x > 0, x, 0.0)


def _nested(x):
    return {"a": x, "b": np.array(x), "c": (x * x, np.sum(x))}


def _summed(x):
    total = np.asarray(x * 1.0)
    for _ in range(3):
        total += x
    return total


def _narrow(x):
    total = np.asarray(x, dtype=np.float32)
    total += 0.1
    return total


def _squeezed(x):
    return np.squeeze(x * np.ones((1, 1)))


def _spread(x):
    return np.cov(np.array([1.0, 2.0, 4.0]) * x)


PROGRAMS = [_kept, _computed, _chosen, _nested, _summed, _narrow, _squeezed, _spread]
GIVEN = [2.0, np.float64(2.0), np.array(2.0)]


def _same(found, expected) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, dict):
        found, expected = tuple(found.values()), tuple(expected.values())
    if isinstance(expected, tuple):
        for one, two in zip(found, expected, strict=True):
            _same(one, two)
        return
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("function", PROGRAMS)
@pytest.mark.parametrize("x", GIVEN, ids=lambda x: type(x).__name__)
def test_results(function, x) -> None:
    _same(adgen.differentiate(function, jit=False)(x), function(x))


@pytest.mark.jit
@pytest.mark.parametrize("function", [_kept, _nested, _summed, _narrow])
def test_results_of_machine_code(function) -> None:
    _same(adgen.differentiate(function)(np.array(2.0)), function(np.array(2.0)))


@pytest.mark.parametrize("x", GIVEN, ids=lambda x: type(x).__name__)
def test_derivatives(x) -> None:
    value, gradient = adgen.value_and_grad(lambda x: np.where(x > 0, x * x, 0.0), jit=False)(x)
    assert type(value) is np.ndarray
    assert type(gradient) is type(x)
    assert (value, gradient) == (4.0, 4.0)
    value, tangent = adgen.jvp(_chosen, (x,), (1.0,), jit=False)
    assert type(value) is np.ndarray
    assert tangent == 1.0


def test_results_can_be_assigned_to() -> None:
    result = adgen.differentiate(_chosen, jit=False)(2.0)
    result[...] = 5.0
    assert result == 5.0
    assert adgen.differentiate(_chosen, jit=False)(2.0) == 2.0


def _argument_changed(x):
    y = x
    y += 1.0
    return x * x


def _changed_in_a_loop(x):
    for _ in range(3):
        x *= 0.5
    return x


def _view_changed(x):
    y = np.squeeze(np.asarray(x))
    y += 1.0
    return x * x


def _two_names(x):
    y = np.array(x)
    z = y
    y += 1.0
    return y * z


@pytest.mark.parametrize("function", [_argument_changed, _changed_in_a_loop, _view_changed])
def test_a_change_that_the_caller_sees_is_refused(function) -> None:
    with pytest.raises(adgen.UnsupportedError, match="in place, which the caller sees"):
        adgen.differentiate(function, jit=False)(np.array(2.0))
    assert adgen.grad(function, jit=False)(2.0) == pytest.approx(
        (function(2.0 + 1e-6) - function(2.0 - 1e-6)) / 2e-6
    )


def test_a_change_that_another_name_sees_is_refused() -> None:
    with pytest.raises(adgen.UnsupportedError, match="in place, which another name sees"):
        adgen.grad(_two_names, jit=False)(2.0)


def test_a_copy_may_be_changed() -> None:
    def copied(x):
        y = x.copy()
        y += 1.0
        return x * y

    assert adgen.grad(copied, jit=False)(np.array(2.0)) == 5.0


def test_floats_are_not_added_to_integers() -> None:
    def added(x, n):
        m = np.array(n)
        m += x
        return m * x

    with pytest.raises(adgen.UnsupportedError, match="floats are added in place"):
        adgen.grad(added, jit=False)(2.0, 3)


def _through_a_reshape(x):
    y = np.copy(x[0] * 2.0)
    y.reshape(-1)[::2] = 0.1
    return y * x[1]


def _through_more_axes(x):
    y = np.array(x[0])
    z = np.atleast_1d(y)
    z[0] = 3.0
    return y * x[1]


def _of_a_constant(x):
    y = np.array(5.0)
    z = y
    z += x[0]
    return y * x[1]


def _seen_through_a_view(x):
    y = np.array(x[0])
    z = np.broadcast_to(y, (3,))
    y += x[1]
    return np.sum(z) * y


def _seen_through_a_view_of_a_constant(x):
    y = np.array(5.0)
    z = np.expand_dims(y, 0)
    y += x[1]
    return np.sum(z) * y


def _in_a_list(x):
    y = np.array(x[0])
    held = [y, x[1]]
    y += 1.0
    return held[0] * held[1]


def _in_a_tuple(x):
    y = np.array(x[0])
    held = (y, x[1])
    y += 1.0
    return held[0] * held[1]


def _by_a_dict(x):
    y = np.array(x[0])
    held = {"a": y}
    held["a"] += 1.0
    return y * x[1]


def _held_twice(x):
    y = np.array(x[0])
    held = [y, y]
    held[0] += 1.0
    return held[1] * x[1]


@pytest.mark.parametrize(
    "function",
    [
        _in_a_list, _in_a_tuple, _by_a_dict, _held_twice, _through_a_reshape,
        _through_more_axes, _of_a_constant, _seen_through_a_view,
        _seen_through_a_view_of_a_constant,
    ],
)  # fmt: skip
def test_changes_through_views_are_refused(function) -> None:
    with pytest.raises(adgen.UnsupportedError, match="in place, which another name sees"):
        adgen.grad(function, jit=False)(np.array([2.0, 3.0]))


def _squeezed_and_written(x):
    y = np.array([x[0]])
    z = np.squeeze(y)
    y[0] = x[1] * 7.0
    return z * x[0]


def _squeezed_and_changed(x):
    y = np.array([[x[0]]])
    z = y.squeeze(axis=(0, 1))
    z += x[1]
    return y[0, 0] * x[0]


def _read_only(x):
    y = np.atleast_1d(np.array(x[0]))
    return y[0] * np.reshape(x[1] * 2.0, (1, 1))[0, 0]


def _of_numbers(x):
    y = np.atleast_1d(3.0)
    y[0] = x[0]
    z = np.sum(x).reshape(1)
    z += x[1]
    return y[0] * z[0]


@pytest.mark.parametrize(
    "function", [_squeezed_and_written, _squeezed_and_changed, _read_only, _of_numbers]
)
def test_views_that_may_be_changed_or_are_read(function) -> None:
    x = np.array([2.0, 3.0])
    value, gradient = adgen.value_and_grad(function, jit=False)(x)
    assert value == function(x.copy())
    slopes = [(function(x + 1e-6 * unit) - function(x - 1e-6 * unit)) / 2e-6 for unit in np.eye(2)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-7)
