"""Functions with one rule for all arguments: ``custom_vjp`` and ``custom_jvp``."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import adgen
from adgen import checkpointed, custom_jvp, custom_vjp

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
X = np.array([0.3, 1.0, 2.0])
Y = np.array([1.0, 2.0, -1.0])


@custom_vjp
def product(x, y):
    return np.sin(x) * y


def product_fwd(x, y):
    return product(x, y), {"cos": np.cos(x), "rest": (np.sin(x), y)}


def product_bwd(known, g):
    sine, y = known["rest"]
    return known["cos"] * g * y, sine * g


product.defvjp(product_fwd, product_bwd)


def same(f, g, *args, jit=False, second=True):
    wrt = tuple(range(len(args)))
    one, two = adgen.differentiate(f, wrt=wrt, jit=jit), adgen.differentiate(g, wrt=wrt, jit=False)
    assert one(*args) == pytest.approx(two(*args)) == pytest.approx(f(*args))
    for a, b in zip(one.grad(*args), two.grad(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)
    if second:
        v = tuple(np.cos(a) for a in args)
        for a, b in zip(one.hvp(*args, v), two.hvp(*args, v), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


@both
def test_a_rule_for_reverse_mode(jit):
    same(
        lambda x, y: np.sum(product(x, y * y) ** 2), lambda x, y: np.sum((np.sin(x) * y * y) ** 2),
        X, Y, jit=jit,
    )  # fmt: skip


def test_it_is_the_rule_that_is_taken():
    @custom_vjp
    def f(x):
        return x * x

    f.defvjp(lambda x: (x * x, None), lambda known, g: (7.0 * g,))
    assert adgen.grad(lambda x: f(x) * 2.0, jit=False)(3.0) == 14.0
    assert adgen.differentiate(lambda x: f(x), jit=False)(3.0) == 9.0 == f(3.0)
    with pytest.raises(adgen.NotDifferentiable) as error:
        adgen.jvp(lambda x: f(x), (3.0,), (1.0,), jit=False)
    assert "`f` is a custom_vjp: forward mode has no rule for it" in str(error.value)
    assert "declare it custom_jvp" in str(error.value)


@both
def test_rules_that_are_not_linear(jit):
    @functools.partial(custom_vjp, nondiff_argnums=(0, 2))
    def clipped(low, x, high):
        return x

    clipped.defvjp(
        lambda low, x, high: (x, ()), lambda low, high, known, g: (np.clip(g, low, high),)
    )

    def f(x):
        total = 0.0
        for i in range(x.shape[0]):
            total += clipped(-1.0, x[i], 2.0) * (i - 1.0) * 3.0
        return total

    np.testing.assert_allclose(adgen.grad(f, jit=jit)(X), [-1.0, 0.0, 2.0])


@both
def test_a_root_by_the_implicit_function_theorem(jit):
    """A loop forward, one division backward; in a checkpointed loop, too."""

    def solve(a):
        x = a
        for _ in range(30):
            x = 0.5 * (x + a / x)
        return x

    @custom_vjp
    def root(a):
        return solve(a)

    def fwd(a):
        x = solve(a)
        return x, x

    root.defvjp(fwd, lambda x, g: (g / (2.0 * x),))

    def f(a):
        total = 0.0
        for k in checkpointed(range(5), snapshots=2):
            total += root(a + k) * a
            a = a + 0.1 * total
        return total

    def g(a):
        total = 0.0
        for k in range(5):
            total += np.sqrt(a + k) * a
            a = a + 0.1 * total
        return total

    same(f, g, 2.0, jit=jit)
    one = adgen.differentiate(lambda a: root(a) * a, jit=False).source(2.0)
    assert one.count("range(30)") == 1


@both
def test_a_rule_for_forward_mode_is_transposed(jit):
    @functools.partial(custom_jvp, nondiff_argnums=(0,))
    def applied(h, x, y):
        return h(x) * y

    @applied.defjvp
    def applied_jvp(h, primals, tangents):
        x, y = primals
        dx, dy = tangents
        total = dy * h(x)
        for _ in range(4):  # reverse mode goes through the loop
            total = total + 0.25 * dx * np.cos(x) * y
        return h(x) * y, total

    def f(x, y):
        return np.sum(applied(np.sin, x, y) ** 2)

    def plain(x, y):
        return np.sum((np.sin(x) * y) ** 2)

    same(f, plain, X, Y, jit=jit)
    one, two = (adgen.jvp(h, (X, Y), (Y, None), jit=jit) for h in (f, plain))
    assert one == pytest.approx(two)


@both
def test_rules_for_single_arguments(jit):
    @custom_jvp
    def f(x, y, n):
        return x * y * n

    f.defjvps(lambda t, ans, x, y, n: 2.0 * t * y, lambda t, ans, x, y, n: t * x, None)
    gradient = adgen.grad(lambda x, y: np.sum(f(x, y, 3)), wrt=(0, 1), jit=jit)(X, Y)
    np.testing.assert_allclose(gradient[0], 2.0 * Y)
    np.testing.assert_allclose(gradient[1], X)


def test_several_values():
    @custom_vjp
    def pair(x):
        return {"s": np.sin(x), "n": 3, "c": np.cos(x)}

    def bwd(x, g):
        return (g["s"] * np.cos(x) - g["c"] * np.sin(x),)

    pair.defvjp(lambda x: ({"s": np.sin(x), "n": 3, "c": np.cos(x)}, x), bwd)

    def f(x):
        both_of = pair(x)
        return both_of["s"] * both_of["c"] * both_of["n"]

    def g(x):
        return np.sin(x) * np.cos(x) * 3

    same(f, g, 0.4)
    same(lambda x: pair(x)["s"] * 2.0, lambda x: np.sin(x) * 2.0, 0.4)


def test_a_rule_that_calls_its_function():
    @custom_jvp
    def exponential(x):
        return np.exp(x)

    exponential.defjvps(lambda t, ans, x: t * exponential(x))
    f = adgen.differentiate(lambda x: exponential(2.0 * x), jit=False)
    assert f.hvp(0.3, 1.0) == pytest.approx(4.0 * np.exp(0.6))
    third = adgen.grad(adgen.grad(adgen.grad(lambda x: exponential(2.0 * x), jit=False)))
    assert third(0.3) == pytest.approx(8.0 * np.exp(0.6))
    with pytest.raises(adgen.NotDifferentiable, match="its derivatives are known to the order 3"):
        adgen.grad(third)(0.3)


def test_containers_as_arguments():
    @custom_vjp
    def loss(p, x):
        return np.sum(p["w"] * x) + p["b"]

    def bwd(known, g):
        p, x = known
        return {"w": g * x, "b": 10.0 * g}, None

    loss.defvjp(lambda p, x: (np.sum(p["w"] * x) + p["b"], (p, x)), bwd)
    found = adgen.grad(lambda p: loss(p, X), jit=False)({"w": Y, "b": 2.0})
    np.testing.assert_allclose(found["w"], X)
    assert found["b"] == 10.0


def test_derivatives_inside_of_rules_and_around_them():
    @custom_vjp
    def f(x):
        return x**3

    f.defvjp(lambda x: (x**3, x), lambda x, g: (g * adgen.grad(lambda a: a**3)(x),))
    assert adgen.grad(lambda x: f(x), jit=False)(2.0) == 12.0
    assert adgen.grad(lambda x: adgen.grad(lambda a: f(a))(x) * x, jit=False)(2.0) == 36.0


def test_a_rule_that_is_given_later_counts():
    @custom_vjp
    def f(x):
        return x * x

    gradient = adgen.grad(lambda x: f(x), jit=False)
    f.defvjp(lambda x: (x * x, None), lambda known, g: (g,))
    assert gradient(3.0) == 1.0
    f.defvjp(lambda x: (x * x, None), lambda known, g: (2.0 * g,))
    assert gradient(3.0) == 2.0


def refusal(function, *args):
    with pytest.raises(adgen.UnsupportedError) as error:
        adgen.grad(function, jit=False)(*args)
    return str(error.value)


def test_views_as_arguments():
    """A view is read ahead of the call: that is no reading of its array from outside."""

    @adgen.custom_vjp
    def waves(v):
        return v * np.sin(v)

    waves.defvjp(lambda v: (waves(v), v), lambda v, g: (g * (np.sin(v) + v * np.cos(v)),))

    def f(x):
        y = 2.0 * x
        inner = y[1:]
        inner[:] = waves(inner)
        return np.sum(waves(y[::-1])) + waves(x[:2].reshape(1, 2).T)[1, 0]

    x = np.array([0.3, -0.7, 1.1])
    expected = [(f(x + h) - f(x - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(adgen.grad(f, jit=False)(x), expected, rtol=1e-6)

    def besides(x):
        @adgen.custom_vjp
        def scaled(v):
            return v * x[0]

        scaled.defvjp(lambda v: (scaled(v), v), lambda v, g: (g,))
        return np.sum(scaled(x[1:]))

    with pytest.raises(adgen.UnsupportedError):
        adgen.grad(besides, jit=False)(x)


def test_refusals():
    @custom_vjp
    def f(x, y):
        return x * y

    message = refusal(lambda x: f(x, x), 2.0)
    assert "`f` is a custom_vjp without a rule" in message and "f.defvjp(fwd, bwd)" in message
    f.defvjp(lambda x, y: x * y, lambda known, g: (g, g))
    assert "the rule `fwd` of `f` returns a number" in refusal(lambda x: f(x, x), 2.0)
    f.defvjp(lambda x, y: (x * y, None), lambda known, g: g)
    message = refusal(lambda x: f(x, x), 2.0)
    assert "the rule `bwd` of `f` returns a number" in message
    assert "let it return a tuple of 2, one cotangent for each argument" in message
    assert "is called with keywords" in refusal(lambda x: f(x, y=x), 2.0)

    def outer(x):
        g = custom_of(x)
        return g(x)

    def custom_of(x):
        return lambda y: made(y, lambda: x)

    @functools.partial(custom_vjp, nondiff_argnums=(1,))
    def made(y, h):
        return y * h()

    made.defvjp(lambda y, h: (y * h(), None), lambda h, known, g: (g,))
    message = refusal(outer, 2.0)
    assert "`made` has a rule of its own, and reads a value that varies from outside" in message
    with pytest.raises(TypeError, match="f is a custom_vjp: use its defvjp"):
        f.defjvp(lambda primals, tangents: primals)


FILE = """
import numpy as np
from functools import partial
from adgen import custom_jvp, custom_vjp

@partial(custom_vjp, nondiff_argnums=(1,))
def clipped(x, size):
    return x

def fwd(x, size):
    return x, None

def bwd(size, known, g):
    return (np.clip(g, -size, size),)

clipped.defvjp(fwd, bwd)

@custom_jvp
def soft(x):
    return np.log1p(np.exp(x))

@soft.defjvp
def soft_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return soft(x), t * 7.0

def loss(x):
    return np.sum(soft(clipped(x, 3.0)))
"""


def test_files_that_are_only_read():
    from adgen.transpiler.compiler import compile_source
    from adgen.transpiler.ir.types import array
    from adgen.transpiler.requests import Request
    from adgen.transpiler.static_module import read_text

    source = read_text(FILE, "net.py").choose("loss")[0].source
    text = compile_source(source, {"x": array("f8", 1)}, Request("value_and_grad", (0,))).text
    assert "7.0" in text and "np.clip(" in text
