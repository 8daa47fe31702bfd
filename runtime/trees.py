"""Nested tuples of arguments and results, and the flat leaves that generated code takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

LEAF = None

Tree = Any  # LEAF, or a tuple of trees


def structure_of(value: Any) -> Tree:
    """How a value nests: LEAF, or a tuple of structures."""
    return tuple(structure_of(part) for part in value) if isinstance(value, tuple) else LEAF


def count(tree: Tree) -> int:
    """Number of leaves."""
    return 1 if tree is LEAF else sum(count(part) for part in tree)


def leaves(value: Any) -> Iterator[Any]:
    """The leaves of a nested tuple from left to right."""
    if isinstance(value, tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield value


def build(tree: Tree, flat: Sequence[Any]) -> Any:
    """The value with this structure whose leaves are ``flat``.

    >>> build((LEAF, (LEAF, LEAF)), [1, 2, 3])
    (1, (2, 3))
    """
    rest = iter(flat)
    return _build(tree, rest)


def _build(tree: Tree, rest: Iterator[Any]) -> Any:
    return next(rest) if tree is LEAF else tuple(_build(part, rest) for part in tree)


def flattener(expressions: Sequence[str]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function that picks leaves out of a tuple of arguments.

    ``expressions`` are what follows the tuple: ``["[0]", "[1][0]", "[1][1]"]``.
    """
    body = "".join(f"args{expression}, " for expression in expressions)
    made: Callable[[tuple[Any, ...]], tuple[Any, ...]] = eval(f"lambda args: ({body})")
    return made


def paths(tree: Tree, prefix: str = "") -> Iterator[str]:
    """Subscripts that lead to each leaf.

    >>> list(paths((LEAF, (LEAF, LEAF))))
    ['[0]', '[1][0]', '[1][1]']
    """
    if tree is LEAF:
        yield prefix
    else:
        for number, part in enumerate(tree):
            yield from paths(part, f"{prefix}[{number}]")
