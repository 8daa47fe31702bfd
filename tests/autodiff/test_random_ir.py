"""Differentiation of random IR programs, verified after every pass."""

import numpy as np
import pytest

from adgen.transpiler.autodiff import gradient
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.pipeline import OPTIMISE, OPTIMISE_JOINT
from tests.autodiff.random_ir import LENGTH, Generator


def run(passes, planned):
    def optimise(function: Function) -> Function:
        for improve in passes:
            function = improve(function)
            verify(function, planned=planned)
        return function

    return optimise


PASSES = gradient.Passes(run(OPTIMISE, True), run(OPTIMISE_JOINT, False))


@pytest.mark.parametrize("block", range(10))
def test_reverse_forward_and_second_order_agree_with_differences(block):
    for seed in range(block * 20, block * 20 + 20):
        check(seed)


def check(seed):
    original = Generator(seed).function()
    rng = np.random.default_rng(seed)
    x, a = rng.normal(size=LENGTH), float(rng.normal())
    dx, da = rng.normal(size=LENGTH), float(rng.normal())
    primal = PASSES.optimise(original)
    (value,) = interpret(original, x, a)
    assert interpret(primal, x, a) == (value,)

    joint = gradient.value_and_grad(primal, (0, 1), PASSES)
    got, x_bar, a_bar = interpret(joint, x, a)
    assert got == pytest.approx(value, rel=1e-12)
    _, tangent = interpret(gradient.jvp(primal, (0, 1), PASSES), x, a, dx, da)
    assert x_bar @ dx + a_bar * da == pytest.approx(tangent, rel=1e-10, abs=1e-12)

    h = 1e-6
    above, below = ((x + s * h * dx, a + s * h * da) for s in (1, -1))
    difference = (interpret(original, *above)[0] - interpret(original, *below)[0]) / (2 * h)
    assert tangent == pytest.approx(difference, rel=1e-4, abs=1e-4)

    product, _ = interpret(gradient.hvp(primal, (0, 1), PASSES), x, a, dx, da)
    second = (interpret(joint, *above)[1] - interpret(joint, *below)[1]) / (2 * h)
    assert product == pytest.approx(second, rel=1e-3, abs=1e-3)


def test_forward_and_backward_cover_the_joint_function():
    for seed in range(40):
        primal = PASSES.optimise(Generator(seed).function())
        forward, backward = gradient.pair(primal, (0, 1), PASSES)
        assert forward.residuals_out == backward.residuals_in
        assert len(backward.body.yields) == 2
