"""A sample of ``python -m tests.coverage --inputs``: each function with some kinds of input."""

from __future__ import annotations

from zlib import crc32

import pytest

from tests.coverage.cases import CASES
from tests.coverage.inputs import KINDS
from tests.coverage.outcomes import REFUSES, known, verdict

KINDS_OF_ONE = 3


NAMES = [name for name in CASES if crc32(name.encode()) % 9 == 0]


@pytest.mark.parametrize("name", NAMES)
def test_inputs(name: str) -> None:
    number, cases = crc32(name.encode()) // 3, CASES[name]
    for k in range(KINDS_OF_ONE):
        kind = list(KINDS)[(number + 7 * k) % len(KINDS)]
        case = cases[(number + k) % len(cases)]
        found = verdict(case, kind) or ""
        good = found == "" or found.startswith(REFUSES) or known(name, kind)
        assert good, (str(case), kind, found)
