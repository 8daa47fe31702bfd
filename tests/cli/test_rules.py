"""``adgen rules``: searched by name, with formulas."""

from __future__ import annotations

import ast
import math
import re

import numpy as np
import pytest
from scipy import linalg, special

from adgen.cli.formulas import formula_of, name_of
from adgen.cli.rules import rows_of_table
from adgen.runtime import shape_derivatives as by_shape
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Explicit, Linear
from adgen.transpiler.primitives.table import entries
from tests.cli.running import document, invoke, output


def test_formulas_are_those_of_the_table():
    found = {row.function: row.formula for row in rows_of_table()}
    assert found["np.sin"] == "t * np.cos(x)"
    assert found["np.tanh"] == "t * (1 - f * f)"
    assert found["x / y"] == "t / y, -(t / y) * f"


def test_every_rule_has_a_formula_or_says_why_not():
    for row in rows_of_table():
        assert row.formula or row.derivative in ("NoDerivative", "Library") and row.remark, row
        assert not re.search(r"\b_|hidden|ROOT", row.formula), "helpers are written out"
        if "unknown" in row.formula:
            assert "unknown: " in row.remark


NAMES = {"np": np, "math": math, "special": special, "linalg": linalg, **vars(by_shape)}
STEP = 1e-6
WHOLE = [e for e in entries() if isinstance(e.kind, Elementwise) and name_of(e) != "np.nextafter"]


@pytest.mark.parametrize("entry", WHOLE, ids=name_of)
def test_formulas_are_right(entry):
    """Against differences, at a few points of the domain, by each operand."""
    rng = np.random.default_rng(0)
    formulas = parts(formula_of(entry))
    assert len(formulas) == len(entry.operands)
    for _ in range(5):
        point = [drawn(rng, domain) for domain in entry.domain]
        known = {**NAMES, **dict(zip(entry.operands, point)), "f": entry.callee(*point), "t": 1.0}
        for k, formula in enumerate(formulas):
            if formula in ("0", "unknown") or entry.domain[k].integer:
                continue
            above, below = (
                entry.callee(*point[:k], point[k] + h, *point[k + 1 :]) for h in (STEP, -STEP)
            )
            expected = (above - below) / (2 * STEP)
            assert eval(formula, known) == pytest.approx(expected, rel=1e-5, abs=1e-7), formula


def drawn(rng, domain):
    if domain.integer:
        return int(rng.integers(int(domain.low), int(domain.high) + 1))
    x = rng.uniform(domain.low, domain.high)
    return x if all(abs(x - at) > 0.05 for at in domain.avoid) else drawn(rng, domain)


def parts(formula):
    """One formula for each operand."""
    return [ast.unparse(node) for node in ast.parse(f"({formula},)", mode="eval").body.elts]


SYMMETRIC = {"cholesky", "eigh", "eigvalsh"}
TALL = {"svd", "qr", "pinv", "lstsq"}
OTHERS = [e for e in entries() if isinstance(e.kind, (Linear, Bilinear, Explicit))]


@pytest.mark.parametrize("entry", OTHERS, ids=name_of)
def test_formulas_of_matrices_are_right(entry):
    rng = np.random.default_rng(1)
    name = name_of(entry).rpartition(".")[2]
    formula, _, lets = formula_of(entry).partition(" where ")
    shape = (5, 3) if name in TALL else (3, 3)
    operands = [rng.normal(size=shape) for _ in entry.operands]
    if entry.operands == ("a", "n"):
        operands[1] = 4
    elif "special" in name_of(entry) or name == "outer":
        operands = [a[0] for a in operands]
    if name in ("cholesky", "logm", "sqrtm", "solve_triangular"):
        operands[0] = operands[0] @ operands[0].T + 3.0 * np.eye(3)
    if name in ("eig", "eigvals"):
        operands[0] = operands[0] + 1j * rng.normal(size=shape)
    if name == "eigh" and len(operands) > 1:
        operands[1] = operands[1] @ operands[1].T + 3.0 * np.eye(3)
    options = {"full_matrices": False} if name == "svd" else {}

    def call(*given):
        value = entry.callee(*given, **options)
        return value if isinstance(value, tuple) else (value,)

    results = dict(zip(entry.results or ("f",), call(*operands), strict=True))
    v = results.get("v")
    for k, part in enumerate(ast.parse(f"[{formula}]", mode="eval").body.elts):
        t = rng.normal(size=np.shape(operands[k]))
        t = t + t.T if name in SYMMETRIC else t
        known = {**NAMES, **dict(zip(entry.operands, operands)), **results, "t": t}
        for let in re.split(r", (?=\w+ = )", lets) if lets else []:
            let_name, _, text = let.partition(" = ")
            text, diagonal, _ = text.partition(", 0 on its diagonal")
            with np.errstate(all="ignore"):
                known[let_name] = eval(text, known)
            if diagonal:
                np.fill_diagonal(known[let_name], 0.0)
        found = eval(ast.unparse(part), known)
        found = found if isinstance(found, tuple) else (found,)
        above, below = (
            call(*operands[:k], operands[k] + h * t, *operands[k + 1 :]) for h in (STEP, -STEP)
        )
        for value, plus, minus in zip(found, above, below):
            if name == "eigh" and np.ndim(value) == 2:  # their signs are any
                plus, minus = (d * np.sign(np.sum(v * d, axis=0)) for d in (plus, minus))
            expected = (plus - minus) / (2 * STEP)
            if name == "eig" and np.ndim(value) == 2:  # along the vectors, the phase is free
                value, expected = (d - v * np.diag(v.conj().T @ d) for d in (value, expected))
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6)


def test_search_finds_names_before_remarks():
    assert all("tan" in row["function"] for row in document("rules", "tan"))
    assert output("rules", "piecewise")
    assert "np.cumsum" in output("rules", "CUMSUM")


def test_unknown_names_have_near_matches():
    error = invoke("rules", "tanhh").exception
    assert isinstance(error, AdgenError) and "did you mean" in str(error) and "`tanh`" in str(error)
