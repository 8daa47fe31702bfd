"""The loop level means what the array level means."""

import numpy as np
import pytest

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import Array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.delayed_loops import merge_neighbours
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.pipeline import optimise
from tests.passes.array_programs import Generator, M, N


def arguments(seed, n=N, m=M):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, m)), rng.normal(size=n), rng.normal(size=m), float(rng.normal())


def check(seed, size):
    function = Generator(seed, size).function()
    wanted = interpret(function, *arguments(seed))
    lowered = lower_to_loops(optimise(function))
    for after in (lowered, merge_neighbours(lowered)):
        verify(after, planned=True)
        for got, want in zip(interpret(after, *arguments(seed)), wanted, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)
    return lowered


@pytest.mark.parametrize("block", range(8))
def test_random_programs(block):
    for seed in range(block * 25, block * 25 + 25):
        check(seed, 4 + seed % 12)


def test_no_array_operation_is_left_but_products():
    for seed in range(40):
        lowered = check(seed, 8)
        for _, op in core.walk(lowered.body):
            arrays = [r for r in op.results if isinstance(r.type, Array)]
            if arrays and not op.regions and op.callee not in _KEPT:
                assert op.callee.__name__ in ("matmul", "dot"), op


_KEPT = (core.SETITEM, core.ADDITEM, core.EMPTY, core.ZEROS, core.GETITEM, core.LOAD)


def test_extents_that_disagree_raise():
    import operator

    from adgen.transpiler.ir.core import Function
    from adgen.transpiler.ir.types import array
    from adgen.transpiler.primitives.builder import Builder

    x, y = Value(array("f8", 1), "x"), Value(array("f8", 1), "y")
    b = Builder()
    out = b.emit(np.sum, b.emit(operator.mul, x, y), axis=(0,), keepdims=False)
    lowered = lower_to_loops(Function("f", b.block((x, y), (out,))))
    with pytest.raises(ValueError, match="broadcast"):
        interpret(lowered, np.zeros(3), np.zeros(2))
