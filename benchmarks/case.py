"""What one row of the benchmark table consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """A user's function, data for it, and the adjoint that an expert would write for it.

    ``objective`` is plain Python.  ``data(**sizes)`` gives its arguments.
    ``adjoint(*arguments, *workspace(*arguments))`` is compiled by Numba and returns
    ``(value, gradients)`` with one gradient per name in ``wrt``.
    ``small``: sizes for tests.  ``loop``: a call is so short that it is timed inside a
    compiled loop over the rows of its argument, not from Python.
    """

    name: str
    objective: Callable[..., Any]
    wrt: tuple[str, ...]
    data: Callable[..., tuple[Any, ...]]
    adjoint: Callable[..., tuple[Any, tuple[Any, ...]]]
    workspace: Callable[..., tuple[Any, ...]]
    small: Mapping[str, int] = field(default_factory=dict)
    loop: bool = False
