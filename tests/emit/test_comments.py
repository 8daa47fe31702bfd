"""Lines of the user's in comments stay comments."""

from __future__ import annotations

import ast

import pytest

from adgen.cli.show import text as show


@pytest.mark.parametrize("separator", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028"])
def test_what_stands_behind_a_line_separator_is_no_code(tmp_path, separator):
    file = tmp_path / "given.py"
    text = (
        f"def f(x: float):\n    y = x * x  # {separator}import os; os.abort()\n    return y * x\n"
    )
    file.write_bytes(text.encode())
    shown = show(str(file), "", "", "array")
    assert not any(isinstance(node, ast.Import) for node in ast.walk(ast.parse(shown)))
