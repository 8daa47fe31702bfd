"""Vectorised elementary functions: their errors, and that machine code calls them."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from scipy import special

import adgen
from adgen.runtime.vector_functions import ARITIES, variants

pytestmark = pytest.mark.jit

BOUND = 4.0  # units in the last place
NUMPY = {
    **{f"a{name}": getattr(np, f"arc{name}") for name in ("sin", "cos", "tan", "tan2")},
    **{f"a{name}": getattr(np, f"arc{name}") for name in ("sinh", "cosh", "tanh")},
    "pow": np.power,
}
EXTENDED = pytest.mark.skipif(
    np.finfo(np.longdouble).nmant < 63, reason="no numbers longer than float64 to compare with"
)
there = pytest.mark.skipif(not variants(), reason="no vector functions on this machine")


def looped(name: str, operands: tuple[np.ndarray, ...]) -> np.ndarray:
    """The function of each element, computed in a loop of machine code."""
    import numba

    from adgen.runtime import vector_math

    function = getattr(vector_math, name)
    if len(operands) == 1:

        @numba.njit(error_model="numpy")
        def run(out, x):
            for i in range(x.shape[0]):
                out[i] = function(x[i])
    else:

        @numba.njit(error_model="numpy")
        def run(out, x, y):
            for i in range(x.shape[0]):
                out[i] = function(x[i], y[i])

    out = np.empty_like(operands[0])
    run(out, *operands)
    return out


def samples(dtype: type) -> np.ndarray:
    """Numbers of all sizes, and those at which functions go wrong."""
    about, rng = np.finfo(dtype), np.random.default_rng(0)
    special = [0, 1, 0.5, 2, 10, np.inf, np.nan, math.pi, math.pi / 2, 1e5, 1e10, 1e22]
    special += [about.tiny, about.smallest_subnormal, 1000 * about.smallest_subnormal, about.max]
    special += [about.eps, 1 - about.epsneg, 1 + about.eps, 88.7, 88.8, 103.9, 104.1]
    special += [709.7, 709.8, 744.4, 745.2]
    lowest, highest = math.log(about.smallest_subnormal) + 1.0, math.log(about.max) - 1.0
    n = 8000
    parts = [
        np.array(special), -np.array(special),
        rng.uniform(-1, 1, n), rng.uniform(-10, 10, n), rng.uniform(-800, 800, n),
        1 + 1e-4 * rng.normal(size=n), rng.uniform(80, 110, n), rng.uniform(-110, -80, n),
        np.exp(rng.uniform(lowest, highest, 2 * n)) * rng.choice([-1, 1], 2 * n),
    ]  # fmt: skip
    joined = np.concatenate([part.astype(dtype) for part in parts])
    return joined[: len(joined) // 16 * 16]  # all of them in vectors, none in what is left over


def errors(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Units in the last place between results and exact ones, inf where a special one differs."""
    with np.errstate(all="ignore"):
        return _errors(found, exact)


