"""The programs of the report: their values and gradients, and in turns the rest of what it says."""

from __future__ import annotations

import pytest

from tests.coverage import autograd_names
from tests.coverage.cases import CASES, Case, named
from tests.coverage.checks import CHECKS, failure

PAIRS = [(name, case) for name, cases in CASES.items() for case in cases]
REST = ("value", "JVP", "2nd", "f32")
COMPILED = [
    "np.quantile", "np.var", "np.insert", "np.select", "np.pad", "np.put_along_axis", "np.block",
    "np.linalg.norm", "linalg.solve_triangular", "special.logsumexp", "stats.gamma.logpdf",
]  # fmt: skip


@pytest.mark.parametrize(("name", "case"), PAIRS, ids=str)
def test_value_and_gradient(name: str, case: Case) -> None:
    assert failure(case, CHECKS["VJP"]) == ""


@pytest.mark.parametrize("number", range(len(CASES)))
def test_other_columns(number: int) -> None:
    column, cases = REST[number % len(REST)], list(CASES.values())[number]
    assert failure(cases[number // len(REST) % len(cases)], CHECKS[column]) == ""


@pytest.mark.jit
@pytest.mark.parametrize("name", COMPILED)
def test_compiled(name: str) -> None:
    assert failure(CASES[name][-1], CHECKS["Numba"]) == ""


def test_all_of_autograd_have_programs() -> None:
    without = [name for name in autograd_names.recorded() if len(named(name)) < 3]
    assert not without


def test_the_list_is_that_of_autograd() -> None:
    pytest.importorskip("autograd")
    assert autograd_names.recorded() == autograd_names.installed()
