"""``adgen show``: the gradients of functions in a file that is read, not executed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adgen import pages
from adgen.cli import limits, options
from adgen.cli.output import emit, terminal_width
from adgen.cli.targets import Asked, done, targets, tell
from adgen.listing import TEXTS, listing
from adgen.side_by_side import columns, side_by_side
from adgen.transpiler.errors import AdgenError


def text(
    target: str, wrt: str, args: str, stage: str, parallel: bool = False, run: bool = False
) -> str:
    """What ``adgen show`` prints; on standard error, what it leaves out.

    Raises AdgenError for a file, a function or options that do not fit, and for a function
    without derivative.
    """
    asked = Asked(target, wrt, args, parallel, run)
    made, left = done(targets(asked), lambda item: listing([item], stage))
    tell(left)
    if len(made) == 1:
        return made[0][1]
    return listing([item for item, _ in made], stage)


def beside(asked: Asked, stage: str, width: int = 0) -> str:
    """Source and gradient in two columns, of each function."""
    made, left = done(targets(asked), lambda item: side_by_side(item, stage))
    tell(left)
    return "\n".join(columns(view, width) for _, view in made)


def page(asked: Asked, stage: str) -> str:
    """The same as one page of HTML, where lines that belong together light up."""
    made, left = done(targets(asked), lambda item: side_by_side(item, stage))
    tell(left)
    file = Path(asked.file).name
    head = f"<header><h1>{pages.text(file)}</h1></header>\n"
    views = [f"<h2>{pages.text(view.name)}</h2>\n{pages.view(view, file)}" for _, view in made]
    return pages.page(file, [head, "<main>\n", *views, "</main>\n"])


def command(
    target: options.Target,
    wrt: options.Wrt = "",
    args: options.Args = "",
    stage: options.Stage = "array",
    parallel: Annotated[
        bool, typer.Option("--parallel", help="With loops on threads; the head says which.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="The source beside the gradient, line by line.")
    ] = False,
    as_html: Annotated[bool, typer.Option("--html", help="The same as a page of HTML.")] = False,
    run: options.Run = False,
    seconds: options.Seconds = limits.SECONDS,
) -> None:
    """Print the generated gradients of the functions in FILE, which is read, not executed."""
    asked = Asked(target, wrt, args, parallel, run)
    if (diff or as_html) and stage not in TEXTS:
        raise AdgenError(
            f"stage {stage!r} cannot be shown beside the source",
            hint=f"the stages that are modules are {' and '.join(TEXTS)}",
        )
    with limits.running(asked.file, seconds) if run else limits.bounded(seconds):
        if as_html:
            print(page(asked, stage), end="")
        elif diff:
            print(beside(asked, stage, terminal_width()), end="")
        else:
            emit(text(target, wrt, args, stage, parallel, run))
