"""The benchmark of long loops that store few states, on small data."""

from __future__ import annotations

import pytest

from benchmarks import tables
from benchmarks.checkpoints import LOOPS, Row, measure


@pytest.mark.jit
def test_rows_are_measured_in_a_process_of_their_own(tmp_path):
    rows = measure(tmp_path, quick=True)
    assert [row.name for row in rows] == list(LOOPS)
    assert all(row.same and row.seconds > 0.0 for row in rows)
    whole, few = rows[0], rows[1]
    assert few.foretold < 0.05 * whole.foretold and few.again > 1.0


def test_what_misses_an_aim_is_bold():
    whole = Row("every state", 1.0, 1_000_000, 1_000_000, 0.0, True)
    good = Row("few", 3.0, 9_000, 8_000, 4.5, True)
    bad = Row("many", 4.0, 20_000, 8_000, 1.0, False)
    text = tables.checkpoints([whole, good, bad])
    assert "3.00 | 9 kB | 0.900% | 8 kB | yes |" in text
    assert "**4.00** | 20 kB | **2.000%** | 8 kB | **no** |" in text
