"""``adgen cache``: what generated code and machine code take on disk."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adgen.cli import options
from adgen.cli.output import Column, print_json, print_table
from adgen.runtime.cache_directory import cache_directory
from adgen.transpiler.errors import AdgenError

# Only files of these names are adgen's: the folder may be one that the user keeps others in.
_GENERATED = re.compile(r"adgen_(?P<function>\w+)_[0-9a-f]{24}\.py")
_DERIVED = re.compile(r"[0-9a-f]{24}\.derived")
_MACHINE = re.compile(r"adgen_(?P<function>\w+?)_[0-9a-f]{24}\..*\.(code|nbi|nbc|pyc)")
COLUMNS = (
    Column("function"), Column("kind"), Column("bytes", True), Column("last used"), Column("file"),
)  # fmt: skip


class Action(StrEnum):
    """What to do with the cache."""

    size = "size"
    list = "list"
    clear = "clear"


@dataclass(frozen=True)
class Kept:
    """One file of the cache."""

    path: Path
    kind: str
    function: str
    size: int
    used: float


def command(
    action: Annotated[Action, typer.Argument(help="size, list or clear.")] = Action.size,
    json: options.Json = False,
) -> None:
    """Say how much the cache on disk takes, list what is in it, or empty it.

    ADGEN_CACHE_DIR names another folder.  Only files that adgen has written are counted and
    deleted.
    """
    try:
        folder = cache_directory()
    except RuntimeError as error:
        raise AdgenError(f"there is no cache: {error}", hint="set ADGEN_CACHE_DIR") from error
    files = sorted(kept_in(folder), key=lambda kept: -kept.used)
    if action is Action.list:
        _list(files, json)
        return
    removed = [kept for kept in files if _remove(kept.path)] if action is Action.clear else files
    total = sum(kept.size for kept in removed)
    if json:
        print_json({"folder": str(folder), "files": len(removed), "bytes": total})
    else:
        word = "removed" if action is Action.clear else "in"
        count = f"{len(removed)} file{'' if len(removed) == 1 else 's'}"
        print(f"{count}, {in_units(total)} {word} {'from ' * (word == 'removed')}{folder}")


def kept_in(folder: Path) -> Iterator[Kept]:
    """The files of adgen in a folder and its folder of machine code."""
    kinds = (
        (folder, _GENERATED, "source"),
        (folder, _DERIVED, "derivation"),
        (folder / "__pycache__", _MACHINE, "machine code"),
    )
    for place, pattern, kind in kinds:
        for path in _files(place):
            match = pattern.fullmatch(path.name)
            if match is None:
                continue
            with contextlib.suppress(OSError):  # deleted by another process meanwhile
                facts = path.stat()
                used = max(facts.st_atime, facts.st_mtime)
                function = match.groupdict().get("function", "")
                yield Kept(path, kind, function, facts.st_size, used)


def in_units(count: float) -> str:
    """``1.5 MB``: a number of bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("unreachable")


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    except OSError:
        return []


def _list(files: list[Kept], json: bool) -> None:
    if json:
        print_json(
            [
                {"function": k.function, "kind": k.kind, "bytes": k.size, "file": str(k.path)}
                for k in files
            ]
        )
        return
    rows = [
        (k.function, k.kind, str(k.size), time.strftime("%Y-%m-%d", time.localtime(k.used)),
         k.path.name)
        for k in files
    ]  # fmt: skip
    print_table(COLUMNS, rows)


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
