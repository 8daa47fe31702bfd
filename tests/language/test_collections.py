"""Deques, counters, ordered dicts, named tuples, dataclasses, enumerations and namespaces."""

from __future__ import annotations

import collections
import dataclasses
from collections import Counter, OrderedDict, deque, namedtuple
from enum import Enum, IntEnum
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree


def both_ends(x: float, n: int) -> Any:
    d: deque[Any] = deque()
    d.append(x)
    d.appendleft(x * 2)
    d.append(x * 3)
    a, b = d.popleft(), d.pop()
    return a * b + d[0] + len(d)


def bounded(x: float, n: int) -> Any:
    d = deque([x, 2 * x, 3 * x], maxlen=2)
    d.extend([x * x])
    d.extendleft([x, 5.0])
    first, second = d
    return first + 2 * second + d.count(5.0)


def turned(x: float, n: int) -> Any:
    d = deque([x, x * x, x**3])
    d.rotate(1)
    d.rotate(-2)
    d.reverse()
    d.insert(1, 7.0)
    d[0] += x
    d += [x]
    other = d.copy()
    other.clear()
    total = 0.0 if other else 1.0
    for i, v in enumerate(d):
        total += (i + 1) * v
    for v in reversed(d):
        total = total / 2 + v
    return total * max(d) * sum(d) + np.mean(d) + (2.0 if 7.0 in d else 0.0) + len(list(d))


def window(x: float, n: int) -> Any:
    recent: deque[Any] = deque(maxlen=2)
    total = 0.0
    for i in range(n):
        recent.append(x * i)
        if len(recent) == 2:
            total += recent[0] * recent[1]
    return total


def breadth_first(x: float, n: int) -> Any:
    queue = deque([1])
    total = 0.0
    while queue:
        i = queue.popleft()
        total += x * i
        if i < 2 * n:
            queue.append(2 * i)
            queue.append(2 * i + 1)
    return total


def anderson(x: float, n: int) -> Any:
    y = np.array([x, 1.0])
    history = deque([y], maxlen=3)
    for _ in range(n + 3):
        y = np.cos(y) + 0.1 * history[0]
        history.append(y)
    return np.sum(history[0] * history[-1])


def empty(x: float, n: int) -> Any:
    d: deque[Any] = deque()
    if x > n:
        return d.popleft()
    return x


def counted(x: float, n: int) -> Any:
    c = Counter("abcab")
    c["a"] += 1
    c.update({"z": x})
    c.subtract(b=1)
    total = c["nothing"] + c.total()
    for key, value in Counter("abcab").most_common(2):
        total += value * x * (2.0 if key == "a" else 1.0)
    return total * len(c) + c["z"]


def ordered(x: float, n: int) -> Any:
    d = OrderedDict([("p", x), ("q", 2.0)], r=x * x)
    d.move_to_end("p")
    d.move_to_end("r", last=False)
    key, value = d.popitem(last=False)
    total = value if key == "r" else 0.0
    for value in d.values():
        total = total * 2 + value
    return total


Pair = namedtuple("Pair", ["a", "b"], defaults=[2.0])


class Point(NamedTuple):
    x: Any
    y: Any = 2.0

    @property
    def area(self) -> Any:
        return self.x * self.y


def named(x: float, n: int) -> Any:
    p = Pair(x)
    q = p._replace(b=x**3)
    r = Pair._make([x, q.b])
    first, second = Point(x=x)
    less = (x, 1.0) < (x, 2.0, 3.0) and [x, 3.0] >= [x, 2.0] and Pair(1, x) <= Pair(2, 0.0)
    return p.a * q.b + r[1] + first * second + Point(x, x).area + sum(p) if less else x


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: Any
    b: Any = 2.0


@dataclasses.dataclass(order=True)
class Ordered:
    rank: Any
    note: Any = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(kw_only=True, slots=True)
class Slotted:
    a: Any
    items: list[Any] = dataclasses.field(default_factory=list)
    total: Any = dataclasses.field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.total = self.a * 3
        self.items.append(self.a)


def records(x: float, n: int) -> Any:
    p = dataclasses.replace(Frozen(x), b=x * x)
    s, t = Slotted(a=x), Slotted(a=2 * x)
    s.items.append(p.b)
    best = max(Ordered(x, "x").rank, Ordered(2.0).rank)
    if Ordered(x, "x") < Ordered(2.0, "y") and Ordered(x, "x") == Ordered(x, "z"):
        best = best * x
    return best + sum(s.items) + sum(t.items) + t.total * p.a


