"""Arrays that machine code returns: small ones are NumPy's own, and all are what they were."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numba import njit

import adgen
from adgen.runtime import small_results
from adgen.runtime.memory import empty_1d, empty_2d
from adgen.runtime.pipeline import Pipeline

pytestmark = pytest.mark.jit

LIMIT = small_results.SMALL // 8


def compiled(function):
    return njit(error_model="numpy", pipeline_class=Pipeline)(function)


@compiled
def counted(n):
    x = empty_1d(n)
    for i in range(n):
        x[i] = i
    return x


@compiled
def table(n, m):
    x = empty_2d(n, m, np.int32)
    for i in range(n):
        for j in range(m):
            x[i, j] = 10 * i + j
    return x, 2.5


@compiled
def twice(n):
    x = counted(n)
    return x, (x, n)


@compiled
def given(x):
    return x, x


@compiled
def part(n):
    return counted(n)[1:3]


def owner(array):
    return "NumPy" if array.flags.owndata else "Numba"


@pytest.mark.parametrize("n", [0, 1, 3, LIMIT, LIMIT + 1, 5 * LIMIT])
def test_elements_and_flags(n):
    x = counted(n)
    assert type(x) is np.ndarray and x.dtype == np.float64 and x.flags.carray
    assert np.array_equal(x, np.arange(float(n)))
    assert owner(x) == ("NumPy" if n <= LIMIT else "Numba")


@pytest.mark.parametrize("shape", [(3, 4), (0, 5), (5, 0), (1, 1), (100, 300)])
def test_axes_and_dtypes(shape):
    x, number = table(*shape)
    n, m = shape
    assert x.dtype is np.dtype(np.int32) and x.flags.carray and number == 2.5
    assert np.array_equal(x, 10 * np.arange(n)[:, None] + np.arange(m))


@pytest.mark.parametrize("n", [3, 2 * LIMIT])
def test_two_results_that_share_their_memory_still_do(n):
    x, (y, _) = twice(n)
    x[0] = 7.0
    assert y[0] == 7.0


def test_an_argument_is_returned_as_itself():
    x = np.ones(3)
    first, second = given(x)
    assert first is x and second is x


def test_a_view_has_its_own_elements():
    assert np.array_equal(part(9), [1.0, 2.0])


def test_memory_is_given_back():
    def run(times):
        for _ in range(times):
            counted(LIMIT)
            twice(LIMIT)

    def resident():
        pages = Path("/proc/self/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    if not Path("/proc/self/statm").exists():
        pytest.skip("no /proc")
    run(100)
    gc.collect()
    tracemalloc.start()
    before = resident()
    run(2000)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 10 * small_results.SMALL
    assert resident() - before < 300 * small_results.SMALL


def test_references_to_dtypes_balance():
    """A new array takes a reference to its dtype, and gives it back."""
    table(2, 2)
    dtype = np.dtype(np.int32)
    before = sys.getrefcount(dtype)
    kept = [table(2, 2) for _ in range(50)]
    assert sys.getrefcount(dtype) - before == 50
    del kept
    assert sys.getrefcount(dtype) == before


def test_where_words_are_shorter_numba_wraps_all_results(monkeypatch):
    monkeypatch.setattr(small_results, "is_possible", lambda: False)

    @compiled
    def plain(n):
        return empty_1d(n), 1.0

    assert owner(plain(4)[0]) == "Numba"


_TWICE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, adgen, squares
first = adgen.grad(squares.f)(np.arange(3.0))
print(first, first.flags.owndata)
"""


def test_machine_code_on_disk_finds_numpy_again(tmp_path):
    (tmp_path / "squares.py").write_text(
        "import numpy as np\n\n\ndef f(x):\n    return np.sum(x * x)\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", _TWICE, str(tmp_path)], capture_output=True, text=True,
            check=True, env={**os.environ, "ADGEN_CACHE_DIR": str(tmp_path / "c")},
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert runs[0] == runs[1] == "[0. 2. 4.] True\n"


def test_gradients_are_fresh_at_every_call():
    def f(x):
        return np.sum(x * x)

    gradient = adgen.grad(f)
    x = np.arange(3.0)
    results = [gradient(x) for _ in range(4)]
    results[0][:] = -1.0
    for other in results[1:]:
        assert np.array_equal(other, 2.0 * x)
