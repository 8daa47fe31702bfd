"""What commands print: source, tables, JSON; coloured on a terminal, plain in a pipe."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.visible import visible

FOLDED = 24  # columns that text has at least


@dataclass(frozen=True)
class Column:
    """The head of a column; numbers stand to the right, text may be folded."""

    title: str
    number: bool = False
    text: bool = False


# Colours that terminals name themselves: readable whatever the background is.
COLOURS = {
    "Comment": "bright_black",
    "Keyword": "magenta",
    "Operator.Word": "magenta",
    "Literal.String": "green",
    "Literal.Number": "cyan",
    "Name.Function": "bold",
}


def speak_utf8() -> None:
    """Have pipes and files get UTF-8, as Python source is read; terminals what they can show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def emit(text: str) -> None:
    """Write Python source to standard output; long lines are left to the terminal to wrap."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.style import Style
        from rich.syntax import ANSI_LIGHT, ANSISyntaxTheme, Syntax

        kinds = {str(token): token for token in ANSI_LIGHT}
        styles = {kinds[f"Token.{kind}"]: Style.parse(c) for kind, c in COLOURS.items()}
        code = Syntax("", "python", theme=ANSISyntaxTheme(styles), background_color="default")
        Console().print(code.highlight(visible(text)), soft_wrap=True, end="")
    else:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()


def terminal_width() -> int:
    """Columns of the terminal; 0 in a pipe, where nothing is to be cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, columns in a pipe; columns that are empty throughout are left out.

    On a terminal that is too narrow for the table each cell has a line of its own.
    """
    kept = [k for k in range(len(columns)) if any(row[k] for row in rows)]
    heads = [columns[k] for k in kept]
    cells = [[visible(row[k]) for k in kept] for row in rows]
    widths = [
        max([len(head.title), *(len(row[k]) for row in cells)]) for k, head in enumerate(heads)
    ]
    if not sys.stdout.isatty():
        _print_columns(heads, cells, widths)
    elif _least_width(heads, widths) <= terminal_width():
        _print_rich(heads, cells)
    else:
        _print_records(heads, cells)


def _least_width(heads: Sequence[Column], widths: Sequence[int]) -> int:
    """What a table with frames takes at least, where text is folded."""
    least = (
        min(width, FOLDED) if head.text else width
        for head, width in zip(heads, widths, strict=True)
    )
    return sum(least) + 3 * len(heads) + 1


def _print_rich(heads: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for head in heads:
        side: Any = "right" if head.number else "left"
        table.add_column(head.title, justify=side, no_wrap=not head.text, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)


def _print_records(heads: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
    room = max(len(head.title) for head in heads)
    for row in cells:
        print(row[0])
        for head, cell in zip(heads[1:], row[1:], strict=True):
            if cell:
                print(f"  {head.title:{room}}  {cell}")


def _print_columns(
    heads: Sequence[Column], cells: Sequence[Sequence[str]], widths: Sequence[int]
) -> None:
    if any(head.number for head in heads):
        cells = [[head.title for head in heads], *cells]
    else:
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
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
