"""``adgen rules``: searched by name, with formulas."""

from __future__ import annotations

import numpy as np
import pytest

from adgen.cli.rules import rows_of_table
from adgen.transpiler.errors import AdgenError
from tests.cli.running import document, invoke, output


def test_formulas_are_those_of_the_table():
    found = {row.function: row.formula for row in rows_of_table()}
    assert found["np.sin"] == "t * np.cos(x)"
    assert found["np.tanh"] == "t * (1 - f * f)"
    assert found["x / y"] == "t / y, -(t / y) * f"


@pytest.mark.parametrize("name", ["np.sin", "np.tanh", "np.log1p", "np.arctan", "np.arcsin"])
def test_formulas_are_right(name):
    (row,) = [row for row in document("rules", name) if row["function"] == name]
    f, x, h = getattr(np, name[3:]), 0.7, 1e-6
    slope = eval(row["formula"], {"np": np, "t": 1.0, "x": x, "f": f(x)})
    assert slope == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-8)


def test_nearly_all_elementwise_functions_have_a_formula():
    rows = [row for row in rows_of_table() if row.derivative == "Elementwise"]
    assert sum(1 for row in rows if row.formula) > 0.9 * len(rows)


def test_search_finds_names_before_remarks():
    assert all("tan" in row["function"] for row in document("rules", "tan"))
    assert output("rules", "piecewise")
    assert "np.cumsum" in output("rules", "CUMSUM")


def test_unknown_names_have_near_matches():
    error = invoke("rules", "tanhh").exception
    assert isinstance(error, AdgenError) and "did you mean" in str(error) and "`tanh`" in str(error)
