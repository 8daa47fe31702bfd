"""Pickles of differentiable objects, for the processes of joblib, loky and multiprocessing.

What a module holds under its name is pickled as that name.  Functions that another process does
not find so (those of ``__main__`` and of notebooks, closures, lambdas) are carried: code, values
that they read, and the text of their file, without which nothing can be derived.
"""

from __future__ import annotations

import functools
import importlib
import linecache
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

MAIN = ("__main__", "__mp_main__")


@dataclass(frozen=True)
class Carried:
    """A function by value: where it was, its bytes, and the text of its file."""

    module: str
    qualname: str
    content: bytes
    file: str
    text: str


def found(module: str, qualname: str) -> Any:
    """The object that a module holds under a name, or None."""
    try:
        thing: Any = importlib.import_module(module)
        for name in qualname.split("."):
            thing = getattr(thing, name)
    except (ImportError, AttributeError, ValueError):
        return None
    return thing


def has_name(thing: Any) -> bool:
    """Whether every process finds an object by the name that it says of itself."""
    module, name = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
    return module not in MAIN and bool(name) and found(module, name) is thing


def carry(function: Callable[..., Any]) -> Any:
    """What stands for a function in a pickle.

    Raises PicklingError for one that reads itself under a name that it does not have elsewhere.
    """
    if not isinstance(function, FunctionType) or has_name(function):
        return function
    if function in _carried_now.functions:
        raise pickle.PicklingError(
            f"`{function.__qualname__}` calls itself: put it into a module that other processes "
            "can import"
        )
    from adgen.runtime import by_value

    _carried_now.functions.add(function)
    try:
        content = by_value.dumps(function)
    finally:
        _carried_now.functions.discard(function)
    file = function.__code__.co_filename
    text = "".join(linecache.getlines(file, function.__globals__))
    return Carried(function.__module__ or "", function.__qualname__, content, file, text)


def function_of(carried: Any) -> Callable[..., Any]:
    """The function that ``carry`` was given: the one of this process, if it has it."""
    if not isinstance(carried, Carried):
        given: Callable[..., Any] = carried
        return given
    return _loaded(carried)


@functools.lru_cache(maxsize=256)
def _loaded(carried: Carried) -> FunctionType:
    """One function for equal pickles: what is compiled of it is kept with it."""
    from adgen.runtime import by_value

    there = found(carried.module, carried.qualname)
    there = getattr(there, "py_func", there)
    made = by_value.loads(carried.content)
    if isinstance(there, FunctionType) and _is_the_same(there, made):
        return there
    if carried.text and not linecache.getlines(carried.file):
        lines = carried.text.splitlines(keepends=True)
        linecache.cache[carried.file] = (len(carried.text), None, lines, carried.file)
    return made


def _is_the_same(there: FunctionType, made: FunctionType) -> bool:
    """Whether a function of this process is the one that was pickled, but for its globals."""
    parts = [(f.__code__, f.__defaults__, f.__kwdefaults__) for f in (there, made)]
    try:
        return made.__closure__ is None and bool(parts[0] == parts[1])
    except ValueError:  # defaults that are arrays
        return False


class _CarriedNow(threading.local):
    """The functions that this thread is pickling."""

    def __init__(self) -> None:
        self.functions: set[FunctionType] = set()


_carried_now = _CarriedNow()
