"""What commands print: source, tables, JSON; coloured on a terminal, plain in a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """The head of a column; numbers stand to the right."""

    title: str
    number: bool = False


def emit(text: str) -> None:
    """Write Python source to standard output."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.syntax import Syntax

        code = Syntax(text, "python", background_color="default", word_wrap=True)
        Console().print(code)
    else:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()


def terminal_width() -> int:
    """Columns of the terminal; 0 in a pipe, where nothing is to be cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, columns in a pipe; columns that are empty throughout are left out."""
    kept = [k for k in range(len(columns)) if any(row[k] for row in rows)]
    heads = [columns[k] for k in kept]
    cells = [[row[k] for k in kept] for row in rows]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table()
        for head in heads:
            table.add_column(head.title, justify="right" if head.number else "left")
        for row in cells:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)] if cells else []
    titled = any(head.number for head in heads)
    if titled:
        widths = [max(w, len(head.title)) for w, head in zip(widths, heads, strict=True)]
        cells = [[head.title for head in heads], *cells]
    for row in cells:
        aligned = [
            cell.rjust(width) if head.number else cell.ljust(width)
            for cell, width, head in zip(row, widths, heads, strict=True)
        ]
        print("  ".join(aligned).rstrip())


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """What functions of the user's print meanwhile is not printed: they are called many times."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def print_json(document: Any) -> None:
    """One JSON document; numbers that are not finite are null, as JSON has none."""
    print(json.dumps(_finite(document), indent=2, ensure_ascii=True))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return None
    return value
