"""``parallel=True``: the same derivatives, whatever runs their loops."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numba
import numpy as np
import pytest
from numba import prange

import adgen

DRAW = np.random.default_rng(0)
N = 20_000
X, Y = DRAW.uniform(0.5, 1.5, N), DRAW.uniform(0.5, 1.5, N)
W = DRAW.uniform(0.5, 1.5, 7)


def array_code(x, y, w):
    return np.sum(np.exp(x * w[0]) * np.log(y)) / x.shape[0]


def gathering(x, y, w):
    s = 0.0
    for i in prange(x.shape[0]):
        s += np.exp(-w[i % 7] * x[i]) * y[i]
    return s


def rows(x, y, w):
    points = x.reshape((x.shape[0] // 10, 10))
    total = 0.0
    for i in range(points.shape[0]):
        distance = 0.0
        for k in range(7):
            distance += (points[i, k] - w[k]) ** 2
        total += np.log(1.0 + np.exp(-distance)) * y[i]
    return total


FUNCTIONS = [array_code, gathering, rows]


@pytest.fixture
def all_threads():
    before = numba.get_num_threads()
    yield numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(before)


def same(first, second):
    (value, gradient), (other, others) = first, second
    return value == other and all(map(np.array_equal, gradient, others))


def test_it_is_an_option_of_its_own():
    plain = adgen.differentiate(array_code, wrt=(0, 1, 2), jit=False)
    assert not plain.options.parallel
    assert adgen.grad(plain, parallel=True).owner.options.parallel
    assert adgen.grad(adgen.grad(plain, parallel=True).owner, parallel=False).owner is not plain
    value, pullback = adgen.vjp(array_code, X, Y, W, jit=False, parallel=True)
    assert value == array_code(X, Y, W) and len(pullback(1.0)) == 3
    value, _ = adgen.jvp(array_code, (X, Y, W), (X, None, None), jit=False, parallel=True)
    assert value == array_code(X, Y, W)


@pytest.mark.jit
@pytest.mark.parametrize("f", FUNCTIONS)
def test_the_same_derivative(f, all_threads):
    parallel = adgen.value_and_grad(f, (0, 1, 2), parallel=True)
    expected, gradients = adgen.value_and_grad(f, (0, 1, 2))(X, Y, W)
    found = []
    for count in {1, all_threads}:
        numba.set_num_threads(count)
        found += [parallel(X, Y, W) for _ in range(3)]
    assert all(same(found[0], other) for other in found)  # to the last bit
    np.testing.assert_allclose(found[0][0], expected, rtol=1e-12)
    for have, want in zip(found[0][1], gradients, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-10, atol=1e-12)


@pytest.mark.jit
def test_a_sum_of_the_user_keeps_its_order():
    parallel = adgen.differentiate(rows, wrt="w", parallel=True, vector_math=False)
    plain = adgen.differentiate(rows, wrt="w", vector_math=False)
    assert parallel.value_and_grad(X, Y, W)[0] == plain.value_and_grad(X, Y, W)[0]


@pytest.mark.jit
def test_short_loops_and_none_at_all():
    parallel, plain = (adgen.value_and_grad(gathering, (0, 2), parallel=p) for p in (True, False))
    for n in (0, 1, 3):
        have, want = parallel(X[:n], Y[:n], W), plain(X[:n], Y[:n], W)
        assert have[0] == pytest.approx(want[0], rel=1e-14)
        for a, b in zip(have[1], want[1], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.jit
def test_other_modes():
    f = adgen.differentiate(gathering, wrt=(0, 2), parallel=True)
    plain = adgen.differentiate(gathering, wrt=(0, 2))
    assert f(X, Y, W) == pytest.approx(plain(X, Y, W), rel=1e-13)
    directions = (X[::-1].copy(), None, W[::-1].copy())
    have, want = (g.jvp((X, Y, W), directions) for g in (f, plain))
    np.testing.assert_allclose(have, want, rtol=1e-12)
    have, want = (g.vjp(X, Y, W)[1](2.0) for g in (f, plain))
    for a, b in zip(have, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.jit
def test_calls_from_several_threads():
    f = adgen.value_and_grad(gathering, (0, 2), parallel=True)
    want, found = f(X, Y, W), []

    def call():
        found.extend(f(X, Y, W) for _ in range(10))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 40 and all(same(want, other) for other in found)


@pytest.mark.jit
def test_inside_of_compiled_functions():
    f = adgen.differentiate(gathering, wrt=(0, 2), parallel=True)
    want = f.value_and_grad(X, Y, W)[0]

    @numba.njit
    def once(x, y, w):
        return f.value_and_grad(x, y, w)[0]

    @numba.njit(parallel=True)
    def nested(x, y, w):
        out = np.zeros(3)
        for i in prange(3):
            out[i] = f.value_and_grad(x, y, w)[0]
        return out

    assert once(X, Y, W) == want
    if numba.threading_layer() != "workqueue":
        assert np.array_equal(nested(X, Y, W), np.full(3, want))


PROGRAM = """
import os
import numpy as np
import adgen
from numba import njit

@adgen.differentiate(wrt=(0, 1), parallel=True)
def f(x, w):
    s = 0.0
    for i in range(x.shape[0]):
        s += np.exp(-w[i % 7] * x[i]) * np.sin(x[i])
    return s

@njit(cache=True)
def caller(x, w):
    return f.value_and_grad(x, w)[0]

x, w = np.linspace(0.5, 1.5, 100_000), np.linspace(0.1, 0.7, 7)
value, (x_bar, w_bar) = f.value_and_grad(x, w)
assert caller(x, w) == value
if hasattr(os, "fork"):
    child = os.fork()
    if child == 0:
        again = f.value_and_grad(x, w)
        os._exit(0 if again[0] == value and np.array_equal(again[1][1], w_bar) else 1)
    assert os.waitpid(child, 0)[1] == 0
print(repr(float(value)), repr(w_bar.tolist()))
"""


@pytest.mark.jit
@pytest.mark.parametrize("layer", ["default", "workqueue"])
def test_other_processes_find_it_compiled(tmp_path: Path, layer):
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    settings = {"ADGEN_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_THREADING_LAYER": layer}
    runs = [
        subprocess.run(
            [sys.executable, str(file)], env={**os.environ, **settings}, text=True,
            capture_output=True, check=False,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr + runs[1].stderr
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.jit
def test_an_exception_in_a_chunk_is_raised():
    def f(x, places):
        s = 0.0
        for i in range(places.shape[0]):
            s += np.exp(x[places[i]]) * np.sin(x[i])
        return s

    g = adgen.differentiate(f, parallel=True, boundscheck=True)
    places = np.arange(N)
    value, gradient = g.value_and_grad(X, places)
    places[N // 2] = N + 5
    with pytest.raises(IndexError):
        g.value_and_grad(X, places)
    places[N // 2] = N // 2
    assert same((value, (gradient,)), (lambda v, d: (v, (d,)))(*g.value_and_grad(X, places)))


@pytest.mark.jit
def test_second_derivatives():
    def f(w):
        t = 0.0
        for i in prange(2000):
            t += np.sin(w * i) * np.exp(-w)
        return t

    have = adgen.grad(adgen.grad(f, parallel=True))(0.3)
    assert have == pytest.approx(adgen.grad(adgen.grad(f))(0.3), rel=1e-12)
    v = Y.copy()
    products = [adgen.hvp(array_code, parallel=p)(X, Y, W, v) for p in (True, False)]
    np.testing.assert_allclose(*products, rtol=1e-11)
