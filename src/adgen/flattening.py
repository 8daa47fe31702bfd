"""Nested parameters as one vector, and back: what optimisers work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.directions import parts_like
from adgen.results import differentiated
from adgen.structures import is_constant, leaves_of_structure, maker, places, taker
from adgen.transpiler.errors import NotDifferentiable, UnsupportedError
from adgen.transpiler.ir.trees import Constant, Node, map_tree, parts_of, tree_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.signature import argument_of
from adgen.transpiler.transforms import mark

Vector = np.ndarray[Any, Any]


def flatten(tree: Any) -> tuple[Vector, Unflatten]:
    """``(vector, unflatten)``: all floats in a nesting of containers, and the way back.

    Leaves that are no numbers (None, flags, strings) stay what they are.  Inside a function that
    is differentiated only the vector is there, of dicts, lists and tuples.
    Raises NotDifferentiable for integers: was a float meant?

    >>> vector, unflatten = flatten({"w": np.ones(2), "b": 5.0})
    >>> vector
    array([1., 1., 5.])
    >>> unflatten(2.0 * vector)
    {'w': array([2., 2.]), 'b': 10.0}
    """
    for leaf, place in _integers(argument_of(tree)):
        what = "an array of integers" if isinstance(leaf, Array) else "an integer"
        where = f" at `{place}`" if place else ""
        raise NotDifferentiable(
            f"there is {what}{where}: it has no derivative",
            hint="pass it as float",
        )
    unflatten = Unflatten(tree)
    return unflatten.flatten(tree), unflatten


def _flatten_inside(tree: Any) -> tuple[Vector, None]:
    """``flatten`` inside a function that is compiled: the vector alone."""
    return np.concatenate(_vectors(tree)), None


def _vectors(tree: Any) -> tuple[Any, ...]:
    if tree is None or isinstance(tree, (str, bool)):
        return ()
    if isinstance(tree, int):
        raise TypeError("there is an integer: it has no derivative")
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if isinstance(tree, (list, tuple)):
        found: tuple[Any, ...] = ()
        for part in tree:
            found = found + _vectors(part)
        return found
    return (np.ravel(tree),)


mark(flatten, "__adgen_inside__", _flatten_inside)


class Unflatten:
    """From a vector to a nesting of containers like the one that was flattened.

    Arrays are parts of the vector where their dtype allows it; what is no float stays as it was.
    """

    def __init__(self, example: Any) -> None:
        described = argument_of(example)
        floats = differentiated(described)
        values = taker(floats)(example)
        sizes = [np.size(value) for value in values]
        ends = np.cumsum([0, *sizes]).tolist()
        self._slots = list(zip(ends, ends[1:], map(np.shape, values), strict=False))
        self._dtype = np.result_type(
            *[leaf.dtype for leaf in leaves_of_structure(floats)] or [float]
        )
        if self._dtype.kind == "c":
            raise UnsupportedError(
                "complex parameters have no place in a vector of real numbers",
                hint="keep the parts: `p = (z.real, z.imag)`, and compute with `p[0] + 1j * p[1]`",
            )
        self._floats = floats
        self._take = taker(floats, by_key=True)
        integers = [place for _, place in _integers(described)]
        self._others = taker(map_tree(_only_integer, described), by_key=True) if integers else None
        pieces = [_piece(slot, value) for slot, value in zip(self._slots, values, strict=True)]
        self._make = maker(_with_constants(floats, tree_of(example)), pieces)
        self._make_gradient = maker(floats, pieces)

    def __call__(self, vector: Vector) -> Any:
        """The nested value whose floats are those of the vector."""
        return self._make((vector,) * len(self._slots))

    def gradient(self, vector: Vector) -> Any:
        """The same as a gradient: None for what is no float."""
        return self._make_gradient((vector,) * len(self._slots))

    def flatten(self, tree: Any, gradient: bool = False) -> Vector:
        """The floats of a value, or of a ``gradient`` by it, as one vector.

        Raises ValueError when it nests otherwise or a shape is another.
        """
        try:
            leaves = self._take(tree)
        except (TypeError, ValueError, KeyError, AttributeError):
            what = "value nests like the one that was flattened"
            leaves = tuple(parts_like(self._floats, tree, what))
        if gradient and self._others is not None and any(x is not None for x in self._others(tree)):
            raise ValueError("the gradient moves integers: pass them as floats")
        vector = np.empty(self._slots[-1][1] if self._slots else 0, self._dtype)
        for (start, stop, shape), leaf in zip(self._slots, leaves, strict=True):
            if np.shape(leaf) != shape:
                raise ValueError(f"a leaf has shape {np.shape(leaf)}, it should be {shape}")
            vector[start:stop] = leaf.reshape(-1) if isinstance(leaf, np.ndarray) else leaf
        return vector


def _integers(described: Any) -> list[tuple[Any, str]]:
    """The integers in a description of a value, and where they are."""
    found = zip(leaves_of_structure(described), places(described, ""), strict=True)
    return [(leaf, place) for leaf, place in found if leaf.dtype.kind in "iu"]


def _only_integer(leaf: Any) -> Any:
    return leaf if not is_constant(leaf) and leaf.dtype.kind in "iu" else Constant(None)


def _with_constants(floats: Any, values: Any) -> Any:
    """The structure of floats with the values themselves where there is none."""
    parts = parts_of(floats)
    if parts is None:
        return Constant(values) if is_constant(floats) else floats
    inner = zip(parts, parts_of(values) or (), strict=True)
    made = tuple(_with_constants(part, value) for part, value in inner)
    return floats.with_parts(made) if isinstance(floats, Node) else made


def _piece(slot: tuple[int, int, tuple[int, ...]], example: Any) -> Callable[[Vector], Any]:
    """What takes one leaf out of the vector."""
    start, stop, shape = slot
    if not isinstance(example, np.ndarray):
        kind = type(example) if isinstance(example, np.generic) else float
        return lambda vector: kind(vector[start])
    dtype = example.dtype
    return lambda vector: vector[start:stop].reshape(shape).astype(dtype, copy=False)
