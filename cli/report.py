"""``adgen report``: one page about what is made of the functions of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from adgen import pages
from adgen.cli import limits, options
from adgen.cli.bench import Measured, measurements
from adgen.cli.graph import graph
from adgen.cli.graph_page import drawing
from adgen.cli.memory_page import memory
from adgen.cli.observed import Observed, Step
from adgen.cli.stages_page import stages
from adgen.cli.targets import Asked, LeftOut, done, targets, tell
from adgen.leaves import leaves_of
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.signature import show
from adgen.version import __version__
from adgen.wrt import flat_wrt

KEYS = (
    "Point at a line to see what it became, or where it comes from; click to keep it. "
    "With the keyboard: Tab into a listing, ↑ ↓ along it, ← → to the other side, Enter to keep, "
    "Esc to let go."
)


def command(
    target: options.Target,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT.html", help="The file to write.")
    ],
    wrt: options.Wrt = "",
    args: options.Args = "",
    parallel: Annotated[bool, typer.Option("--parallel", help="With loops on threads.")] = False,
    run: options.Run = False,
    seconds: options.Seconds = limits.SECONDS,
) -> None:
    """Write one page of HTML about the gradients of the functions in FILE; it needs no network.

    Source and gradient side by side, every pass of the compiler with what it changed, the data
    flow, what is stored and what is computed again, times.  Nothing of FILE is executed, unless
    --run says so: then the functions are timed too.
    """
    asked = Asked(target, wrt, args, parallel, run)
    measured: Mapping[str, Measured] = {}
    if run:
        measured = {row.function: row for row in measurements(asked)}
    with limits.running(asked.file, seconds) if run else limits.bounded(seconds):
        text, left = report(asked, measured)
    tell(left)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AdgenError(f"cannot write {output}: {error.strerror}") from error
    print(output)


def report(asked: Asked, measured: Mapping[str, Measured]) -> tuple[str, list[LeftOut]]:
    """The page, and the functions that have no derivative.

    Raises AdgenError for a file, a function or options that do not fit.
    """
    made, left = done(targets(asked), lambda item: Observed(item).run())
    file = Path(asked.file).name
    views = [observed for _, observed in made]
    parts = [
        f"<header><h1>{pages.text(file)}</h1>\n<p class='faint'>{pages.text(KEYS)}</p></header>\n",
        "<main>\n",
        _tabs("functions", [f"f{k}" for k in range(len(views))], [v.view.name for v in views])
        if len(views) > 1
        else "",
        *(
            f'<section id="f{k}" role="tabpanel">\n'
            f"{_function(f'f{k}', one, file, measured.get(one.view.name))}</section>\n"
            for k, one in enumerate(views)
        ),
        _left_out(left),
        f"</main>\n<footer>adgen {__version__}</footer>\n",
    ]
    return pages.page(f"{file}: gradients", parts), left


def _function(key: str, observed: Observed, file: str, measured: Measured | None) -> str:
    lines = dict(observed.view.source)
    item = observed.item
    wrt = flat_wrt(item.source, item.arguments, tuple(leaves_of(item.arguments)), item.positions)
    panels = {
        "Code": pages.view(observed.view, file),
        "For Numba": pages.view(observed.numba, file),
        "Stages": stages(observed),
        "Data flow": drawing(graph(observed.primal, wrt, observed.names), lines),
        "Memory": memory(observed, lines),
        "Times": _times(observed, measured),
    }
    keys = [f"{key}p{k}" for k in range(len(panels))]
    body = "".join(
        f'<div id="{panel}" role="tabpanel">\n{content}</div>\n'
        for panel, content in zip(keys, panels.values(), strict=True)
    )
    return f"{_head(observed)}{_tabs('views', keys, list(panels))}{body}"


def _head(observed: Observed) -> str:
    item = observed.item
    names = list(item.arguments)
    by = ", ".join(names[k] for k in item.positions)
    types = "".join(
        f"<code>{pages.text(f'{name}: {show(kind)}')}</code>"
        f'<span class="faint"> {pages.text(item.origin.get(name, ""))}</span>, '
        for name, kind in item.arguments.items()
    )
    return (
        f"<h2>{pages.text(item.source.name)}, by {pages.text(by)}</h2>\n"
        f"<p>{types.removesuffix(', ')}</p>\n"
    )


def _tabs(label: str, panels: list[str], titles: list[str]) -> str:
    buttons = "".join(
        f'<button role="tab" id="{panel}t" aria-controls="{panel}">{pages.text(title)}</button>\n'
        for panel, title in zip(panels, titles, strict=True)
    )
    return f'<div class="tabs" role="tablist" aria-label="{label}">\n{buttons}</div>\n'


def _times(observed: Observed, measured: Measured | None) -> str:
    rows = list(_phases(observed))
    longest = max([seconds for _, _, seconds in rows], default=1.0)
    cells = []
    for phase, group in groupby(rows, lambda row: row[0]):
        cells.append(f'<tr><td colspan="3">{pages.text(phase)}</td></tr>\n')
        for _, name, seconds in group:
            bar = f'<span class="bar" style="--part: {seconds / longest:.3f}"></span>'
            cells.append(
                f"<tr><td>{pages.text(name)}</td><td>{seconds * 1e3:.2f} ms</td>"
                f"<td>{bar}</td></tr>\n"
            )
    parts = [
        "<h3>compiling, but for Numba</h3>\n",
        f'<table class="phases"><tbody>\n{"".join(cells)}</tbody></table>\n',
    ]
    if measured is not None:
        parts += ["<h3>running</h3>\n", pages.table(("", ""), _running(measured), "numbers")]
    else:
        parts.append('<p class="faint">With --run the functions are executed and timed.</p>\n')
    return "".join(parts)


def _running(measured: Measured) -> list[tuple[str, str]]:
    shapes = ", ".join(f"{name}: {shape}" for name, shape in measured.shapes.items())
    rows = [("arguments", shapes), ("in NumPy, as written", _time(measured.numpy))]
    rows += [("compiled", _time(measured.primal)), ("value and gradient", _time(measured.gradient))]
    rows += [("gradient ÷ compiled", f"{measured.gradient / measured.primal:.2f}")]
    rows += [("compiling the function", _time(measured.compile_primal))]
    rows += [("compiling the gradient", _time(measured.compile_gradient))]
    rows += [("stored between the sweeps", f"{measured.residual_bytes} bytes")]
    return [(pages.text(name), pages.text(value)) for name, value in rows]


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"


def _phases(observed: Observed) -> Iterator[tuple[str, str, float]]:
    """(phase, pass, seconds): passes that run several times in a phase are added up."""
    for phase, group in groupby(observed.steps, lambda step: step.phase):
        steps: list[Step] = list(group)
        for name in dict.fromkeys(step.name for step in steps):
            yield phase, name, sum(step.seconds for step in steps if step.name == name)
        if phase in observed.emission:
            yield phase, "emission", observed.emission[phase]


def _left_out(left: list[LeftOut]) -> str:
    if not left:
        return ""
    rows = [
        (
            f"<code>{pages.text(one.name)}</code>",
            pages.text(one.error.message),
            pages.text(one.error.hint),
        )
        for one in left
    ]
    return f"<h2>left out</h2>\n{pages.table(('function', 'reason', 'what helps'), rows)}"
