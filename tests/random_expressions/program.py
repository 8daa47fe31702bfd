"""A program of array expressions: two arguments, lines, and the number that it returns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Argument:
    """The extents, the dtype and the order in memory of an argument."""

    shape: tuple[int, ...]
    dtype: str = "float64"
    order: str = "C"

    @property
    def varies(self) -> bool:
        """Whether one differentiates by it."""
        return np.dtype(self.dtype).kind in "fc"

    def values(self, seed: int) -> Array:
        """Numbers without ties, in double precision or as they are."""
        draw = np.random.default_rng(seed)
        if not self.varies:
            return draw.integers(-3, 4, size=self.shape)
        real = draw.normal(size=self.shape)
        if self.dtype == "float32":
            real = real.astype(np.float32).astype(np.float64)
        if np.dtype(self.dtype).kind == "c":
            return real + 1j * draw.normal(size=self.shape)
        if self.order == "broadcast" and self.shape:
            return np.broadcast_to(real[:1], self.shape).copy()
        return real

    def laid(self, values: Array) -> Array:
        """New memory with these numbers, in the order of this argument."""
        if not self.shape or self.order == "C":
            return values.copy()
        if self.order == "F":
            return np.copy(values, order="F") if values.ndim > 1 else values.copy()
        if self.order == "broadcast" and np.all(values == values[:1]):
            return np.broadcast_to(values[:1].copy(), values.shape)
        step = -1 if self.order == "reversed" else 2
        room = np.zeros((*self.shape[:-1], 2 * self.shape[-1]), values.dtype)
        part = room[..., ::step][..., : self.shape[-1]]
        part[...] = values
        return part


@dataclass(frozen=True)
class Line:
    """A name and what it is bound to, or what is written into it; in JAX, if JAX has words."""

    name: str
    numpy: str
    jax: str | None
    complex: bool = False


@dataclass(frozen=True)
class Program:
    """Lines that compute from two arrays, ``x`` and ``y``, one number."""

    lines: tuple[Line, ...]
    x: Argument
    y: Argument

    @property
    def wrt(self) -> tuple[int, ...]:
        """The arguments that one differentiates by."""
        return tuple(k for k, one in enumerate((self.x, self.y)) if one.varies)

    @property
    def of_jax(self) -> bool:
        """Whether JAX has words for all lines."""
        return all(line.jax is not None for line in self.lines)

    def text(self, jax: bool = False) -> str:
        """The function ``f`` that returns a sum over all that no line reads."""
        body = [(line.jax or "") if jax else line.numpy for line in self.lines]
        terms = [_term(line) for line in self._ends()]
        for name, argument in (("x", self.x), ("y", self.y)):
            if argument.varies:
                square = (
                    f"{name} * np.conj({name})" if "c" in argument.dtype else f"{name} * {name}"
                )
                terms.append(f"0.1 * np.sum(np.real({square}))")
        body.append(f"return {' + '.join(terms)}")
        indented = [part for line in body for part in line.split("\n")]
        return "\n".join(["def f(x, y):", *(f"    {part}" for part in indented), ""])

    def _ends(self) -> list[Line]:
        last = {line.name: line for line in self.lines}
        return [
            line
            for name, line in last.items()
            if not any(name in names(other) for other in self.lines if other.name != name)
        ]

    def arguments(self, double: bool = False) -> tuple[Array, Array]:
        """The arguments as new arrays; in double precision, if wanted."""
        x, y = (one.laid(one.values(11 + k)) for k, one in enumerate((self.x, self.y)))
        if double or "float32" not in (self.x.dtype, self.y.dtype):
            return x, y
        return (
            self.x.laid(x.astype(self.x.dtype)),
            self.y.laid(y.astype(self.y.dtype)),
        )

    def smaller(self) -> Iterator[Program]:
        """Programs with a line less, or with one that only names what another reads."""
        for k, line in enumerate(self.lines):
            yield replace(self, lines=self.lines[:k] + self.lines[k + 1 :])
        for k, line in enumerate(self.lines):
            for name in sorted(names(line) & {"x", "y", *(one.name for one in self.lines[:k])}):
                text = f"{line.name} = 1.0 * {name}"
                if line.numpy != text and line.name != name:
                    plain = Line(line.name, text, text, line.complex)
                    yield replace(self, lines=(*self.lines[:k], plain, *self.lines[k + 1 :]))


def names(line: Line) -> set[str]:
    """The words of a line but its own name."""
    return set(re.findall(r"\b[a-z]\d*\b", line.numpy)) - {line.name}


def _term(line: Line) -> str:
    if line.complex:
        return f"np.sum(np.sin(np.real({line.name})) + np.cos(np.imag({line.name})))"
    return f"np.sum(np.sin({line.name}))"
