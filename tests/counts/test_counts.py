"""Speed guarded without a clock: how much work the generated text of seventeen programs does.

A change of these numbers is a change of speed: ``ADGEN_BLESS=1 pytest tests/counts`` writes
them anew, and the difference is there to be reviewed.
"""

from pathlib import Path

import pytest

from benchmarks.adbench import problems
from benchmarks.cases import (
    asian_option,
    black_scholes,
    heat,
    logistic,
    lotka_volterra,
    mlp,
    rosenbrock,
    taylor,
)
from tests.counts.counting import count
from tests.golden import compare

pytestmark = pytest.mark.golden

FOLDER = Path(__file__).parent
PROGRAMS = [
    (logistic.CASE, "loops"),
    (logistic.CASE, "numpy"),
    (mlp.CASE, "numpy"),
    (black_scholes.CASE, "loops"),
    (black_scholes.CASE, "numpy"),
    (lotka_volterra.CASE, "loops"),
    (lotka_volterra.CASE, "numpy"),
    (taylor.CASE, "loops"),
    (rosenbrock.CASE, "numpy"),
    (heat.CASE, "loops"),
    (heat.CASE, "numpy"),
    (asian_option.CASE, "loops"),
    (asian_option.CASE, "numpy"),
    (problems.GMM, "loops"),
    (problems.BA, "numpy"),
    (problems.HAND_SIMPLE, "loops"),
    (problems.HAND_SIMPLE, "numpy"),
]
NAMES = [
    f"{case.styles['loops'].__module__.rpartition('.')[2]}_{style}" for case, style in PROGRAMS
]


@pytest.mark.parametrize(("case", "style"), PROGRAMS, ids=NAMES)
def test_counts(request, case, style):
    found = count(case.styles[style], case.wrt, case.data(**case.small))
    text = (
        f"loops: {found.loops}\n"
        f"elements in innermost loops: {found.elements}\n"
        f"calls: {found.calls or 'none'}\n"
        f"allocations: {found.allocations}\n"
        f"bytes: {found.bytes}\n"
    )
    compare(f"{request.node.callspec.id}.txt", text, FOLDER)
