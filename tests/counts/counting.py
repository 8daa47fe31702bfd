"""What is counted in the text that Numba is given: it tells of speed, and never varies."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

import adgen

ALLOCATIONS = re.compile(r"(empty|zeros)_\dd|np\.(empty|zeros|full|ones)|copied|\w+\.copy")
FREE = {"range", "radd", "at_least", "min", "max", "int", "float", "abs", "len"}


@dataclass(frozen=True)
class Counts:
    """``loops``, ``elements`` of arrays named in innermost loops, ``calls`` by name: in the text.
    ``allocations`` and their ``bytes``: while it runs.
    """

    loops: int
    elements: int
    calls: str
    allocations: int
    bytes: int


def count(function: Callable[..., Any], wrt: Sequence[str], arguments: Sequence[Any]) -> Counts:
    """Of the text of value and gradient for such arguments."""
    objective = adgen.differentiate(wrt=wrt)(function)
    text = objective.source(*arguments, stage="numba")
    tree = ast.parse(text)
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]
    innermost = [loop for loop in loops if not _has_loop(loop)]
    elements = sum(isinstance(node, ast.Subscript) for loop in innermost for node in _inside(loop))
    allocated = _run(text, f"{function.__name__}_value_and_grad", arguments)
    return Counts(len(loops), elements, _calls(tree), len(allocated), sum(allocated))


def _has_loop(loop: ast.AST) -> bool:
    return any(isinstance(node, ast.For | ast.While) for node in _inside(loop))


def _inside(loop: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(loop) if node is not loop]


def _calls(tree: ast.AST) -> str:
    """``2 vmath.exp, 1 matmul``: all calls but those that cost next to nothing."""
    names = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    counted = Counter(
        name for name in names
        if name not in FREE and not ALLOCATIONS.fullmatch(name) and not name.endswith("Error")
    )  # fmt: skip
    return ", ".join(f"{number} {name}" for name, number in sorted(counted.items()))


def _run(text: str, name: str, arguments: Sequence[Any]) -> list[int]:
    """Bytes of every array that is allocated while CPython runs the text."""
    found: list[int] = []

    def noting(allocate: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **named: Any) -> Any:
            array = allocate(*given, **named)
            found.append(array.nbytes)
            return array

        return noted

    namespace: dict[str, Any] = {}
    exec(compile(text, "<counted>", "exec"), namespace)
    for kernel in filter(ALLOCATIONS.fullmatch, list(namespace)):
        namespace[kernel] = noting(namespace[kernel])
    numpy = ModuleType("numpy")
    vars(numpy).update(vars(np))
    for allocate in ("empty", "zeros", "full", "ones"):
        setattr(numpy, allocate, noting(getattr(np, allocate)))
    namespace["np"] = numpy
    namespace[name](*arguments)
    return found
