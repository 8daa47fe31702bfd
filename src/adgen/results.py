"""Results on their way out: in the nesting and with the types that Python would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.runtime import trees
from adgen.transpiler.ir.types import Scalar, Type

Finish = Callable[[Any], Any]


def value_function(structure: Any, types: Sequence[Type]) -> Finish | None:
    """What to do with a value that generated code returns, or None for nothing.

    Numba returns Python numbers; where the function returns NumPy scalars, so do we.
    """
    makers = [_number_maker(kind) for kind in types]
    if not any(makers):
        return None
    if structure is trees.LEAF:
        return makers[0]
    return lambda value: trees.build(structure, _made(makers, list(trees.leaves(value))))


def _made(makers: Sequence[Finish | None], values: Sequence[Any]) -> list[Any]:
    return [make(value) if make else value for make, value in zip(makers, values, strict=True)]


def _number_maker(kind: Type) -> Finish | None:
    if not isinstance(kind, Scalar):
        return None
    if not kind.weak:
        return kind.dtype.type
    return {"f": float, "i": int, "b": bool}[kind.dtype.kind]


def cotangent_function(examples: Sequence[Any], packed: bool) -> Callable[[tuple[Any, ...]], Any]:
    """How flat cotangents become what ``grad`` returns.

    ``examples``: the arguments that are differentiated; each cotangent gets the
    nesting, dtype and shape of its argument.  ``packed``: a tuple even of one.
    """
    structures = tuple(trees.structure_of(example) for example in examples)
    flat = [leaf for example in examples for leaf in trees.leaves(example)]
    makers = [_like_maker(leaf) for leaf in flat]
    if not any(makers) and all(structure is trees.LEAF for structure in structures):
        return _same if packed else _first
    if len(makers) == 1 and makers[0] and not packed and structures[0] is trees.LEAF:
        only = makers[0]
        return lambda cotangents: only(cotangents[0])

    def finish(cotangents: tuple[Any, ...]) -> Any:
        built = trees.build(structures, _made(makers, cotangents))
        return built if packed else built[0]

    return finish


def _same(cotangents: tuple[Any, ...]) -> Any:
    return cotangents


def _first(cotangents: tuple[Any, ...]) -> Any:
    return cotangents[0]


def _like_maker(example: Any) -> Finish | None:
    """What turns a cotangent into the kind of thing that its argument is."""
    if isinstance(example, np.ndarray):
        if example.ndim:
            return None
        dtype = example.dtype
        return lambda cotangent: np.asarray(cotangent, dtype)
    if isinstance(example, np.generic):
        return type(example)
    return float
