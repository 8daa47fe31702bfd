"""Optimisers against Autograd's own, and nested parameters as vectors."""

from __future__ import annotations

import doctest
import inspect

import numpy as np
import pytest

import adgen
from adgen import (
    aliases,
    controls,
    flatten,
    flattening,
    matrices,
    named_gradients,
    optimizers,
    transforms,
)

START = np.array([1.0, 2.0, -3.0])


def bowl(x, i):
    return (x[0] - 1.0) ** 2 + 3.0 * (x[1] - 1.0) ** 2 + 10.0 * (x[2] + i * 0.01) ** 2


def pair(p, i):
    w, (b, c) = p
    return np.sum((w - 2.0) ** 2) + (b - 1.0) ** 2 + 3.0 * c * c


@pytest.mark.parametrize("name", ["sgd", "rmsprop", "adam"])
def test_steps_are_those_of_autograd(name):
    autograd = pytest.importorskip("autograd")
    theirs = pytest.importorskip("autograd.misc.optimizers")
    expected = getattr(theirs, name)(autograd.grad(bowl), START, num_iters=40)
    found = getattr(optimizers, name)(adgen.grad(bowl, jit=False), START, num_iters=40)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_defaults_are_those_of_autograd():
    theirs = pytest.importorskip("autograd.misc.optimizers")
    for name in ("sgd", "rmsprop", "adam"):
        # Autograd's wrapper hides its signature: it is in the closure
        cells = [cell.cell_contents for cell in getattr(theirs, name).__closure__]
        (plain,) = [cell for cell in cells if inspect.isfunction(cell)]
        expected = [p.default for p in inspect.signature(plain).parameters.values()]
        found = [
            p.default for p in inspect.signature(getattr(optimizers, name)).parameters.values()
        ]
        assert found[: len(expected)] == expected


def test_weights_decay_beside_the_step():
    gradient = adgen.grad(bowl, jit=False)
    plain = optimizers.adam(gradient, START, num_iters=1, step_size=0.1)
    decayed = optimizers.adamw(gradient, START, num_iters=1, step_size=0.1, weight_decay=0.5)
    np.testing.assert_allclose(decayed, plain - 0.1 * 0.5 * START)


@pytest.mark.parametrize("name", ["sgd", "rmsprop", "adam", "adamw", "lbfgs"])
def test_minima_of_nested_parameters(name):
    start = (np.zeros(2, np.float32), (0.0, np.float32(1.0)))
    options = {"step_size": 0.05} if name in ("adam", "adamw", "rmsprop") else {}
    if name == "adamw":
        options["weight_decay"] = 0.0
    w, (b, c) = getattr(optimizers, name)(
        adgen.grad(pair, jit=False), start, num_iters=600, **options
    )
    # rmsprop ends in steps of fixed size, as it does in Autograd
    slack = 0.06 if name == "rmsprop" else 1e-3
    np.testing.assert_allclose(w, 2.0, atol=slack)
    assert (b, c) == pytest.approx((1.0, 0.0), abs=slack)
    assert (w.dtype, type(b), type(c)) == (np.float32, float, np.float32)
    np.testing.assert_array_equal(start[0], 0.0)


def test_callbacks_see_parameters_before_the_step_and_may_keep_them():
    seen = []
    gradient = adgen.grad(pair, jit=False)
    start = (np.zeros(2), (0.0, 1.0))
    end = optimizers.sgd(gradient, start, lambda *what: seen.append(what), num_iters=3)
    assert [i for _, i, _ in seen] == [0, 1, 2]
    np.testing.assert_array_equal(seen[0][0][0], start[0])
    np.testing.assert_array_equal(seen[0][2][0], gradient(start, 0)[0])
    assert not np.array_equal(seen[1][0][0], seen[2][0][0])
    assert not np.array_equal(seen[2][0][0], end[0])


def test_lbfgs_takes_values_and_gradients_and_calls_back_after_each_step():
    gradient = adgen.value_and_grad(pair, jit=False)
    seen = []
    start = (np.zeros(2), (0.0, 1.0))
    w, (b, c) = optimizers.lbfgs(gradient, start, lambda p, i, g: seen.append((p, i, g)))
    np.testing.assert_allclose(w, 2.0)
    assert (b, c) == pytest.approx((1.0, 0.0), abs=1e-8)
    assert [i for _, i, _ in seen] == list(range(len(seen)))
    for params, _, g in seen:
        np.testing.assert_allclose(g[0], gradient(params, 0)[1][0])


def test_progress_is_drawn_only_if_asked_for(capsys):
    gradient = adgen.grad(bowl, jit=False)
    optimizers.sgd(gradient, START, num_iters=3)
    assert capsys.readouterr().err == ""
    optimizers.sgd(gradient, START, num_iters=3, progress=True)
    assert capsys.readouterr().err.endswith("] 3/3\n")
    optimizers.lbfgs(gradient, START, num_iters=3, progress=True)
    assert "/3" in capsys.readouterr().err


