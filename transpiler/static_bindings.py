"""What a file defines that was read without running it: names and their meaning, functions."""

from __future__ import annotations

import builtins
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from adgen.transpiler.errors import SourceNotFound
from adgen.transpiler.source import Source
from adgen.transpiler.surroundings import MISSING


@dataclass(eq=False)
class StaticBindings:
    """What the names of a module mean after its last statement."""

    values: dict[str, object] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def lookup(self, name: str) -> object:
        """The object that a name denotes, or MISSING."""
        if name in self.reasons:
            return MISSING
        return self.values.get(name, getattr(builtins, name, MISSING))

    def reason(self, name: str) -> str:
        """Why the name is MISSING."""
        return self.reasons.get(name, "it is not defined in this file")

    def remedy(self, name: str) -> str:
        """What a user can do about it."""
        if name not in self.reasons:
            return ""
        return "give it as an argument, write it as a constant, or have the file executed: --run"

    def bind(self, name: str, value: object) -> None:
        """Give a name a value."""
        self.values[name] = value
        self.reasons.pop(name, None)

    def hide(self, name: str, reason: str) -> None:
        """Say that a name exists but has no value that can be known."""
        self.values.pop(name, None)
        self.reasons[name] = reason


@dataclass(frozen=True, eq=False)
class StaticFunction:
    """A function of a file that was read; ``options`` are the keywords of ``@differentiate``."""

    source: Source
    decorated: bool
    options: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class StaticModule:
    """All functions of a file, in order of their definition."""

    file: str
    functions: Mapping[str, StaticFunction]

    def choose(self, name: str | None) -> list[StaticFunction]:
        """The named function; without a name the decorated ones, or all if none is.

        Raises SourceNotFound that lists what exists.
        """
        if name is not None:
            if name in self.functions:
                return [self.functions[name]]
            if "." in name:
                raise SourceNotFound(
                    f"there is no function `{name}` in {self.file}",
                    hint="methods are those of an object that the file makes: "
                    "FILE::object.method --run",
                )
            near = difflib.get_close_matches(name, self.functions, 1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise SourceNotFound(
                f"there is no function `{name}` in {self.file}{meant}", hint=self._listing()
            )
        if not self.functions:
            raise SourceNotFound(f"there is no function in {self.file}", hint=self._listing())
        decorated = [function for function in self.functions.values() if function.decorated]
        return decorated or list(self.functions.values())

    def _listing(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.functions)
        return f"the functions there are {names}" if names else "the file defines no functions"
