"""``scipy.special``: infinite terms, what is refused, how it is found and compiled."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.special as sp

import adgen
from adgen.transpiler.errors import NotDifferentiable

rng = np.random.default_rng(3)
VECTOR, POSITIVE = rng.normal(size=4), rng.uniform(0.5, 3.0, 4)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_infinite_terms_of_a_sum_of_exponentials() -> None:
    for x in ([-np.inf, 0.5, 1.0], [-np.inf, -np.inf], [np.inf, 1.0]):
        found = adgen.differentiate(lambda x: sp.logsumexp(x), jit=False)(np.array(x))
        assert found == sp.logsumexp(np.array(x))
    slope = adgen.grad(lambda x: sp.logsumexp(x), jit=False)(np.array([-np.inf, 0.5, 1.0]))
    np.testing.assert_allclose(slope, sp.softmax([-np.inf, 0.5, 1.0]))


def test_a_parameter_without_derivative_is_refused() -> None:
    def bessel(v, x):
        return sp.jv(v, x)

    assert adgen.grad(bessel, wrt="x", jit=False)(1.5, 2.0) == pytest.approx(sp.jvp(1.5, 2.0))
    with pytest.raises(NotDifferentiable) as caught:
        adgen.grad(bessel, jit=False)(1.5, 2.0)
    said = "`special.jv` has no derivative by its first argument: the order of a Bessel function is"
    assert said in str(caught.value)
    with pytest.raises(NotDifferentiable, match="no closed form"):
        adgen.jvp(lambda a: sp.hyp1f1(a, 2.0, 0.5), (1.5,), (1.0,), jit=False)
    slope = adgen.grad(adgen.grad(lambda a: sp.gammainc(a, 2.0)), jit=False)
    with pytest.raises(NotDifferentiable, match="a third derivative by parameters of shape"):
        adgen.grad(slope, jit=False)(1.5)


def test_signs() -> None:
    def signed(x):
        return sp.logsumexp(x, b=-2.0, return_sign=True)

    found = adgen.differentiate(signed, jit=False)(VECTOR)
    np.testing.assert_allclose(found, signed(VECTOR), rtol=1e-13)


def test_a_file_that_is_only_read_knows_scipy(tmp_path: Path) -> None:
    file = tmp_path / "shown.py"
    file.write_text(
        "from scipy.special import gammaln\nimport scipy.special as sc\n\n\n"
        "def f(x: float):\n    return gammaln(x) + sc.erf(x)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-m", "adgen", "show", str(file)], capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    assert "from scipy import special" in shown
    assert "special.gammaln(x) + special.erf(x)" in shown and "special.psi(x)" in shown


def test_programs_without_scipy_do_not_load_it() -> None:
    program = (
        "import sys, numpy as np, adgen\n"
        "made = adgen.from_source('f = lambda x: np.sin(x)', {'np': np})\n"
        "adgen.grad(made['f'], jit=False)(1.0)\n"
        "assert 'scipy.special' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.jit
def test_compiled() -> None:
    def loss(a, x):
        total = 0.0
        for i in range(x.shape[0]):
            total += sp.gammaln(a + x[i]) * sp.jv(1, x[i]) + math.lgamma(x[i])
        return total + np.sum(sp.erf(x)) + sp.logsumexp(x) * sp.zeta(2.5, a)

    for dtype in (np.float64, np.float32):
        args = dtype(1.3), POSITIVE.astype(dtype)
        value, slopes = adgen.value_and_grad(loss, wrt=(0, 1))(*args)
        expected, others = adgen.value_and_grad(loss, wrt=(0, 1), jit=False)(*args)
        for one, two in zip((value, *slopes), (expected, *others), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12 if dtype is np.float64 else 1e-5)


_TWICE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, adgen, numba, gammas
print(adgen.grad(gammas.f)(1.5), adgen.grad(gammas.f)(2.5), gammas.inside(1.5))
"""


@pytest.mark.jit
def test_machine_code_on_disk_finds_scipy_again(tmp_path: Path) -> None:
    """Addresses of loops differ from process to process."""
    (tmp_path / "gammas.py").write_text(
        "import adgen, numba\nfrom scipy import special\n\n\n"
        "@adgen.differentiate\ndef f(x):\n    return special.gammaln(x)\n\n\n"
        "@numba.njit(cache=True)\ndef inside(x):\n    return f.grad(x)\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", _TWICE, str(tmp_path)], capture_output=True, text=True,
            check=True, env={**os.environ, "ADGEN_CACHE_DIR": str(tmp_path / "c")},
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert runs[0] == runs[1] == f"{sp.psi(1.5)} {sp.psi(2.5)} {sp.psi(1.5)}\n"
