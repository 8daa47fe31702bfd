"""Exceptions of generated code, with a note of the line of the user's that they come from.

Whatever runs, CPython or machine code, the traceback names a line of the generated module.  Which
lines of the user's that one is made from is found when it is first asked for, by writing the
module once more: no compilation has to wait for it.
"""

from __future__ import annotations

import contextlib
import linecache
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any

from adgen.transpiler.errors import AdgenError

if TYPE_CHECKING:
    from adgen.transpiler.emit.origins import Lines, Place


@dataclass(frozen=True)
class Written:
    """A generated module: the function that it derives from, its file, where its lines are from.

    ``file`` is the last part of the path: machine code that is kept may have been moved with it.
    """

    function: str
    file: str
    lines: Callable[[], Lines]

    @cached_property
    def places(self) -> Mapping[int, Sequence[Place]]:
        """For lines of the module, the files and lines of the user's that they come from."""
        return {number: sorted(places) for number, places in self.lines().items()}


def file_of(function: Callable[..., Any]) -> str:
    """The name of the file of a generated function, be it compiled or not."""
    plain = getattr(function, "py_func", function)
    return PurePath(plain.__code__.co_filename).name


def explain(error: Exception, written: Written | None, trace: TracebackType | None = None) -> None:
    """Add a note to an exception that a function of a generated module has raised.

    ``trace``: where that was, if not where ``error`` itself has come by.  An AdgenError says its
    place, and an exception from elsewhere has none here: these are left as they are.
    """
    if written is None or isinstance(error, AdgenError):
        return
    number = _last_line(trace or error.__traceback__, written.file)
    if number is None:
        return
    places: Sequence[Place] = ()
    with contextlib.suppress(Exception):  # the exception is what matters, whatever this finds
        places = written.places.get(number, ())
    if not places:
        return
    note = "\n".join([f"This comes from the source of `{written.function}`:", *_rows(places)])
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _rows(places: Sequence[Place]) -> list[str]:
    """The places as a traceback has them, which editors make links of."""
    rows = []
    for file, line in places:
        text = linecache.getline(file, line).strip()
        rows += [f'  File "{file}", line {line}', *([f"    {text}"] if text else [])]
    return rows


def _last_line(trace: TracebackType | None, file: str) -> int | None:
    """The line of the file that was run last."""
    found = None
    for frame, line in traceback.walk_tb(trace):
        if PurePath(frame.f_code.co_filename).name == file:
            found = line
    return found
