"""What the fields of a form stand for: names, tame expressions of them, axes, indices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Draw = np.random.Generator


class Unfit(Exception):
    """The form has a field that an array of this shape has nothing for."""


@dataclass(frozen=True)
class Known:
    """An array of the program: its name, extents, and whether it is complex."""

    name: str
    shape: tuple[int, ...]
    complex: bool


class Fields(dict[str, str]):
    """The text of each field, drawn when a form first asks for it.

    Of ``x``: ``s`` is its sine, ``u`` lies between 0 and 1, ``p`` is positive (of a complex array:
    away from 0), ``m`` a symmetric positive matrix, ``g`` a regular one.  ``t v q`` are ``s u p``
    of ``y``.  ``k`` is an axis; ``a`` axes and keepdims as arguments behind others, ``f`` as the
    only ones, ``b`` without tuples, ``c`` one axis.  ``r`` permutes axes; ``i`` and ``l`` are lists
    of indices along the first and the last axis, ``w`` a mask, ``o`` and ``j`` numbers.
    """

    def __init__(self, draw: Draw, x: Known, y: Known, z: str = "") -> None:
        super().__init__(x=x.name, y=y.name, z=z)
        self._draw, self._x, self._y = draw, x, y

    def __missing__(self, field: str) -> str:
        if field in "suptvq":
            array = self._x if field in "sup" else self._y
            self[field] = _tame({"t": "s", "v": "u", "q": "p"}.get(field, field), array)
        elif not self._x.shape:
            raise Unfit
        elif field in "mg":
            self[field] = self._matrix(field)
        else:
            self[field] = self._of_axes(field)
        return self[field]

    def _matrix(self, field: str) -> str:
        x, shape = self._x.name, self._x.shape
        if len(shape) < 2 or (field == "g" and shape[-1] != shape[-2]):
            raise Unfit
        if field == "g":
            return f"({x} + 4.0 * np.eye({shape[-1]}))"
        other = f"np.conj({x})" if self._x.complex else x
        return f"(0.3 * {x} @ np.swapaxes({other}, -1, -2) + 2.0 * np.eye({shape[-2]}))"

    def _of_axes(self, field: str) -> str:
        shape, draw = self._x.shape, self._draw
        rank = len(shape)
        match field:
            case "k":
                return str(draw.integers(-rank, rank))
            case "r":
                return str(tuple(int(k) for k in draw.permutation(rank)))
            case "n":
                return str(shape[0])
            case "e":
                return str(shape[-1])
            case "a" | "b" | "f":
                text = self._axes(tuples=field != "b")
                return text.removeprefix(", ") if field == "f" else text
            case "c":
                return f", axis={draw.integers(-rank, rank)}" if draw.integers(3) else ""
            case "w":
                return str([bool(k) for k in draw.integers(0, 2, size=shape[0])])
        extent = shape[0] if field in "io" else shape[-1]
        if not extent:
            raise Unfit
        if field in "oj":
            return str(draw.integers(0, extent))
        return str([int(k) for k in draw.integers(-extent, extent, size=3)]).replace("'", "")

    def _axes(self, tuples: bool) -> str:
        rank, draw = len(self._x.shape), self._draw
        text = ""
        match int(draw.integers(8)):
            case 0:
                pass
            case 1:
                text = ", axis=None"
            case 2 | 3 if tuples and rank > 1:
                some = draw.permutation(rank)[: int(draw.integers(2, rank + 1))]
                text = f", axis={tuple(int(k) - rank * int(draw.integers(2)) for k in some)}"
            case _:
                text = f", axis={draw.integers(-rank, rank)}"
        return text + (", keepdims=True" if draw.integers(3) == 0 else "")


def _tame(field: str, array: Known) -> str:
    x = array.name
    if array.complex:  # the sine of a complex number is not small
        small = f"({x} / (1.0 + np.abs({x})))"
        return {"s": small, "u": f"(0.5 + 0.4 * {small})", "p": f"(2.5 + {small})"}[field]
    sine = f"np.sin({x})"
    return {"s": sine, "u": f"(0.5 + 0.4 * {sine})", "p": f"(2.5 + np.cos({x}))"}[field]
