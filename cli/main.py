"""The entry point ``adgen``: the commands, and what errors mean for the shell."""

from __future__ import annotations

import inspect
import os
import sys
from typing import Annotated

import typer

from adgen import __version__
from adgen.cli import bench, build, cache, check, exits, report, rules, show
from adgen.cli.completion import join_words
from adgen.cli.output import speak_utf8
from adgen.transpiler.errors import AdgenError

HELP = """Derivatives of Python functions, as Python source.

show, build, report and check --static read files and execute nothing of them, unless --run
says so; check and bench execute them.
"""
EPILOG = (
    "Exit codes: 0 done, 1 a check has failed, 2 a file, a function or an option does not fit, "
    "130 interrupted. `adgen COMMAND --help` has the options of a command."
)


def _flowing(text: str) -> str:
    """Paragraphs of one line each: the terminal breaks them, and would keep our breaks too."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in paragraphs)


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=_flowing(HELP),
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"adgen {__version__}")
        raise typer.Exit()


@app.callback(epilog=EPILOG, help=_flowing(HELP))
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Options of ``adgen`` itself."""


for _name, _module in (
    ("show", show),
    ("check", check),
    ("bench", bench),
    ("build", build),
    ("report", report),
    ("rules", rules),
    ("cache", cache),
):
    app.command(_name, help=_flowing(_module.command.__doc__ or ""))(_module.command)


def main() -> None:
    """Run the command line; an error of adgen is a message and exit code 2."""
    speak_utf8()
    join_words()
    try:
        app()
    except AdgenError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(exits.REFUSED)
    except BrokenPipeError:
        # `adgen show f.py | head`: nobody reads on; keep Python from flushing into the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(exits.DONE)
    except KeyboardInterrupt:
        sys.exit(exits.INTERRUPTED)
