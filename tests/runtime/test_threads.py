"""Chunks of loops on threads: what runs them, what they add up, what they raise."""

from __future__ import annotations

import os
import threading

import numba
import numpy as np
import pytest

from adgen.runtime import threads
from adgen.runtime.chunk_memory import (
    add_parts,
    clear_rows,
    cleared_part,
    distinct,
    own_part,
    scratch_like,
    sum_parts,
)
from adgen.runtime.kernels import radd
from adgen.runtime.memory import empty_1d, zeros_1d
from adgen.runtime.part_sums import BLOCK
from adgen.runtime.threads import chunk_count, on_threads

pytestmark = pytest.mark.jit
N = 300_000
X = np.random.default_rng(0).uniform(0.1, 1.0, N)


def chunk(c, chunks, n, x, y, added, added_parts, buffer, sums):
    distinct("y", "added", "added_parts")
    added = own_part(added, added_parts, c)
    buffer = scratch_like(buffer)
    total = 0.0
    for i in range(n * c // chunks, n * (c + 1) // chunks):
        for k in range(3):
            buffer[k] = x[i] * k
        if x[i] < 0.0:
            raise ValueError("negative")
        if x[i] > 2.0:
            raise IndexError("too large")
        y[i] = buffer[1] + buffer[2]
        total = radd(total, y[i])
        added[i % 5] += x[i]
    sums[c] = total


def whole(x):
    n = x.shape[0]
    y = empty_1d(n)
    added = zeros_1d(5)
    buffer = empty_1d(3)
    chunks = chunk_count(n, 20, added.size)
    sums = empty_1d(chunks)
    added_parts = sum_parts(added, chunks)
    on_threads(chunk_compiled, chunks, (chunks, n, x, y, added, added_parts, buffer, sums))
    add_parts(added, added_parts)
    total = 0.0
    for c in range(chunks):
        total += sums[c]
    return chunks, total, y, added


chunk_compiled = numba.njit(error_model="numpy", nogil=True)(chunk)
compiled = numba.njit(error_model="numpy", nogil=True)(whole)


@pytest.fixture
def all_threads():
    before = numba.get_num_threads()
    yield numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(before)


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_what_chunks_compute_is_put_together():
    chunks, total, y, added = compiled(X)
    assert chunks == threads.MOST_CHUNKS
    np.testing.assert_allclose(y, 3.0 * X, rtol=1e-15)
    np.testing.assert_allclose(total, 3.0 * X.sum(), rtol=1e-12)
    np.testing.assert_allclose(added, [X[k::5].sum() for k in range(5)], rtol=1e-12)


def test_the_result_does_not_depend_on_what_runs_the_chunks(all_threads):
    found = []
    for count in {1, all_threads}:
        numba.set_num_threads(count)
        found += [compiled(X) for _ in range(5)]
    assert all(same(found[0], other) for other in found)


def test_little_work_is_one_chunk():
    for n in (0, 1, 100):
        chunks, total, y, added = compiled(X[:n].copy())
        assert chunks == 1 and y.shape == (n,)
        np.testing.assert_allclose(total, 3.0 * X[:n].sum())
        np.testing.assert_allclose(added.sum(), X[:n].sum())


def test_accumulators_of_chunks_are_work_too():
    count = numba.njit(lambda trips, work, elements: chunk_count(trips, work, elements))
    for given in ((10**6, 100, 0), (10**6, 1, 10**6), (10**4, 50, 100), (0, 1, 0), (-3, 5, 7)):
        assert count(*given) == chunk_count(*given) >= 1
    assert chunk_count(10**6, 100, 0) == threads.MOST_CHUNKS
    assert chunk_count(10**6, 1, 10**6) == 1


def test_the_first_exception_in_order_is_raised():
    x = X.copy()
    x[N // 2], x[N // 2 + 1], x[N - 1] = -1.0, 5.0, 5.0
    for _ in range(5):
        with pytest.raises(ValueError, match="negative"):
            compiled(x)
    x[10] = 5.0
    with pytest.raises(IndexError, match="too large"):
        compiled(x)
    assert compiled(X)[0] == threads.MOST_CHUNKS  # the gate is open again


def test_one_call_at_a_time_has_the_threads():
    want, found = compiled(X), []

    def call():
        found.extend(compiled(X) for _ in range(10))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 40 and all(same(want, other) for other in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_does_its_chunks_by_itself():
    want = compiled(X)
    child = os.fork()
    if child == 0:  # nothing of pytest may run here
        os._exit(0 if same(want, compiled(X)) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert same(want, compiled(X))


def test_parts_of_other_types():
    @numba.njit
    def parts(array):
        made = sum_parts(array, 4)
        for c in range(4):
            own = own_part(array, made, c)
            for k in range(own.shape[0]):
                own[k, 0] += c + 1
        add_parts(array, made)
        return made.shape

    for dtype in (np.float32, np.int64, np.float64):

        @numba.njit
        def run(dtype=dtype):
            array = np.zeros((3, 2), dtype)
            return parts(array), array

        shape, array = run()
        assert shape == (3, 3, 2) and array.dtype == dtype
        assert np.array_equal(array[:, 0], [10, 10, 10]) and not array[:, 1].any()


def test_a_part_that_is_cleared_before():
    fast = numba.njit(lambda array, parts, c: cleared_part(array, parts, c))
    for function in (fast, cleared_part):
        array, parts = np.ones((3, 2)), np.ones((2, 3, 2))
        assert not function(array, parts, 1).any() and array.all() and parts[1].all()
        assert not function(array, parts, 0).any() and not array.any()


@pytest.mark.parametrize("n", [0, 1, BLOCK, BLOCK + 1, 5 * BLOCK - 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_big_parts_are_added_in_their_order(n, dtype, all_threads):
    add = numba.njit(lambda array, parts: add_parts(array, parts))
    start = (1e3 * np.random.default_rng(n).normal(size=(4, n, 1))).astype(dtype)
    array, *parts = start[0].copy(), *start[1:]
    want = array + parts[0] + parts[1] + parts[2]
    for count in (1, all_threads):
        numba.set_num_threads(count)
        found = array.copy()
        add(found, start[1:])
        assert np.array_equal(found, want)


def test_cpython_does_the_same(monkeypatch):
    monkeypatch.setitem(globals(), "chunk_compiled", chunk)
    x = X[: N // 10].copy()
    plain, fast = whole(x), compiled(x)
    assert plain[0] == fast[0] > 1
    for a, b in zip(plain, fast, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_llvm_knows_which_arrays_are_distinct():
    compiled(X)
    (text,) = chunk_compiled.inspect_llvm().values()
    head = next(line for line in text.splitlines() if line.startswith("define") and "arg.y" in line)
    given = {part.split()[-1]: part.split() for part in head.split(", ")}
    assert all("noalias" in given[f"%arg.{name}.4"] for name in ("y", "added", "added_parts"))
    assert "noalias" not in given["%arg.x.4"]


def test_rows_that_a_chunk_clears():
    fast = numba.njit(lambda a, c, n, low, high: clear_rows(a, c, n, low, high))
    for dtype in (np.float64, np.float32, np.int64):
        for given in ((0, 1, 3, 2), (0, 3, 4, 2), (1, 3, 2, 4), (2, 3, 4, 5), (1, 3, -2, 9)):
            ours, theirs = np.ones((6, 2), dtype), np.ones((6, 2), dtype)
            fast(ours, *given)
            clear_rows(theirs, *given)
            assert np.array_equal(ours, theirs)
