"""The registry: from a Python callable to its entry."""

from __future__ import annotations

import difflib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.custom import STOP, STOP_ENTRY, Custom
from adgen.transpiler.primitives.kinds import (
    REAL,
    Domain,
    Elementwise,
    Kind,
    Primitive,
    TypeRule,
)
from adgen.transpiler.primitives.linked import PART, PART_ENTRY, Linked
from adgen.transpiler.primitives.outside import Outside
from adgen.transpiler.primitives.schedule import NEXT, NEXT_ENTRY
from adgen.transpiler.primitives.spelling import is_special

_WITH_ENTRIES = (Custom, Linked, Outside)
_ENTRIES: dict[Any, Primitive] = {}  # what tests and lists go through
# what only adgen writes
_HIDDEN: dict[Any, Primitive] = {STOP: STOP_ENTRY, PART: PART_ENTRY, NEXT: NEXT_ENTRY}


def primitive(
    callee: Callable[..., Any],
    kind: Kind,
    *,
    spellings: tuple[Callable[..., Any], ...] = (),
    types: TypeRule | None = None,
    operands: tuple[str, ...] | None = None,
    static: Mapping[str, Any] | None = None,
    domain: tuple[Domain, ...] | Domain = REAL,
    **facts: Any,
) -> Primitive:
    """Enter a function into the table, under its own name and its other ``spellings``.

    Without ``types`` the promotion of the ufunc itself is used.
    """
    elementwise = facts.pop("elementwise", isinstance(kind, Elementwise))
    if types is None:
        assert isinstance(callee, np.ufunc), f"{callee} needs a type rule"
        types = rules.ufunc(callee)
    if isinstance(callee, np.ufunc) and not is_special(callee):
        facts.setdefault("complex", rules.has_complex_loop(callee))
    if operands is None:
        count = len(kind.rules) if isinstance(kind, Elementwise) else 1
        operands = ("x", "y", "z")[:count]
    domains = domain if isinstance(domain, tuple) else (domain,) * len(operands)
    entry = Primitive(
        callee, kind, types, operands, dict(static or {}), domains, elementwise=elementwise, **facts
    )
    for name in (callee, *spellings):
        _ENTRIES[name] = entry if name is callee else _spelled(entry, name)
    return entry


def _spelled(entry: Primitive, callee: Callable[..., Any]) -> Primitive:
    """The same entry under another callable, which keeps its own name in emitted code."""
    from dataclasses import replace

    weak = getattr(callee, "__module__", "") == "math"
    types = rules.fixed(rules.shaped(np.float64, (), True)) if weak else entry.type_rule
    return replace(entry, callee=callee, type_rule=types, complex=entry.complex and not weak)


def find(callee: Any) -> Primitive | None:
    """The entry of a callable, or None."""
    if isinstance(callee, _WITH_ENTRIES):
        return callee.entry
    try:
        known = _ENTRIES.get(callee)
        if known is None:
            _load()
            known = _ENTRIES.get(callee) or _HIDDEN.get(callee)
        if known is None and _load_scipy(callee):
            return _ENTRIES.get(callee)
        return known
    except TypeError:  # not hashable
        return None


def is_entered(callee: Any) -> bool:
    """Whether there is an entry of a callable by now; the table is not completed for that."""
    return callee in _ENTRIES


def entries() -> Iterator[Primitive]:
    """All entries, spellings too, in the order of the table."""
    _load_all()
    yield from _ENTRIES.values()


ALIKE = 0.75  # of 1: a letter or two are other ones; what resembles less is another function


def near_matches(name: str) -> list[str]:
    """Names in the table that resemble ``name``, for an error message; none of SciPy's."""
    _load()
    known = {getattr(callee, "__name__", "") for callee in _ENTRIES if not is_special(callee)}
    return difflib.get_close_matches(name, sorted(known), n=3, cutoff=ALIKE)


@functools.cache
def _load() -> None:
    """The entries register themselves when their modules are imported."""
    from adgen.transpiler.primitives import (  # noqa: F401
        arithmetic,
        arrays,
        decompositions,
        eigenvalues,
        elementary,
        least_squares,
        linalg,
        ordering,
        orthogonal,
        pseudo_inverses,
        reductions,
        singular_values,
    )


# Entries of functions that a program has only if it has imported their module: importing it
# here would take longer than most compilations.
_OF_SCIPY = {
    "scipy.special": (
        "special", "incomplete", "bessel", "orthogonal_polynomials", "distribution_functions",
    ),
    "scipy.linalg": ("scipy_linalg", "scipy_decompositions"), "numpy.fft": ("fourier",),
}  # fmt: skip
_loaded: set[str] = set()


def _load_scipy(callee: Any = None) -> bool:
    """Complete the table by what the program may have of SciPy; whether there was anything new.

    Of a callable of a module that is none of these nothing is loaded: that takes time.
    """
    module: Any = getattr(callee, "__module__", None)
    of_any = not isinstance(module, str) or module.startswith("scipy")
    missing = [
        name
        for name in _OF_SCIPY
        if name in sys.modules and name not in _loaded and (of_any or module.startswith(name))
    ]
    for name in missing:
        for part in _OF_SCIPY[name]:
            importlib.import_module(f"adgen.transpiler.primitives.{part}")
        _loaded.add(name)
    return bool(missing)


def _load_all() -> None:
    _load()
    for name in _OF_SCIPY:
        importlib.import_module(name)
    _load_scipy()
