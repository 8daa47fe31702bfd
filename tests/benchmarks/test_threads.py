"""The benchmark of loops on threads, on small data."""

from __future__ import annotations

import pytest

from benchmarks import tables
from benchmarks.threads import CASES, Row, measure


@pytest.mark.jit
def test_a_row_is_measured_in_a_process_of_its_own(tmp_path):
    (case, _) = CASES[-1]
    rows = measure(tmp_path, case.name, quick=True)
    assert [row.style for row in rows] == list(case.styles)
    assert all(isinstance(row, Row) and row.same and row.several > 0.0 for row in rows)


def test_what_misses_the_aim_is_bold():
    good, bad = (Row("f", "loops", 2.0, 2.1, several, True) for several in (1.0, 1.5))
    text = tables.threads([good, bad, ("g, loops", "why")])
    assert "| 2.00 | yes |" in text and "| **1.33** | yes |" in text
    assert text.endswith("**failed: g, loops**: why")
