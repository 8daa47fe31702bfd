"""The text of loops on threads: functions of chunks, run here by CPython in a shuffled order."""

from __future__ import annotations

import copy
import re
from contextlib import nullcontext

import numpy as np
import pytest
from numba import prange

from adgen.transpiler import optimisations
from adgen.transpiler.compiler import compile_source
from adgen.transpiler.ir.types import Array, type_of_constant
from adgen.transpiler.requests import Request
from adgen.transpiler.source import from_function
from tests.emit.chunks import in_many_chunks

DRAW = np.random.default_rng(0)
X, Y = DRAW.uniform(0.5, 1.5, 7), DRAW.uniform(0.5, 1.5, 7)
M = DRAW.uniform(0.5, 1.5, (5, 3))
PLACES = np.array([3, 0, 3, 6, 1, 1, 0])


def written(f, args, parallel, mode="value_and_grad", stage="numba"):
    types = {
        name: Array(arg.dtype, (False,) * arg.ndim)
        if isinstance(arg, np.ndarray)
        else type_of_constant(arg)
        for name, arg in zip(f.__code__.co_varnames, args, strict=False)
    }
    wrt = tuple(k for k, arg in enumerate(args) if np.asarray(arg).dtype.kind == "f")
    request = Request(mode, wrt, stage=stage, parallel=parallel, vector_math=False)
    return compile_source(from_function(f), types, request)


def run(compiled, args):
    names = {}
    exec(compile(compiled.text, "<emitted>", "exec"), names)
    args = copy.deepcopy(args)
    return _flat(names[compiled.names[0]](*args)) + _flat(args)


def _flat(result):
    if isinstance(result, tuple):
        return [leaf for part in result for leaf in _flat(part)]
    return [] if result is None else [result]


def chunked(f, *args, mode="value_and_grad"):
    """The text, which in chunks does what it does in loops; the counts of the chunks it ran."""
    compiled = written(f, args, True, mode)
    with in_many_chunks() as counts:
        found = run(compiled, args)
    for have, want in zip(found, run(written(f, args, False, mode), args), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-13, atol=1e-15, err_msg=compiled.text)
    one = run(compiled, args)  # in one chunk
    for have, want in zip(found, one, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-13, atol=1e-15, err_msg=compiled.text)
    return compiled.text, counts


def test_a_fused_loop():
    def f(x, y, w):
        return np.sum(np.exp(x * w) * np.sin(y))

    text, counts = chunked(f, X, Y, 0.5)
    assert counts == [7]
    assert "def f_value_and_grad_chunk(" in text
    assert "for i in range(n * c // chunks, n * (c + 1) // chunks):\n        at_least(i, 0)" in text
    assert 'distinct("y_bar", "x_bar")' in text
    assert "chunks = chunk_count(n, " in text and "sums = empty_2d(chunks, 2)" in text


def test_nothing_of_it_without_the_option_and_where_people_read():
    def f(x, y):
        return np.sum(np.exp(x) * np.sin(y))

    assert "chunk" not in written(f, (X, Y), False).text
    assert "chunk" not in written(f, (X, Y), True, stage="array").text


def test_arrays_that_are_added_to_at_computed_places():
    def f(x, y, places):
        s = 0.0
        for i in range(places.shape[0]):
            s += np.exp(x[places[i]]) * y[i]
        return s

    text, counts = chunked(f, X, Y, PLACES)
    assert counts == [7]
    assert "x_bar = cleared_part(x_bar, x_bar_parts, c)" in text and "x_bar = empty_1d(" in text
    assert "add_parts(x_bar, x_bar_parts)" in text


@pytest.mark.parametrize(
    "bounds", [(0, 7, 1), (2, 6, 1), (1, 7, 2), (0, 5, 3), (5, 2, 1), (0, 0, 1)]
)
def test_bounds(bounds):
    start, stop, step = bounds
    back = -step

    def f(x, y):
        s = 0.0
        for i in range(start, x.shape[0] - 7 + stop, step):
            s += np.exp(x[i]) * np.sin(y[i])
        for i in range(x.shape[0] - 8 + stop, start - 1, back):
            s += np.exp(y[i]) * np.sin(x[i])
        return s

    _, counts = chunked(f, X, Y)
    assert set(counts) == {max(1, len(range(*bounds)))}


def test_a_short_loop_inside_of_another_is_not_called():
    def f(m, steps):
        u = m * 1.0
        for _ in range(steps):
            for i in range(u.shape[0]):
                for k in range(u.shape[1]):
                    u[i, k] = np.sin(u[i, k]) * m[i, k]
        return np.sum(u)

    text, counts = chunked(f, M, 3)
    assert 5 in counts
    assert re.search(r"if chunks\d? > 1:\n +on_threads\(", text)
    assert re.search(r"else:\n +for i in range\(n\):", text)


def test_a_loop_that_is_known_to_be_short():
    def f(x, y):
        s = 0.0
        for i in range(7):
            s += np.exp(x[i]) * np.sin(y[i])
        return s

    assert "chunk" not in written(f, (X, Y), True).text


