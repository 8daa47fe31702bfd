"""The page of limitations: its entries, and what happens when they run.

An entry is a block of Python that is refused, the refusal as it is printed, and a block that
works; or, for what CPython refuses as well, the name of the exception.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import adgen

PAGE = Path(__file__).parents[2] / "docs" / "limitations.md"
_ENTRY = re.compile(
    r"^```python\n((?:(?!^```).)*?)^```\n\n^```text\n(.*?)^```\n\n"
    r"(?:^```python\n(.*?)^```$|^CPython raises `(\w+)` too\.$)",
    re.MULTILINE | re.DOTALL,
)
FILE = "page.py"


@dataclass(frozen=True)
class Entry:
    """One refusal of the page; ``line`` is where it stands."""

    line: int
    refused: str
    message: str
    rewrite: str | None
    raised: str | None


def entries() -> Iterator[Entry]:
    """All entries of the page, in order."""
    text = PAGE.read_text(encoding="utf-8")
    for match in _ENTRY.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Entry(line, match[1], match[2].rstrip("\n"), match[3], match[4])


def surroundings() -> dict[str, Any]:
    """What the blocks of the page find, as its beginning says."""
    x = np.array([0.5, -1.0, 2.0, 1.5])
    return {"__name__": "page", "np": np, "adgen": adgen, "x": x}


def arguments(function: Any, known: dict[str, Any]) -> tuple[Any, ...]:
    """An argument for each parameter, by its name."""
    x = known["x"].copy()
    values = {
        "x": x, "A": np.outer(x, x) + np.eye(4), "T": np.arange(24.0).reshape(2, 3, 4), "n": 3,
        "t": 1.5, "p": {"w": x, "b": 0.5},
    }  # fmt: skip
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    required = names[: len(names) - len(function.__defaults__ or ())]
    return tuple(values[name] for name in required)


def run(text: str) -> dict[str, Any]:
    """Run a block; adgen reads the source of its functions through linecache."""
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
    module = ModuleType("page")  # dataclasses look for the module of a class
    sys.modules["page"] = module
    namespace = vars(module)
    namespace.update(surroundings())
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(text, FILE, "exec"), namespace)
    return namespace


def accepted(text: str) -> None:
    """Run a block, and the gradient of the ``f`` that it defines unless it has its own calls."""
    namespace = run(text)
    if "adgen." in text:
        return
    function = namespace["f"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        adgen.grad(function, jit=False)(*arguments(function, namespace))


def refusal(text: str) -> str | None:
    """What is printed where a block is refused; None if it is not."""
    try:
        accepted(text)
    except adgen.UnsupportedError as error:
        return str(error)
    return None


def raised(text: str) -> str | None:
    """The class of the exception that CPython raises for a block; None if it raises none."""
    try:
        namespace = run(text)
        function = namespace["f"]
        with contextlib.redirect_stdout(io.StringIO()):
            function(*arguments(function, namespace))
    except Exception as error:
        return type(error).__name__
    return None


def blessed(text: str) -> str:
    """The page with the refusals as they are printed now."""

    def renewed(match: re.Match[str]) -> str:
        message = refusal(match[1])
        return match[0].replace(match[2], f"{message}\n", 1) if message else match[0]

    return _ENTRY.sub(renewed, text)


def without_entries(text: str) -> str:
    """The rest of the page."""
    return _ENTRY.sub("", text)


def printed() -> list[str]:
    """The messages of all entries, without their places."""
    first = [entry.message.splitlines()[0] for entry in entries()]
    return [line.split(": ", 1)[1] if line.startswith(f"{FILE}:") else line for line in first]
