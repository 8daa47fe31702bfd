"""Results on their way out: in the containers and with the types that Python would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.structures import Make, maker, remaker, taker
from adgen.transpiler.ir import core
from adgen.transpiler.ir.trees import Constant, Node, map_tree, parts_of
from adgen.transpiler.ir.types import PYTHON, Point, Scalar, Static, Type, is_float
from adgen.transpiler.signature import Argument


def value_function(structure: Any, types: Sequence[Type]) -> Make | None:
    """What to do with a value that generated code returns, or None for nothing.

    Numba returns Python numbers; where the function returns NumPy scalars, so do we.
    """
    makers = [_number_maker(kind) for kind in types]
    if structure is core.LEAF:
        return makers[0]
    if not any(makers) and _is_nested_tuple(structure):
        return None
    return remaker(structure, makers)


def maker_of_value(structure: Any, types: Sequence[Type]) -> Make:
    """From the leaves of a value to the value."""
    return maker(structure, [_number_maker(kind) for kind in types])


def tangent_function(structure: Any, types: Sequence[Type]) -> Make | None:
    """The same for a tangent of the value: where that is a constant, None."""
    return value_function(map_tree(_none_if_constant, structure), types)


def _none_if_constant(leaf: Any) -> Any:
    return Constant(None) if isinstance(leaf, Constant) else leaf


def _is_nested_tuple(structure: Any) -> bool:
    """Whether generated code returns a value of this structure as it should be."""
    parts = parts_of(structure)
    if parts is None:
        return structure is core.LEAF
    return not isinstance(structure, Node) and all(map(_is_nested_tuple, parts))


def _number_maker(kind: Type) -> Callable[[Any], Any] | None:
    if not isinstance(kind, Scalar):
        return None
    dtype = kind.dtype
    if isinstance(kind, Point):
        return lambda number: np.asarray(number, dtype)
    if not kind.weak:
        return dtype.type
    return PYTHON[dtype.kind]


def differentiated(argument: Argument) -> Any:
    """The structure of the gradient by an argument: the argument's own, with None for a leaf
    that is no float.
    """
    return map_tree(lambda leaf: leaf if _moves(leaf) else Constant(None), argument)


def _moves(leaf: Any) -> bool:
    return not isinstance(leaf, Static) and is_float(leaf)


def cotangent_function(
    arguments: Sequence[Argument], examples: Sequence[Any], packed: bool
) -> Callable[[tuple[Any, ...]], Any]:
    """How flat cotangents become what ``grad`` returns.

    ``arguments`` and ``examples``: descriptions and values of what is differentiated by; each
    cotangent gets the nesting, dtype and shape of its argument.  ``packed``: a tuple even of one.
    """
    structure = tuple(differentiated(argument) for argument in arguments)
    makers = [_like_maker(leaf) for leaf in taker(structure)(tuple(examples))]
    flat = all(parts_of(part) is None for part in structure)
    if flat and not any(makers):
        return all_cotangents if packed else only_cotangent
    if flat and not packed and makers[0]:
        only = makers[0]
        return lambda cotangents: only(cotangents[0])
    return maker(structure if packed else structure[0], makers)


def all_cotangents(cotangents: tuple[Any, ...]) -> Any:
    """The gradient by several flat arguments, whose cotangents are as they should be."""
    return cotangents


def only_cotangent(cotangents: tuple[Any, ...]) -> Any:
    """The gradient by one flat argument, whose cotangent is as it should be."""
    return cotangents[0]


def _like_maker(example: Any) -> Callable[[Any], Any] | None:
    """What turns a cotangent into the kind of thing that its argument is."""
    if isinstance(example, np.ndarray):
        if example.ndim:
            return None
        dtype = example.dtype
        return lambda cotangent: np.asarray(cotangent, dtype)
    if isinstance(example, np.generic):
        return type(example)
    return complex if isinstance(example, complex) else float
