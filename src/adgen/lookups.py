"""Whether what a compilation has read of the user's globals and closures is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, CellType, ModuleType
from typing import Any

import numpy as np

from adgen.transpiler.source import Lookup

# What programs do not rebind; everything else that has been read is compared at every call.
SETTLED = (ModuleType, BuiltinFunctionType, np.ufunc, type)

Fresh = Callable[[], bool]


def freshness(lookups: Iterable[Lookup]) -> Fresh | None:
    """A quick test that all names still mean what they meant, or None if none can change."""
    tables: dict[tuple[int, str], tuple[dict[str, Any], str, Any]] = {}
    cells: dict[int, tuple[CellType, Any]] = {}
    lists: dict[int, tuple[list[Any], tuple[Any, ...]]] = {}
    for seen in lookups:
        if isinstance(seen.value, SETTLED):
            continue
        for inner in _lists_in(seen.value):
            lists[id(inner)] = inner, tuple(inner)
        code = seen.function.__code__
        if seen.name in code.co_freevars:
            cell = (seen.function.__closure__ or ())[code.co_freevars.index(seen.name)]
            cells[id(cell)] = cell, seen.value
        elif seen.name in seen.function.__globals__:
            table = seen.function.__globals__
            tables[id(table), seen.name] = table, seen.name, seen.value
    if not tables and not cells:
        return None
    return _test(tuple(tables.values()), tuple(cells.values()), tuple(lists.values()))


def _test(
    tables: tuple[tuple[dict[str, Any], str, Any], ...],
    cells: tuple[tuple[CellType, Any], ...],
    lists: tuple[tuple[list[Any], tuple[Any, ...]], ...],
) -> Fresh:
    def fresh() -> bool:
        for table, name, value in tables:
            if table.get(name) is not value:
                return False
        for cell, value in cells:
            if cell.cell_contents is not value:
                return False
        return all(_same_items(now, then) for now, then in lists)

    return fresh


def _same_items(now: list[Any], then: tuple[Any, ...]) -> bool:
    return len(now) == len(then) and all(a is b for a, b in zip(now, then, strict=True))


def _lists_in(value: Any) -> Iterable[list[Any]]:
    """A list and the lists in it: their items are compiled in, and may be replaced."""
    if isinstance(value, list):
        yield value
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _lists_in(item)