def test_flatten_and_back():
    tree = (np.arange(6.0).reshape(2, 3), (1.5, np.float32(2.5), np.array(3.5)), True, None, "name")
    vector, unflatten = flatten(tree)
    np.testing.assert_array_equal(vector, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 1.5, 2.5, 3.5])
    back = unflatten(vector)
    np.testing.assert_array_equal(back[0], tree[0])
    assert [type(part) for part in back[1]] == [float, np.float32, np.ndarray]
    assert back[2:] == (True, None, "name")
    vector[0] = 7.0
    assert tree[0][0, 0] == 0.0
    assert flatten(np.zeros((2, 2), np.float32))[0].dtype == np.float32
    assert flatten(())[0].shape == (0,)


def test_flatten_refuses_what_would_not_be_trained():
    with pytest.raises(adgen.NotDifferentiable, match=r"an integer at `\[1\]`"):
        flatten((1.0, 2))
    _, unflatten = flatten((1.0, np.zeros(2)))
    with pytest.raises(ValueError, match="a tuple of 2 is wanted"):
        unflatten.flatten((1.0,))
    with pytest.raises(ValueError, match=r"has shape \(3,\), it should be \(2,\)"):
        unflatten.flatten((1.0, np.zeros(3)))


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_flatten_inside_of_a_differentiated_function(jit):
    def regular(params):
        vector, _ = flatten(params)
        return np.dot(vector, vector)

    params = {"layers": [(np.ones((2, 2)), np.arange(2.0), None)], "scale": 3.0, "name": "x"}
    found = adgen.grad(regular, jit=jit)(params)
    (W, b, nothing) = found["layers"][0]
    np.testing.assert_allclose(W, 2.0)
    np.testing.assert_allclose(b, [0.0, 2.0])
    assert (nothing, found["scale"], found["name"]) == (None, 6.0, None)
    adgen.check_grads(regular, jit=jit)(params)


def test_integers_that_only_count_stay_and_others_are_refused():
    def powers(p, i):
        return (p["x"] ** p["n"] - 8.0) ** 2

    found = optimizers.adam(
        adgen.grad(powers, jit=False), {"x": 1.0, "n": 3}, num_iters=800, step_size=0.02
    )
    assert found["x"] == pytest.approx(2.0, abs=1e-3) and found["n"] == 3
    with pytest.raises(adgen.NotDifferentiable, match=r"`p\['b'\]` is an integer"):
        optimizers.sgd(adgen.grad(lambda p, i: p["x"] * p["b"], jit=False), {"x": 1.0, "b": 0})
    with pytest.raises(ValueError, match="the gradient moves integers"):
        optimizers.sgd(lambda p, i: {"x": 1.0, "b": 2.0}, {"x": 1.0, "b": 0})


def several(x, n, w=2.0, *more):
    return np.sum(x**n) * w + more[0] ** 2


def test_gradients_by_name():
    args = np.ones(2), 2, 3.0, 4.0
    found = adgen.multigrad_dict(several, jit=False)(*args)
    assert list(found) == ["x", "w", "more"]
    np.testing.assert_array_equal(found["x"], [6.0, 6.0])
    assert (found["w"], found["more"]) == (2.0, (8.0,))
    assert adgen.grad_named(several, "w", jit=False)(*args) == 2.0
    assert adgen.multigrad_dict(lambda n: n * 2, jit=False)(3) == {}


def with_rest(x, scale):
    y = x * scale
    return np.sum(y * y), (y, x.shape[0], "rest")


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_gradient_and_what_is_beside_it(jit):
    x = np.arange(3.0)
    gradient, (y, n, name) = adgen.grad_and_aux(with_rest, jit=jit)(x, 2.0)
    np.testing.assert_allclose(gradient, 8.0 * x)
    np.testing.assert_allclose(y, 2.0 * x)
    assert (n, name) == (3, "rest")
    both, _ = adgen.grad_and_aux(with_rest, (0, 1), jit=jit)(x, 2.0)
    assert both[1] == pytest.approx(20.0)


def test_gradient_and_what_is_beside_it_needs_a_pair():
    for function in (lambda x: x, lambda x: (x, x, x), lambda x: ((x,), x)):
        with pytest.raises(adgen.NotDifferentiable, match="a pair of results"):
            adgen.grad_and_aux(function, jit=False)(1.0)


@pytest.mark.parametrize(
    "module",
    [optimizers, flattening, named_gradients, transforms, matrices, controls]
    + [pytest.param(aliases, marks=pytest.mark.jit)],
)
def test_the_examples_in_docstrings(module):
    failed, tried = doctest.testmod(module, extraglobs={"np": np})
    assert tried and not failed
