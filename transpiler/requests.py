"""What is asked of the compiler, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.ir.trees import Update
from adgen.transpiler.ir.types import Type


@dataclass(frozen=True, slots=True)
class Counter:
    """An integer parameter without a derivative: what to say if it does more than count."""

    parameter: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted of a function.

    ``wrt``: indices of flat parameters.  ``order``: for mode ``derivative``.
    ``stage``: ``array`` (what people read, and what CPython runs) or ``numba``.
    ``speculates``: a computed extent is guessed not to be 1 where NumPy would broadcast it.
    ``extents_guessed``: extents of arguments are guessed to be the numbers they are compared with.
    ``ones_known``: the types of arguments say which of their extents are 1.
    ``counters``: integers in containers that are differentiated by.
    ``vector_math``: Numba is given elementary functions that it may vectorise.
    ``parallel``: loops with independent iterations run on threads (stage ``numba``).
    ``subgradients``: what is chosen to hold at kinks.
    ``holomorphic``: the gradient is the complex derivative of a complex result.
    ``forgiving``: derivatives divide numbers by zero as NumPy does (stage ``array``).
    """

    mode: str
    wrt: tuple[int, ...] = ()
    order: int = 1
    stage: str = "array"
    speculates: bool = True
    ones_known: bool = True
    extents_guessed: bool = False
    counters: tuple[Counter, ...] = ()
    vector_math: bool = True
    parallel: bool = False
    subgradients: tuple[tuple[str, float | str], ...] = ()
    holomorphic: bool = False
    forgiving: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """Generated module text and what a caller must know to use it.

    ``parameters``: of the first function. ``value_types``: of the leaves of the value.
    ``residuals``: whether the first function hands some over to the second. ``updates``:
    containers that the function changes; a plain call returns what they hold then behind its
    value. ``guesses``: a ValueError that says ``core.MISMATCH`` may mean that a guess was
    wrong. ``broadcasts``: in how many places it matters which extents are 1. ``draws``: whether
    a call changes the state of random generators.
    """

    text: str
    names: tuple[str, ...]
    parameters: tuple[str, ...]
    value_types: tuple[Type, ...]
    residuals: bool
    captures: tuple[object, ...]
    structure: Any
    writes: tuple[int, ...]
    guesses: bool = False
    classes: Mapping[str, type] = field(default_factory=dict)  # named by keys, not imported
    outside: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # called as they are
    updates: tuple[Update, ...] = ()
    broadcasts: int = 0
    draws: bool = False
