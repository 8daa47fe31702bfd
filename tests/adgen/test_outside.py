"""Primitives that are called as they are: plain Python, functions of C."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math

import numba
import numpy as np
import pytest

import adgen
from adgen import defjvp, deflinear, defvjp, primitive

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
X = np.array([0.3, 2.0, -1.0])
V = np.array([1.0, 0.5, -2.0])
W = np.array([1.0, 2.0, 3.0])


@primitive(result=float)
def wave(x, k):
    """What adgen does not compile."""
    return eval("math.sin(x) * k", {"math": math, "x": float(x), "k": k})


defvjp(
    wave, lambda ans, x, k: lambda g: g * np.cos(x) * k, lambda ans, x, k: lambda g: g * np.sin(x)
)


@primitive(result="f8[:]")
def ordered(x, how):
    return np.array(sorted(x.tolist(), reverse=how == "down"))


@primitive(result="i8[:]")
def order(x):
    return np.argsort(-x, kind="stable")


def make(ans, x, how):
    def back(g):
        out = np.zeros(x.shape)
        places = order(x)
        for i in range(x.shape[0]):
            out[places[i]] = g[i]
        return out

    return back


def push(g, ans, x, how):
    return g[order(x)]


defvjp(ordered, make)
defjvp(ordered, push)


def loss(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += wave(x[i] * 2.0, 3.0) * x[0]
    return total + np.sum(ordered(x * x, "down") * W)


def plain(x):
    return np.sum(np.sin(2.0 * x) * 3.0) * x[0] + np.sum((x * x)[np.array([1, 2, 0])] * W)


@both
def test_python_inside_of_compiled_code(jit):
    f = adgen.differentiate(loss, jit=jit)
    reference = adgen.differentiate(plain, jit=False)
    assert f(X) == pytest.approx(plain(X)) == loss(X)
    np.testing.assert_allclose(f.grad(X), reference.grad(X), rtol=1e-12)
    assert adgen.jvp(loss, (X,), (V,), jit=jit)[1] == pytest.approx(reference.grad(X) @ V)
    np.testing.assert_allclose(f.hvp(X, V), reference.hvp(X, V), rtol=1e-11, atol=1e-12)
    adgen.check_grads(loss, order=2, jit=jit)(X)


def test_what_is_generated():
    text = adgen.differentiate(loss, jit=False).source(X)
    assert f'call_python("{__name__}:wave", "float", ' in text
    assert f'call_python("{__name__}:order", "i8[:]", ' in text
    text = adgen.differentiate(loss, jit=False).source(X, stage="numba")
    assert "from adgen.runtime.machine_outside import call_python" in text


def libm():
    name = ctypes.util.find_library("m")
    if name is None:
        pytest.skip("no mathematical library")
    return ctypes.CDLL(name)


@both
def test_functions_of_c(jit):
    """The rules of either name the other one."""
    library = libm()
    functions = []
    for f in (library.cosh, library.sinh):
        f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double]
        functions.append(primitive(f))
    cosh, sinh = functions
    defvjp(cosh, lambda ans, x: lambda g: g * sinh(x))
    defvjp(sinh, lambda ans, x: lambda g: g * cosh(x))

    def f(x):
        return cosh(x) * 2.0

    assert adgen.grad(f, jit=jit)(0.7) == pytest.approx(2.0 * math.sinh(0.7))
    assert adgen.hvp(f, jit=jit)(0.7, 1.0) == pytest.approx(2.0 * math.cosh(0.7))
    assert adgen.jvp(f, (0.7,), (2.0,), jit=jit)[1] == pytest.approx(4.0 * math.sinh(0.7))


def test_third_order_through_rules_that_name_each_other():
    library = libm()
    library.cosh.restype, library.cosh.argtypes = ctypes.c_double, [ctypes.c_double]
    library.sinh.restype, library.sinh.argtypes = ctypes.c_double, [ctypes.c_double]
    cosh, sinh = primitive(library.cosh), primitive(library.sinh)
    defvjp(cosh, lambda ans, x: lambda g: g * sinh(x))
    defvjp(sinh, lambda ans, x: lambda g: g * cosh(x))
    third = adgen.grad(adgen.grad(adgen.grad(lambda x: cosh(x * x), jit=False)))
    x = 0.6
    wanted = 12.0 * x * math.cosh(x * x) + 8.0 * x**3 * math.sinh(x * x)
    assert third(x) == pytest.approx(wanted)


@both
def test_arrays_of_c(jit):
    """A pointer with a length: what a library of C takes."""
    CALLBACK = ctypes.CFUNCTYPE(  # noqa: N806
        ctypes.c_double, ctypes.POINTER(ctypes.c_double), ctypes.c_long
    )

    @CALLBACK
    def summed(pointer, count):
        return sum(pointer[i] ** 3 for i in range(count))

    cubes = primitive(summed)
    defvjp(cubes, lambda ans, x, n: lambda g: g * 3.0 * x * x)

    def f(x):
        return cubes(x * 2.0, x.shape[0])

    np.testing.assert_allclose(adgen.grad(f, jit=jit)(X), 24.0 * X * X)
    with pytest.raises(TypeError, match="an array of float32 is given where C takes float64"):
        adgen.differentiate(lambda x: cubes(x, 3), jit=jit)(X.astype(np.float32))


@both
def test_linear_functions(jit):
    @primitive(result="f8[:]")
    def smoothed(x, width):
        return np.array([sum(x[max(i - width, 0) : i + width + 1]) for i in range(len(x))])

    @primitive
    def twice(x):
        return x + x

    deflinear(smoothed)
    deflinear(twice)
    defvjp(smoothed, lambda ans, x, width: lambda g: smoothed(g, width))

    def f(x):
        return np.sum(smoothed(twice(x), 1) ** 3)

    def same(x):
        y = 2.0 * x
        a, b, c = y[0] + y[1], y[0] + y[1] + y[2], y[1] + y[2]
        return a**3 + b**3 + c**3

    wanted = adgen.grad(same, jit=False)(X)
    np.testing.assert_allclose(adgen.grad(f, jit=jit)(X), wanted)
    assert adgen.jvp(f, (X,), (V,), jit=jit)[1] == pytest.approx(wanted @ V)
    np.testing.assert_allclose(
        adgen.hvp(f, jit=jit)(X, V), adgen.hvp(same, jit=False)(X, V), atol=1e-12
    )


def test_a_linear_function_that_is_called_as_it_is_has_no_transpose():
    @primitive(result=float)
    def total(x):
        return float(np.sum(x))

    deflinear(total)
    assert adgen.jvp(lambda x: total(x) * 2.0, (X,), (V,), jit=False)[1] == np.sum(V) * 2.0
    with pytest.raises(adgen.NotDifferentiable) as error:
        adgen.grad(lambda x: total(x) * 2.0, jit=False)(X)
    assert "the jvp of `total` calls `total` itself: it is not transposed" in str(error.value)
    assert "give the other rule too: adgen.defvjp(total, ...)" in str(error.value)


@both
def test_what_a_function_returns_is_checked(jit):
    @primitive(result=float)
    def wrong(x):
        return x

    with pytest.raises(TypeError, match="wrong returns f8.:., but is declared to return float"):
        adgen.differentiate(lambda x: wrong(x), jit=jit)(X)

    @primitive(result="f8[:]")
    def single(x):
        return x.astype(np.float32)

    with pytest.raises(TypeError, match="single returns f4.:., but is declared to return f8.:."):
        adgen.differentiate(lambda x: np.sum(single(x)), jit=jit)(X)


@both
def test_a_function_may_not_write_to_what_it_is_given(jit):
    @primitive(result=float)
    def writes(x):
        x[0] = 1.0
        return 1.0

    with pytest.raises(ValueError, match="read-only"):
        adgen.differentiate(lambda x: writes(x), jit=jit)(X)


@both
def test_an_array_that_is_returned_again_is_copied(jit):
    kept = np.zeros(3)

    @primitive(result="f8[:]")
    def same_array(x):
        kept[:] = x
        return kept

    defvjp(same_array, lambda ans, x: lambda g: g)

    def f(x):
        return np.sum(same_array(x) * same_array(x * 2.0))

    assert adgen.differentiate(f, jit=jit)(X) == np.sum(2.0 * X * X)
    np.testing.assert_allclose(adgen.grad(f, jit=jit)(X), 4.0 * X)


@both
def test_exceptions_pass(jit):
    @primitive(result=float)
    def failing(x):
        raise LookupError(f"no {x}")

    with pytest.raises(LookupError, match="no 2.0"):
        adgen.differentiate(lambda x: failing(x), jit=jit)(2.0)


def test_derivatives_that_nobody_has_given():
    @primitive(result=float)
    def alone(x):
        return float(x)

    with pytest.raises(adgen.NotDifferentiable) as error:
        adgen.grad(lambda x: alone(x), jit=False)(2.0)
    assert "`alone` is a primitive without a rule for its argument 0" in str(error.value)

    @primitive(result=float)
    def wave_of(x):
        return math.sin(x)

    defvjp(wave_of, lambda ans, x: lambda g: g * alone(x))
    assert adgen.grad(lambda x: wave_of(x), jit=False)(2.0) == 2.0
    with pytest.raises(adgen.NotDifferentiable, match="`alone` is a primitive without a rule"):
        adgen.hvp(lambda x: wave_of(x), jit=False)(2.0, 1.0)


def test_both_rules_serve_their_own_modes():
    @primitive(result=float)
    def marked(x):
        return float(x)

    defvjp(marked, lambda ans, x: lambda g: 2.0 * g)
    defjvp(marked, lambda g, ans, x: 3.0 * g)
    assert adgen.grad(lambda x: marked(x), jit=False)(1.0) == 2.0
    assert adgen.jvp(lambda x: marked(x), (1.0,), (1.0,), jit=False)[1] == 3.0


def test_low_level_callables():
    scipy = pytest.importorskip("scipy")
    library = libm()
    library.tan.restype, library.tan.argtypes = ctypes.c_double, [ctypes.c_double]
    tan = primitive(scipy.LowLevelCallable(library.tan))
    defvjp(tan, lambda ans, x: lambda g: g * (1.0 + ans * ans))
    adgen.check_grads(lambda x: tan(x) * x, order=2, jit=False)(0.4)
    data = ctypes.c_void_p(0)
    with pytest.raises(adgen.AdgenError, match="holds no function of ctypes, or data for it"):
        primitive(scipy.LowLevelCallable(library.tan, data))


def test_declarations():
    with pytest.raises(adgen.AdgenError, match="is not what a primitive returns"):
        primitive(result="f8[3]")(abs)
    with pytest.raises(adgen.AdgenError, match="is no primitive"):
        deflinear(np.sin)
    library = libm()
    library.floor.restype = ctypes.c_char_p
    with pytest.raises(adgen.UnsupportedSyntax, match="what the primitive `floor` returns is not"):
        adgen.differentiate(lambda x, f=primitive(library.floor): f(x), jit=False)(2.0)


FILE = """
import numba
import numpy as np
from adgen import primitive, defvjp, deflinear

