"""Nested parameters as one vector, and back: what optimisers work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.directions import parts_like
from adgen.results import differentiated
from adgen.structures import is_constant, leaves_of_structure, maker, places, taker
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir.trees import Constant, Node, parts_of, tree_of
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.signature import argument_of

Vector = np.ndarray[Any, Any]


def flatten(tree: Any) -> tuple[Vector, Unflatten]:
    """``(vector, unflatten)``: all floats in a nesting of containers, and the way back.

    Leaves that are no numbers (None, flags, strings) stay what they are.
    Raises NotDifferentiable for integers: was a float meant?

    >>> vector, unflatten = flatten({"w": np.ones(2), "b": 5.0})
    >>> vector
    array([1., 1., 5.])
    >>> unflatten(2.0 * vector)
    {'w': array([2., 2.]), 'b': 10.0}
    """
    unflatten = Unflatten(tree)
    return unflatten.flatten(tree), unflatten


class Unflatten:
    """From a vector to a nesting of containers like the one that was flattened.

    Arrays are parts of the vector where their dtype allows it.
    """

    def __init__(self, example: Any) -> None:
        described = argument_of(example)
        _check(described)
        floats = differentiated(described)
        values = taker(floats)(example)
        sizes = [np.size(value) for value in values]
        ends = np.cumsum([0, *sizes]).tolist()
        self._slots = list(zip(ends, ends[1:], map(np.shape, values), strict=False))
        self._dtype = np.result_type(
            *[leaf.dtype for leaf in leaves_of_structure(floats)] or [float]
        )
        self._floats = floats
        self._take = taker(floats, by_key=True)
        pieces = [_piece(slot, value) for slot, value in zip(self._slots, values, strict=True)]
        self._make = maker(_with_constants(floats, tree_of(example)), pieces)
        self._make_gradient = maker(floats, pieces)

    def __call__(self, vector: Vector) -> Any:
        """The nested value whose floats are those of the vector."""
        return self._make((vector,) * len(self._slots))

    def gradient(self, vector: Vector) -> Any:
        """The same as a gradient: None for what is no float."""
        return self._make_gradient((vector,) * len(self._slots))

    def flatten(self, tree: Any) -> Vector:
        """The floats of a value, or of a gradient by it, as one vector.

        Raises ValueError when it nests otherwise or a shape is another.
        """
        try:
            leaves = self._take(tree)
        except (TypeError, ValueError, KeyError, AttributeError):
            what = "value nests like the one that was flattened"
            leaves = tuple(parts_like(self._floats, tree, what))
        vector = np.empty(self._slots[-1][1] if self._slots else 0, self._dtype)
        for (start, stop, shape), leaf in zip(self._slots, leaves, strict=True):
            if np.shape(leaf) != shape:
                raise ValueError(f"a leaf has shape {np.shape(leaf)}, it should be {shape}")
            vector[start:stop] = leaf.reshape(-1) if isinstance(leaf, np.ndarray) else leaf
        return vector


def _check(described: Any) -> None:
    for leaf, place in zip(leaves_of_structure(described), places(described, ""), strict=True):
        if not is_float(leaf) and leaf.dtype.kind != "b":
            where = f" at `{place}`" if place else ""
            raise NotDifferentiable(
                f"there is an integer{where}: it has no derivative", hint="pass it as float"
            )


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
