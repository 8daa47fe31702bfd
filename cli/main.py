"""The entry point ``adgen``: options are read here, work is done elsewhere."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from adgen import __version__
from adgen.cli import rules, show
from adgen.cli.output import emit
from adgen.transpiler.errors import AdgenError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Derivatives of Python functions, as Python source.",
)


def _version(asked: bool) -> None:
    if asked:
        print(f"adgen {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Derivatives of Python functions, as Python source."""


@app.command("show")
def show_command(
    target: Annotated[str, typer.Argument(metavar="FILE[::FUNCTION]")],
    wrt: Annotated[
        str, typer.Option(help="Parameters to differentiate by: names or positions, with commas.")
    ] = "",
    args: Annotated[
        str, typer.Option(help='Types of arguments, as in "w: f8[:], X: f8[:, :], n: i8".')
    ] = "",
    stage: Annotated[
        str,
        typer.Option(
            help="array (what people read), numba (what Numba is given), all, or one of "
            "source, lowered, optimised, derivative, loops."
        ),
    ] = "array",
    parallel: Annotated[
        bool, typer.Option("--parallel", help="With loops on threads; the head says which.")
    ] = False,
) -> None:
    """Print the generated gradients of the functions in FILE, which is read, never executed.

    Without FUNCTION: of those decorated with @differentiate, or of all if none is.
    """
    emit(show.text(target, wrt, args, stage, parallel))


@app.command("rules")
def rules_command(
    name: Annotated[str, typer.Argument(help="Only functions whose name holds this.")] = "",
) -> None:
    """List the functions that adgen differentiates, from its table of primitives."""
    rules.listing(name)


def main() -> None:
    """Run the command line; an error of adgen is a message and exit code 2."""
    try:
        app()
    except AdgenError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # `adgen show f.py | head`: nobody reads on; keep Python from flushing into the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
