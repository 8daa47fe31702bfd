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
