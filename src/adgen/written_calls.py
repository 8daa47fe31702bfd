"""The calls of one callable, written out for the kinds of arguments that it has met.

When arguments of one kind come for the second time, a callable gets a class of its own, whose
``__call__`` tests the arguments one by one and goes straight to the machine code::

    def __call__(self, a=MISSING, /, *rest, **named):
        if type(a) is float and not rest and not named and table.get('k', MISSING) is value:
            try:
                out = compiled(a)
            except Exception as error:
                if not from_guard(error):
                    explain(self, (a,), error)
                    raise
                return again(self, (a,), error)
            return out[0], out[1][0]
        return general(self, …)

The general way, by keys of all arguments, costs several times what a call of Numba's does.
Containers are tested and taken apart by a function of their own (``recognition.py``); strided
arrays are told by their key and copied, as the general way does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from adgen import guesses
from adgen.keys import type_key
from adgen.leaves import fresh_copy
from adgen.lookups import Fresh
from adgen.recognition import Recogniser
from adgen.runtime.dispatchers import entry_point
from adgen.transpiler.surroundings import MISSING

MOST_PARAMETERS, MOST_KINDS = 12, 4
_NUMBERS = {float: "float", int: "int", bool: "bool"}


@dataclass(frozen=True, slots=True)
class Form:
    """What a call returns: an expression of ``out``, which the compiled function returned.

    What it needs by name stands in braces: ``{finish}(out)``.
    """

    text: str
    names: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of arguments, what is called with them, what comes of it.

    ``looks``: of a number its type, of an array its dtype and the number of its axes, of one
    that is not in C's order its key.
    ``recognise``: the test of other arguments, containers among them.
    """

    count: int
    looks: tuple[Any, ...] | None
    recognise: Recogniser | None
    function: Callable[..., Any]
    captures: tuple[Any, ...]
    form: Form
    fresh: Fresh | None


@dataclass(frozen=True, slots=True)
class Strided:
    """How an array looks that is copied before the call: by its key."""

    key: Any


def looks_of(args: Sequence[Any]) -> tuple[Any, ...] | None:
    """How arguments like these are told from all others; None if no short test does."""
    looks = tuple(map(_look, args))
    return looks if 0 < len(looks) <= MOST_PARAMETERS and None not in looks else None


def _look(value: Any) -> Any:
    kind = type(value)
    if kind in _NUMBERS:
        return kind
    if kind is not np.ndarray or value.ndim == 0 or 1 in value.shape:
        return None
    return (value.dtype, value.ndim) if value.flags.carray else Strided(type_key(value))


def class_of_its_own(cls: type, kinds: Sequence[Kind]) -> type:
    """A class like the given one whose calls are written out, the latest kind first."""
    base: Any = getattr(cls, "_general", cls)
    if not kinds:
        return base  # type: ignore[no-any-return]
    names = [f"a{k}" for k in range(kinds[0].count)]
    scope: dict[str, Any] = {
        "MISSING": MISSING, "ndarray": np.ndarray, "type_key": type_key, "fresh_copy": fresh_copy,
        "general": base.__call__, "again": base._after_guard,
        "from_guard": guesses.from_guard, "explain": base._explain,
    }  # fmt: skip
    lines = [f"def __call__(self, {', '.join(f'{a}=MISSING' for a in names)}, /, *rest, **named):"]
    for number, kind in enumerate(reversed(kinds)):
        lines += _branch(kind, names, f"_{number}", scope)
    given = ", ".join(names)
    lines += [
        f"    given = tuple([a for a in ({given},) if a is not MISSING])",
        "    return general(self, *given, *rest, **named)",
    ]
    exec("\n".join(lines), scope)
    scope["__call__"].__doc__ = base.__call__.__doc__
    members = {
        "__call__": scope["__call__"], "_general": base, "__doc__": base.__doc__,
        "__module__": base.__module__, "__qualname__": base.__qualname__,
    }  # fmt: skip
    return type(base.__name__, (base,), members)


def _branch(kind: Kind, names: list[str], mark: str, scope: dict[str, Any]) -> list[str]:
    looks = kind.looks or ()
    tests, before = ["not rest", "not named"], []
    leaves = ", ".join(
        f"fresh_copy({name})" if isinstance(look, Strided) else name
        for name, look in zip_longest(names, looks)
    )
    for position, (name, look) in enumerate(zip(names, looks, strict=False)):
        tests += _tests(name, look, f"dtype{position}{mark}", scope)
    if kind.recognise is not None:
        scope[f"recognise{mark}"] = kind.recognise
        before = [f"    leaves = recognise{mark}({', '.join(names)})"]
        tests.insert(0, "leaves is not None")
        leaves = "*leaves"
    if kind.fresh is not None:
        tests += _freshness(kind.fresh, mark, scope)
    scope[f"compiled{mark}"] = entry_point(kind.function)
    captures = [f"capture{k}{mark}" for k in range(len(kind.captures))]
    scope.update(zip(captures, kind.captures, strict=True))
    scope.update({f"{name}{mark}": value for name, value in kind.form.names.items()})
    text = kind.form.text.format(**{name: f"{name}{mark}" for name in kind.form.names})
    return [
        *before,
        f"    if {' and '.join(tests)}:",
        "        try:",
        f"            out = compiled{mark}({', '.join([leaves, *captures])})",
        "        except Exception as error:",
        "            if not from_guard(error):",
        f"                explain(self, ({', '.join(names)},), error)",
        "                raise",
        f"            return again(self, ({', '.join(names)},), error)",
        f"        return {text}",
    ]


def _tests(name: str, look: Any, mark: str, scope: dict[str, Any]) -> list[str]:
    """What is true of an argument only if one compiled function serves it and the first."""
    if look in _NUMBERS:
        return [f"type({name}) is {_NUMBERS[look]}"]
    if isinstance(look, Strided):
        scope[mark] = look.key
        return [f"type_key({name}) == {mark}"]
    scope[mark], ndim = look
    return [
        f"type({name}) is ndarray", f"{name}.dtype is {mark}", f"{name}.ndim == {ndim}",
        f"len({name}) != 1" if ndim == 1 else f"1 not in {name}.shape", f"{name}.flags.carray",
    ]  # fmt: skip


def _freshness(fresh: Fresh, mark: str, scope: dict[str, Any]) -> list[str]:
    if fresh.containers or fresh.points or len(fresh.names) > MOST_PARAMETERS:
        scope[f"fresh{mark}"] = fresh
        return [f"fresh{mark}()"]
    tests = []
    for number, (table, name, value) in enumerate(fresh.names):
        scope[f"look{number}{mark}"], scope[f"value{number}{mark}"] = table.get, value
        tests.append(f"look{number}{mark}({name!r}, MISSING) is value{number}{mark}")
    return tests