def test_bounds_that_are_computed():
    def f(x, y, first, last):
        s = 0.0
        for i in range(first, last):
            s += np.exp(x[i]) * np.sin(y[i])
        for i in range(last - 1, first - 1, -1):
            s += np.exp(y[i]) * np.sin(x[i])
        return s

    assert 4 in chunked(f, X, Y, 2, 6)[1]
    assert set(chunked(f, X, Y, 6, 2)[1]) == {1}


@pytest.mark.parametrize("blocked", [False, True])
def test_buffers_of_an_iteration(blocked):
    """They belong to a chunk, in whatever form its iterations are written."""

    def f(m, w):
        total = 0.0
        for i in range(m.shape[0]):
            row = np.exp(m[i] * w)
            total += np.sum(row * row) / np.sum(row)
        return total

    m = DRAW.uniform(0.5, 1.5, (200, 3))
    with nullcontext() if blocked else optimisations.without(optimisations.POINTS_INNERMOST):
        text, counts = chunked(f, m, X[:3].copy())
    assert "scratch_like(" in text
    assert (4 if "for i_first in range(" in text else 64) in counts


def test_integers_and_single_precision():
    def f(x, y):
        count = 0
        for i in prange(x.shape[0]):
            if np.exp(x[i]) > 2.5:
                count += 1
        return np.sum(np.exp(x) * y) * count

    text, _ = chunked(f, X.astype(np.float32), Y.astype(np.float32))
    assert "np.int64)" in text and "np.float32)" in text


def test_the_pair_of_forward_and_backward():
    def f(x, y):
        out = np.empty(x.shape[0])
        for i in range(x.shape[0]):
            out[i] = np.exp(x[i]) * np.sin(y[i])
        return out

    compiled = written(f, (X, Y), True, "pair")
    plain = written(f, (X, Y), False, "pair")
    found = []
    for each in (compiled, plain):
        names = {}
        with in_many_chunks() as counts:
            exec(compile(each.text, "<emitted>", "exec"), names)
            forward, backward = (names[name] for name in each.names)
            value, residuals = forward(X, Y)
            found.append((value, *_flat(backward(residuals, np.ones(7)))))
    for have, want in zip(*found, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-14)
    assert "on_threads(" in compiled.text and not counts


def test_what_is_written_to_arguments():
    def f(x, y):
        for i in range(x.shape[0]):
            x[i] = np.exp(x[i]) * y[i]

    text, counts = chunked(f, X, Y, mode="primal")
    assert counts == [7] and "distinct(" not in text  # x and y may be one array


def test_a_guard_in_a_chunk_raises():
    def f(m, w):
        total = np.zeros(m.shape[0])
        for i in range(m.shape[0]):
            total[i] = np.sum(np.exp(m[i, : i + 1] * w[: i + 1]))
        return np.sum(total)

    chunked(f, M[:3].copy(), X[:3].copy())


def test_a_mixture_of_points():
    """Ordered sums, work space and sums of arrays, with the points innermost."""

    def f(m, centres, weights):
        total = 0.0
        terms = np.zeros(centres.shape[0])
        for i in range(m.shape[0]):
            for k in range(centres.shape[0]):
                distance = 0.0
                for j in range(m.shape[1]):
                    distance += (m[i, j] - centres[k, j]) ** 2
                terms[k] = weights[k] - 0.5 * distance
            largest = terms[0]
            for k in range(1, centres.shape[0]):
                largest = max(largest, terms[k])
            s = 0.0
            for k in range(centres.shape[0]):
                s += np.exp(terms[k] - largest)
            total += largest + np.log(s)
        return total

    args = DRAW.uniform(0.5, 1.5, (150, 3)), DRAW.uniform(0.5, 1.5, (4, 3)), X[:4].copy()
    text, counts = chunked(f, *args)
    assert all(part in text for part in ("for i_first in range(", "cleared_part(", "scratch_like("))
    assert 3 in counts


def test_rows_are_cleared_by_the_chunks_that_add_to_them():
    def f(x, y, n):
        s = 0.0
        for i in range(1, n):
            s += np.exp(x[i]) * np.sin(y[i - 1])
        for i in range(n - 2, 0, -1):
            s += np.exp(y[i + 1]) * x[i]
        return s

    for n in (7, 5, 3, 2, 1, 0):
        text, _ = chunked(f, X, Y, n)
    assert "clear_rows(" in text and "zeros_1d(" not in text.split("def f_value_and_grad(")[0]


def test_an_array_that_is_copied_in_a_loop_around():
    def f(m, steps):
        u = m * 1.0
        total = 0.0
        for _ in range(steps):
            old = u.copy()
            for i in range(1, u.shape[0]):
                for k in range(u.shape[1]):
                    u[i, k] = np.sin(old[i - 1, k]) * m[i, k]
            total += np.sum(u)
        return total

    chunked(f, M, 3)
