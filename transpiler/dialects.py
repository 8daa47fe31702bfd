"""Modules that speak NumPy under another name: what their functions mean is what NumPy's mean.

Programs for Autograd and for JAX say ``import autograd.numpy as np``, ``import jax.numpy as jnp``.
Nothing of these packages is imported here; they need not be there.
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


def in_numpy(value: Any) -> Any:
    """The module or function of NumPy that a thing stands for; any other thing itself."""
    if isinstance(value, ModuleType):
        return STAND_INS.get(value.__name__, value)
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
