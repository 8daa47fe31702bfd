"""The plots: time against size, and every side beside the hand-written adjoint."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.gradients import BY_HAND, Row
from benchmarks.peers import PEERS
from benchmarks.scaling import Curves

FOLDER = Path(__file__).parent / "plots"
SCALING, GRADIENTS = FOLDER / "scaling.png", FOLDER / "gradients.png"
TITLES: Mapping[str, str] = {
    "loops": "adgen, loops",
    "numpy": "adgen, NumPy",
    BY_HAND: "by hand, Numba",
    **{name: peer.title for name, peer in PEERS.items()},
}
_COLOURS = {
    "loops": "#c1121f",
    "numpy": "#f77f00",
    BY_HAND: "black",
    "jax": "#0077b6",
    "torch": "#7b2cbf",
    "autograd": "#2a9d8f",
}


def scaling(curves: Sequence[Curves], path: Path = SCALING) -> None:
    """One picture on log axes for each case; a dotted line of slope one beside."""
    columns = 3
    figure, axes = _figure(math.ceil(len(curves) / columns), columns)
    for place, curve in zip(axes, curves, strict=False):
        for side, seconds in curve.seconds.items():
            place.loglog(
                curve.sizes[: len(seconds)],
                seconds,
                color=_COLOURS[side],
                linestyle="--" if side == BY_HAND else "-",
                marker=".",
                linewidth=1,
                label=TITLES[side],
            )
        last = max(seconds[-1] for side, seconds in curve.seconds.items() if side in ("loops",))
        line = [last * n / curve.sizes[-1] for n in curve.sizes]
        place.loglog(curve.sizes, line, color="grey", linestyle=":", linewidth=1, label="slope 1")
        place.set_title(curve.name.partition(",")[0], fontsize=9)
        place.set_xlabel("n", fontsize=8)
        place.set_ylabel("seconds", fontsize=8)
    _save(figure, axes, len(curves), path)


def gradients(rows: Sequence[Row], path: Path = GRADIENTS) -> None:
    """The time of each side over that of the hand-written adjoint, on one log axis."""
    figure, (place, *_) = _figure(1, 1, width=9.0, height=1.0 + 0.45 * len(rows))
    for side, title in TITLES.items():
        points = [
            (row.times[side].median / row.hand().median, len(rows) - k)
            for k, row in enumerate(rows)
            if side in row.times
        ]
        if points:
            place.plot(*zip(*points, strict=True), "o", color=_COLOURS[side], label=title)
    place.set_xscale("log")
    place.set_yticks(range(len(rows), 0, -1), [row.name for row in rows], fontsize=8)
    place.axvline(1.0, color="black", linewidth=0.8)
    place.grid(axis="x", alpha=0.3)
    place.set_xlabel("time of value and gradient ÷ hand-written adjoint")
    place.legend(fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=90)


def _figure(rows: int, columns: int, width: float = 11.0, height: float = 0.0) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height or 3.2 * rows))
    places = figure.subplots(rows, columns, squeeze=False)
    return figure, list(places.flat)


def _save(figure: Any, axes: Sequence[Any], used: int, path: Path) -> None:
    for place in axes[used:]:
        place.set_visible(False)
    handles = {
        label: handle
        for place in axes[:used]
        for handle, label in zip(*place.get_legend_handles_labels(), strict=True)
    }
    for place in axes[:used]:
        place.tick_params(labelsize=7)
    figure.legend(handles.values(), handles.keys(), loc="lower right", fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=80)
