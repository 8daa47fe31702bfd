"""Tangents and cotangents that a caller gives, as the leaves that generated code takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from adgen.leaves import Leaf
from adgen.structures import access, is_constant
from adgen.transpiler.ir.trees import Node, parts_of
from adgen.transpiler.ir.types import Array, Scalar


def parts_like(structure: Any, given: Any, what: str, place: str = "") -> Iterator[Any]:
    """The parts of ``given`` at the leaves of a structure, constants left out.

    Raises ValueError where ``given`` nests otherwise; ``what`` says what should nest like what.
    """
    parts = parts_of(structure)
    if parts is None:
        if not is_constant(structure):
            yield given
        return
    inner = _parts(structure, given)
    if inner is None:
        at = f" at `{place}`" if place else ""
        raise ValueError(f"the {what}: {_wanted(structure)} is wanted{at}, not {_found(given)}")
    for number, (part, own) in enumerate(zip(parts, inner, strict=True)):
        yield from parts_like(part, own, what, place + access(structure, number))


def _parts(structure: Any, given: Any) -> tuple[Any, ...] | None:
    """The parts of a container like the one described, in its order; None for another."""
    if not isinstance(structure, Node):
        return given if type(given) is tuple and len(given) == len(structure) else None
    if type(given) is not structure.kind.cls:
        return None
    found = dict(zip(*structure.kind.take(given), strict=True))
    if len(found) != len(structure.keys) or any(key not in found for key in structure.keys):
        return None
    return tuple(found[key] for key in structure.keys)


def _wanted(structure: Any) -> str:
    if not isinstance(structure, Node):
        return f"a tuple of {len(structure)}"
    name, keys = structure.kind.cls.__name__, structure.keys
    if structure.kind.access == "attribute":
        return f"a `{name}`"
    if keys == tuple(range(len(keys))):
        return f"a {name} of {len(keys)}"
    return f"a {name} with the keys {', '.join(map(repr, keys))}"


def _found(given: Any) -> str:
    if isinstance(given, (tuple, list)):
        return f"a {type(given).__name__} of {len(given)}"
    if isinstance(given, dict):
        return f"a {type(given).__name__} with the keys {', '.join(map(repr, given))}"
    return f"a `{type(given).__name__}`"


def tangent_like(leaf: Leaf, value: Any, given: Any, what: str) -> Any:
    """A tangent or cotangent in the form of ``value``: its dtype and shape; None is zero.

    Raises ValueError when the shape is another.
    """
    if isinstance(leaf.type, Array):
        if given is None:
            return np.zeros(value.shape, leaf.type.dtype)
        return array_like(value.shape, leaf.type.dtype, given, f"{what} for `{leaf.name}`")
    return scalar_like(leaf.type, 0.0 if given is None else given, f"{what} for `{leaf.name}`")


def array_like(shape: tuple[int, ...], dtype: np.dtype[Any], given: Any, what: str) -> Any:
    """A C-contiguous array of that dtype; raises ValueError when the shape is another."""
    if type(given) is np.ndarray and given.dtype == dtype and given.shape == shape:
        if given.flags.carray:  # what almost always comes
            return given
    _check_real(dtype, given, what)
    made = np.require(given, dtype, ["C", "A", "W"])
    if made.shape != shape:
        raise ValueError(f"the {what} has shape {made.shape}, it should be {shape}")
    return made


def scalar_like(kind: Scalar, given: Any, what: str) -> Any:
    """A number of that dtype; raises ValueError for anything with axes."""
    made = np.asarray(given)
    if made.shape != ():
        raise ValueError(f"the {what} has shape {made.shape}, it should be a number")
    _check_real(kind.dtype, made, what)
    python = {"f8": float, "c16": complex}.get(kind.dtype.str[1:], kind.dtype.type)
    return python(made)


def _check_real(dtype: np.dtype[Any], given: Any, what: str) -> None:
    """Raise ValueError for a complex tangent of something real."""
    if dtype.kind != "c" and np.iscomplexobj(given):
        raise ValueError(f"the {what} is complex, it should be real")
