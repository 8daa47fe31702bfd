"""What is printed is what CPython prints, once, in every mode."""

# ruff: noqa: UP030, UP031, UP032, F507, F509
from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree, outcome

X = np.array([0.1, 2.5, 30.0])


def keywords(x: Any, n: int) -> Any:
    print("a", n, x[0], sep="|", end="!\n", flush=True)
    print("to stderr", n, file=sys.stderr)
    print("to stdout", file=sys.stdout)
    print(n, file=None, sep=None)
    return x[0] ** 2


def f_strings(x: Any, n: int) -> Any:
    width = 9
    name = "total"
    total = np.sum(x)
    print(f"{name}: {total:.3e} {n:>4d} {n=} {x[1]!r} {total:{width}.2f}")
    label = f"{name}{n}"
    print(label + "?", label * 2, f"<{label}>")
    return total


def older_formats(x: Any, n: int) -> Any:
    print("%5.2f|%d|%s|%r|%%|%-4d|" % (x[0], n, x[1], n, n))
    print("{} {1} {name:.2f}".replace("{} ", "").format(0, n, name=x[0]))
    print(f"{n:>6}{x[1]:.1f}", str(n) + "x", repr(x[0]), format(x[0], ".2f"))
    return x[1] * 2


def containers(x: Any, n: int) -> Any:
    print((n, x[0]), [x, n], (), [], (n,), None, True, np.sin)
    return x[0] * n


def arrays(x: Any, n: int) -> Any:
    print(x, x[1:], x * 2, np.outer(x, x), x > 1)
    print(f"{x} {x[:2]!r}")
    return np.sum(x * x)


def in_a_loop(x: Any, n: int) -> Any:
    total = 0.0
    for i in range(n):
        total += x[i] * x[i]
        if i % 2 == 0:
            print("step", i, f"{total:.4f}")
    return total


def before_a_write(x: Any, n: int) -> Any:
    y = x * 1.0
    text = f"{y}"
    y[0] = 7.0
    print(text, y)
    return y[1] * n


PROGRAMS = [
    keywords, f_strings, older_formats, containers, arrays, in_a_loop, before_a_write
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_prints(program: Any) -> None:
    agree(program, X, 3)


@pytest.mark.jit
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_prints_from_machine_code(program: Any) -> None:
    agree(program, X, 3, jit=True)


@pytest.mark.jit
def test_float32_and_long_arrays_from_machine_code() -> None:
    def program(x: Any) -> Any:
        print(x[0], f"{x[1]} {x[0]!r}", x)
        return np.sum(x)

    for x in (np.array([0.1, 0.7], np.float32), np.linspace(0.0, 1.0, 900)):
        assert outcome(adgen.differentiate(program), x).out == outcome(program, x).out


def test_what_is_formatted_prints_by_its_own_name() -> None:
    text = adgen.differentiate(in_a_loop).source(X, 3)
    assert 'print("step", i, f"{total:.4f}")' in text


def refused(program: Any, message: str) -> None:
    with pytest.raises(adgen.UnsupportedError, match=message):
        adgen.grad(program, jit=False)(1.0)


def test_refusals() -> None:
    refused(lambda x: print("%z" % x) or x, "this `%` format is not compiled")
    refused(lambda x: print("%d %d" % (x,)) or x, "1 values for 2 places")
    refused(lambda x: print("{0.real}".format(x)) or x, r"`\{0.real\}` of `.format`")
    refused(lambda x: print(range) or print(f"{range(int(x))}") or x, "a range is formatted")
