"""The six functions whose first gradient is timed are what their twins for JAX are."""

import numpy as np
import pytest

import adgen
from benchmarks.compile_cases import CASES
from benchmarks.first_gradients import Row, statements
from benchmarks.fresh import FirstCall
from benchmarks.tables import first_gradients


@pytest.mark.parametrize("name", list(CASES))
def test_both_sides_compute_the_same(name):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    case = CASES[name]
    names = tuple(case.function.__code__.co_varnames[k] for k in case.wrt)
    value, gradient = adgen.value_and_grad(case.function, names, jit=False)(*case.data())
    expected, wanted = jax.value_and_grad(case.for_jax(), case.wrt)(*case.data())
    assert value == pytest.approx(float(expected), rel=1e-10)
    for ours, theirs in zip(gradient, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-9)


def test_what_misses_its_aim_is_bold():
    times = FirstCall(0.3, 0.3), FirstCall(0.1, 0.1), FirstCall(0.06, 0.06)
    text = first_gradients([Row("a function", *times, 12, 0.01, 0.02)])
    assert text.endswith("| 3.00 | **3.00** | 3.3 % | 6.7 % | 12 | **60 ms** |")


def test_statements_are_counted_at_all_depths():
    assert statements("def f(x):\n    if x:\n        return 1\n    return 2\n") == 4
