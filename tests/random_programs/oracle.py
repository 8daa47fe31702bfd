"""The oracle: runs a program's own source on dual numbers, in CPython."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.random_programs import dual
from tests.random_programs.namespace import MATH, NUMPY, as_float


@dataclass(frozen=True)
class Answer:
    """Value, gradients (one per float argument, None for others), and how tame the run was."""

    value: float
    gradients: tuple[Any, ...]
    margin: float
    largest: float

    def tame(self) -> bool:
        """Far from every kink, and with numbers whose rounding does not matter."""
        return self.margin > 1e-5 and self.largest < 1e4 and np.isfinite(self.value)


def answer(text: str, name: str, args: Sequence[Any]) -> Answer:
    """Run function ``name`` of a module text (whose imports are replaced) on dual numbers."""
    sizes = [_size(arg) for arg in args]
    watch = dual.start(sum(sizes))
    offset, duals = 0, []
    for arg, size in zip(args, sizes, strict=True):
        duals.append(_seed(arg, offset, size))
        offset += size
    with np.errstate(all="ignore"):
        out = _load(text, name)(*duals)
    tangent = dual.tangent_of(out)
    cuts = np.cumsum(sizes)
    gradients = tuple(
        tangent[end - size : end].reshape(np.shape(arg)) if size else None
        for arg, size, end in zip(args, sizes, cuts, strict=True)
    )
    return Answer(float(dual.value_of(out)), gradients, watch.margin, watch.largest)


def _load(text: str, name: str) -> Any:
    lines = [line for line in text.splitlines() if not line.startswith(("import ", "from "))]
    namespace = {"np": NUMPY, "math": MATH, "float": as_float, "functools": functools}
    exec(compile("\n".join(lines), "<oracle>", "exec"), namespace)
    return namespace[name]


def _size(arg: Any) -> int:
    """How many directions an argument spans."""
    if isinstance(arg, (bool, int, str)):
        return 0
    if isinstance(arg, np.ndarray) and arg.dtype.kind != "f":
        return 0
    return int(np.size(arg))


def _seed(arg: Any, offset: int, size: int) -> Any:
    if not size:
        return dual.constant(arg)
    tangent = np.zeros((size, dual.watch.directions))
    tangent[:, offset : offset + size] = np.eye(size)
    if isinstance(arg, np.ndarray) and arg.ndim:
        return dual.wrap(arg.copy(), tangent.reshape(*arg.shape, -1))
    return dual.DualScalar(arg, tangent[0])
