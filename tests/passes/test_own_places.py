"""Arrays of which every iteration touches only its own place: less memory, nothing copied."""

import numpy as np
import pytest

import adgen
from adgen.transpiler.frontend.lower import lower
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import INT, array
from adgen.transpiler.passes.pipeline import optimise
from adgen.transpiler.source import from_function

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


def rows_of_zeros(x):
    n, m = x.shape
    table = np.zeros((n, m))
    total = 0.0
    for i in range(n):
        for j in range(m):
            table[i, j] = np.sin(x[i, j])
        for j in range(m):
            total += table[i, j] * table[i, m - 1 - j]
    return total


def columns(x):
    n, m = x.shape
    table = np.empty((m, n))
    total = 0.0
    for i in range(n):
        table[:, i] = x[i] ** 2
        if x[i, 0] > 0.0:
            table[1:, i] *= 2.0
        total += np.sum(table[:, i] * x[i])
    return total


def rows_of_data(x):
    table = x.copy()
    total = 0.0
    for i in range(x.shape[0] - 1, -1, -1):
        for j in range(1, x.shape[1]):
            table[i, j] += table[i, j - 1] * x[i, j]
        total += table[i, -1]
    return total


def numbers(x):
    n, m = x.shape
    sums = np.zeros(n)
    total = 0.0
    for i in range(n):
        for j in range(m):
            sums[i] += np.exp(x[i, j])
        total += np.log(sums[i])
    return total


def numbers_of_data(x):
    first = x[:, 0].copy()
    total = 0.0
    for i in range(x.shape[0]):
        if first[i] < 0.0:
            first[i] = -2.0 * first[i]
        total += first[i] ** 2
    return total


PROGRAMS = (rows_of_zeros, columns, rows_of_data, numbers, numbers_of_data)


def allocations(function):
    """Kind and number of axes of every array that is made."""
    made = {core.ZEROS, core.EMPTY, core.COPY}
    return [
        (op.callee, getattr(op.result.type, "ndim", 0))
        for _, op in core.walk(function.body)
        if op.callee in made
    ]


def central(f, x):
    out = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        out[index] = (f(x + step) - f(x - step)) / 2e-6
    return out


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_values_and_gradients(program):
    value, gradient = adgen.value_and_grad(program, jit=False)(X)
    np.testing.assert_allclose(value, program(X), rtol=1e-13)
    np.testing.assert_allclose(gradient, central(program, X), rtol=1e-6, atol=1e-8)
    direction = np.cos(X)
    _, tangent = adgen.jvp(program, (X,), (direction,), jit=False)
    np.testing.assert_allclose(tangent, np.sum(gradient * direction), rtol=1e-12)


@pytest.mark.jit
@pytest.mark.parametrize("program", (rows_of_zeros, columns), ids=lambda p: p.__name__)
def test_compiled(program):
    value, gradient = adgen.value_and_grad(program)(X)
    np.testing.assert_allclose(value, program(X), rtol=1e-13)
    np.testing.assert_allclose(gradient, central(program, X), rtol=1e-6, atol=1e-8)


def optimised(program, **arguments):
    return optimise(lower(from_function(program), arguments or {"x": array("f8", 2)}))


def test_the_axis_of_the_loop_goes():
    expected = (
        (rows_of_zeros, [(core.ZEROS, 1)]),
        (columns, [(core.EMPTY, 1)]),
        (numbers, []),
        (numbers_of_data, [(core.COPY, 1)]),
    )
    for program, made in expected:
        function = optimised(program)
        assert allocations(function) == made, program.__name__
        np.testing.assert_allclose(interpret(function, X), (program(X),), rtol=1e-13)


def test_nothing_is_copied_in_an_iteration():
    for program in (rows_of_zeros, numbers):
        text = adgen.differentiate(program).source(X)
        assert "copy" not in text[text.index("    for ") :], text


def test_an_index_that_may_be_out_of_range_still_is_an_error():
    def too_short(x):
        sums = np.zeros(3)
        total = 0.0
        for i in range(x.shape[0]):
            sums[i] += x[i, 0] ** 2
            total += sums[i]
        return total

    function = optimised(too_short)
    assert interpret(function, X[:2]) == (too_short(X[:2]),)
    with pytest.raises(IndexError):
        interpret(function, X)
    with pytest.raises(IndexError):
        adgen.grad(too_short, jit=False)(X)


def test_numbers_stay_of_the_type_of_elements():
    def narrow(x):
        sums = np.zeros(x.shape[0], dtype=np.float32)
        total = 0.0
        for i in range(x.shape[0]):
            sums[i] = 0.1
            total += sums[i] * x[i, 0]
        return total

    def of_python(x, k):
        scale = np.zeros(x.shape[0])
        total = 0.0
        for i in range(x.shape[0]):
            scale[i] = k * 0.5
            total += x[i, 0] / scale[i]
        return total

    np.testing.assert_allclose(interpret(optimised(narrow), X), (narrow(X),), rtol=0, atol=0)
    function = optimised(of_python, x=array("f8", 2), k=INT)
    with np.errstate(divide="ignore", invalid="ignore"):  # NumPy's numbers divide by zero
        assert np.isnan(interpret(function, X, 0)[0]) == np.isnan(of_python(X, 0))


def test_an_iteration_does_not_see_what_another_one_wrote():
    def own_and_next(x):
        table = np.zeros(x.shape[0] + 1)
        total = 0.0
        for i in range(x.shape[0]):
            total += table[i]
            table[i + 1] = x[i, 0]
        return total

    def kept(x):
        table = np.zeros(x.shape[0])
        total = 0.0
        for i in range(x.shape[0]):
            table[i] = x[i, 0]
            total += table[i] ** 2
        return total + table[0]

    for program in (own_and_next, kept):
        function = optimised(program)
        assert (core.ZEROS, 1) in allocations(function), program.__name__
        np.testing.assert_allclose(interpret(function, X), (program(X),), rtol=1e-13)


def test_a_sum_that_is_only_read_and_overwritten_is_not_stored():
    def chain(x, parents):
        poses = np.zeros((x.shape[0], 3))
        total = 0.0
        for k in range(x.shape[0]):
            if parents[k] < 0:
                poses[k] = x[k]
            else:
                poses[k] = poses[parents[k]] * x[k]
            total += np.sum(poses[k] ** 2)
        return total

    parents = np.array([-1, 0, 0, 2])
    objective = adgen.differentiate(chain, jit=False)
    text = objective.source(X, parents)
    assert "copy" not in text[text.index("for k in range(n - 1") :], text
    _, gradient = adgen.value_and_grad(chain, jit=False)(X, parents)
    expected = central(lambda x: chain(x, parents), X)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)
