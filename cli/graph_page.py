"""The data flow of a function as a drawing in HTML."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.cli.graph import PAD, Box, Edge, Graph
from adgen.pages import text

LEGEND = (
    '<p><span class="swatch"></span> active: varies with what is differentiated by. '
    '<span class="faint">The rest is computed once and has no adjoint.</span></p>\n'
)


def drawing(found: Graph | None, lines: Mapping[int, str]) -> str:
    """The drawing; ``lines``: the user's, which a box tells when it is pointed at."""
    if found is None:
        return '<p class="faint">This function has too many operations to be drawn.</p>\n'
    edges = "".join(map(_edge, found.edges))
    boxes = "".join(_box(box, lines) for box in found.boxes)
    return (
        f'{LEGEND}<div class="graph" tabindex="0"><svg role="img" '
        f'aria-label="data flow" width="{found.width:.0f}" height="{found.height:.0f}">\n'
        f"{edges}{boxes}</svg></div>\n"
    )


def _edge(edge: Edge) -> str:
    x, y = edge.start.x + edge.start.width / 2, edge.start.y + edge.start.height
    u, v = edge.end.x + edge.end.width / 2, edge.end.y
    bend = max(12.0, abs(v - y) / 2)
    kind = ' class="varied"' if edge.varied else ""
    path = f"M{x:.1f} {y:.1f}C{x:.1f} {y + bend:.1f} {u:.1f} {v - bend:.1f} {u:.1f} {v:.1f}"
    return f'<path{kind} d="{path}"/>\n'


def _box(box: Box, lines: Mapping[int, str]) -> str:
    place = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    label = (
        f'<text x="{box.x + PAD:.1f}" y="{box.y + 17:.1f}">{text(box.label)}</text>'
        if box.label
        else ""
    )
    told = f"line {box.line}: {lines[box.line].strip()}" if box.line in lines else ""
    title = f"<title>{text(told)}</title>" if told else ""
    kind = "region" if box.region else "op"
    varied = " varied" if box.varied else ""
    inner = "".join(_box(part, lines) for part in box.inner)
    return f'<g class="{kind}{varied}">{title}<rect rx="4" {place}/>{label}{inner}</g>\n'
