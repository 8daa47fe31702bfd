"""Options that several commands share, with what the shell may complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from adgen.cli import limits
from adgen.listing import STAGES
from adgen.transpiler.errors import AdgenError


def _targets(incomplete: str) -> Iterator[str]:
    """Python files, and behind ``FILE::`` the functions of that file, which is only read."""
    file, behind, _ = incomplete.partition("::")
    if not behind:
        head = Path(file)
        folder, start = (head, "") if file.endswith("/") else (head.parent, head.name)
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.name.startswith(start) and (path.is_dir() or path.suffix == ".py"):
                yield f"{path.as_posix()}/" if path.is_dir() else path.as_posix()
        return
    from adgen.transpiler.static_module import read_module

    try:
        functions = read_module(file).functions
    except AdgenError:
        return
    yield from (f"{file}::{name}" for name in functions)


def _stages(incomplete: str) -> list[str]:
    return [stage for stage in STAGES if stage.startswith(incomplete)]


Target = Annotated[
    str,
    typer.Argument(
        metavar="FILE[::FUNCTION]",
        autocompletion=_targets,
        help="Without FUNCTION: those decorated with @differentiate, or all if none is.",
    ),
]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE[::FUNCTION]", autocompletion=_targets, help="A Python file, and a function."
    ),
]
Wrt = Annotated[
    str, typer.Option(help="Parameters to differentiate by: names or positions, with commas.")
]
Args = Annotated[
    str, typer.Option(help='Types of arguments, as in "w: f8[:], X: f8[:, :], n: i8".')
]
Inputs = Annotated[
    str,
    typer.Option(help='Values of arguments, as in "w=np.ones(3), n=4"; the others are sampled.'),
]
Stage = Annotated[
    str,
    typer.Option(
        autocompletion=_stages,
        help="array (what people read), numba (what Numba is given), all, or one of "
        "source, lowered, optimised, derivative, loops.",
    ),
]
Run = Annotated[
    bool,
    typer.Option("--run", help="Execute the file, so that functions see what it computes."),
]
Json = Annotated[bool, typer.Option("--json", help="For scripts: one JSON document.")]
Seconds = Annotated[int, typer.Option(min=1, help="Processor time that reading the file may take.")]
SECONDS = limits.SECONDS
