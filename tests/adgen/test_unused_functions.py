"""Functions that a program does not use cost it nothing: their modules are not even loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
import numpy as np
import adgen

def spread(x):
    return np.var(x) * np.ptp(x)

HEAVY = {"numba", "scipy", "jax", "autograd"}
assert not HEAVY & sys.modules.keys(), HEAVY & sys.modules.keys()
adgen.grad(spread, jit=False)(np.arange(3.0))
assert not HEAVY & sys.modules.keys(), HEAVY & sys.modules.keys()
parts = [name for name in sys.modules if name.startswith("adgen.transpiler.")]
unused = [name for name in parts if "scipy" in name or name.endswith("special")]
assert not unused, unused
"""


def test_nothing_is_loaded_for_them(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
