"""Arguments told from all others by a test that is written out, which takes them apart as well.

For arguments like ``({"w": array, "b": 2.0}, array)``::

    def leaves_of(a0, a1):
        if type(a0) is not dict or [*a0] != c0: return None
        v1, v2, = a0.values()
        if type(v1) is not ndarray or v1.dtype is not c1 or …: return None
        …
        return (v1, v2, a1, )
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.runtime.dispatchers import fingerprint
from adgen.transpiler.ir.trees import kind_of
from adgen.transpiler.signature import STATIC_KINDS

MOST_LEAVES = 100
FEWEST_FOR_FINGERPRINT = 6  # arrays: from here on one call of Numba's is less than their tests

Recogniser = Callable[..., tuple[Any, ...] | None]


def recogniser(args: Sequence[Any]) -> Recogniser | None:
    """A function of such arguments: the leaves if one compiled function serves them and these.

    None if that takes more than a short test, or leaves are not given on as they are.
    """
    test = _Test()
    names = [f"a{k}" for k in range(len(args))]
    leaves: list[str] = []
    for name, value in zip(names, args, strict=True):
        found = test.add(name, value)
        if found is None:
            return None
        leaves += found
    if len(leaves) > MOST_LEAVES:
        return None
    test.add_orders(leaves)
    return test.function(names, leaves)


class _Test:
    """The statements of the test, and the objects that they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {"ndarray": np.ndarray}
        self.count = 0
        self.leaves: dict[str, Any] = {}  # those met so far, by name

    def function(self, names: Sequence[str], leaves: Sequence[str]) -> Recogniser:
        self.lines.append(f"return ({''.join(f'{leaf}, ' for leaf in leaves)})")
        body = "".join(f"    {line}\n" for line in self.lines)
        exec(f"def leaves_of({', '.join(names)}):\n{body}", self.scope)
        made: Recogniser = self.scope["leaves_of"]
        return made

    def add_orders(self, leaves: Sequence[str]) -> None:
        """Test shapes and orders of all arrays, whose types and dtypes are known by now."""
        self._orders(leaves)
        for name, value in self.leaves.items():
            if type(value) is np.ndarray:
                self._extents(name, value)

    def _orders(self, leaves: Sequence[str]) -> None:
        values = tuple(self.leaves[leaf] for leaf in leaves)
        arrays = {leaf: value for leaf, value in self.leaves.items() if type(value) is np.ndarray}
        take = fingerprint() if len(arrays) >= FEWEST_FOR_FINGERPRINT else None
        try:
            known = take(values) if take else None
        except (NotImplementedError, ValueError):  # of half precision
            known = None
        if known is None:
            for name, value in arrays.items():
                self.unless(f"{name}.ndim != {value.ndim}", f"not {name}.flags.carray")
            return
        row = "".join(f"{leaf}, " for leaf in leaves)
        self.unless(f"{self.object(take)}(({row})) != {self.object(known)}")

    def unless(self, *tests: str) -> None:
        self.lines.append(f"if {' or '.join(tests)}: return None")

    def object(self, thing: Any) -> str:
        name = f"c{len(self.scope)}"
        self.scope[name] = thing
        return name

    def fresh(self, count: int) -> list[str]:
        self.count += count
        return [f"v{k}" for k in range(self.count - count, self.count)]

    def add(self, name: str, value: Any) -> list[str] | None:
        """Test what is called ``name`` for being like ``value``; the names of its leaves."""
        cls = type(value)
        if cls is np.ndarray:
            return self._array(name, value)
        if cls in (float, int, bool) or issubclass(cls, np.generic):
            self.unless(f"type({name}) is not {self.object(cls)}")
            self.leaves[name] = value
            return [name]
        if cls in (tuple, list):
            self.unless(f"type({name}) is not {cls.__name__}", f"len({name}) != {len(value)}")
            return self._parts(name, value)
        if cls in (dict, OrderedDict):
            self.unless(f"type({name}) is not {self.object(cls)}", *self._other_keys(name, value))
            return self._parts(f"{name}.values()", tuple(value.values()))
        kind = kind_of(cls)
        if kind is not None:
            keys, parts = kind.take(value)
            keyed, inner = self.fresh(2)
            self.unless(f"type({name}) is not {self.object(cls)}")
            self.lines.append(f"{keyed}, {inner} = {self.object(kind.take)}({name})")
            self.unless(f"{keyed} != {self.object(keys)}")
            return self._parts(inner, parts)
        return self._static(name, value)

    def _array(self, name: str, value: Any) -> list[str] | None:
        if value.ndim == 0 or not value.flags.carray:
            return None  # these are converted first
        dtype = self.object(value.dtype)
        self.leaves[name] = value
        self.unless(f"type({name}) is not ndarray", f"{name}.dtype is not {dtype}")
        return [name]

    def _extents(self, name: str, value: Any) -> None:
        """Which extents are 1, of an array whose rank is known by now."""
        if 1 not in value.shape:
            self.unless(f"len({name}) == 1" if value.ndim == 1 else f"1 in {name}.shape")
            return
        extents = self.fresh(value.ndim)
        self.lines.append(f"{', '.join(extents)}, = {name}.shape")
        pairs = zip(extents, value.shape, strict=True)
        self.unless(*[f"{n} {'!=' if known == 1 else '=='} 1" for n, known in pairs])

    def _other_keys(self, name: str, value: Any) -> list[str]:
        tests = [f"[*{name}] != {self.object(list(value))}"]
        if any(type(key) is not str for key in value):  # 1, 1.0 and True are equal
            tests.append(f"[*map(type, {name})] != {self.object([type(key) for key in value])}")
        return tests

    def _parts(self, name: str, parts: Sequence[Any]) -> list[str] | None:
        names = self.fresh(len(parts))
        if names:
            self.lines.append(f"{', '.join(names)}, = {name}")
        leaves: list[str] = []
        for inner, part in zip(names, parts, strict=True):
            found = self.add(inner, part)
            if found is None:
                return None
            leaves += found
        return leaves

    def _static(self, name: str, value: Any) -> list[str] | None:
        if not isinstance(value, STATIC_KINDS):
            return None
        known = self.object(value)
        if type(value) is str:
            self.unless(f"{name} is not {known} and (type({name}) is not str or {name} != {known})")
        else:
            self.unless(f"{name} is not {known}")
        return []
