"""The loop level means what the array level means: dtypes, empty arrays, strides, tapes."""

import warnings

import numpy as np
import pytest

from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.delayed_loops import merge_neighbours
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from tests.passes.wide_array_programs import WideGenerator


def check(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing, casts of nan
        generator = WideGenerator(seed, 2 + seed % 11)
        function = generator.function()
        wanted = interpret(function, *generator.args)
        for source in (function, optimise(function)):
            lowered = lower_to_loops(source)
            verify(lowered, planned=True)
            merged = merge_neighbours(lowered)
            verify(merged, planned=True)
            for got, want in zip(interpret(merged, *generator.args), wanted, strict=True):
                assert np.asarray(got).dtype == np.asarray(want).dtype
                tolerance = 2e-5 if np.asarray(want).dtype == np.float32 else 1e-10
                np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("block", range(8))
def test_wide_random_programs(block):
    for seed in range(block * 40, block * 40 + 40):
        check(seed)
