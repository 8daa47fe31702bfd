"""Objects that the program makes itself: attributes, methods, identity."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, NamedTuple

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0, 1.5])


class Point:
    dimension = 2

    def __init__(self, x, y=0.0):
        self.x = x
        self.y = y

    def norm(self):
        return self.x**2 + self.y**2 * self.dimension

    def move(self, by):
        self.x += by
        return self

    @property
    def angle(self):
        return self.y * 3.0

    @angle.setter
    def angle(self, value):
        self.y = value / 3.0


class Heavy(Point):
    def __init__(self, x, y, mass):
        super().__init__(x, y)
        self.mass = mass

    def norm(self):
        return super().norm() * self.mass


class Empty:
    pass


@dataclasses.dataclass
class Ball:
    height: float
    speed: float = 1.0
    marks: list = dataclasses.field(default_factory=list)
    kind: ClassVar[str] = "ball"

    def step(self, dt):
        self.height += self.speed * dt
        self.speed -= 9.81 * dt


@dataclasses.dataclass
class Derived:
    base: float
    scale: dataclasses.InitVar[float]
    product: float = dataclasses.field(init=False)

    def __post_init__(self, scale):
        self.product = self.base * scale


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: float
    b: float = 2.0

    def moved(self, by):
        return Frozen(self.a + by, b=self.b)


class Pair(NamedTuple):
    first: float
    second: float = 3.0

    def swapped(self):
        return Pair(self.second, self.first)


def plain(x):
    p, q = Point(x[0], x[1]), Heavy(x[2], y=2.0, mass=x[3])
    p.move(x[1]).move(1.0)
    p.y *= 2.0
    p.angle = p.angle + x[2]
    return p.norm() * q.norm() + p.angle + q.mass


def aliases(x):
    p = Point(x[0])
    q, r = p, Point(x[0])
    q.x = x[1]
    r.x += p.x
    return p.x * r.x + q.norm()


def changed_by_a_callee(x):
    def change(point, by):
        point.x = point.x * by
        by = 0.0
        return by

    p = Point(x[0], x[1])
    return change(p, x[2]) + p.norm()


def attributes_from_outside(x):
    box = Empty()
    box.value = x[0]
    box.inner = Empty()
    box.inner.value = x[1]
    inner = box.inner
    inner.value = inner.value * box.value
    return box.inner.value


def arrays(x):
    p = Point(x, np.zeros(4))
    p.y[1:] += p.x[1:] * 2.0
    x = x * 2.0
    return np.sum(p.x * p.y) + np.sum(x)


def in_a_loop(x):
    p = Point(0.0, 1.0)
    for i in range(x.shape[0]):
        p.x += x[i] * p.y
        p.y *= 0.5
        if x[i] > 0:
            p.move(x[i])
    return p.norm()


def in_a_while(x):
    p, n = Point(x[0]), 0
    while p.x < 10.0:
        p.x = p.x * 2.0 + x[1] * x[1]
        n += 1
    return p.x * n


def made_in_a_loop(x):
    total = 0.0
    for i in range(x.shape[0]):
        p = Point(x[i], x[0])
        total += p.norm()
    return total


def rebound_in_a_loop(x):
    p = Point(x[0], 1.0)
    for i in range(x.shape[0]):
        p = Point(p.x * x[i], p.y + p.x)
    return p.norm()


def in_a_branch(x):
    p = Point(x[0], 1.0)
    if x[1] > 0:
        p.x = x[2]
    else:
        p.y = x[3]
    q = Point(x[1], 1.0) if x[0] > 0 else Point(x[2], x[3])
    return p.norm() * q.norm()


def dataclasses_made(x):
    ball = Ball(x[0], speed=x[1])
    for _ in range(3):
        ball.step(x[2])
    ball.marks.append(x[3])
    return ball.height * ball.marks[0] + Ball(1.0).speed + Derived(x[0], x[1]).product


def frozen_ones(x):
    return Frozen(x[0]).moved(x[1]).a * Pair(x[2]).swapped().first + Pair(second=x[3], first=1.0)[1]


def in_containers(x):
    points = [Point(x[i], x[i + 1]) for i in (0, 1, 2)]
    named = {"a": points[0]}
    named["a"].x = 2.0 * x[3]
    return sum(p.norm() for p in points)


def with_a_closure(x):
    p = Point(x[0])

    def scale(by):
        p.x *= by

    scale(x[1])
    scale(x[2])
    return p.x + x[0]


PROGRAMS = [
    plain, aliases, changed_by_a_callee, attributes_from_outside, arrays, in_a_loop, in_a_while,
    made_in_a_loop, rebound_in_a_loop, in_a_branch, dataclasses_made, frozen_ones, in_containers,
    with_a_closure,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_instances(program):
    agrees(program, V)


def test_instances_are_returned():
    def program(x):
        return Point(x, 2.0 * x), Pair(x)

    point, pair = adgen.differentiate(program, jit=False)(3.0)
    assert (type(point), point.x, point.y, pair) == (Point, 3.0, 6.0, Pair(3.0))


def test_objects_of_the_surroundings_are_left_as_they_are():
    point = Point(1.0)

    def program(x):
        point.x = x * x
        return point.x * 3.0

    assert adgen.grad(program, jit=False)(2.0) == 12.0
    assert point.x == 1.0


class Guarded:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2.0)

    def __init__(self, x):
        self.x = x


REFUSALS = {
    "has no `z`": lambda x: Point(x).z,
    "has no field `z`": lambda x: Ball(x, z=x),
    "got two values for `height`": lambda x: Ball(x, height=x),
    "`Pair` lacks the argument `first`": lambda x: Pair(second=x),
    "`Frozen` takes 2 arguments but 3 were given": lambda x: Frozen(x, x, x),
    "`__init__` lacks the argument `x`": lambda x: Point(),
    r"`Empty\(\)` takes no arguments": lambda x: Empty(x),
    "stores its attributes in a way of its own": lambda x: Guarded(x).x,
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text):
    with pytest.raises(adgen.UnsupportedError, match=text):
        adgen.grad(REFUSALS[text], jit=False)(1.0)


@pytest.mark.jit
def test_instances_under_numba():
    agrees(in_a_loop, V, jit=True)
    agrees(dataclasses_made, V, jit=True)
