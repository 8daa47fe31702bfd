"""Starred calls and unpacking, ``*args`` and ``**kwargs``, keyword-only parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.5, -1.5, 2.0])


def scaled(
    u: float, v: float = 2.0, /, w: float = 1.0, *rest: float, k: float, **more: float
) -> Any:
    total = u * v * w * k + sum(rest)
    for name in more:
        total += more[name] * len(name)
    return total + more.get("bias", 0.5)


def every_kind_of_call(x: float, n: int) -> float:
    kw = {"k": x, "bias": 3.0}
    args = (x, 2.0)
    out = scaled(x, k=2.0) + scaled(*args, **kw) + scaled(*args, *[x, n], 4.0, **kw, more=x)
    return out + scaled(*(x,), **{"w": n, "k": 1.0}) + scaled(*range(1, 4), x, k=n)


def handed_on(x: float, n: int) -> float:
    def inner(a: float, b: float, *, scale: float = 1.0, **rest: float) -> float:
        return (a + b) * scale * (len(rest) + 1)

    def outer(*args: float, **kwargs: float) -> float:
        return inner(*args, **kwargs, extra=1.0) + len(args) * len(kwargs)

    return outer(x, n) + outer(x, 2.0, scale=x) + outer(b=x, a=n)


def unpacked(x: float, n: int) -> float:
    a, *b = (x, 2.0, n)
    *c, d = [x, 4.0]
    e, (f, *g), h = x * 2, (1.0, x, n), 3.0
    (i,) = (x,)
    *j, k = (n,)
    for o, *m in ((x, 1.0, n), (2.0, x)):
        a += o * sum(m)
    return a * b[0] + c[0] * d + e * f * g[0] * g[1] * h + i + len(j) + k + len(b)


def unpacked_arrays(x: Any, n: int) -> Any:
    a, b, c = x
    (p, q), (r, s) = np.outer(x, x)[:2, 1:]
    listed = [*(a, b), c, *[p, q]]
    return a * b * c + p * q + r * s + listed[3] * len({*listed[:0], 1, 2})


def chained(x: float, n: int) -> float:
    a = b = c = x * n
    y: float
    y: float = a + b
    z: int = n
    a, b = b, a + 1.0
    return a * b * c * y + z


@pytest.mark.parametrize("program", [every_kind_of_call, handed_on, unpacked, chained])
@pytest.mark.parametrize("n", [1, 3])
def test_arguments(program: Any, n: int) -> None:
    agree(program, 1.25, n)


def test_arrays_unpack() -> None:
    agree(unpacked_arrays, X, 1)


@pytest.mark.jit
def test_arguments_in_machine_code() -> None:
    agree(every_kind_of_call, 1.25, 2, jit=True)


def refused(program: Any, message: str) -> None:
    with pytest.raises(adgen.UnsupportedError, match=message):
        adgen.grad(program, jit=False)(1.0)


def test_refusals() -> None:
    refused(lambda x: scaled(x, k=1.0, **{"k": 2.0}), "two values are given for `k`")
    refused(lambda x: scaled(x, **{1: 2.0}), "the key 1 is no name of a parameter")
    refused(lambda x: scaled(x, **[1]), "a list is spread by `\\*\\*`")
    refused(lambda x: scaled(x), "`scaled` lacks the argument `k`")
    refused(lambda x: (lambda a: a)(x, 1.0), "takes 1 arguments but 2 were given")
