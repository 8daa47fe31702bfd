"""A gradient against finite differences entry by entry, and which entry is worst."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.checking import (
    difference,
    drawing_the_same,
    dual,
    is_float_leaf,
    leaves,
    random_cotangent,
    tolerance_for,
)
from adgen.generator_states import steady
from adgen.structures import access
from adgen.transpiler.ir.trees import built, map_tree, parts_of, tree_of

if TYPE_CHECKING:
    from adgen.differentiable import Differentiable

MOST = 64  # entries of one function; of more, so many are drawn
LEAST_SIZE = 1e-8  # below it a derivative counts as 0


@dataclass(frozen=True)
class Entry:
    """One number of a gradient: ``place`` as one would write it, ``w[2]``."""

    place: str
    found: float
    expected: float


@dataclass(frozen=True)
class Comparison:
    """The entries that were compared, of how many; errors are relative to ``size``."""

    entries: tuple[Entry, ...]
    count: int
    size: float
    tolerance: float

    @property
    def worst(self) -> Entry:
        """The entry with the largest error; one that is nan before all others."""
        return max(self.entries, key=lambda entry: _order(self.error(entry)))

    def error(self, entry: Entry) -> float:
        """The error of an entry, relative to the largest entry."""
        if entry.found == entry.expected:
            return 0.0
        return abs(entry.found - entry.expected) / self.size

    @property
    def right(self) -> bool:
        """Whether every entry is as exact as differences can tell."""
        return self.error(self.worst) <= self.tolerance  # not if it is nan


def compare(
    function: Differentiable, args: tuple[Any, ...], plain: Callable[..., Any]
) -> Comparison:
    """Entries of the pullback of a random cotangent, and differences of ``plain``.

    ``args``: bound to the parameters, by position; ``plain`` is the function that takes them so.
    """
    rng = np.random.default_rng(0)
    names = function._compilations.parameters.names
    positions = function._compilations.parameters.positions(function.wrt)
    (value, pullback), states = drawing_the_same(function, args, function.vjp, *args)
    plain = steady(plain, states)
    cotangent = random_cotangent(rng, value)
    found = pullback(cotangent)
    cotangents = found if function.packed else (found,)
    tolerance = tolerance_for(args)
    places = [
        (position, *place)
        for position, bar in zip(positions, cotangents, strict=True)
        for place in _places(args[position], bar, names[position])
    ]
    chosen = sorted(rng.permutation(len(places))[:MOST])
    seed = dual(cotangent)
    entries = []
    for k in chosen:
        position, place, number, have = places[k]
        tangents = [None] * len(args)
        tangents[position] = _unit(args[position], number)
        slope = difference(plain, args, tuple(tangents), tolerance)
        entries.append(Entry(place, have, float(np.vdot(seed, slope))))
    size = max([abs(entry.expected) for entry in entries], default=0.0)
    size = size if np.isfinite(size) else 0.0
    return Comparison(tuple(entries), len(places), max(size, LEAST_SIZE), tolerance)


def _order(error: float) -> float:
    return np.inf if np.isnan(error) else error


def _places(value: Any, bar: Any, name: str) -> Iterator[tuple[str, int, float]]:
    """(how it is written, which number of the argument it is, the cotangent) of each float.

    A complex number is two: the cotangent of its imaginary part is ``-imag``.
    """
    number = 0
    trees = tree_of(value), tree_of(bar)
    for place, leaf, cotangent in zip(_named(trees[0], name), *map(leaves, trees), strict=True):
        if not is_float_leaf(leaf):
            continue
        for index in np.ndindex(np.shape(leaf)):
            written = f"{place}[{', '.join(map(str, index))}]" if index else place
            entry = np.asarray(cotangent)[index]
            if np.iscomplexobj(leaf):
                yield f"{written}.real", number, float(entry.real)
                yield f"{written}.imag", number + 1, -float(entry.imag)
                number += 2
            else:
                yield written, number, float(entry)
                number += 1


def _named(tree: Any, name: str) -> Iterator[str]:
    """The expressions of all leaves, constants too."""
    parts = parts_of(tree)
    if parts is None:
        yield name
        return
    for number, part in enumerate(parts):
        yield from _named(part, name + access(tree, number))


def _unit(value: Any, number: int) -> Any:
    """A tangent that is 1 at one number of an argument, counted over all its floats."""
    start = 0

    def leaf(part: Any) -> Any:
        nonlocal start
        if not is_float_leaf(part):
            return None
        tangent = np.zeros(np.size(part) * (2 if np.iscomplexobj(part) else 1))
        if start <= number < start + tangent.size:
            tangent[number - start] = 1.0
        start += tangent.size
        if np.iscomplexobj(part):
            tangent = tangent.view(np.complex128)
        return tangent.reshape(np.shape(part))[()]

    return built(map_tree(leaf, tree_of(value)))
