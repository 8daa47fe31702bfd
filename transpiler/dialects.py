"""Things that mean what others mean under another name.

Programs for Autograd and for JAX say ``import autograd.numpy as np``, ``import jax.numpy as jnp``:
what their functions mean is what NumPy's mean.  ``numba.prange`` is a range whose loop may run on
threads.  Nothing of these packages is imported here; they need not be there.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from adgen.transpiler.transforms import AT_ONCE, OF_FUNCTION, transform

STAND_INS: Mapping[str, ModuleType] = {
    f"{package}{part}": module
    for package in ("autograd.numpy", "jax.numpy")
    for part, module in (("", np), (".linalg", np.linalg), (".random", np.random), (".fft", np.fft))
    if (package, part) != ("jax.numpy", ".random")
}


# SciPy's are imported when a program asks for one: that takes longer than most compilations.
_OF_SCIPY = {
    f"{package}scipy{part}": f"scipy{part}"
    for package in ("", "autograd.", "jax.")
    for part in (".special", ".linalg", ".stats", ".signal", ".fft")
} | {"scipy": "scipy"}
# There a distribution is a module; of SciPy it is an object.
_DISTRIBUTIONS = {
    f"{package}.scipy.stats.{name}": name
    for package in ("autograd", "jax")
    for name in (
        "norm", "t", "beta", "gamma", "chi2", "expon", "uniform", "laplace", "cauchy", "logistic",
        "lognorm", "poisson", "dirichlet", "multivariate_normal",
    )
}  # fmt: skip


def stand_in(path: str) -> Any:
    """The module of NumPy or SciPy (or its distribution) that the module at a path stands for.

    None for any other path.
    """
    if path in _DISTRIBUTIONS:
        return getattr(importlib.import_module("scipy.stats"), _DISTRIBUTIONS[path])
    if path in _OF_SCIPY:
        return importlib.import_module(_OF_SCIPY[path])
    return STAND_INS.get(path)


def parallel_range(*bounds: int) -> range:
    """What ``numba.prange`` means where nothing runs on threads."""
    return range(*bounds)


def empty_list(cls: Any, item_type: Any, allocated: int = 0) -> list[Any]:
    """What ``numba.typed.List.empty_list`` makes."""
    return []


def empty_dict(cls: Any, key_type: Any, value_type: Any, n_keys: int = 0) -> dict[Any, Any]:
    """What ``numba.typed.Dict.empty`` makes."""
    return {}


_TYPED = {
    ("numba.typed.typedlist", "List.empty_list"): empty_list,
    ("numba.typed.typeddict", "Dict.empty"): empty_dict,
}
_PLAIN = {("numba.typed.typedlist", "List"): list, ("numba.typed.typeddict", "Dict"): dict}


def plain_container(value: Any) -> type | None:
    """The container of Python that a class of ``numba.typed`` is like."""
    return _PLAIN.get((getattr(value, "__module__", ""), getattr(value, "__qualname__", "")))


def is_object_mode(value: Any) -> bool:
    """Whether a thing is ``numba.objmode``, whose blocks are plain ones for CPython."""
    return type(value).__module__ == "numba.core.withcontexts" and (
        type(value).__name__ == "_ObjModeContextType"
    )


ADGEN = ModuleType("adgen")  # the transforms, where the package itself is not asked
vars(ADGEN).update((name, transform(name)) for name in OF_FUNCTION | AT_ONCE)

NUMBA = ModuleType("numba")  # what is known of it where nothing is imported
vars(NUMBA)["prange"] = parallel_range


def understood(value: Any) -> Any:
    """The module or function that a thing stands for; any other thing itself."""
    if isinstance(value, ModuleType):
        return stand_in(value.__name__) or value
    numba = sys.modules.get("numba")
    if numba is not None and vars(numba).get("prange") is value:
        return parallel_range
    module = getattr(value, "__module__", None)
    if isinstance(module, str) and module.startswith("numba.typed."):
        return _TYPED.get((module, getattr(value, "__qualname__", "")), value)
    name = getattr(value, "__name__", None)
    if not callable(value) or not isinstance(name, str):
        return value
    for path in (*STAND_INS, *_OF_SCIPY, *_DISTRIBUTIONS):
        loaded = sys.modules.get(path)
        if loaded is not None and vars(loaded).get(name) is value:
            return getattr(stand_in(path), name, value)
    return value


def module_at(path: str) -> tuple[ModuleType, str] | None:
    """The module of NumPy or SciPy that a dotted path begins with, and the rest of the path.

    >>> module_at("autograd.numpy.linalg.norm")[1]
    'norm'
    """
    first, rest = path, ""
    while first:
        module = stand_in(first)
        if module is not None:
            return module, rest
        first, _, last = first.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
    return None
