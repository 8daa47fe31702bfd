"""Speed guarded without a clock: how much work the generated text of twelve programs does.

A change of these numbers is a change of speed: ``ADGEN_BLESS=1 pytest tests/counts`` writes
them anew, and the difference is there to be reviewed.
"""

from pathlib import Path

import pytest

from benchmarks.cases import (
    black_scholes,
    gmm,
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
    (logistic, "loops"),
    (logistic, "numpy"),
    (mlp, "numpy"),
    (black_scholes, "loops"),
    (black_scholes, "numpy"),
    (lotka_volterra, "loops"),
    (lotka_volterra, "numpy"),
    (taylor, "loops"),
    (rosenbrock, "numpy"),
    (heat, "loops"),
    (heat, "numpy"),
    (gmm, "loops"),
]
NAMES = [f"{module.__name__.rpartition('.')[2]}_{style}" for module, style in PROGRAMS]


@pytest.mark.parametrize(("module", "style"), PROGRAMS, ids=NAMES)
def test_counts(request, module, style):
    case = module.CASE
    found = count(case.styles[style], case.wrt, case.data(**case.small))
    text = (
        f"loops: {found.loops}\n"
        f"elements in innermost loops: {found.elements}\n"
        f"calls: {found.calls or 'none'}\n"
        f"allocations: {found.allocations}\n"
        f"bytes: {found.bytes}\n"
    )
    compare(f"{request.node.callspec.id}.txt", text, FOLDER)
