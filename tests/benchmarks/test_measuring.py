"""Timing, memory, slopes and tables: what the numbers of the benchmarks mean."""

import subprocess
import sys
import time

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import plots, report, sections, tables
from benchmarks.environment import ROOT
from benchmarks.gradients import Row, row_of
from benchmarks.memory import RESET, peak_of
from benchmarks.scaling import Curves
from benchmarks.timing import Timing, interleaved, readable


def test_interleaved_counts_each_side():
    calls = {"fast": 0, "slow": 0}

    def count(side):
        calls[side] += 1
        sum(range(1000 if side == "fast" else 20000))

    times = interleaved(
        {side: lambda side=side: count(side) for side in calls}, rounds=5, sample=1e-4
    )
    assert times["fast"].median < times["slow"].median
    assert all(time.least <= time.median for time in times.values())


def test_a_slow_side_takes_part_in_fewer_rounds():
    calls = 0

    def slow():
        nonlocal calls
        calls += 1
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass

    times = interleaved({"slow": slow}, rounds=41, sample=1e-4, budget=0.1)
    assert calls <= 2 + 6 and times["slow"].median >= 0.02


def test_readable():
    assert [readable(s) for s in (2.0, 3.21e-3, 4.5e-6, 1e-9)] == [
        "2 s",
        "3.21 ms",
        "4.5 µs",
        "1 ns",
    ]


def row(**changed):
    times = {"loops": Timing(2.0, 1.9), "by hand": Timing(1.0, 0.9), "jax": Timing(1.5, 1.4)}
    given = {
        "name": "a case",
        "scalar": True,
        "styles": ("loops",),
        "primals": {"loops": Timing(0.5, 0.5)},
        "times": times,
        "absent": {"torch": "not installed"},
        "differences": {"loops": 1e-15},
        "scaled": ("jax",),
    }
    return Row(**{**given, **changed})


def test_losses_are_bold():
    line = tables.gradients([row()]).splitlines()[-1]
    assert "| **4.00** | 1 s | **2.00** | **1.33** (1.5 s scaled) | not installed |" in line


def test_wins_are_not():
    assert "**" not in tables.gradients([row(times={
        "loops": Timing(1.0, 1.0), "by hand": Timing(1.0, 1.0), "jax": Timing(1.5, 1.5)
    })])  # fmt: skip


def test_what_is_refused_is_said():
    rows = [row(times={"by hand": Timing(1.0, 1.0)}, absent={"loops": "no such thing"})]
    assert "**refused**" in tables.gradients(rows)
    assert tables.refusals(rows) == "a case, loops:\n\n```\nno such thing\n```"


def test_what_fails_is_said():
    assert "**failed: it broke**" in tables.gradients([("a case", "it broke")])


def test_the_better_hand_counts():
    both = {**row().times, "vector": Timing(0.25, 0.25)}
    assert row(times=both).ratio("loops", "by hand") == 8.0


def test_slopes():
    sizes = (100, 316, 1000, 3162, 10000)
    curves = Curves("a case", sizes, {"loops": (1e-6, 1e-4, 3.16e-4, 1e-3, 1e-2)})
    assert curves.slope("loops") == pytest.approx(1.3, abs=0.1)
    worst, at = curves.worst("loops")
    assert worst == pytest.approx(1.5, abs=0.01) and at == 1000


@pytest.mark.skipif(not RESET.exists(), reason="no high-water mark to reset")
def test_peak_of_memory():
    call = "lambda: np.ones(4_000_000).sum() + np.ones(1_000_000).sum()"
    program = (
        "import numpy as np\nfrom benchmarks.memory import peak_of\n"
        f"found = peak_of({call})\nassert 30e6 <= found < 36e6, found"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    assert peak_of(lambda: None) < 4e6


def test_sections_are_those_of_the_command():
    assert tuple(section.name for section in sections.SECTIONS) == command.NAMES


def test_a_section_takes_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "README", tmp_path / "README.md")
    order = ("## One", "## Two")
    report.write("## Two\n\nold", 2.0, order)
    report.write("## One\n\ntext", 1.4, order)
    report.write("## Two\n\nnew", 3.0, order)
    text = report.README.read_text()
    assert text.startswith("# Benchmarks") and "old" not in text
    tail = text[text.index("## One") :]
    assert tail == "## One\n\ntext\n\nMeasured in 1 s.\n\n## Two\n\nnew\n\nMeasured in 3 s.\n"


def test_plots(tmp_path):
    seconds = {"loops": (1e-4, 1e-3), "by hand": (1e-4, 1e-3), "jax": (1e-2,)}
    plots.scaling([Curves("a case", (100, 1000), seconds)], tmp_path / "scaling.png")
    plots.gradients([row()], tmp_path / "gradients.png")
    assert all(0 < path.stat().st_size < 2e5 for path in tmp_path.iterdir())


@pytest.mark.jit
def test_quick_run_of_a_case():
    """What the command does, in the present environment, for the smallest case."""
    given = ["--here", "--quick", "--only", "Rosenbrock", "gradients"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *given], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "| Rosenbrock, n = 10, one call | numpy |" in done.stdout


def test_rows_travel_as_json():
    import json
    from dataclasses import asdict

    assert row_of(json.loads(json.dumps(asdict(row())))) == row()
    assert np.isfinite(row().to_primal("loops"))
