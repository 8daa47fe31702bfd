"""What is known while compiling costs nothing: types, attributes, strings, imports."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.5, -1.5, 2.0])
GLOBAL = 3.0


class Config:
    rate = 2.0


def types(x: Any, n: int) -> Any:
    total = 0.0
    for thing in (x, n, 1.5, "a", None, (1, 2), [x], np.sin, int):
        if isinstance(thing, (int, np.ndarray)) and not isinstance(thing, bool):
            total += np.sum(thing) * x
        if type(thing) is float or type(thing) == tuple:  # noqa: E721
            total += x
        if callable(thing):
            total += x * 2
    assert issubclass(bool, int)
    return np.sum(total) * len(type(n).__name__)


def attributes(x: Any, n: int) -> Any:
    config = Config()
    f = getattr(np, "sin" if n > 0 else "cos") if GLOBAL > 2 else None
    bias = getattr(config, "bias", 0.25)
    setattr(config, "bias", x * 2)
    g = getattr(math, "no_such_function", np.tanh)
    there = hasattr(config, "bias") + hasattr(x, "shape") * 2 + hasattr(n, "real") * 4
    return np.sum(f(x) + g(x) * bias * getattr(config, "rate") * config.bias) * there


def strings(x: float, mode: str) -> float:
    y = x
    if mode == "mean" or mode in ("sum", "total"):
        y = y * 2
    if "a" in mode and mode.startswith("me"):
        y = y * 3
    if mode.upper().strip()[:2] == "ME" and mode[0] != mode[-1]:
        y = y + len(mode)
    name = "_".join(["loss", mode]) + "%d" % 2 + f"{mode!r:>8}" + f"{mode}"  # noqa: UP031
    for part in mode.split("e"):
        y += len(part) * x
    return y * len(name) if mode < "n" and not mode.isdigit() else y


def imports(x: float, n: int) -> float:
    import math as m
    import os.path
    from math import pi

    import numpy.linalg
    from numpy import cos as c
    from numpy import sin

    return sin(x) * c(x) * pi + m.exp(x) + numpy.linalg.norm(np.array([x, n])) * len(os.path.sep)


def reads_a_global(x: float, n: int) -> float:
    global GLOBAL
    if __debug__:
        x = x * GLOBAL
    ...
    "a string that is no docstring"
    return x * x


def deletes(x: float, n: int) -> float:
    y = x * 2
    z = y
    del y
    y = z * 3
    held = {"a": x, "b": y}
    del held["b"], z
    return y * len(held)


@pytest.mark.parametrize("program", [imports, reads_a_global, deletes])
def test_statics(program: Any) -> None:
    agree(program, 1.25, 3)


@pytest.mark.parametrize("program", [types, attributes])
def test_questions(program: Any) -> None:
    if program is attributes:
        agree(lambda x: attributes(x, 1) if x is not None else 0.0, X)
    else:
        agree(program, X, 3)


@pytest.mark.parametrize("mode", ["mean", "sum", "total", "", "nine", "7"])
def test_strings(mode: str) -> None:
    if mode:
        agree(strings, 1.25, mode)


def refused(program: Any, message: str) -> None:
    with pytest.raises(adgen.UnsupportedError, match=message):
        adgen.grad(program, jit=False)(1.0)


def read_after_del(x: float) -> float:
    y = x * 2
    del y
    return y  # noqa: F821


def assigned_global(x: float) -> float:
    global GLOBAL
    GLOBAL = x
    return x


def missing_module(x: float) -> float:
    import no_such_module

    return no_such_module.f(x)


def missing_name(x: float) -> float:
    from math import no_such_name

    return no_such_name(x)


def imports_all(x: float) -> float:
    return type("Made", (), {})(x)


def test_refusals() -> None:
    refused(read_after_del, "`y` is read before it is assigned")
    refused(assigned_global, "the global `GLOBAL` is assigned")
    refused(missing_module, "there is no module `no_such_module`")
    refused(missing_name, "`math` has no `no_such_name`")
    refused(imports_all, "a class is made by `type`")
    refused(lambda x: x * (5).bit_length(), "`.bit_length` of a number is not compiled")


def test_a_deleted_name_is_an_error_that_users_may_catch() -> None:
    with pytest.raises(NameError):
        adgen.grad(read_after_del, jit=False)(1.0)
