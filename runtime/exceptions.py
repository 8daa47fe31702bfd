"""Exceptions of the user's own that generated code raises."""

from __future__ import annotations

import importlib
import weakref
from typing import Any, NoReturn

_registered: weakref.WeakValueDictionary[str, type[BaseException]] = weakref.WeakValueDictionary()


def register(key: str, cls: type[BaseException]) -> None:
    """Let ``key`` stand for a class that cannot be imported; it is not kept alive by this."""
    _registered[key] = cls


def class_named(key: str) -> type[BaseException]:
    """The class that ``module:qualified.name`` stands for at this moment."""
    found = _registered.get(key)
    if found is not None:
        return found
    module, _, path = key.partition(":")
    thing: Any = importlib.import_module(module)
    for name in path.split("."):
        thing = getattr(thing, name)
    cls: type[BaseException] = thing
    return cls


def throw(error: BaseException, *cause: BaseException | None) -> NoReturn:
    """Raise an exception, ``from`` a cause where one is given (None: from None)."""
    if cause:
        raise error from cause[0]
    raise error
