"""How users and generated code spell the name of a function."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

SPECIAL, LINALG = "scipy.special", "scipy.linalg"
_SHORTER = {"absolute": "abs", "true_divide": "divide", "amax": "max", "amin": "min"}


def called(callee: Any) -> str:
    """``np.exp``, ``math.erf``, ``special.gamma``, ``linalg.expm`` (of SciPy), ``abs``.

    Functions of other modules have their bare name.
    """
    name = str(getattr(callee, "__name__", repr(callee)))
    if is_special(callee):
        return f"special.{name.removeprefix('_').removeprefix('riemann_')}"
    module = getattr(callee, "__module__", None) or "numpy"
    if isinstance(callee, np.ufunc) and hasattr(np, name):
        module = "numpy"
    if module == "numpy" or module.startswith("numpy."):
        public = [part for part in module.split(".")[1:] if not part.startswith("_")]
        return ".".join(["np", *public, _SHORTER.get(name, name)])
    if module.startswith(LINALG):
        return f"linalg.{name}"
    return f"math.{name}" if module == "math" else name


def is_special(callee: Any) -> bool:
    """Whether it is a ufunc of ``scipy.special``."""
    if not isinstance(callee, np.ufunc) or getattr(np, callee.__name__, None) is callee:
        return False
    return getattr(sys.modules.get(f"{SPECIAL}._ufuncs"), callee.__name__, None) is callee


def import_of(callee: Any, numba: bool) -> tuple[str, str] | None:
    """The module and the name to import for a callee that ``np`` and ``math`` do not reach.

    ``numba``: what is given to Numba reaches SciPy through kernels of the same names.
    """
    if is_special(callee):
        return "adgen.runtime" if numba else "scipy", "special"
    if isinstance(callee, np.ufunc):
        return None
    module = getattr(callee, "__module__", None) or "numpy"
    if module.startswith(LINALG):
        return None if numba else ("scipy", "linalg")
    if module.split(".")[0] in ("numpy", "math", "builtins", "_operator", "operator"):
        return None
    if module.startswith("adgen."):
        return None  # kernels, which are found by their names
    return module, callee.__name__
