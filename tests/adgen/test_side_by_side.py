"""Each generated line knows the lines of the user's that it comes from."""

from __future__ import annotations

import re

import pytest

from adgen.cli.targets import Asked, targets
from adgen.side_by_side import columns, side_by_side

TEXT = '''import numpy as np


def helper(z):
    return np.tanh(z)


def heat(u, kappa, steps):
    """Two lines
    of text."""
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            if u[i] > 0:
                u[i] += kappa * (u[i + 1] - u[i]) ** 2
            else:
                u[i] = helper(u[i])
    return (u * u).sum()
'''


@pytest.fixture(params=["array", "numba"])
def view(request, tmp_path):
    file = tmp_path / "given.py"
    file.write_text(TEXT)
    (target,) = targets(Asked(f"{file}::heat"))
    return side_by_side(target.listed(), request.param)


def lines_from(view, line):
    return [text.strip() for text, linked in zip(view.generated, view.links) if line in linked]


def test_sources_of_lines(view):
    assert "def heat_value_and_grad(u, kappa, steps):" in lines_from(view, 8)
    assert "for _ in range(steps):" in lines_from(view, 11)
    assert "for _ in range(steps - 1, -1, -1):" in lines_from(view, 11)
    assert any("kappa" in text for text in lines_from(view, 14))
    assert any("tanh" in text for text in lines_from(view, 5))
    assert any(text.startswith("return ") for text in lines_from(view, 17))


def test_what_is_stored_belongs_to_the_line_that_computes_it(view):
    assert any(text.startswith("saved = ") for text in lines_from(view, 5))
    assert any(text.startswith("saved2 = ") for text in lines_from(view, 14))


def test_statements_without_a_source_are_few(view):
    bare = [
        text.strip()
        for text, linked in zip(view.generated, view.links)
        if text.strip() and not linked and "import" not in text
    ]
    docstring = ['"""Two lines', "of text.", '"""']
    known = {*docstring, "else:", "t1 = max(steps, 0)", "n = u.shape[0]"}
    assert {text for text in bare if not re.match(r"at_least\(|t\d+ = 0.0", text)} <= known


def test_assignments_of_constants_are_found_by_their_text(tmp_path):
    lines = ["def f(x: float, n: int):", "    y = 1.0", "    for _ in range(n):", "        y *= x"]
    file = tmp_path / "given.py"
    file.write_text("\n".join([*lines, "    return y", ""]))
    (target,) = targets(Asked(str(file)))
    assert "y = 1.0" in lines_from(side_by_side(target.listed()), 2)


def test_comments_belong_to_what_is_below(view):
    for number, text in enumerate(view.generated):
        if text.strip().startswith("# adjoint of"):
            assert view.links[number] == view.links[number + 1] != frozenset()


def test_lines_of_other_functions_are_there(view):
    assert (5, "    return np.tanh(z)") in view.source
    assert [line for line, _ in view.source] == sorted(line for line, _ in view.source)
    numbers = {line for line, _ in view.source}
    assert all(linked <= numbers for linked in view.links)


def test_columns(view):
    text = columns(view)
    row = next(row for row in text.splitlines() if "range(steps - 1, -1, -1)" in row)
    assert row.startswith("   11      for _ in range(steps):")
    narrow = columns(view, width=100)
    assert "…" in narrow and len(narrow.splitlines()) == len(view.generated)
