"""Generated gradients as people read them: golden, executed, and compared with differences."""

import copy

import numpy as np
import pytest

from adgen.transpiler.compiler import Request, compile_source
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function
from tests.golden import compare
from tests.golden.programs import CASES

pytestmark = pytest.mark.golden


def generated(function, wrt, args, stage):
    names = function.__code__.co_varnames[: len(args)]
    arguments = {name: argument_of(arg) for name, arg in zip(names, args, strict=True)}
    source = from_function(function)
    return compile_source(source, arguments, Request("value_and_grad", wrt, 1, stage))


def differences(function, args, k, h=1e-6):
    x = np.array(args[k], dtype=float)
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        ends = []
        for sign in (1, -1):
            moved = copy.deepcopy(list(args))
            step = np.zeros_like(x)
            step[place] = sign * h
            moved[k] = x + step if x.ndim else float(x + step)
            ends.append(function(*moved))
        out[place] = (ends[0] - ends[1]) / (2 * h)
    return out


@pytest.mark.parametrize("stage", ["array", "numba"])
@pytest.mark.parametrize(("function", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_gradient(function, wrt, args, stage):
    made = generated(function, wrt, args, stage)
    compare(f"gradients/{function.__name__}_{stage}.py.txt", made.text)
    namespace = {}
    exec(compile(made.text, "<golden>", "exec"), namespace)
    given = copy.deepcopy(args)
    value, gradients = namespace[made.names[0]](*given)
    assert value == pytest.approx(function(*copy.deepcopy(args)), rel=1e-12)
    for before, after in zip(args, given, strict=True):
        np.testing.assert_array_equal(before, after)
    for k, gradient in zip(wrt, gradients, strict=True):
        np.testing.assert_allclose(gradient, differences(function, args, k), rtol=1e-5, atol=1e-7)
