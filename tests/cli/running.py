"""Files of a user's and the command line over them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from adgen.cli.main import app

MODEL = """
import numpy as np
import adgen


@adgen.differentiate(wrt=("w", "b"))
def loss(w, b, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]
"""


def written(tmp_path: Path, text: str, name: str = "given.py") -> str:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def invoke(*arguments: str) -> Result:
    """Run a command in this process; an error of adgen is the exception of the result."""
    return CliRunner().invoke(app, list(arguments))


def output(*arguments: str, code: int = 0) -> str:
    done = invoke(*arguments)
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def document(*arguments: str, code: int = 0) -> Any:
    return json.loads(output(*arguments, "--json", code=code))
