"""What a selection has not taken contributes nothing to a derivative, and never NaN."""

import numpy as np
import pytest

from adgen import differentiate, hvp, jvp

Z = np.array([-1.0, 0.0, 4.0, 9.0])
X = np.array([1.0, 2.0, 3.0, 4.0])
ROWS = np.array([[False, False, True, False], [False, False, False, True]])


def root(z, x):
    return np.sum(np.where(z > 0, np.sqrt(z), x))


def several_uses(z, x):
    return np.sum(np.where(z > 0, np.log(z) * z + np.exp(x * z) / z, x))


def nested_functions(z, x):
    return np.sum(np.where(z > 0, np.sqrt(np.log(z + 1.0)), x) * x)


def nested_selections(z, x):
    return np.sum(np.where(z > 5, np.where(z > 0, np.sqrt(z), x), x * x))


def the_other_arm(z, x):
    return np.sum(np.where(z <= 0, x, z**-0.5))


def broadcast_arm(z, x):
    s = np.sqrt(z)
    return np.sum(np.where(ROWS, s, x))


def sliced_arm(z, x):
    s = np.log(z)
    return np.sum(np.where(z[1:] > 0, s[1:], x[1:]))


def summed_arm(z, x):
    return np.where(x[0] > 0, x[0] * 2.0, np.sum(1 / z))


def numbers_in_a_loop(z, x):
    total = 0.0
    for i in range(4):
        total += np.where(z[i] > 0, np.sqrt(z[i]), x[i])
    return total


def arm_made_in_a_loop(z, x):
    s = np.zeros(4)
    for i in range(4):
        s[i] = np.sqrt(z[i])
    return np.sum(np.where(z > 0, s, x))


def clipped(z, x):
    return np.sum(np.clip(1 / z, -0.5, 0.5) * x)


PROGRAMS = [
    root, several_uses, nested_functions, nested_selections, the_other_arm, broadcast_arm,
    sliced_arm, summed_arm, numbers_in_a_loop, arm_made_in_a_loop, clipped,
]  # fmt: skip


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
@pytest.mark.parametrize("function", PROGRAMS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_nan(function, jit):
    """In reverse mode, in forward mode and in second derivatives; equal to safe arguments'."""
    compiled = differentiate(function, wrt=(0, 1), jit=jit)
    gradient = compiled.grad(Z, X)
    assert np.all(np.isfinite(np.concatenate(gradient)))
    assert np.all(np.isfinite(np.concatenate(hvp(compiled)(Z, X, (X, Z)))))
    _, tangent = jvp(compiled, (Z, X), (X, X[::-1].copy()))
    assert tangent == pytest.approx(gradient[0] @ X + gradient[1] @ X[::-1], rel=1e-12)
    # where the arm is not taken, any number in its place gives the same
    safe = np.where(Z > 0, Z, -0.25)
    if function not in (clipped, summed_arm):
        np.testing.assert_allclose(compiled.grad(safe, X)[1], gradient[1], rtol=1e-12)


def test_a_selection_costs_no_op_more():
    text = differentiate(root, jit=False).source(Z, X)
    assert (
        "broadcast_to" not in text and text.count("np.where") == 3
    )  # one quoted, one of the value