def _errors(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    about = np.finfo(found.dtype)
    rounded = exact.astype(found.dtype)
    unit = np.spacing(np.abs(rounded).clip(max=about.max)).astype(np.longdouble)
    apart = np.abs(found.astype(np.longdouble) - exact) / unit
    apart[np.isnan(exact) & np.isnan(found)] = 0.0
    infinite = np.isinf(rounded)
    nearly = np.abs(found) >= about.max * (1 - BOUND * about.eps)
    apart[infinite] = np.where(found == rounded, 0.0, np.where(nearly, 1.0, np.inf))[infinite]
    zeros = (rounded == 0) & (found == 0) & (np.signbit(rounded) != np.signbit(found))
    apart[zeros | np.isnan(apart)] = np.inf
    return apart.astype(float)


@EXTENDED
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ARITIES)
def test_errors_are_at_most_four_units_in_the_last_place(name, dtype):
    x = samples(dtype)
    operands = (x,)
    if ARITIES[name] == 2:
        rng = np.random.default_rng(1)
        y = rng.permutation(x)
        y[: len(y) // 2] = rng.uniform(-20, 20, len(y) // 2).astype(dtype)
        operands = (np.where(rng.random(len(x)) < 0.7, np.abs(x), x), y)
    found = looped(name, operands)
    with np.errstate(all="ignore"):
        if name in ("erf", "erfc"):  # exact to one unit of float64 in the C library
            exact = np.array([getattr(math, name)(float(v)) for v in x]).astype(np.longdouble)
            assert errors(found, exact).max() <= BOUND - (dtype is np.float64)
            return
        reference = NUMPY.get(name) or getattr(np, name)
        exact = reference(*[operand.astype(np.longdouble) for operand in operands])
        assert errors(found, exact).max() <= BOUND


def every_function(x, y):
    total = np.exp(x) + np.exp2(x) + np.expm1(x)
    total = total + np.log(x) + np.log2(x) + np.log10(x) + np.log1p(x) + np.cbrt(x)
    total = total + np.sin(x) + np.cos(x) + np.tan(x) + np.arctan(x) + np.arctan2(x, y)
    total = total + np.arcsin(x) + np.arccos(x) + np.sinh(x) + np.cosh(x) + np.tanh(x)
    total = total + np.arcsinh(x) + np.arccosh(1.0 + x) + np.arctanh(x) + np.hypot(x, y) + x**y
    for i in range(x.shape[0]):
        total[i] += math.erf(x[i]) + math.erfc(x[i])
    return np.sum(total)


def vector_calls(callable_, *args) -> set[str]:
    """The scalar names of the vector functions that the code for arguments calls."""
    callable_(*args)
    (build,) = (entry.build for entry in callable_._entries._entries.values())
    found = set()
    for function in build.functions:
        for text in function.inspect_asm().values():
            found |= set(re.findall(r"_ZGV[bde]N\d+v+_adgen_([a-z]\w*)", text))
    return found


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """An empty cache, for machine code from disk cannot be read as text."""
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))


@there
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_loops_call_every_vector_function(fresh, dtype):
    x = np.linspace(0.05, 0.95, 30).astype(dtype)
    y = x[::-1].copy()
    every = adgen.differentiate(every_function)
    found = vector_calls(every, x, y)
    np.testing.assert_allclose(every(x, y), every_function(x, y), rtol=1e-5)
    if dtype is np.float64:
        assert found == set(ARITIES)
    else:  # `math` has no float32: its functions are not called for as many numbers at once
        assert found - {"erf", "erfc"} == {f"{name}f" for name in ARITIES} - {"erff", "erfcf"}
    assert vector_calls(every.value_and_grad, x, y) > found - {"exp2", "expm1", "pow", "powf"}


@there
def test_no_vector_function_is_called_where_that_is_not_wanted(fresh):
    x = np.linspace(0.05, 0.95, 30)
    plain = adgen.differentiate(every_function, vector_math=False)
    assert vector_calls(plain, x, x) == set()
    assert vector_calls(plain.value_and_grad, x, x) == set()
    assert vector_calls(adgen.grad(plain), x, x) == set()
    assert "vmath" not in plain.source(x, x, stage="numba")
    assert "vmath" not in plain.source(x, x, stage="all")
    again = adgen.grad(plain, vector_math=True)
    assert "exp" in vector_calls(again, x, x)


@there
def test_scipys_functions_are_vectorised_too(fresh):
    x = np.linspace(-2.0, 2.0, 30)

    def loss(x):
        return np.sum(special.erf(x) * special.erfc(x))

    vectorised = adgen.differentiate(loss)
    assert {"erf", "erfc"} <= vector_calls(vectorised.value_and_grad, x)
    plain = adgen.differentiate(loss, vector_math=False)
    np.testing.assert_allclose(vectorised.grad(x), plain.grad(x), rtol=1e-14, atol=1e-15)


