"""Random programs over complex numbers against CPython and differences of it."""

from __future__ import annotations

import linecache
import random
from typing import Any

import numpy as np
import pytest

import adgen

SMOOTH = ("sin", "cos", "tanh", "exp", "square", "conj", "arcsinh")


class Writer:
    """Writes a program of complex arrays `z`, `w` and a real array `x`, all of four numbers."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(f"complex {seed}")
        self.names = ["z", "w", "x"]

    def array(self, depth: int) -> str:
        """An expression of four bounded numbers, real or complex."""
        if depth == 0:
            return self.r.choice([*self.names, *self.names, "1j", "0.7", "(0.3 - 1.2j)"])
        a, b = self.array(depth - 1), self.array(depth - 1)
        return self.r.choice([
            f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} * np.conj({b}))",
            f"np.{self.r.choice(SMOOTH)}(0.3 * ({a}))", f"np.tanh(0.2 * ({a}))",
            f"({a}) / (3.0 + np.abs({b}))", f"np.real({a}) * {b}", f"(1j * np.imag({a}) + {b})",
            f"np.abs({a} + 0.1) * {b}", f"np.exp(1j * np.real({a}))", f"({a}) ** 2",
            f"np.where(np.real({a}) > 0.05, {a}, {b})", f"np.fft.fft({a} + z)", f"-({a})",
            f"np.cumsum({a} + z)[::-1]", f"({a} + z) @ M", f"np.sqrt(4.0 + np.abs({a}) + 0.1j)",
            f"np.fft.irfft(({a} + z)[:3], 4)", f"np.angle(5.0 + np.tanh(0.1 * ({a})))",
        ])  # fmt: skip

    def statement(self, k: int) -> str:
        """One statement; `y` is a complex array that is there from the start."""
        value, name = self.array(2), f"v{k}"
        forms = [
            f"{name} = z + {value}",
            f"y[{self.r.randrange(4)}] = ({value} + w)[{self.r.randrange(4)}]",
            f"y[1:] += ({value} + w)[:-1]",
            f"y.real = np.imag({value} + y)",
            f"y.imag[:2] *= np.real({value} + y)[2:]",
            "for i in range(3):\n        y[i + 1] = 0.5 * y[i] * np.tanh(x[i]) + 1.5j * y[i + 1]",
            f"if np.real(y[0]) > 0.02:\n        y = y * 1j\n    else:\n        y = y + ({value})",
        ]  # fmt: skip
        chosen = self.r.choice(forms)
        if chosen.startswith(name):
            self.names.append(name)
        return chosen

    def program(self) -> str:
        """The whole function."""
        body = [self.statement(k) for k in range(4)]
        lines = ["y = z * (0.5 + 0.2j)", *body, f"out = np.tanh(0.1 * ({self.array(2)})) + y"]
        lines.append("return np.sum(np.abs(out) ** 2) + np.sum(out).real")
        return "def f(z, w, x):\n" + "".join(f"    {line}\n" for line in lines)


def made(seed: int) -> tuple[str, Any]:
    """The text of a program, and the program."""
    text = Writer(seed).program()
    file = f"<complex program {seed}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    draw = np.random.default_rng(1)
    namespace = {"np": np, "M": draw.normal(size=(4, 4)) * (0.3 + 0.2j)}
    exec(compile(text, file, "exec"), namespace)
    return text, namespace["f"]


def arguments(seed: int) -> tuple[Any, ...]:
    draw = np.random.default_rng(1000 + seed)
    z, w = (draw.normal(size=4) + 1j * draw.normal(size=4) for _ in range(2))
    return z, w, draw.normal(size=4)


def checked(seed: int, **options: Any) -> None:
    text, f = made(seed)
    args = arguments(seed)
    try:
        adgen.check_grads(f, (0, 1, 2), **options)(*args)
    except adgen.UnsupportedError as refused:
        pytest.skip(f"refused: {refused.message}")
    except adgen.WrongDerivative as wrong:
        raise AssertionError(f"{wrong}\n{text}") from None


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed: int) -> None:
    checked(seed, jit=False)


@pytest.mark.jit
@pytest.mark.parametrize("seed", range(40, 44))
def test_random_programs_in_numba(seed: int) -> None:
    checked(seed)
