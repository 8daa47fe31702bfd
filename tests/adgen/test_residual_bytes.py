"""``f.residual_bytes(*args)``: what it says, against what generated code allocates."""

import math
import re

import numpy as np
import pytest

import adgen
from adgen.runtime import memory

RANDOM = np.random.default_rng(0)


def chain(x, steps):
    for _ in range(steps):
        x = math.sin(x)
    return x


def triangle(x):
    total = 0.0
    for i in range(x.shape[0]):
        s = x[i]
        for j in range(i):
            s = np.sin(s) * x[j]
            total += s * s
    return total


def stencil(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] * (u[2:] - u[:-2])
    return np.sum(u)


def recurrent(W, X):
    h = np.zeros(W.shape[0])
    for t in range(X.shape[0]):
        h = np.tanh(W @ h + X[t])
    return np.sum(h)


def joined(W, X):
    h = np.zeros(W.shape[0])
    for t in range(X.shape[0]):
        h = np.tanh(W @ np.concatenate((h, X[t])))
    return np.sum(h)


def shorter(x, n, steps):
    for _ in range(steps):
        y = np.sin(np.zeros(n - 5) + x)
        x = np.sum(y * y)
    return x


def network(W, V, X):
    return np.sum(np.tanh(np.tanh(X @ W) @ V) ** 2)


def squares(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sin(x[i]) ** 2
    return total


def halving(x):
    while x > 1.0:
        x = x / 2.0 + 0.1 * np.sin(x)
    return x


def outputs(x, k):
    y = np.zeros(k)
    for i in range(k):
        x = np.sin(x)
        y[i] = x
    return y


def single(x):
    for _ in range(3):
        x = np.sin(x)
    return np.sum(x)


def normal(*shape):
    return RANDOM.normal(size=shape)


CASES = [
    (chain, 0, (0.5, 100)),
    (chain, 0, (0.5, 0)),
    (triangle, 0, (normal(9),)),
    (stencil, 0, (normal(20), 7)),
    (stencil, 0, (normal(1), 3)),
    (recurrent, (0, 1), (normal(4, 4), normal(6, 4))),
    (joined, (0, 1), (normal(4, 7), normal(6, 3))),
    (shorter, 0, (0.5, 8, 3)),
    (shorter, 0, (0.5, 3, 0)),
    (squares, 0, (normal(10),)),
    (single, 0, (normal(8).astype(np.float32),)),
]


def allocated(f, args, tapes):
    """Bytes of the tapes that the text of a gradient allocates: of the names that match."""
    found = {}

    def noted(make, name):
        def run(*given, **named):
            made = make(*given, **named)
            found.setdefault(name, 0)
            found[name] += made.nbytes
            return made

        return run

    text = f.source(*args, stage="numba")
    text = re.sub(r"(\w+) = (empty_\dd)\(", r"\1 = noted(\2, '\1')(", text)
    namespace = {"noted": noted, "memory": memory}
    exec(compile(text, "<generated>", "exec"), namespace)
    namespace[next(n for n in namespace if n.endswith("_value_and_grad"))](*args)
    return sum(size for name, size in found.items() if re.search(tapes, name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_tapes(case):
    function, wrt, args = case
    f = adgen.differentiate(function, wrt)
    said = f.residual_bytes(*args)
    assert said.exact
    assert said == allocated(f, args, "saved")


def test_formula():
    f = adgen.differentiate(chain)
    said = f.residual_bytes(0.5, 1000)
    assert (said, said.formula) == (8000, "8 * max(steps, 0)")
    assert f.residual_bytes(0.5, 20) == 160


def test_formula_of_extents():
    said = adgen.differentiate(recurrent, (0, 1)).residual_bytes(normal(4, 4), normal(6, 4))
    names = {"W": normal(4, 4), "X": normal(6, 4)}
    assert eval(said.formula, names) == said == 8 * 6 * 4 * 2


def test_independent_iterations_store_nothing():
    assert adgen.differentiate(squares).residual_bytes(normal(10)) == 0


def test_arrays_of_the_forward_sweep():
    args = normal(3, 5), normal(5, 2), normal(7, 3)
    f = adgen.differentiate(network, (0, 1), jit=False)
    assert f.residual_bytes(*args) == 8 * (7 * 5 + 7 * 2)
    compiled = adgen.differentiate(network, (0, 1)).residual_bytes(*args)
    assert 8 * 7 * 5 <= compiled <= 8 * (7 * 5 + 7 * 2)


def test_single_precision_stays():
    assert adgen.differentiate(single).residual_bytes(np.ones(8, np.float32)) == 3 * 8 * 4


def test_a_lower_bound_says_so():
    said = adgen.differentiate(halving).residual_bytes(100.0)
    assert not said.exact
    assert said > 0


def test_of_a_function_of_several_values():
    said = adgen.differentiate(outputs).residual_bytes(0.3, 50)
    assert said.exact
    assert said >= 50 * 8


def test_nothing_is_run():
    def fails(x):
        assert x > 0.0
        return np.sqrt(x)

    assert adgen.differentiate(fails).residual_bytes(-1.0) == 0


def test_arguments_by_name_and_in_containers():
    def scan(params, steps):
        h = params["h"]
        for _ in range(steps):
            h = np.tanh(h * params["w"])
        return np.sum(h)

    params = {"w": normal(3), "h": normal(3)}
    said = adgen.differentiate(scan).residual_bytes(params, steps=5)
    assert said.exact
    assert said == 8 * 3 * 5 or said == 2 * 8 * 3 * 5


def test_listings_say_it():
    text = adgen.differentiate(chain).source(0.5, 3)
    assert "# stores 8 * max(steps, 0) bytes between its sweeps\n" in text
    assert "stores" not in adgen.differentiate(squares).source(normal(3))
    assert "stores 8 * 64 bytes, or more, between" in adgen.differentiate(halving).source(9.0)
