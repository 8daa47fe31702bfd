"""Options that several commands share, with what the shell may complete."""

from __future__ import annotations

from typing import Annotated

import typer

from adgen.cli import completion

Target = Annotated[
    str,
    typer.Argument(
        metavar="FILE[::FUNCTION]",
        autocompletion=completion.targets,
        help="Without FUNCTION: those decorated with @differentiate, or all if none is.",
    ),
]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE[::FUNCTION]",
        autocompletion=completion.targets,
        help="A Python file, and a function.",
    ),
]
Wrt = Annotated[
    str,
    typer.Option(
        metavar="NAMES", help="Parameters to differentiate by: names or positions, with commas."
    ),
]
Args = Annotated[
    str,
    typer.Option(metavar="TYPES", help='Types of arguments, as in "w: f8[:], X: f8[:, :], n: i8".'),
]
Inputs = Annotated[
    str,
    typer.Option(
        metavar="VALUES",
        help='Values of arguments, as in "w=np.ones(3), n=4"; the others are drawn at random.',
    ),
]
Stage = Annotated[
    str,
    typer.Option(
        metavar="STAGE",
        autocompletion=completion.stages,
        help="array (what people read), numba (what Numba is given), all, or one of "
        "source, lowered, optimised, derivative, loops.",
    ),
]
Run = Annotated[
    bool,
    typer.Option("--run", help="Execute the file, so that functions see what it computes."),
]
Json = Annotated[bool, typer.Option("--json", help="For scripts: one JSON document.")]
Seconds = Annotated[
    int,
    typer.Option(min=1, metavar="SECONDS", help="Processor time that reading the file may take."),
]
SecondsEach = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="SECONDS",
        help="Processor time that the file may take, and each of its functions.",
    ),
]
