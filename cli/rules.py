"""``adgen rules``: the table of what adgen differentiates, for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from adgen.cli import options
from adgen.cli.formulas import formula_of, name_of
from adgen.cli.output import Column, print_json, print_table
from adgen.transpiler import library
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.primitives.kinds import Elementwise, NoDerivative, Unknown
from adgen.transpiler.primitives.table import entries

COLUMNS = (
    Column("function"), Column("derivative"), Column("formula", text=True),
    Column("remark", text=True),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One function as users write it, the kind of its derivative, the formula, a remark."""

    function: str
    derivative: str
    formula: str
    remark: str

    def holds(self, part: str) -> bool:
        """Whether the name, or what is said of the function, has that in it."""
        said = f"{self.function} {self.derivative} {self.formula} {self.remark}"
        return part.lower() in said.lower()


def _names(incomplete: str) -> list[str]:
    return [row.function for row in rows_of_table() if row.function.startswith(incomplete)]


def command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            autocompletion=_names,
            help="Only what has this in its name, or else in formula or remark.",
        ),
    ] = "",
    json: options.Json = False,
) -> None:
    """List the functions that adgen differentiates, with their derivatives.

    A formula says, for each operand, what its tangent t adds to the tangent of the result f;
    element by element it is also what the cotangent t of the result gives the operand.  Of a
    function with several results each has its name.
    """
    rows = list(rows_of_table())
    named = [row for row in rows if name.lower() in row.function.lower()]
    found = named or [row for row in rows if row.holds(name)]
    if not found:
        known = {row.function for row in rows} | {r.function.rpartition(".")[2] for r in rows}
        near = difflib.get_close_matches(name, sorted(known), 3)
        meant = f"; did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else ""
        raise AdgenError(
            f"nothing in the table has `{name}` in its name{meant}",
            hint="a function that is not in the table is differentiated if it is written in Python",
        )
    if json:
        print_json([vars(row) for row in found])
    else:
        print_table(COLUMNS, [(r.function, r.derivative, r.formula, r.remark) for r in found])


def rows_of_table() -> Iterator[Row]:
    """One row per spelling, in the order of the table; the functions of the library last."""
    for entry in entries():
        remark = entry.kind.reason if isinstance(entry.kind, NoDerivative) else entry.doc
        rules = entry.kind.rules if isinstance(entry.kind, Elementwise) else ()
        reasons = dict.fromkeys(rule.reason for rule in rules if isinstance(rule, Unknown))
        remark = "; ".join(filter(None, (remark, *(f"unknown: {reason}" for reason in reasons))))
        if entry.kink:
            chosen = f'; subgradients="{entry.convention}"' if entry.convention else ""
            remark = f"{remark} (at kinks: {entry.kink}{chosen})".strip()
        kind = type(entry.kind).__name__
        yield Row(name_of(entry), kind, formula_of(entry), remark)
    for name in library.names():
        yield Row(name, "Library", "", "written in Python with the functions above")
