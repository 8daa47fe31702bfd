"""Random programs of array expressions, in NumPy and in the functional form that JAX has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.random_expressions.operations import OPERATIONS, SHAPES, Draw, Shape

LARGEST = 200


@dataclass(frozen=True)
class Line:
    """A name and what it is bound to, in NumPy (perhaps written into in place) and in JAX."""

    name: str
    numpy: str
    jax: str
    shape: Shape


@dataclass(frozen=True)
class Program:
    """Lines that compute from two arrays, ``x`` and ``y``, one number."""

    lines: tuple[Line, ...]
    x: Shape
    y: Shape

    def text(self, jax: bool = False) -> str:
        """The function ``f`` that ends with the last line."""
        body = [line.jax if jax else line.numpy for line in self.lines]
        last = self.lines[-1].name if self.lines else "x"
        body.append(f"return np.sum(np.sin({last})) + 0.1 * np.sum(x * x) + 0.1 * np.sum(y)")
        indented = [part for line in body for part in line.split("\n")]
        return "\n".join(["def f(x, y):", *(f"    {part}" for part in indented), ""])

    def arguments(self) -> tuple[np.ndarray, np.ndarray]:
        """Two arrays without ties."""
        draw = np.random.default_rng(11)
        return draw.normal(size=self.x), draw.normal(size=self.y)

    def upto(self, count: int) -> Program:
        """The first lines, as far as the last of them needs them."""
        kept: list[Line] = []
        wanted = {self.lines[count - 1].name}
        for line in reversed(self.lines[:count]):
            if line.name in wanted:
                kept.insert(0, line)
                wanted |= {other.name for other in self.lines if f"{other.name}" in _names(line)}
        return replace(self, lines=tuple(kept))


def _names(line: Line) -> set[str]:
    text = "".join(c if c.isalnum() else " " for c in line.numpy)
    return set(text.split()) - {line.name}


def program(draw: Draw) -> Program:
    """A program of 3 to 12 operations."""
    x, y = (SHAPES[int(draw.integers(len(SHAPES)))] for _ in range(2))
    known: list[tuple[str, Shape]] = [("x", x), ("y", y)]
    lines: list[Line] = []
    wanted = int(draw.integers(3, 13))
    given = Program((), x, y).arguments()
    names: dict[str, Any] = {"np": np, "x": given[0], "y": given[1]}
    while len(lines) < wanted:
        (one, shape), (two, other) = (_chosen(draw, known) for _ in range(2))
        line = _line(draw, f"a{len(lines)}", one, shape, two, other)
        made = None if line is None else _tried(line, names)
        if line is not None and made is not None:
            lines.append(replace(line, shape=made))
            known.append((line.name, made))
    return Program(tuple(lines), x, y)


def _tried(line: Line, names: dict[str, Any]) -> Shape | None:
    """The shape of what a line makes; None if it fails, or grows too large."""
    try:
        with np.errstate(all="ignore"):
            exec(line.numpy, names)
    except (ValueError, IndexError):
        return None
    made = np.shape(names[line.name])
    small = 0 < int(np.prod(made)) <= LARGEST and len(made) <= 4
    return made if small and bool(np.all(np.isfinite(names[line.name]))) else None


def _chosen(draw: Draw, known: list[tuple[str, Shape]]) -> tuple[str, Shape]:
    """Mostly what was made last."""
    return known[-1] if draw.integers(2) else known[int(draw.integers(len(known)))]


def _line(draw: Draw, name: str, one: str, shape: Shape, two: str, other: Shape) -> Line | None:
    if draw.integers(8) == 0:
        return _written(draw, name, one, shape)
    operation = OPERATIONS[int(draw.integers(len(OPERATIONS)))]
    found = operation(draw, one, shape, two, other)
    if found is None:
        return None
    text, made = found
    return Line(name, f"{name} = {text}", f"{name} = {text}", tuple(int(n) for n in made))


def _written(draw: Draw, name: str, one: str, shape: Shape) -> Line | None:
    """A copy that is written into: a row, a part, rows by arrays, what a view is of."""
    if not shape:
        return None
    row = int(draw.integers(shape[0]))
    rows = [int(k) for k in draw.integers(0, shape[0], size=2)]
    forms = [
        (f"{name}[{row}] = np.cos({name}[0])", f"{name}.at[{row}].set(np.cos({name}[0]))"),
        (f"{name}[{row}:] *= 0.5", f"{name}.at[{row}:].multiply(0.5)"),
        (f"{name} += {name}[::-1]", f"{name} + {name}[::-1]"),
        (f"np.add.at({name}, np.array({rows}), {name}[0] * 1.0)",
         f"{name}.at[np.array({rows})].add({name}[0])"),
        (f"part = {name}[::2]\npart *= np.sin({name}[0])",
         f"{name}.at[::2].multiply(np.sin({name}[0]))"),
        (f"{name}[{name} > 0.4] = 0.3", f"np.where({name} > 0.4, 0.3, {name})"),
        (f"np.transpose({name})[...] += 0.7", f"{name} + 0.7"),
    ]  # fmt: skip
    mine, theirs = forms[int(draw.integers(len(forms)))]
    return Line(
        name, f"{name} = np.copy({one})\n{mine}", f"{name} = {one}\n{name} = {theirs}", shape
    )
