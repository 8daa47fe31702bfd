# pyright: strict
"""A typed program: what checkers of types know of adgen's names.  It is checked, and runs."""

from collections.abc import Callable
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import adgen
from adgen.gradients import Derivative
from adgen.pullbacks import Pullback
from adgen.transpiler.user_primitives import CustomDerivative, UserPrimitive

Vector = NDArray[np.float64]


def area(width: float, height: float = 2.0) -> float:
    return width * height


# the decorator, with and without options


@adgen.differentiate
def square(x: float) -> float:
    return x * x


@adgen.differentiate(wrt=("x", "y"), jit=False, debug_nans=True)
def product(x: float, *, y: float) -> float:
    return x * y


@adgen.differentiate(jit=False)
def curve(x: Vector, scale: float) -> Vector:
    return x * scale


class Model:
    def __init__(self, rate: float) -> None:
        self.rate = rate

    @adgen.differentiate(jit=False)
    def loss(self, w: float) -> float:
        return w * w * self.rate


assert_type(square(3.0), float)
assert_type(product(3.0, y=2.0), float)
assert_type(curve(np.ones(3), 2.0), Vector)
assert_type(Model(2.0).loss(3.0), float)
assert_type(Model(2.0).loss.value_and_grad(3.0), tuple[float, Any])
plain: Callable[[float], float] = square.py_func
name: str = square.__name__

# members

assert_type(square.grad(3.0), Any)
assert_type(square.value_and_grad(3.0), tuple[float, Any])
assert_type(product.value_and_grad(3.0, y=2.0), tuple[float, Any])
assert_type(square.hvp(3.0, 1.0), Any)
assert_type(curve.jacobian(np.ones(3), scale=2.0), Any)
assert_type(curve.vjp(np.ones(3), 2.0), tuple[Vector, Pullback])
assert_type(square.jvp((3.0,), (1.0,)), tuple[float, Any])
square.check(3.0)
stored: int = square.residual_bytes(3.0)
shown: str = square.source(3.0)

# transforms keep the parameters

gradient = adgen.grad(area, jit=False)
assert_type(gradient(3.0), Any)
assert_type(gradient(width=3.0, height=1.0), Any)
assert_type(adgen.grad(square)(3.0), Any)
assert_type(adgen.grad(adgen.grad(square))(3.0), Any)
assert_type(adgen.value_and_grad(area, "height")(3.0, 2.0), tuple[float, Any])
assert_type(adgen.hvp(area)(3.0, 2.0, 1.0), Any)
assert_type(adgen.jacobian(curve, mode="reverse")(np.ones(3), 2.0), Any)
assert_type(adgen.hessian(area)(3.0, 2.0), Any)
assert_type(adgen.vjp(curve, np.ones(3), 2.0, jit=False), tuple[Vector, Pullback])
assert_type(adgen.jvp(area, (3.0, 2.0), (1.0, None), jit=False), tuple[float, Any])
assert_type(adgen.linearize(area, 3.0, 2.0, jit=False), tuple[float, Callable[..., Any]])
kept: Derivative[[float], Any] = adgen.grad(square)
adgen.check_grads(area, jit=False)(3.0, 2.0)

# what a function says of its derivative


@adgen.checkpoint
def step(x: float, rate: float) -> float:
    return x - rate * x


@adgen.primitive
def clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def passed(ans: float, x: float) -> Callable[[float], float]:
    return lambda g: g


@adgen.primitive(result=float)
def parsed(text: float) -> float:
    return float(repr(text))


@adgen.custom_vjp
def clipped(x: float) -> float:
    return x


def forward(x: float) -> tuple[float, None]:
    return x, None


def backward(known: None, g: float) -> tuple[float]:
    return (min(g, 1.0),)


@adgen.custom_jvp(nondiff_argnums=(1,))
def scaled(x: float, n: int) -> float:
    return x * n


adgen.defvjp(clip, passed)
clipped.defvjp(forward, backward)
assert_type(step(1.0, rate=0.5), float)
with_rule: UserPrimitive[[float], float] = clip
assert_type(parsed(1.0), float)
with_both: CustomDerivative[[float], float] = clipped
assert_type(scaled(1.0, 2), float)
assert_type(adgen.stop_gradient(2.0), float)


def limited(x: float) -> float:
    y = x * x
    with adgen.grad_of(y) as g:
        g = min(g, 1.0)
    return y


assert_type(adgen.grad(limited, jit=False)(3.0), Any)
