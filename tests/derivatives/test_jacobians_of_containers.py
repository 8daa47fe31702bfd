"""Jacobians and Hessians of containers: nested as the value, in each part as the argument."""

from collections import namedtuple

import numpy as np
import pytest

import adgen

Pair = namedtuple("Pair", "w b")
MODES = ["forward", "reverse", "auto"]
modes = pytest.mark.parametrize("mode", MODES)
X = np.array([1.0, 2.0, 3.0])


def model(p, x):
    return {"y": np.tanh(p["w"] @ x + p["b"]), "n": np.sum(p["w"] ** 2), "count": len(x)}


def parameters():
    return {"w": np.arange(6.0).reshape(2, 3) / 10.0, "b": np.array([0.1, 0.2]), "k": 3}


def energy(p):
    return np.sum((p["w"] @ X + p["b"]) ** 2) * p["s"] ** 2


def _columns(function, flat, step=1e-6):
    """A dense Jacobian by differences."""
    ends = [
        [function(flat + sign * step * unit) for sign in (1.0, -1.0)] for unit in np.eye(len(flat))
    ]
    return np.stack([(one - two) / (2 * step) for one, two in ends], axis=-1)


def _dense(blocks):
    """Nested blocks as one matrix."""
    rows = []
    for value_size, row in blocks:
        parts = [np.reshape(block, (value_size, -1)) for block in row]
        rows.append(np.concatenate(parts, axis=1))
    return np.concatenate(rows)


@modes
@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_dicts(mode, jit):
    found = adgen.jacobian(model, mode=mode, jit=jit)(parameters(), X)
    assert list(found) == ["y", "n", "count"] and found["count"] is None
    assert list(found["y"]) == ["w", "b", "k"] and found["y"]["k"] is None
    assert found["y"]["w"].shape == (2, 2, 3) and found["n"]["w"].shape == (2, 3)

    def flat(v):
        value = model({"w": v[:6].reshape(2, 3), "b": v[6:]}, X)
        return np.append(value["y"], value["n"])

    start = np.append(parameters()["w"], parameters()["b"])
    whole = _dense(
        [(2, [found["y"]["w"], found["y"]["b"]]), (1, [found["n"]["w"], found["n"]["b"]])]
    )
    np.testing.assert_allclose(whole, _columns(flat, start), atol=1e-8)


@modes
def test_by_several_arguments(mode):
    by_p, by_x = adgen.jacobian(model, (0, 1), mode=mode, jit=False)(parameters(), X)
    np.testing.assert_allclose(by_p["n"]["w"], 2 * parameters()["w"])
    np.testing.assert_array_equal(by_x["n"], np.zeros(3))
    slopes = 1 - model(parameters(), X)["y"] ** 2
    np.testing.assert_allclose(by_x["y"], slopes[:, None] * parameters()["w"])


@modes
def test_tuples_of_numbers_and_named_tuples(mode):
    def products(q):
        return (q[0] * q[1], q[1] * 2.0)

    def nested(q):
        return Pair(q.w * q.b, [q.w])

    found = adgen.jacobian(products, mode=mode, jit=False)((2.0, 3.0))
    assert found == ((3.0, 2.0), (0.0, 2.0))
    found = adgen.jacobian(nested, mode=mode, jit=False)(Pair(np.ones(2), 3.0))
    assert type(found) is Pair and type(found.w) is Pair and type(found.b) is list
    np.testing.assert_array_equal(found.w.w, 3.0 * np.eye(2))
    np.testing.assert_array_equal(found.w.b, np.ones(2))
    np.testing.assert_array_equal(found.b[0].b, np.zeros(2))


def test_hessian():
    p = {"w": parameters()["w"], "b": parameters()["b"], "s": 1.5}
    found = adgen.hessian(energy, jit=False)(p)
    keys = ["w", "b", "s"]
    assert list(found) == keys and [list(row) for row in found.values()] == [keys] * 3
    sizes = {"w": 6, "b": 2, "s": 1}
    whole = _dense([(sizes[a], [found[a][b] for b in keys]) for a in keys])
    np.testing.assert_allclose(whole, whole.T, rtol=1e-13)
    v = {"w": np.ones((2, 3)), "b": np.array([1.0, -1.0]), "s": 0.5}
    product = adgen.hvp(energy, jit=False)(p, v)
    flat = np.concatenate([np.ravel(v[a]) for a in keys])
    expected = np.concatenate([np.ravel(product[a]) for a in keys])
    np.testing.assert_allclose(whole @ flat, expected, rtol=1e-13)


def test_inside_of_a_function_and_differentiated_again():
    def penalty(p):
        blocks = adgen.jacobian(lambda q: {"y": np.sin(q["w"] @ X)})(p)
        return np.sum(blocks["y"]["w"] ** 2)

    p = {"w": parameters()["w"]}
    adgen.check_grads(penalty, jit=False)(p)


def test_single_precision_stays():
    p = {"w": np.ones(2, dtype=np.float32)}
    found = adgen.jacobian(lambda q: (q["w"] * q["w"],), jit=False)(p)
    assert found[0]["w"].dtype == np.float32


def test_without_floats():
    with pytest.raises(adgen.NotDifferentiable, match="without floats"):
        adgen.jacobian(lambda q: q["n"] * 2, jit=False)({"n": 3})
