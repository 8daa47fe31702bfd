"""How many kinds of arguments are served: the latest are kept, and too many are reported."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from adgen.transpiler.signature import Argument, show
from adgen.transpiler.surroundings import MISSING

if TYPE_CHECKING:
    from adgen.lookups import Fresh

MOST_KEPT = 128
MANY = 16  # compilations of one derivative before a word is said

Value = TypeVar("Value")


class RespecialisationWarning(UserWarning):
    """One function is compiled again and again, for arguments that keep changing their kind."""


class Latest(Generic[Value]):
    """A dictionary of the entries that were used last."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._entries: OrderedDict[Hashable, Value] = OrderedDict()
        self._most = most

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Value | None:
        """The entry, which then counts as used, or None."""
        found = self._entries.get(key)
        if found is not None:
            with contextlib.suppress(KeyError):  # another thread has thrown it out
                self._entries.move_to_end(key)
        return found

    def __setitem__(self, key: Hashable, value: Value) -> None:
        self._entries[key] = value
        with contextlib.suppress(KeyError):
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)


class Respecialisations:
    """Counts the compilations of one function; warns once when they are many."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._counts: dict[Hashable, int] = {}
        self._before: dict[Hashable, Mapping[str, Argument]] = {}
        self._warned = False

    def note(
        self, wanted: Hashable, arguments: Mapping[str, Argument], outdated: Fresh | None
    ) -> None:
        """What is wanted has been compiled for these arguments.

        ``outdated``: what the compilation that it replaces depended on, if it replaces one.
        """
        before = self._before.get(wanted)
        self._before[wanted] = arguments
        self._counts[wanted] = count = self._counts.get(wanted, 0) + 1
        if count < MANY or self._warned or before is None:
            return
        self._warned = True
        reason = _changed_name(outdated) if outdated else _changed_argument(before, arguments)
        warnings.warn(
            f"`{self.name}` has been compiled {count} times; the last time because {reason}. "
            "Each kind of arguments and each value compiled in takes a compilation of its own: "
            "pass what changes often as a number or an array",
            RespecialisationWarning,
            stacklevel=_level_of_caller(),
        )


def _changed_argument(before: Mapping[str, Argument], now: Mapping[str, Argument]) -> str:
    for name, argument in now.items():
        then = before.get(name, argument)
        if then != argument and show(then) != show(argument):
            return f"the argument `{name}` was {show(then)} and is {show(argument)}"
    return "the arguments lie in memory in another way"


def _changed_name(outdated: Fresh) -> str:
    for table, name, then in outdated.names:
        now = table.get(name, MISSING)
        if now is not then:
            return f"`{name}`, which it reads, was {_short(then)} and is {_short(now)}"
    return "a container that it reads holds something else"


def _short(value: object) -> str:
    text = "unbound" if value is MISSING else repr(value)
    return text if len(text) < 40 else f"a {type(value).__name__}"


def _level_of_caller() -> int:
    """How far up the first frame outside of adgen is, as ``warnings.warn`` counts for ``note``."""
    inside = str(Path(__file__).parent)
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename == "<string>" or frame.f_code.co_filename.startswith(inside)
    ):
        level, frame = level + 1, frame.f_back
    return level
