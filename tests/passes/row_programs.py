"""Random programs that loop over rows: what an iteration can do, at random."""

from __future__ import annotations

import linecache
import random
from collections.abc import Callable
from typing import Any

import numpy as np

HEAD = """def program(x, y, w, p, rows, count, flag):
    n, d = x.shape
    total = 0.0
    out = np.zeros(n)
    res = np.zeros((n, d))
    for i in range(n):
        v0 = x[i, 0] * 0.5
"""


class _Writer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0
        self.numbers, self.arrays, self.counters = ["v0"], [], []  # type: ignore[var-annotated]

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def emit(self, depth: int, text: str) -> None:
        self.lines.append("    " * (depth + 1) + text)

    def index(self) -> str:
        inside = self.counters and self.random.random() < 0.75
        return self.random.choice(self.counters if inside else ["0", "1", "2"])

    def number(self, depth: int = 0) -> str:
        pick, chance = self.random.choice, self.random.random()
        if depth > 2 or chance < 0.3:
            return pick([*self.numbers, pick(["x[i, 0]", "y[i]", "0.5", "p[1]", "w[0, 2]"])])
        if chance < 0.6:
            return f"({self.number(depth + 1)} {pick('+-*')} {self.number(depth + 1)})"
        if chance < 0.8:
            return f"np.{pick(['sin', 'cos', 'tanh'])}({self.number(depth + 1)})"
        if chance < 0.9:
            return f"max({self.number(depth + 1)}, {self.number(depth + 1)})"
        own = [f"{array}[{self.index()}]" for array in self.arrays]
        at = self.index()
        return pick([f"x[i, {at}]", f"w[{at}, {self.index()}]", f"w[rows[i], {at}]", *own, *own])

    def statement(self, depth: int) -> None:
        pick, chance = self.random.choice, self.random.random()
        if chance < 0.3 and depth > 1:
            self.emit(depth, f"{pick(self.numbers)} {pick(['=', '+=', '*='])} {self.number()}")
        elif chance < 0.4 and depth < 3:
            name = self.fresh("a")
            self.emit(depth, f"{name} = np.{pick(['zeros', 'ones'])}(d)")
            self.arrays.append(name)
        elif chance < 0.5 and self.arrays:
            target = f"{pick(self.arrays)}[{self.index()}]"
            self.emit(depth, f"{target} {pick(['=', '+='])} {self.number()}")
        elif chance < 0.6:
            self.emit(depth, f"total {pick(['+=', '-='])} {self.number()}")
        elif chance < 0.67:
            target = pick(["out[i]", f"res[i, {self.index()}]"])
            self.emit(depth, f"{target} {pick(['=', '+='])} {self.number()}")
        elif chance < 0.88 and depth < 4:
            self.loop(depth)
        elif depth < 4:
            self.branch(depth)
        else:
            value, name = self.number(), self.fresh("v")
            self.emit(depth, f"{name} = {value}")
            self.numbers.append(name)

    def block(self, depth: int, counters: list[str]) -> None:
        kept = list(self.numbers), list(self.arrays), list(self.counters)
        self.counters += counters
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth)
        self.numbers, self.arrays, self.counters = kept

    def loop(self, depth: int) -> None:
        ranges = ["d", "d", "3", "1, d", "d - 1, -1, -1"]
        ranges += [f"{k} + 1" for k in self.counters] + [f"{k}, d" for k in self.counters]
        ranges += ["count[i]"] if self.random.random() < 0.2 else []
        counter = self.fresh("j")
        self.emit(depth, f"for {counter} in range({self.random.choice(ranges)}):")
        self.block(depth + 1, [counter])

    def branch(self, depth: int) -> None:
        conditions = [f"{self.number()} > 0.1", "flag > 0", *(f"{k} > 0" for k in self.counters)]
        self.emit(depth, f"if {self.random.choice(conditions)}:")
        self.block(depth + 1, [])
        if self.random.random() < 0.5:
            self.emit(depth, "else:")
            self.block(depth + 1, [])

    def text(self, result: str) -> str:
        for _ in range(self.random.randint(2, 6)):
            self.statement(1)
        if self.random.random() < 0.1:
            self.lines += [
                "        c, h = 0, y[i]", "        while c < count[i]:",
                "            c, h = c + 1, np.sin(h + p[0])", "        total += h",
            ]  # fmt: skip
        return HEAD + "\n".join(self.lines) + f"\n    return {result}\n"


def program(seed: int, result: str) -> Callable[..., Any]:
    """A random program over rows that returns ``result``: of ``total``, ``out`` and ``res``."""
    text = _Writer(seed).text(result)
    name = f"<rows {seed} {result}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace: dict[str, Any] = {"np": np}
    exec(compile(text, name, "exec"), namespace)
    return namespace["program"]  # type: ignore[no-any-return]


def arguments(seed: int, n: int, d: int) -> tuple[Any, ...]:
    """Arguments for ``n`` rows of ``d >= 3`` numbers."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=(5, d))
    return (*numbers, rng.normal(size=d), rng.integers(0, 3, n), rng.integers(0, 4, n), 1)
