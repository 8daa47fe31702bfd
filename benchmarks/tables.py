"""Markdown tables of what was measured; what misses its aim is bold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan

from benchmarks import checkpoints as checkpoints_of
from benchmarks import derivatives as derivatives_of
from benchmarks import first_gradients as first_gradients_of
from benchmarks import seeds, structure
from benchmarks import surface as surface_of
from benchmarks import threads as threads_of
from benchmarks.ablations import Outcome
from benchmarks.compile_time import Comparison
from benchmarks.gradients import BY_HAND, VECTOR, Row
from benchmarks.inside_loops import Inside
from benchmarks.memory import Use
from benchmarks.overheads import Overhead
from benchmarks.peers import PEERS
from benchmarks.plots import TITLES
from benchmarks.scaling import Curves
from benchmarks.timing import readable
from benchmarks.warm_start import Start

AIM_HANDWRITTEN, AIM_PRIMAL, AIM_PEER = 1.15, 3.0, 1.0
AIM_JAX, AIM_NUMBA = 2.0, 0.2
AIM_CALL = 1.5


def gradients(rows: Sequence[Row | tuple[str, str]]) -> str:
    """The table of all cases, a line for each style; (name, what went wrong) where one failed."""
    header = ["case", "style", "primal", "gradient", "÷ primal", "by hand", "÷ by hand"]
    header += [f"÷ {peer.title} (its time)" for peer in PEERS.values()] + ["difference"]
    lines: list[list[str]] = []
    for row in rows:
        if isinstance(row, Row):
            lines += [_of_style(row, style) for style in row.styles]
        else:
            lines.append([row[0], f"**failed: {row[1]}**", *[""] * (len(header) - 2)])
    return table(header, lines, texts=2)


def _of_style(row: Row, style: str) -> list[str]:
    line = [row.name, style, readable(row.primals[style].median)]
    if style in row.times:
        line.append(readable(row.times[style].median))
        aim = AIM_PRIMAL if row.scalar and style == "loops" else float("inf")
        line.append(against(row.to_primal(style), aim))
    else:
        line += ["**refused**", ""]
    line.append(_hands(row))
    line.append(against(row.ratio(style, BY_HAND), AIM_HANDWRITTEN) if style in row.times else "")
    for peer in PEERS:
        if peer not in row.times:
            line.append(row.absent.get(peer, ""))
            continue
        seconds = readable(row.times[peer].median) + (" scaled" if peer in row.scaled else "")
        ratio = against(row.ratio(style, peer), AIM_PEER) if style in row.times else ""
        line.append(f"{ratio} ({seconds})")
    return [*line, f"{max(row.differences.values()):.0e}"]


def _hands(row: Row) -> str:
    plain = readable(row.times[BY_HAND].median)
    return f"{plain}, {readable(row.times[VECTOR].median)}" if VECTOR in row.times else plain


def refusals(rows: Sequence[Row | tuple[str, str]]) -> str:
    """What adgen says where it refuses a style."""
    return "\n\n".join(
        f"{row.name}, {style}:\n\n```\n{row.absent[style]}\n```"
        for row in rows
        if isinstance(row, Row)
        for style in row.styles
        if style in row.absent
    )


def inside(rows: Sequence[Inside]) -> str:
    """The table of calls inside a compiled loop."""
    header = "function", "primal", "generated", "by hand", "÷ by hand", "÷ primal"
    return table(
        header,
        (
            (
                row.name,
                *(readable(time.median) for time in (row.primal, row.generated, row.handwritten)),
                against(row.to_handwritten, AIM_HANDWRITTEN),
                against(row.to_primal, AIM_PRIMAL),
            )
            for row in rows
        ),
    )


def programs(rows: Sequence[seeds.Row]) -> str:
    """The table of the programs that Autograd runs too."""
    header = "program", "Autograd", "adgen", "times as fast", "aim"
    return table(
        header,
        (
            (
                row.name,
                readable(row.autograd.median),
                readable(row.generated.median),
                f"{row.ratio:.0f}" if row.ratio >= row.aim else f"**{row.ratio:.0f}**",
                f"≥ {row.aim:.0f}",
            )
            for row in rows
        ),
    )


def nesting(costs: Sequence[structure.Cost]) -> str:
    """The table of what containers cost."""
    return table(
        ("", "containers", "the other", "ratio", "aim"),
        (
            (
                cost.name,
                readable(cost.nested.median),
                readable(cost.flat.median),
                against(cost.ratio, cost.aim),
                f"≤ {cost.aim:g}",
            )
            for cost in costs
        ),
    )


def ablations(outcomes: Sequence[Outcome]) -> str:
    """The table of optimisations: a line for each, a column for each case."""
    header = ["without", *(outcome.case for outcome in outcomes)]
    names = sorted({name for outcome in outcomes for name in outcome.without})
    lines = [["(with all)", *(readable(outcome.complete.median) for outcome in outcomes)]]
    for name in names:
        ratios = [outcome.ratio(name) for outcome in outcomes]
        lines.append([name, *("·" if r is None else f"{r:.2f}" for r in ratios)])
    return table(header, lines)


def scaling(curves: Sequence[Curves]) -> str:
    """The table of slopes."""
    header = "case", "side", "slope", "steepest decade", "least n", "greatest n"
    lines = []
    for curve in curves:
        for side in (side for side in TITLES if side in curve.seconds):
            worst, at = curve.worst(side)
            seconds = curve.seconds[side]
            lines.append([
                curve.name.partition(",")[0],
                TITLES[side],
                "" if isnan(curve.slope(side)) else f"{curve.slope(side):.2f}",
                "" if isnan(worst) else f"{worst:.2f}, n = {at}",
                readable(seconds[0]),
                f"{readable(seconds[-1])}, n = {curve.sizes[len(seconds) - 1]}",
            ])  # fmt: skip
    return table(header, lines, texts=2)


def threads(rows: Sequence[threads_of.Row | tuple[str, str]]) -> str:
    """Gradients on threads, and those that failed."""
    measured = [row for row in rows if isinstance(row, threads_of.Row)]
    failed = [
        f"**failed: {row[0]}**: {row[1]}" for row in rows if not isinstance(row, threads_of.Row)
    ]
    lines = [
        (
            row.name,
            row.style,
            readable(row.sequential),
            readable(row.one),
            readable(row.several),
            f"{row.gain:.2f}" if row.gain >= threads_of.AIM else f"**{row.gain:.2f}**",
            "yes" if row.same else "**no**",
        )
        for row in measured
    ]
    header = ("function", "style", "sequential", "one thread", "two", "times as fast", "same")
    return "\n\n".join([table(header, lines, 2), *failed])


def memory(uses: Sequence[Use]) -> str:
    """The table of peaks."""
    header = "case", "style", "arguments", "primal", "gradient", "by hand", "JAX", "foretold"
    return table(
        header,
        (
            (
                use.name,
                use.style,
                *(
                    "–" if count is None else _bytes(count)
                    for count in (
                        use.arguments,
                        use.primal,
                        use.gradient,
                        use.by_hand,
                        use.jax,
                        use.foretold,
                    )  # fmt: skip
                ),
            )
            for use in uses
        ),
        texts=2,
    )


def checkpoints(rows: Sequence[checkpoints_of.Row]) -> str:
    """Loops that store few states, beside the one that stores all."""
    whole = rows[0]
    lines = []
    for row in rows:
        time = row.seconds / whole.seconds
        share = None if row.peak is None or not whole.peak else row.peak / whole.peak
        good = row is whole or share is None or share <= checkpoints_of.MOST_MEMORY
        lines.append(
            (
                row.name,
                f"{row.again:.2f}",
                readable(row.seconds),
                f"{time:.2f}" if time <= checkpoints_of.MOST_TIME else f"**{time:.2f}**",
                "–" if row.peak is None else _bytes(row.peak),
                "–" if share is None else f"{share:.3%}" if good else f"**{share:.3%}**",
                _bytes(row.foretold),
                "yes" if row.same else "**no**",
            )
        )
    header = ("stored", "again", "time", "over all", "peak", "over all", "foretold", "same")
    return table(header, lines, 1)


def _bytes(count: int) -> str:
    return f"{count / 1e6:.3g} MB" if count >= 1e5 else f"{count / 1e3:.3g} kB"


def overheads(calls: Sequence[Overhead]) -> str:
    """The table of what a call costs."""
    return table(
        ("gradient", "adgen", "numba", "÷ numba"),
        (
            (
                call.name,
                readable(call.generated.median),
                readable(call.handwritten.median),
                against(call.generated.median / call.handwritten.median, AIM_CALL),
            )
            for call in calls
        ),
    )


def first_calls(comparison: Comparison) -> str:
    """The table of first calls."""
    names = {"adgen": "adgen", "jax": "JAX", "numba": "Numba, array level"}
    aims = {"jax": AIM_JAX, "numba": AIM_NUMBA}
    header = "", "wall time", "process time", "adgen ÷ this", "in process time", "aim"
    lines = []
    for side, first in comparison.times.items():
        cells = [names[side], readable(first.wall), readable(first.process)]
        if side in aims:
            cells += [against(ratio, aims[side]) for ratio in comparison.ratios(side)]
            cells.append(f"≤ {aims[side]:g}")
        lines.append(cells + [""] * (len(header) - len(cells)))
    return table(header, lines)


def first_gradients(rows: Sequence[first_gradients_of.Row]) -> str:
    """The table of the first gradients of six functions."""
    header = (
        "function", "adgen, wall", "process", "÷ JAX, wall", "process", "passes", "before Numba",
        "statements", "warm",
    )  # fmt: skip
    lines = []
    for row in rows:
        wall, process = row.ratios
        share = f"{100.0 * row.share:.1f} %"
        warm = readable(row.warm.wall)
        lines.append(
            (
                row.name,
                readable(row.adgen.wall),
                readable(row.adgen.process),
                f"{wall:.2f}",
                against(process, first_gradients_of.AIM_JAX),
                share if row.share <= first_gradients_of.AIM_PASSES else f"**{share}**",
                f"{100.0 * row.transpiler / row.adgen.process:.1f} %",
                str(row.statements),
                warm if row.warm.wall <= first_gradients_of.AIM_WARM else f"**{warm}**",
            )
        )
    return table(header, lines)


def warm_starts(starts: Mapping[str, Start]) -> str:
    """The table of cold and warm starts."""
    names = {"loops": "logistic loss, loops", "net": "three-layer net, arrays"}
    return table(
        ("", "cold", "warm", "cold ÷ warm"),
        (
            (names[name], readable(start.cold), readable(start.warm), f"{start.ratio:.1f}")
            for name, start in starts.items()
        ),
    )


def surface(rows: Iterable[surface_of.Row]) -> str:
    """The table of imports, and of functions of the library beside their definitions."""
    return table(
        ("", "adgen", "beside it", "ratio", "aim"),
        (
            (row.name, readable(row.ours), readable(row.other), against(row.ratio, row.aim),
             f"{row.aim:g}")
            for row in rows
        ),
    )  # fmt: skip


def against(ratio: float, aim: float) -> str:
    """A ratio, bold where it is greater than the aim.

    >>> against(1.2, 1.15), against(0.0042, 1.0)
    ('**1.20**', '0.0042')
    """
    text = f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"
    return text if ratio <= aim else f"**{text}**"


def derivatives(rows: Sequence[derivatives_of.Comparison]) -> str:
    """The table of derivatives beyond the gradient."""
    header = "derivative", "against", "its time", "that of adgen", "ratio", "aim"
    lines = (
        (
            row.name, row.against, readable(row.theirs.median), readable(row.ours.median),
            against(row.ratio, row.aim), f"{row.aim:g}",
        )
        for row in rows
    )  # fmt: skip
    return table(header, lines, texts=2)


def table(header: Sequence[str], lines: Iterable[Sequence[str]], texts: int = 1) -> str:
    """A table whose columns behind the first ``texts`` are numbers."""
    rule = ["---"] * texts + ["---:"] * (len(header) - texts)
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, rule, *lines))
