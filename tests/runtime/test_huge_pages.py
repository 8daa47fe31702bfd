"""Big arrays of generated code: huge pages are asked for, and nothing else changes."""

import numpy as np
import pytest
from numba import njit

from adgen.runtime import huge_pages
from adgen.runtime.memory import empty_1d, zeros_2d
from adgen.runtime.pipeline import Pipeline


def filled(n):
    x = empty_1d(n)
    for i in range(n):
        x[i] = i
    y = zeros_2d(n, 1)
    return x[0] + x[n - 1] + y[n - 1, 0]


def compiled():
    return njit(error_model="numpy", pipeline_class=Pipeline)(filled)


@pytest.mark.jit
def test_small_and_big_arrays():
    function = compiled()
    big = 2 * huge_pages.BIG // 8 + 3
    assert function(5) == 4.0
    assert function(big) == big - 1


@pytest.mark.jit
def test_advice_is_asked_for_where_the_system_knows_it(monkeypatch):
    for possible in (True, False):
        monkeypatch.setattr(huge_pages, "is_possible", lambda possible=possible: possible)
        function = compiled()
        function(2)
        (text,) = function.inspect_llvm().values()
        assert ("call i32 @madvise" in text) == possible


@pytest.mark.jit
def test_arrays_stay_distinct():
    """A loop that writes one fresh array and reads another is vectorised without comparisons."""

    def scaled(n):
        x = zeros_2d(1, n)
        y = empty_1d(n)
        for i in range(n):
            y[i] = 2.0 * x[0, i] + 1.0
        return y

    function = njit(error_model="numpy", pipeline_class=Pipeline)(scaled)
    np.testing.assert_array_equal(function(9), np.ones(9))
    (text,) = function.inspect_llvm().values()
    assert "vector.memcheck" not in text


@pytest.mark.jit
@pytest.mark.parametrize("pages", [1.0, 1.2, 1.5, 1.9, 2.0, 3.7, 8.5])
def test_big_arrays_begin_with_a_page_and_are_whole(pages):
    """Advice reaches to the end of the last page, which must be the array's own."""

    @njit(error_model="numpy", pipeline_class=Pipeline)
    def ones(n):
        x, y = empty_1d(n), empty_1d(n)
        for i in range(n):
            x[i], y[i] = 1.0, 2.0
        return x, y

    n = int(pages * huge_pages.HUGE_PAGE / 8)
    kept = [ones(n) for _ in range(3)]
    for x, y in kept:
        assert np.all(x == 1.0) and np.all(y == 2.0)
        if huge_pages.is_possible():
            assert x.ctypes.data % huge_pages.HUGE_PAGE == y.ctypes.data % huge_pages.HUGE_PAGE == 0
