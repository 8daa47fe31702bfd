"""The states of random generators: taken before a call, so that it can be made once more.

A call whose guess has failed is made again, a check calls a function many times, and each time
the numbers are to be those of one call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from adgen.runtime.streams import Stream
from adgen.transpiler.ir.trees import parts_of, tree_of
from adgen.transpiler.ir.types import is_generator


class States:
    """The states of generators, and of that of the process, as they are now."""

    def __init__(self, generators: Iterable[Any]) -> None:
        self._states = [(owner, _state(owner)) for owner in generators]
        self._process = np.random.get_state()

    def restore(self) -> None:
        """Let the generators be as they were."""
        for owner, state in self._states:
            _set_state(owner, state)
        np.random.set_state(self._process)


def _state(owner: Any) -> Any:
    if isinstance(owner, np.random.Generator):
        return owner.bit_generator.state
    return owner.get_state()


def _set_state(owner: Any, state: Any) -> None:
    if isinstance(owner, np.random.Generator):
        owner.bit_generator.state = state
    else:
        owner.set_state(state)


def generators_in(value: Any) -> Iterator[Any]:
    """The generators in a nested value."""
    yield from _in_tree(tree_of(value))


def _in_tree(tree: Any) -> Iterator[Any]:
    for part in parts_of(tree) or ():
        yield from _in_tree(part)
    if isinstance(tree, Stream):
        yield tree.generator
    elif is_generator(tree):
        yield tree


def undone(function: Callable[..., Any], failed: Callable[[Exception], bool]) -> Callable[..., Any]:
    """The function of flat arguments; where it has failed so, nothing has been drawn."""

    @functools.wraps(function)
    def run(*flat: Any) -> Any:
        before = States(generators_in(flat))
        try:
            return function(*flat)
        except Exception as error:
            if failed(error):
                before.restore()
            raise

    return run


def steady(function: Callable[..., Any], states: States) -> Callable[..., Any]:
    """The function, whose every call draws the same and leaves the generators as they were."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        states.restore()
        try:
            return function(*args, **kwargs)
        finally:
            states.restore()

    return run
