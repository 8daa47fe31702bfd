"""Things that mean what others mean under another name.

Programs for Autograd and for JAX say ``import autograd.numpy as np``, ``import jax.numpy as jnp``:
what their functions mean is what NumPy's mean.  ``numba.prange`` is a range whose loop may run on
threads.  Nothing of these packages is imported here; they need not be there.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

STAND_INS: Mapping[str, ModuleType] = {
    f"{package}{part}": module
    for package in ("autograd.numpy", "jax.numpy")
    for part, module in (("", np), (".linalg", np.linalg), (".random", np.random), (".fft", np.fft))
}


def parallel_range(*bounds: int) -> range:
    """What ``numba.prange`` means where nothing runs on threads."""
    return range(*bounds)


NUMBA = ModuleType("numba")  # what is known of it where nothing is imported
vars(NUMBA)["prange"] = parallel_range


def understood(value: Any) -> Any:
    """The module or function that a thing stands for; any other thing itself."""
    if isinstance(value, ModuleType):
        return STAND_INS.get(value.__name__, value)
    numba = sys.modules.get("numba")
    if numba is not None and vars(numba).get("prange") is value:
        return parallel_range
    name = getattr(value, "__name__", None)
    if not callable(value) or not isinstance(name, str):
        return value
    for path, module in STAND_INS.items():
        loaded = sys.modules.get(path)
        if loaded is not None and vars(loaded).get(name) is value:
            return getattr(module, name, value)
    return value


def module_at(path: str) -> tuple[ModuleType, str] | None:
    """The module of NumPy that a dotted path begins with, and the rest of the path.

    >>> module_at("autograd.numpy.linalg.norm")[1]
    'norm'
    """
    first, rest = path, ""
    while first:
        if first in STAND_INS:
            return STAND_INS[first], rest
        first, _, last = first.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
    return None
