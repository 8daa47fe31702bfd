"""A sample of ``python -m tests.coverage --inputs``: each function with some kinds of input."""

from __future__ import annotations

import pytest

from tests.coverage.cases import CASES
from tests.coverage.inputs import KINDS
from tests.coverage.outcomes import REFUSES, verdict

KINDS_OF_ONE = 3


@pytest.mark.parametrize("number", range(0, len(CASES), 2))
def test_inputs(number: int) -> None:
    name, cases = list(CASES.items())[number]
    for k in range(KINDS_OF_ONE):
        kind = list(KINDS)[(number // 2 + 7 * k) % len(KINDS)]
        case = cases[(number + k) % len(cases)]
        found = verdict(case, kind) or ""
        assert found == "" or found.startswith(REFUSES), (name, str(case), kind)
