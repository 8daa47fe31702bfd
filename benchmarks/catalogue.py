"""All cases, in the order of the table."""

from __future__ import annotations

from benchmarks import cases
from benchmarks.adbench import problems

CASES = (*cases.CASES, *problems.CASES)
