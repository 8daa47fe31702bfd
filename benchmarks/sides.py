"""The sides of a case as calls without arguments, and whether they find the same gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from adgen.transpiler.errors import UnsupportedError
from benchmarks.case import Case
from benchmarks.peers import PEERS
from benchmarks.primal import compiled, vectorised

TOLERANCE = 1e-9

Arguments = tuple[Any, ...]
Result = tuple[Any, Sequence[Any]]


@dataclass(frozen=True)
class Side:
    """One way to the gradient: ``gradient()`` gives the value and the gradients.

    ``factor``: what its time is multiplied by, because it was given a smaller problem.
    ``difference``: to the hand-written adjoint, relative to the greatest entry of each gradient.
    """

    gradient: Callable[[], Result]
    difference: float
    factor: float = 1.0


def by_hand(case: Case, arguments: Arguments) -> Callable[[], Result]:
    """The hand-written adjoint, with its workspace allocated."""
    workspace = case.workspace(*arguments)
    return lambda: case.adjoint(*arguments, *workspace)


def with_vector_mathematics(case: Case, arguments: Arguments) -> Side | None:
    """The hand-written adjoint with vector mathematics, where there is one."""
    adjoint = vectorised(case.adjoint)
    if adjoint is None:
        return None
    workspace = case.workspace(*arguments)
    return _side(case, arguments, lambda: adjoint(*arguments, *workspace))


def generated(case: Case, style: str, arguments: Arguments, **options: Any) -> Side | str:
    """The gradient by adgen of the user's code in one style, or why it is refused."""
    gradient = adgen.value_and_grad(case.styles[style], case.wrt, **options)
    try:
        return _side(case, arguments, lambda: gradient(*arguments))
    except UnsupportedError as refusal:
        return str(refusal)


def of_peer(case: Case, name: str, arguments: Arguments, scales: bool = True) -> Side | str:
    """A peer's gradient, or why there is none.

    ``scales``: on a smaller problem if the case says so.
    """
    framework = PEERS[name]
    reason = framework.missing()
    if name not in case.peers:
        return "–"
    if reason is not None:
        return reason
    peer = case.peers[name]
    scales = scales and bool(peer.scaled)
    given = case.data(**peer.scaled) if scales else arguments
    gradient = framework.gradient(peer.objective(), given, case.positions())
    return _side(case, given, gradient, peer.factor if scales else 1.0)


def primals(case: Case, arguments: Arguments) -> dict[str, Callable[[], Any]]:
    """The user's functions: loops under ``numba.njit``, arrays as NumPy runs them."""
    calls: dict[str, Callable[[], Any]] = {}
    for style, function in case.styles.items():
        call = compiled(function) if style == "loops" else function
        calls[style] = lambda call=call: call(*arguments)  # type: ignore[misc]
    return calls


def _side(
    case: Case, arguments: Arguments, gradient: Callable[[], Result], factor: float = 1.0
) -> Side:
    expected = by_hand(case, arguments)()
    return Side(gradient, difference(gradient(), expected), factor)


def difference(found: Result, expected: Result) -> float:
    """The greatest difference of values and gradients, relative to the greatest entry of each."""
    pairs = [(found[0], expected[0]), *zip(found[1], expected[1], strict=True)]
    return max(_relative(np.asarray(a), np.asarray(b)) for a, b in pairs)


def _relative(a: Any, b: Any) -> float:
    assert a.shape == b.shape, f"a gradient of shape {a.shape} instead of {b.shape}"
    return float(np.max(np.abs(a - b), initial=0.0) / (np.max(np.abs(b), initial=0.0) or 1.0))


def all_sides(case: Case, arguments: Arguments, scales: bool = True) -> Mapping[str, Side | str]:
    """Every way to the gradient but the hand-written one: styles of adgen, peers by name."""
    sides: dict[str, Side | str] = {
        style: generated(case, style, arguments) for style in case.styles
    }
    vectorised = with_vector_mathematics(case, arguments)
    if vectorised is not None:
        sides["vector"] = vectorised
    for name in PEERS:
        try:
            sides[name] = of_peer(case, name, arguments, scales)
        except ImportError as reason:
            sides[name] = f"cannot be imported: {reason}"
    return sides
