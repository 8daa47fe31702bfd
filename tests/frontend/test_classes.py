"""Programs of classes as people write them: layers, generics, enumerations, descriptors."""

from __future__ import annotations

import abc
import dataclasses
import enum
from typing import Generic, TypeVar

import numpy as np
import pytest

from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0, 1.5])
Content = TypeVar("Content")


class Mode(enum.Enum):
    MEAN = "mean"
    SUM = "sum"


class Level(enum.IntEnum):
    ONE = 1
    TWO = 2


class Layer(abc.ABC):
    @abc.abstractmethod
    def forward(self, x): ...

    def __call__(self, x):
        return self.forward(x)


class Linear(Layer):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        return self.w * x + self.b


class Activation(Layer):
    def __init__(self, function, mode=Mode.SUM):
        self.function = function
        self.mode = mode

    def forward(self, x):
        if self.mode is Mode.MEAN:
            return self.function(x) * 0.5
        return self.function(x)


class Sequential(Layer):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


NET = Sequential(
    Linear(np.array([1.0, 2.0, 3.0, 4.0]), 0.5), Activation(np.tanh), Activation(np.sin, Mode.MEAN)
)


class Normal(Layer):
    eps = 1e-3

    def __init__(self):
        self.cache = {}

    def forward(self, x):
        self.cache["mean"] = np.mean(x)
        return (x - self.cache["mean"]) / np.sqrt(np.var(x) + self.eps)


class Holder(Generic[Content]):
    def __init__(self, content):
        self.content = content

    def doubled(self):
        return type(self)(self.content * 2)

    def tripled(self):
        return self.__class__(self.content * 3)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a

    def product(self):
        self.b = self.a * 2
        return self.b * self.a


class Doubled:
    def __set_name__(self, owner, name):
        self.name = f"_{name}"

    def __get__(self, instance, owner):
        return instance.__dict__[self.name] * 2


class Described:
    d = Doubled()

    def __init__(self, value):
        self._d = value


DESCRIBED = Described(3.0)


class Vector:
    def __init__(self, *parts):
        self.parts = parts

    def __add__(self, other):
        return Vector(*[a + b for a, b in zip(self.parts, other.parts, strict=True)])

    def __getitem__(self, k):
        return self.parts[k]

    def __len__(self):
        return len(self.parts)

    def __iter__(self):
        return iter(self.parts)

    def dot(self, other):
        return sum(a * b for a, b in zip(self, other, strict=True))


@dataclasses.dataclass
class Settings:
    k: float = 2.0
    names: tuple = ("a", "b")

    def scaled(self, x):
        return self.k * x * len(self.names)


SETTINGS = Settings()


def of_the_surroundings(x):
    return np.sum(NET(x)) + DESCRIBED.d * x[0] + SETTINGS.scaled(x[1])


def made_inside(x):
    net = Sequential(Linear(x, x[0]), Activation(np.tanh, Mode.MEAN), Normal())
    return np.sum(net(x * 2.0) * x)


def generic(x):
    return Holder(x[0]).doubled().tripled().content * Level.TWO + Level.ONE


def by_name(x):
    holder = Holder(x[0])
    setattr(holder, "more", x[1])  # noqa: B010
    total = getattr(holder, "content") * holder.more  # noqa: B009
    return total + getattr(holder, "absent", 3.0) * x[2] + (x[3] if hasattr(holder, "more") else 0)


def slots(x):
    return Slotted(x[0]).product() + Slotted(x[1]).a


def replaced(x):
    return dataclasses.replace(SETTINGS, k=x[1]).scaled(x[2]) + Settings(x[3]).k


def vectors(x):
    v = Vector(x[0], x[1]) + Vector(x[2], x[3])
    a, b = v
    return v.dot(v) + v[0] * len(v) + a * b + max(v)


PROGRAMS = [of_the_surroundings, made_inside, generic, by_name, slots, replaced, vectors]


@pytest.mark.parametrize("program", PROGRAMS)
def test_classes(program):
    agrees(program, V)


@pytest.mark.jit
def test_classes_under_numba():
    agrees(made_inside, V, jit=True)