class Method(Enum):
    EULER = "euler"
    RK4 = "rk4"

    def weight(self) -> float:
        return 1.0 if self is Method.EULER else 4.0


class Level(IntEnum):
    LOW = 1
    HIGH = 5


def enumerated(x: float, n: int) -> Any:
    chosen = Method("rk4")
    scale = {Method.EULER: 1.0, Method.RK4: x}[chosen]
    for one in Method:
        scale = scale * one.weight() + len(one.value)
    if chosen in (Method.EULER,) or Method["RK4"] is not chosen:
        return x
    return scale * x * Level.HIGH + len(Method) + (Level.LOW < Level.HIGH)


SETTINGS = SimpleNamespace(rate=0.1, sizes=[1, 2])


def namespace(x: float, n: int) -> Any:
    p = SimpleNamespace(a=x, b=2.0)
    p.c = p.a * p.b
    p.a += 1.0
    q = SimpleNamespace(**{"k": p.a})
    more = vars(p)["c"] + getattr(p, "missing", x)
    return p.c * p.a + q.k + more + SETTINGS.rate * len(SETTINGS.sizes)


RATES = {"k": 2.0, "m": 3.0}


def united(x: float, n: int) -> Any:
    d = RATES | {"k": x}
    e = d
    d |= {"z": x * x}
    ordered = OrderedDict(a=x) | {"b": 1}
    ordered["b"] |= n
    return d["k"] * RATES["k"] + e["z"] * len(e) + ordered["a"]


FUNCTIONS = [
    both_ends, bounded, turned, window, breadth_first, anderson, empty, counted, ordered, named,
    records, enumerated, namespace, united,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("x", [1.3, 3.5])
def test_as_in_cpython(function: Any, x: float) -> None:
    agree(function, x, 3)


@pytest.mark.jit
@pytest.mark.parametrize("function", [turned, window, breadth_first, anderson])
def test_compiled(function: Any) -> None:
    agree(function, 1.3, 3, jit=True)


def test_results_are_real_ones() -> None:
    def f(x: float) -> Any:
        return deque([x, 2 * x], maxlen=3), Counter(a=x), OrderedDict(b=x), SimpleNamespace(c=x)

    found = adgen.differentiate(f, jit=False)(2.0)
    assert found == f(2.0)
    assert [type(part) for part in found] == [deque, Counter, OrderedDict, SimpleNamespace]
    assert found[0].maxlen == 3


def test_what_is_given_as_an_argument() -> None:
    def f(c: collections.Counter[str]) -> Any:
        return c["a"] * c["a"] + c["missing"]

    assert adgen.grad(f, jit=False)(Counter(a=3.0)) == {"a": 6.0}
    assert type(adgen.grad(f, jit=False)(Counter(a=3.0))) is Counter


def test_refusals() -> None:
    def no_member(x: float) -> Any:
        return x if Method("rk5") else 0.0

    def without_order(x: float) -> Any:
        return x if Frozen(x) < Frozen(2.0) else 0.0

    for function, message in {
        no_member: "`Method` has no member of the value 'rk5'",
        without_order: "a `Frozen` is compared by == and != only",
    }.items():
        with pytest.raises(adgen.UnsupportedError) as caught:
            adgen.grad(function, jit=False)(1.5)
        assert caught.value.message == message


def test_lists_of_integers_that_are_extended_by_floats() -> None:
    """What is read is what was put in; the first items are no measure for the others."""

    def sums(x: Any) -> Any:
        s = [0]
        s.extend(np.cumsum(x))
        return np.sum(np.array(s) ** 2) * x[0]

    def known(x: Any) -> Any:
        s = [1, 2]
        s.extend(x)
        t = [True]
        t.extend(x[x > 1.0])
        return s[2] * t[-1]

    def grown(x: Any) -> Any:
        s: list[Any] = []
        for k in range(len(x)):
            s.append(k)
        s.extend(x)
        s.extend(np.outer(x, x)[0])
        return s[3] * s[-1] + s[1]

    def generated(x: Any) -> Any:
        s = [0]
        s.extend(x[k] * k for k in range(len(x)))
        s.extend(map(np.sin, x))
        s.extend(reversed(x))
        return s[3] * s[4] * s[-1]

    for function in (sums, known, grown, generated):
        agree(function, np.array([0.7, 1.6, 2.9]))
