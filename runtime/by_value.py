"""Functions as bytes that hold their code: for processes that cannot import them by name."""

from __future__ import annotations

import pickle
from types import FunctionType

from numba.core import serialize


def dumps(function: FunctionType) -> bytes:
    """A function of ``__main__``, of a notebook or inside another function, with what it reads.

    Raises what ``pickle`` raises where something that it reads cannot be pickled.
    """
    content: bytes = serialize.dumps(function)
    return content


def loads(content: bytes) -> FunctionType:
    """A new function from such bytes."""
    function: FunctionType = pickle.loads(content)
    return function
