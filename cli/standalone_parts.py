"""What a module of ``adgen build`` holds beside generated code: the text of these functions.

They check arguments, because generated code is right for the types that it was made for and may
be wrong for others, and they take containers apart and put them together.  A *type* here is what
``--args`` has, nested as the argument: ``"f8[:]"``, ``{"W": "f8[:, :]"}``; ``{None}`` is a part
that must be None.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _adgen_leaves(kind: Any, value: Any, name: str) -> list[Any]:
    """The numbers and arrays in an argument; raises TypeError if it is not of that type."""
    if isinstance(kind, set):
        if value not in kind:
            raise TypeError(f"{name} must be {next(iter(kind))!r}, not {value!r}")
        return []
    if isinstance(kind, str):
        return [_adgen_leaf(kind, value, name)]
    if isinstance(kind, dict):
        if not isinstance(value, dict) or list(value) != list(kind):
            raise TypeError(f"{name} must be a dict with the keys {list(kind)}, in that order")
        parts = [(kind[key], value[key], f"{name}[{key!r}]") for key in kind]
    else:
        if type(value) is not type(kind) or len(value) != len(kind):
            raise TypeError(f"{name} must be a {type(kind).__name__} of {len(kind)} items")
        parts = [(k, v, f"{name}[{n}]") for n, (k, v) in enumerate(zip(kind, value))]
    return [leaf for part in parts for leaf in _adgen_leaves(*part)]


def _adgen_leaf(kind: str, value: Any, name: str) -> Any:
    """A number or an array, in C's order, as generated code takes it; a generator as it is."""
    if kind in ("Generator", "RandomState"):
        if type(value).__name__ != kind:
            raise TypeError(f"{name} must be a {kind} of np.random, not {type(value).__name__}")
        return value
    python = {"float": float, "int": int, "bool": bool}.get(kind)
    code, _, axes = kind.partition("[")
    dtype = np.dtype(python or ("?" if code == "bool" else code))
    ones = [axis == "1" for axis in axes.rstrip("]").split(", ")] if axes else []
    array = np.asarray(value)
    fits = array.ndim == len(ones) and np.can_cast(array.dtype, dtype, "safe")
    if not fits or any(one and n != 1 for one, n in zip(ones, array.shape)):
        raise TypeError(f"{name} must be {kind}, not {array.dtype.str[1:]} of shape {array.shape}")
    if python is not None:
        return python(value)
    return np.ascontiguousarray(array, dtype) if axes else dtype.type(value)


def _adgen_flat(kinds: Any, given: Any, names: Any) -> list[Any]:
    """The numbers and arrays in all arguments."""
    taken = [_adgen_leaves(*one) for one in zip(kinds, given, names)]
    return [leaf for leaves in taken for leaf in leaves]


def _adgen_longer(leaves: Any, kinds: Any) -> None:
    """Refuse extents of 1 where NumPy would broadcast them: this code was made for others."""
    for leaf, kind in zip(leaves, kinds):
        for extent, axis in zip(np.shape(leaf), kind.partition("[")[2].rstrip("]").split(", ")):
            if extent == 1 and axis != "1":
                raise ValueError(
                    f"an argument of type {kind} has an extent of 1, for which this module was not "
                    "made: build it with --any-extents, or with that extent, as in f8[1]"
                )


def _adgen_built(kind: Any, leaves: Any) -> Any:
    """A value of a type from its leaves, which are taken from an iterator."""
    if isinstance(kind, set):
        return next(iter(kind))
    if isinstance(kind, dict):
        return {key: _adgen_built(part, leaves) for key, part in kind.items()}
    if not isinstance(kind, str):
        return type(kind)([_adgen_built(part, leaves) for part in kind])
    python = {"float": float, "int": int, "bool": bool}.get(kind)
    leaf = next(leaves)
    if python is not None:
        return python(leaf)
    return leaf if "[" in kind else np.dtype("?" if kind == "bool" else kind).type(leaf)


def _adgen_in_order(value: Any) -> Any:
    """The leaves of what generated code returns: nested tuples."""
    if not isinstance(value, tuple):
        yield value
        return
    for part in value:
        yield from _adgen_in_order(part)


def _adgen_apart(written: Any, leaves: Any) -> None:
    """Refuse arrays that share memory with one that is written to: what is read would change."""
    for k in written:
        for other, leaf in enumerate(leaves):
            if other != k and isinstance(leaf, np.ndarray) and np.shares_memory(leaves[k], leaf):
                raise ValueError("an argument is written to and shares memory with another one")


def _adgen_written(given: Any, leaves: Any) -> None:
    """Put into the caller's arrays what was written to copies of them."""
    for value, leaf in zip(given, leaves):
        if value is not leaf:
            value[...] = leaf


def _adgen_writable(value: Any, kind: str, name: str) -> None:
    """Refuse what a function cannot write its results to."""
    if not isinstance(value, np.ndarray) or value.dtype != np.dtype(kind.partition("[")[0]):
        raise TypeError(f"{name} is written to: it must be an array of {kind}")
    if not value.flags.writeable:
        raise ValueError("assignment destination is read-only")


def _adgen_copied(leaves: Any) -> list[Any]:
    """Copies of arrays: a pullback may run when the caller has changed his."""
    return [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in leaves]


def _adgen_like(tangents: Any, primals: Any) -> None:
    """Tangents or cotangents; raises ValueError if they have other shapes than what they are of."""
    for tangent, primal in zip(tangents, primals):
        if np.shape(tangent) != np.shape(primal):
            have, want = np.shape(tangent), np.shape(primal)
            raise ValueError(f"a direction has shape {have}, and what it is of {want}")
