"""Recursion: unrolled, descending and ascending loops, and the loop over steps."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees
from tests.frontend.recursions import PROGRAMS, accumulated, fibonacci, power


def name(program):
    return f"{program[0].__name__}{'-'.join(str(a) for a in program[1:] if isinstance(a, int))}"


@pytest.mark.parametrize("program", PROGRAMS, ids=name)
def test_value_gradient_and_tangent(program):
    agrees(*program)


@pytest.mark.parametrize("program", PROGRAMS[::4], ids=name)
def test_pullbacks_and_second_derivatives(program):
    function, first, *others = program
    slopes = adgen.grad(function, jit=False)
    _, pullback = adgen.vjp(function, first, *others, jit=False)
    cotangent = pullback(1.0)
    ours = cotangent[0] if isinstance(cotangent, tuple) else cotangent
    np.testing.assert_allclose(ours, slopes(first, *others), rtol=1e-12)
    step = np.ones(np.shape(first))[()]
    product = adgen.hvp(function, jit=False)(first, *others, step)
    up, down = (np.asarray(slopes(first + side * step, *others)) for side in (1e-6, -1e-6))
    np.testing.assert_allclose(product, (up - down) / 2e-6, rtol=1e-4, atol=1e-5)


@pytest.mark.jit
@pytest.mark.parametrize("program", PROGRAMS[2::7], ids=name)
def test_compiled(program):
    agrees(*program, jit=True)


def sum_below(x, n):
    if n == 0:
        return x
    left = sum_below(x * 0.999, n - 1)
    right = sum_below(x, 0)
    return 0.5 * left + 0.5 * right * x


def last_of_two(x, n):
    return x if n == 0 else last_of_one(x, n - 1) * 1.0


def counted_from_a_constant(x, n, k=0):
    return x if k == n else counted_from_a_constant(x, n, k + 1) * 1.0


def from_none(x, n, start=None):
    if start is None:
        return from_none(x, n - 1, x * 1.0)
    return start if n == 0 else from_none(x, n - 1, start) * 1.0


def last_of_one(x, n):
    return x if n == 0 else last_of_two(x, n - 1) * 1.0


DEEP = [(power, 1.0), (accumulated, 1.0, 1.0), (sum_below, 1.0), (last_of_two, 1.0)]
DEEP += [(counted_from_a_constant, 1.0), (from_none, 1.0)]


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize("program", DEEP, ids=lambda program: program[0].__name__)
def test_ten_thousand_calls_deep(program, jit):
    function, x, *rest = program
    compiled = adgen.differentiate(function, jit=jit)
    slope = compiled.grad(x, 10_000, *rest)
    assert np.isfinite(compiled(x, 10_000, *rest))
    assert slope == {power: 1e4, accumulated: 1e4, sum_below: slope}.get(function, 1.0)
    for call in (compiled, compiled.grad):
        with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
            call(x, 10_001, *rest)


def executed(function, *args):
    """How many lines of generated code a call runs."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if not Path(frame.f_code.co_filename).name.startswith("adgen_"):
            return None
        count += event == "line"
        return trace

    function(*args)  # compiles
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("program", DEEP, ids=lambda program: program[0].__name__)
def test_the_cost_of_a_gradient_is_linear(program):
    function, x, *rest = program
    slope = adgen.grad(function, jit=False)
    once, twice, thrice = (executed(slope, x, n, *rest) for n in (1000, 2000, 3000))
    assert once > 2000
    assert abs((thrice - twice) - (twice - once)) < 100


def test_the_cost_of_a_tree_is_that_of_its_calls():
    slope = adgen.grad(fibonacci, jit=False)
    calls = {n: executed(slope, 0.3, n) for n in (8, 10, 12)}
    assert 0.8 < (calls[12] - calls[10]) / (calls[10] - calls[8]) / 2.618 < 1.2


@pytest.mark.jit
def test_a_second_process_runs_mutual_recursion_from_the_cache(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(MUTUAL)
    for _ in range(2):
        ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
        assert ran.stdout == "0.3125 RecursionError\n"


MUTUAL = """
import adgen

def even(x, n):
    return x if n == 0 else odd(x, n - 1) * x

def odd(x, n):
    return 1.0 if n == 0 else even(x, n - 1)

slope = adgen.grad(even)
try:
    slope(0.5, 20_002)
except RecursionError:
    print(slope(0.5, 8), "RecursionError")
"""


@pytest.mark.jit
def test_a_thread_with_a_small_stack_runs_deep_recursion():
    slope, found = adgen.grad(power), []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(slope(1.0, 10_000)))
        slope(1.0, 3)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert found == [10_000.0]
