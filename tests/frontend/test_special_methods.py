"""Operators on objects of classes: ``__add__`` and its like."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0, 1.5])


class Dual:
    """Numbers with a tangent: a derivative inside a derivative."""

    def __init__(self, value, slope=0.0):
        self.value = value
        self.slope = slope

    @staticmethod
    def of(other):
        return other if isinstance(other, Dual) else Dual(other)

    def __add__(self, other):
        other = Dual.of(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __mul__(self, other):
        other = Dual.of(other)
        slope = self.value * other.slope + self.slope * other.value
        return Dual(self.value * other.value, slope)

    __rmul__ = __mul__

    def __sub__(self, other):
        return self + (-Dual.of(other))

    def __rsub__(self, other):
        return Dual.of(other) - self

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)

    def __truediv__(self, other):
        return self * Dual.of(other) ** -1

    def __lt__(self, other):
        return self.value < Dual.of(other).value

    def __eq__(self, other):
        return self.value == Dual.of(other).value

    def __abs__(self):
        return -self if self < 0.0 else self

    def __bool__(self):
        return bool(self.value != 0.0)


class Polynomial:
    __array_ufunc__ = None

    def __init__(self, coefficients):
        self.coefficients = coefficients

    def __call__(self, x):
        return self.coefficients[0] + x * (self.coefficients[1] + x * self.coefficients[2])

    def __len__(self):
        return 3

    def __getitem__(self, k):
        return self.coefficients[k]

    def __setitem__(self, k, value):
        self.coefficients[k] = value

    def __contains__(self, value):
        return value == self.coefficients[0]

    def __matmul__(self, x):
        return self.coefficients @ x

    def __rmul__(self, x):
        return Polynomial(self.coefficients * x)

    def __iadd__(self, x):
        self.coefficients = self.coefficients + x
        return self


class Layers:
    def __init__(self, *layers):
        self.layers = layers

    def __iter__(self):
        return iter(self.layers)


class Data:
    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)


class Base:
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return self.x + other.x

    def __radd__(self, other):
        return 1000.0 * self.x


class Derived(Base):
    def __radd__(self, other):
        return 7.0 * self.x + other.x


class Shy:
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return NotImplemented


@dataclasses.dataclass
class Vector:
    x: float
    y: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y


def duals(x):
    z = Dual(x[0], 1.0)
    w = 2.0 * z * z + z / (3.0 - z) - 1.0 + sum([z, z**3])
    w += 1.0
    return abs(w * x[1]).slope + (w.value if z < 1.0 else 0.0) + (1.0 if z != 2.0 else x[2])


def duals_in_a_loop(x):
    total = Dual(0.0)
    for i in range(x.shape[0]):
        total = total + Dual(x[i], x[0]) * x[i]
    return total.slope * (2.0 if total else 3.0)


COEFFICIENTS = Polynomial(np.array([1.0, 2.0, 3.0]))


def of_the_surroundings(x):
    p = COEFFICIENTS
    return p(x[0]) + p[1] * x[1] + len(p) * x[2] + p @ x[:3] + (x[0] * p)[2] + (x[:3] * p)[1]


def containers(x):
    p = Polynomial(x[:3] * 1.0)
    p[1] = x[3]
    p += 2.0
    total = sum(p[k] * p[k] for k in range(len(p))) + (x[0] if 99.0 in p else x[1])
    return total + p[-1]


def iterated(x):
    y = x[0]
    for layer in Layers(np.sin, lambda t: t * x[1], np.exp):
        y = layer(y)
    for row in Data(np.outer(x, x)):
        y += row[0] * row[1]
    return y


def reflected(x):
    return (Base(x[0]) + Derived(x[1])) + (Base(x[2]) + Base(x[3])) + (Shy(x[0]) + Base(x[1]))


def of_dataclasses(x):
    return (Vector(x[0], x[1]) + Vector(x[2], 1.0)) @ Vector(x[1], x[3])


PROGRAMS = [
    duals, duals_in_a_loop, of_the_surroundings, containers, iterated, reflected, of_dataclasses,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_special_methods(program):
    agrees(program, V)


class OneByOne:
    def __iter__(self):
        return self

    def __next__(self):
        return 1.0


def chosen(x):
    one, two = Base(x), Base(2.0)
    either = one if x > 0 else two
    return x if either is one else 2.0 * x


REFUSALS = {
    "a `Shy` is used in arithmetic": lambda x: Shy(x) + x,
    "an array meets a `Dual` in an operator": lambda x: (np.ones(2) * Dual(x)).value,
    "`__iter__` returns a `OneByOne`": lambda x: sum(OneByOne()) * x,
    "until it raises IndexError": lambda x: sum(COEFFICIENTS) * x,
    "depends on the path that was taken": chosen,
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text):
    with pytest.raises(adgen.UnsupportedError, match=text):
        adgen.grad(REFUSALS[text], jit=False)(1.0)


@pytest.mark.jit
def test_special_methods_under_numba():
    agrees(duals_in_a_loop, V, jit=True)
