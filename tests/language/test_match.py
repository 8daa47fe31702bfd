"""``match``: decided while compiling where the subject is known, else at run time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.5, -1.5, 2.0])
LIMIT = 2


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Layer:
    w: float
    kind: str = "linear"


class Colour:
    RED = 1


POINT, LAYER = Point(2.0, 3.0), Layer(0.5, "relu")


def literals(x: float, n: int) -> float:
    match n:
        case 0:
            y = x
        case 1 | 2:
            y = x * x
        case -1:
            return x**3
        case Colour.RED:
            y = 7.0
        case _:
            y = x + 1.0
    return y * 2


def guards(x: float, n: int) -> float:
    match (n, x):
        case (0, value):
            return value
        case (k, value) if k > 2:
            return value * k
        case (k, value) if value > 100 and k:
            return 0.0 * value
        case (_, value):
            return value * value
    return 0.0


def captured_after(x: float, n: int) -> float:
    match n:
        case 3 as three:
            y = x * three
        case other if other > LIMIT:
            y = x + other
        case other:
            y = x - other
    return y * n


def sequences(x: float, n: int) -> float:
    items = (x, 2.0, n, x * 3)
    match items:
        case (a,):
            return a
        case [a, *rest, b]:
            return a * b * len(rest) + rest[0]
    return 0.0


def nested(x: float, n: int) -> float:
    match [("add", x), ("scale", (n, 2.0))]:
        case [("scale", _), *_]:
            return 0.0
        case [("add", a), ("scale", (k, factor))]:
            return (x + a) * factor + k * a
    return 1.0


def mappings(x: float, n: int) -> float:
    config = {"mode": "fast", "weight": x, "more": 3.0}
    match config:
        case {"mode": "slow"}:
            return 0.0
        case {"missing": _}:
            return 1.0
        case {"mode": "fast" | "quick", "weight": w, **rest}:
            return w * w * rest["more"] * len(rest)
    return 2.0


def classes(x: float, n: int) -> float:
    total = 0.0
    for thing in (POINT, LAYER, x, n, "text", None, True, [x], {"a": x}):
        match thing:
            case Point(a, b):
                total += a * b * x
            case Layer(w, kind="linear"):
                total += 100.0
            case Layer(w=w, kind=kind) if kind.startswith("re"):
                total += w * 3
            case str() | None:
                total += 1.0
            case bool(flag):
                total += x if flag else 0.0
            case int(k):
                total += k * x
            case float():
                total += thing * thing
            case [only]:
                total += only
            case _:
                total += 0.25
    return total


def strings(x: float, n: int) -> float:
    def act(kind: str, value: float) -> float:
        match kind:
            case "tanh":
                return np.tanh(value)
            case "relu":
                return max(value, 0.0)
            case _:
                raise ValueError(f"unknown {kind}")

    return act("tanh", x) + act("relu", x * n)


def in_a_loop(x: Any, n: int) -> Any:
    total = 0.0
    for i in range(n):
        match i % 3:
            case 0:
                total += x[i]
                continue
            case 1 if total > 10:
                break
            case k:
                total += x[i] * k
    return total


def arrays_are_no_sequences(x: Any, n: int) -> Any:
    match x:
        case [_, _, _]:
            return 0.0 * x[0]
        case np.ndarray():
            return np.sum(x * x)


def singletons(x: float, n: int) -> float:
    match n > 1:
        case True:
            return x
        case False:
            return x * x
    return 0.0


PROGRAMS = [
    literals, guards, captured_after, sequences, nested, mappings, classes, strings, singletons,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [-1, 0, 1, 2, 3])
def test_match(program: Any, n: int) -> None:
    agree(program, 1.25, n)


def test_match_of_arrays_and_in_loops() -> None:
    agree(in_a_loop, X, 3)
    agree(arrays_are_no_sequences, X, 3)


def test_what_is_known_costs_nothing() -> None:
    text = adgen.differentiate(strings).source(1.25, 2)
    assert not any(line.strip().startswith("if") for line in text.splitlines())


@pytest.mark.jit
def test_match_in_machine_code() -> None:
    agree(guards, 1.25, 3, jit=True)
    agree(in_a_loop, X, 3, jit=True)


def alternatives(x: float, n: int) -> float:
    match (n, 1, x):
        case (1, k, y) | (k, 1, y):
            return y * k
    return x


def test_refusals() -> None:
    with pytest.raises(adgen.UnsupportedError, match="alternatives that capture"):
        adgen.grad(alternatives, jit=False)(1.0, 1)
