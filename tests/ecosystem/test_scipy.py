"""SciPy's solvers take differentiable objects and their members as they are."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
import scipy
from scipy import integrate, optimize

import adgen

pytestmark = pytest.mark.jit


@adgen.differentiate
def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


START = np.full(6, 1.3)


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (rosenbrock.value_and_grad, {"jac": True, "method": "BFGS"}),
        (rosenbrock.value_and_grad, {"jac": True, "method": "L-BFGS-B"}),
        (rosenbrock, {"jac": rosenbrock.grad, "hessp": rosenbrock.hvp, "method": "Newton-CG"}),
        (rosenbrock, {"jac": rosenbrock.grad, "hess": rosenbrock.hessian, "method": "trust-exact"}),
    ],
)
def test_minimize(function, options):
    found = optimize.minimize(function, START, **options)
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, rtol=1e-3)


def test_least_squares():
    @adgen.differentiate
    def misfit(p, t, y):
        return p[0] * np.exp(-p[1] * t) - y

    t = np.linspace(0.0, 1.0, 20)
    y = 2.0 * np.exp(-3.0 * t)
    found = optimize.least_squares(misfit, [1.0, 1.0], jac=misfit.jacobian, args=(t, y))
    np.testing.assert_allclose(found.x, [2.0, 3.0], rtol=1e-8)
    fitted, _ = optimize.curve_fit(
        lambda t, a, b: a * np.exp(-b * t), t, y, [1.0, 1.0],
        jac=lambda t, a, b: misfit.jacobian(np.array([a, b]), t, y),
    )  # fmt: skip
    np.testing.assert_allclose(fitted, [2.0, 3.0], rtol=1e-8)


def test_root():
    @adgen.differentiate
    def equations(x):
        return np.array([x[0] ** 2 + x[1] - 3.0, x[0] - x[1]])

    found = optimize.root(equations, [1.0, 1.0], jac=equations.jacobian)
    np.testing.assert_allclose(equations(found.x), 0.0, atol=1e-9)


def test_solve_ivp():
    @adgen.differentiate(wrt="u")
    def van_der_pol(t, u):
        return np.array([u[1], 50.0 * (1.0 - u[0] ** 2) * u[1] - u[0]])

    span = (0.0, 10.0)
    given = integrate.solve_ivp(van_der_pol, span, [2.0, 0.0], "BDF", jac=van_der_pol.jacobian)
    differences = integrate.solve_ivp(van_der_pol, span, [2.0, 0.0], "BDF")
    assert given.success and given.nfev <= differences.nfev
    np.testing.assert_allclose(given.y[:, -1], differences.y[:, -1], rtol=1e-2)


def test_a_c_function_of_the_value_and_the_gradient():
    """``numba.cfunc`` takes them in; SciPy and C libraries call the result without Python."""
    import numba
    from numba import carray, types

    @adgen.differentiate
    def bump(x):
        return np.sin(x) * np.exp(-x * x)

    @numba.cfunc("float64(float64)")
    def slope(x):
        return bump.grad(x)

    found, _ = integrate.quad(scipy.LowLevelCallable(slope.ctypes), 0.0, 1.0)
    assert found == pytest.approx(bump(1.0) - bump(0.0), rel=1e-12)

    doubles = types.CPointer(types.float64)

    @numba.cfunc(types.float64(types.intc, doubles, doubles))
    def value_and_gradient(n, x, gradient):
        value, found = rosenbrock.value_and_grad(carray(x, (n,)))
        carray(gradient, (n,))[:] = found
        return value

    gradient = np.empty_like(START)
    pointers = [a.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for a in (START, gradient)]
    value = value_and_gradient.ctypes(len(START), *pointers)
    assert value == rosenbrock(START)
    np.testing.assert_array_equal(gradient, rosenbrock.grad(START))


def test_a_low_level_callable_of_a_function_of_several_numbers():
    """``nquad`` calls ``double f(int n, double *x)`` without Python."""
    import numba
    from numba import types

    @adgen.differentiate(wrt="x")
    def wave(x, y):
        return np.sin(x * y) * x

    @numba.cfunc(types.float64(types.intc, types.CPointer(types.float64)))
    def slope(n, at):
        return wave.grad(at[0], at[1])

    bounds = [(0.0, 1.0), (0.5, 2.0)]
    found, _ = integrate.nquad(scipy.LowLevelCallable(slope.ctypes), bounds)
    expected, _ = integrate.quad(lambda y: wave(1.0, y), 0.5, 2.0)
    assert found == pytest.approx(expected, rel=1e-10)
