"""Trees that nest deeply: room to walk them, and a refusal where even that is not enough.

A sum of a thousand terms, as programs that write programs make them, is a tree of a thousand
levels, and every level takes several calls of Python.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from adgen.transpiler.errors import UnsupportedSyntax

# Calls of Python take no stack of C, but some of what is between them does: this many are safe
# in the eight megabytes that a thread has.
DEEPEST = 15_000

Function = TypeVar("Function", bound=Callable[..., Any])


class _Room:
    """Python's limit raised as long as any thread needs it: it is one for all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._before, DEEPEST))
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                sys.setrecursionlimit(self._before)


ROOM = _Room()  # `with ROOM:` for what reports a RecursionError by itself


def walks_deep(function: Function) -> Function:
    """Give a function of a ``Source``, of a function of the IR, of what has one as its
    ``source``, or of several of these room to recurse.

    Raises UnsupportedSyntax where what it is given is nested more deeply still.
    """

    @functools.wraps(function)
    def with_room(given: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            with ROOM:
                return function(given, *args, **kwargs)
        except RecursionError:
            one: Any = given[0] if isinstance(given, (list, tuple)) else given
            one = getattr(one, "source", one)
            raise UnsupportedSyntax(
                f"`{one.name}` is nested too deeply to be read",
                getattr(one, "header", None) or getattr(one, "span", None),
                hint="give parts of the expressions names: `part = ...`",
            ) from None

    return with_room  # type: ignore[return-value]