@EXTENDED
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("exponent", [-2.0, -1.5, -0.5, 1.5])
def test_powers_by_roots_and_quotients(exponent, dtype):
    import numba

    from adgen.runtime import vector_math

    @numba.njit(error_model="numpy")
    def run(out, x):
        for i in range(x.shape[0]):
            out[i] = vector_math.pow(x[i], dtype(exponent))

    x = samples(dtype)
    found = np.empty_like(x)
    run(found, x)
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(np.longdouble), np.longdouble(exponent))
    assert errors(found, exact).max() <= BOUND
    assert not re.search(r"call [^\n]*@adgen_pow", "\n".join(run.inspect_llvm().values()))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "name", ["expit", "log_expit", "ndtr", "logaddexp", "logaddexp2", "xlogy", "xlog1py"]
)
def test_composed_functions_are_those_of_numpy_and_scipy(name, dtype):
    reference = getattr(np, name, None) or getattr(special, name)
    rng, ends = np.random.default_rng(0), [0, np.inf, np.nan, 1, 30, 800, 1e30]
    x = np.concatenate([ends, np.negative(ends), rng.uniform(-30, 30, 978)]).astype(dtype)
    operands = (x,) if reference.nin == 1 else (x, np.roll(x, 3))
    with np.errstate(all="ignore"):
        expected = reference(*operands)
    found = looped(name, operands)
    tolerance = 100 * np.finfo(dtype).eps
    np.testing.assert_allclose(found, expected, rtol=2 * tolerance, atol=tolerance * 1e-3)
    zeros = expected == 0.0
    np.testing.assert_array_equal(np.signbit(found[zeros]), np.signbit(expected[zeros]))


def seldom(x):
    total = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0.99:
            total += math.tanh(x[i])
        total += math.exp(x[i])
    return total


def test_what_few_iterations_compute_is_computed_in_them_only():
    text = adgen.differentiate(seldom).source(np.ones(3), stage="numba")
    assert "math.tanh(" in text and "vmath.tanh(" not in text and "vmath.exp(" in text
    plain = adgen.differentiate(lambda x: np.sum(np.where(x > 0.99, np.tanh(x), x)))
    assert "vmath.tanh(" in plain.source(np.ones(3), stage="numba")


CALLER = """import sys
if sys.argv[1] == "bare":
    from adgen.runtime import vector_functions
    vector_functions._libraries = lambda: ()
import numpy as np
from numba import njit
import adgen

@adgen.differentiate
def loss(x):
    return np.sum(np.exp(-x * x) * np.tanh(x) ** 2)

@njit(cache=True)
def caller(x):
    return loss.value_and_grad(x)

x = np.linspace(-1, 3, 101)
found = (loss.value_and_grad if sys.argv[1] == "outside" else caller)(x)
hits = sum(caller.stats.cache_hits.values())
print(found[0], found[1].sum(), hits)
"""


def test_the_next_process_finds_the_vector_functions(tmp_path):
    script = tmp_path / "caller.py"
    script.write_text(CALLER)
    cache = tmp_path / "cache"

    def output(how: str) -> list[float]:
        run = subprocess.run(
            [sys.executable, str(script), how],
            capture_output=True, text=True, env=dict(os.environ, ADGEN_CACHE_DIR=str(cache)),
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        return [float(text) for text in run.stdout.split()]

    first = output("outside")
    assert output("outside") == first
    assert output("inside") == pytest.approx([*first[:2], 0])
    assert output("inside") == pytest.approx([*first[:2], 1])
    assert output("bare") == pytest.approx([*first[:2], 1])  # compiled where there were functions
    shutil.rmtree(cache)  # the caller's machine code is beside the script
    assert output("bare") == pytest.approx([*first[:2], 1])
    assert output("inside") == pytest.approx([*first[:2], 1])


NARROW = """import numpy as np
import adgen
for dtype in np.float64, np.float32:
    x = np.linspace(-2, 2, 101).astype(dtype)
    found = adgen.differentiate(lambda x: np.exp(x) * np.sin(x))(x)
    np.testing.assert_allclose(found, np.exp(x) * np.sin(x), rtol=1e-5, atol=1e-6)
"""


@there
@pytest.mark.parametrize("features", ["+sse2", "+sse2,+sse4.1,+avx", "+sse2,+avx,+avx2,+fma"])
def test_processors_with_narrower_vectors(tmp_path, features):
    script = tmp_path / "narrow.py"
    script.write_text(NARROW)
    env = dict(os.environ, ADGEN_CACHE_DIR=str(tmp_path / "cache"))
    env |= {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": features}
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=env)
    assert run.returncode == 0, run.stderr


def test_single_numbers_are_those_of_the_c_library():
    xs = np.random.default_rng(0).uniform(-5.0, 5.0, 200)
    both = [
        adgen.differentiate(lambda x: (math.exp(x), math.tanh(x), math.sin(x)), jit=jit)
        for jit in (True, False)
    ]
    assert all(both[0](x) == both[1](x) for x in xs)
