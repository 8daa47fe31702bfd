"""``adgen rules``: the table of primitives, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from adgen.transpiler import library
from adgen.transpiler.primitives.kinds import NoDerivative, Primitive
from adgen.transpiler.primitives.spelling import called, is_special
from adgen.transpiler.primitives.table import entries

COLUMNS = ("function", "derivative", "remark")
Row = tuple[str, str, str]


def listing(part: str) -> None:
    """Print the entries whose name holds ``part``: a table on a terminal, columns in a pipe."""
    rows = [row for row in rows_of_table() if part in row[0]]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table

        table = Table(*COLUMNS)
        for row in rows:
            table.add_row(*row)
        Console().print(table)
        return
    widths = [max([len(row[k]) for row in rows], default=0) for k in range(2)]
    for name, kind, remark in rows:
        print(f"{name:{widths[0]}}  {kind:{widths[1]}}  {remark}".rstrip())


def rows_of_table() -> Iterator[Row]:
    """One row per spelling, in the order of the table; the functions of the library last."""
    for entry in entries():
        remark = entry.kind.reason if isinstance(entry.kind, NoDerivative) else entry.doc
        if entry.kink:
            chosen = f'; subgradients="{entry.convention}"' if entry.convention else ""
            remark = f"{remark} (at kinks: {entry.kink}{chosen})".strip()
        yield _name(entry), type(entry.kind).__name__, remark
    for name in library.names():
        yield name, "Library", "defined in Python by other functions"


def _name(entry: Primitive) -> str:
    """How users spell it: ``np.sin``, ``math.sin``, ``x + y``."""
    callee: Any = entry.callee
    name = getattr(callee, "__name__", repr(callee))
    module = getattr(callee, "__module__", None) or "numpy"
    if module in ("_operator", "operator"):
        if not entry.symbol:
            return f"operator.{name}"
        return f"{entry.symbol}x" if len(entry.operands) == 1 else f"x {entry.symbol} y"
    if is_special(callee) or entry.shape is not None:
        return called(callee)
    short = {"numpy": "np.", "builtins": "", "math": "math."}
    return f"{short.get(module, f'{module}.')}{name}"