@primitive(result="f8[:]")
def smoothed(x, width):
    return np.convolve(x, np.ones(width), "same")

deflinear(smoothed)
defvjp(smoothed, lambda ans, x, width: lambda g: smoothed(g, width))

def loss(x):
    return np.sum(smoothed(x, 3) ** 2)
"""


def test_files_that_are_only_read():
    from adgen.transpiler.compiler import compile_source
    from adgen.transpiler.ir.types import array
    from adgen.transpiler.requests import Request
    from adgen.transpiler.static_module import read_text

    source = read_text(FILE, "signal.py").choose("loss")[0].source
    compiled = compile_source(source, {"x": array("f8", 1)}, Request("value_and_grad", (0,)))
    assert compiled.text.count('call_python("signal:smoothed", "f8[:]", ') == 2


def test_functions_that_wrap_a_function_of_numba():
    """Each is called itself: functools.wraps copies names and Numba's ``py_func``."""

    def doubled(function):
        @functools.wraps(function)
        def wrapper(x):
            return 2.0 * function(x)

        return wrapper

    cube = numba.njit(lambda x: x**3)
    made = [adgen.primitive(result=float)(f) for f in (cube, doubled(cube), doubled(doubled(cube)))]
    for function in made:
        adgen.defvjp(function, lambda ans, x: lambda g: g * ans)
    one, two, four = made
    together = adgen.value_and_grad(lambda x: one(x) + 10 * two(x) + 100 * four(x), jit=False)
    value, slope = together(2.0)
    assert value == slope == 8.0 + 160.0 + 3200.0
