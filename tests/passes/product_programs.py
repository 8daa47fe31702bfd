"""Random nests of loops that hold products of matrices, in many shapes and with much in between."""

from __future__ import annotations

import linecache
import random
from collections.abc import Callable
from typing import Any

import numpy as np

N, M, P, Q = 7, 5, 6, 4
RANGES = {"i": "range(X.shape[0])", "k": "range(X.shape[1])", "j": "range(W.shape[1])"}
NAMES = ("X", "W", "Wt", "V", "b", "out")


def arguments(seed: int) -> tuple[Any, ...]:
    """Data for all programs; ``Wt`` is another matrix in the shape of the transpose of ``W``."""
    rng = np.random.default_rng(seed)
    shapes = ((N, M), (M, P), (P, M), (P, Q), (P,), (N, P))
    return tuple(rng.normal(size=shape) for shape in shapes)


def program(seed: int, result: str = "total + 0.5 * np.sum(out)") -> Callable[..., Any]:
    """A function of the arguments above."""
    rng = random.Random(seed)
    lines = ["total = 0.0", "out = out.copy()"]
    if rng.random() < 0.4:
        lines += _nest(rng)
    if rng.random() < 0.85:
        lines += _rows(rng)
    if rng.random() < 0.3:
        lines += _nest(rng)
    if rng.random() < 0.2 and len(lines) > 2:
        lines = [*lines[:2], "for t in range(2):", *(f"    {line}" for line in lines[2:])]
    body = "".join(f"    {line}\n" for line in (*lines, f"return {result}"))
    text = f"def program({', '.join(NAMES)}):\n{body}"
    file = f"<products {seed} {result}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"np": np}
    exec(compile(text, file, "exec"), namespace)
    made: Callable[..., Any] = namespace["program"]
    return made


def _indent(lines: list[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line for line in lines]


def _factor(rng: random.Random, row: str = "i") -> str:
    first = f"X[{row}, k]"
    second = rng.choice(["W[k, j]", "Wt[j, k]", "W[k, j]"])
    return " * ".join(rng.sample([first, second], 2))


def _nest(rng: random.Random) -> list[str]:
    """Three loops around a product, in any order."""
    order = rng.sample("ijk", 3)
    lines = [f"{'    ' * depth}for {name} in {_range(rng, name)}:"
             for depth, name in enumerate(order)]  # fmt: skip
    inside = [f"out[i, j] += {_factor(rng)}"]
    if rng.random() < 0.3:
        inside.insert(rng.randrange(2), f"total += {rng.choice(['X[i, k]', 'W[k, j] * b[j]'])}")
    if rng.random() < 0.2:
        inside[0] = f"out[i, j] = out[i, j] + {_factor(rng)}"
    return lines + _indent(inside, 3)


def _range(rng: random.Random, name: str) -> str:
    if rng.random() < 0.2:
        return RANGES[name].replace("range(", "range(1, ")
    if rng.random() < 0.1:
        return RANGES[name].replace(")", " - 1)")
    return RANGES[name]


def _rows(rng: random.Random) -> list[str]:
    """A loop over rows that computes a layer or two and uses what comes out."""
    fresh = rng.random() < 0.6
    made = ["h = np.zeros(W.shape[1])"]
    inside = (made if fresh else []) + _layer(rng)
    if rng.random() < 0.3:
        inside.append("total += b[0] * X[i, 0]")
    if rng.random() < 0.6:
        inside += _second(rng)
    inside += ["for j in range(W.shape[1]):", f"    total += {_used(rng)}"]
    if rng.random() < 0.3:
        inside += ["for j in range(W.shape[1]):", "    out[i, j] = out[i, j] * 0.5 + h[j]"]
    return ([] if fresh else made) + [f"for i in {_range(rng, 'i')}:", *_indent(inside)]


def _layer(rng: random.Random) -> list[str]:
    activation = rng.choice(["np.tanh({})", "{} * {}", "max({}, 0.0)", "{}"])
    if rng.random() < 0.3:
        return ["z = X[i] @ W + b", "for j in range(W.shape[1]):",
                f"    h[j] = {activation.replace('{}', 'z[j]')}"]  # fmt: skip
    init = rng.choice(["0.0", "b[j]", "-0.0", "out[i, j]", "1.5"])
    inner = [f"s += {_factor(rng)}"]
    if rng.random() < 0.3:
        inner.insert(rng.randrange(2), "r += X[i, k]")
    lines = [f"s = {init}", "r = 0.0", f"for k in {_range(rng, 'k')}:", *_indent(inner)]
    lines += [f"h[j] = {activation.replace('{}', 's')} + 0.1 * r"]
    if rng.random() < 0.2:
        lines += ["if s > 0.0:", "    total += s"]
    return [f"for j in {RANGES['j']}:", *_indent(lines)]


def _second(rng: random.Random) -> list[str]:
    if rng.random() < 0.4:
        return ["y = h @ V", "total += np.sum(y * y)"]
    lines = ["u = 0.0", "for j in range(V.shape[0]):", "    u += h[j] * V[j, q]", "total += u * u"]
    return ["for q in range(V.shape[1]):", *_indent(lines)]


def _used(rng: random.Random) -> str:
    return rng.choice(["h[j] * h[j]", "h[j]", "np.sin(h[j]) * b[j]"])
