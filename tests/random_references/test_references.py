"""A short run; the long one is ``python -m tests.random_references``."""

import pytest

from tests.random_programs.checks import Skipped
from tests.random_references.checks import check
from tests.random_references.generate import generate


@pytest.mark.parametrize("block", range(6))
def test_value_and_gradient_are_those_of_python(block):
    for number in range(25 * block, 25 * (block + 1)):
        program = generate(f"ci:{number}")
        try:
            failure = check(program)
        except Skipped:
            continue
        refused = failure is not None and failure.kind == "refusal"
        assert failure is None or refused, f"{failure}\n{program.text}"


def test_most_are_compiled():
    outcomes = []
    for number in range(40):
        try:
            outcomes.append(check(generate(f"share:{number}")))
        except Skipped:
            continue
    assert sum(failure is None for failure in outcomes) > len(outcomes) / 2
