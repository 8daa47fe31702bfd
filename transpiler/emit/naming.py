"""A name for every variable and slot: the user's wherever possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from adgen.transpiler.emit.liveness import Liveness
from adgen.transpiler.emit.order import Order
from adgen.transpiler.emit.ranges import Ranges
from adgen.transpiler.emit.reserved import local_name, parameter_name
from adgen.transpiler.emit.style import Style
from adgen.transpiler.emit.webs import TypeKey, Web, Webs, type_key
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Slot, Value
from adgen.transpiler.ir.types import BOOL

_EXTENTS = ("n", "m", "p", "q")
_INDICES = ("i", "j", "k")


_STORAGE = re.compile("_(saved|stack)$")


class Naming:
    """``values[v]``, ``slots[s]`` and, for stacks, ``tops[s]``: Python names."""

    def __init__(self, function: Function, order: Order, liveness: Liveness, style: Style) -> None:
        self.order = order
        self.style = style
        self.values: dict[Value, str] = {}
        self.slots: dict[Slot, str] = {}
        self.tops: dict[Slot, str] = {}
        self._occupied: dict[str, tuple[Ranges, TypeKey, bool]] = {}
        self._unique: set[str] = {local_name(function.name)}
        self._temporaries = _numbered("t", 1)  # each is used once
        self._exits = _exit_flags(function)
        webs = Webs(function, order, liveness).all()
        for web in sorted(
            (web for web in webs if web.fixed), key=lambda web: _position(web, function)
        ):
            name = parameter_name(function.params[_position(web, function)].name or "x")
            self._take(web, next(c for c in _numbered(name) if c not in self._occupied))
        self._name_slots(function)
        named_by_slot = self._share_with_slots(function, webs)
        for web in webs:
            if not web.fixed and web not in named_by_slot:
                self._name(web)

    def fresh(self, base: str) -> str:
        """A name that nothing else has anywhere in the function."""
        base = local_name(base)
        for candidate in _numbered(base):
            if candidate not in self._unique and candidate not in self._occupied:
                self._unique.add(candidate)
                return candidate
        raise AssertionError("unreachable")

    def all(self) -> frozenset[str]:
        """All names of variables."""
        named = (self.values, self.slots, self.tops)
        return frozenset(self._unique).union(*(names.values() for names in named))

    def _name_slots(self, function: Function) -> None:
        slots: dict[Slot, None] = dict.fromkeys(
            s for s in (*function.residuals_in, *function.residuals_out) if isinstance(s, Slot)
        )
        for _, op in core.walk(function.body):
            if "slot" in op.attrs:
                slots[op.attrs["slot"]] = None
        for slot in slots:
            base = slot.name or "saved"
            base = base if base.endswith(("saved", "stack")) else f"{base}_saved"
            self.slots[slot] = self.fresh(base)
            if slot.kind == "stack":
                self.tops[slot] = self.fresh(f"{_STORAGE.sub('', base)}_top")

    def _share_with_slots(self, function: Function, webs: list[Web]) -> set[Web]:
        """A temporary that is only ever saved to one local slot takes the slot's name."""
        alone = {web.members[0]: web for web in webs if len(web.members) == 1}
        saves: dict[Slot, list[Value | None]] = {}
        for _, op in core.walk(function.body):
            if op.callee == core.SAVE and op.attrs["slot"].kind == "local":
                saved = op.operands[0]
                saves.setdefault(op.attrs["slot"], []).append(
                    saved if isinstance(saved, Value) else None
                )
        shared: set[Web] = set()
        for slot, values in saves.items():
            value = values[0]
            web = alone.get(value) if value is not None and len(values) == 1 else None
            if web is not None and not web.hint and not web.fixed and web not in shared:
                if web.key == type_key(slot.type) and slot not in function.residuals_out:
                    self.values[web.members[0]] = self.slots[slot]
                    shared.add(web)
        return shared

    def _name(self, web: Web) -> None:
        for candidate in self._candidates(web):
            if self._fits(web, candidate):
                self._take(web, candidate)
                return

    def _candidates(self, web: Web) -> Iterator[str]:
        if web.hint:
            return _numbered(local_name(web.hint))
        bases = self._bases(web)
        return _rounds(bases) if bases else self._temporaries

    def _bases(self, web: Web) -> tuple[str, ...]:
        """Customary names for extents, indices and exit flags without a name."""
        for value in web.members:
            found = self.order.definition[value]
            if value in self._exits:
                return ("stop",)
            if found.op is not None and found.op.callee == core.DIM:
                return (_EXTENTS[min(found.op.attrs["axis"], 3)],)
            if found.position == 0 and value.type.dtype.kind == "i":
                return _EXTENTS  # handed over by the forward function
            if found.op is None and found.place.op is not None and value.type == BOOL:
                return ("done",)
        return _INDICES if self._is_index(web) else ()

    def _is_index(self, web: Web) -> bool:
        """Whether the variable is the index of a ``for``."""
        found = self.order.definition[web.members[0]]
        around = found.place.op
        is_for = around is not None and around.callee == core.FOR
        return is_for and found.op is None and found.index == 0

    def _fits(self, web: Web, name: str) -> bool:
        if name in self._unique:
            return False
        taken = self._occupied.get(name)
        if taken is None:
            return True
        if not web.hint and not self._is_index(web):
            return False  # a temporary means one thing in the whole function
        ranges, key, fixed = taken
        if fixed and web.hint != name or ranges.overlaps(web.ranges):
            return False
        return key == web.key or bool(web.hint) and not self.style.numba

    def _take(self, web: Web, name: str) -> None:
        ranges, _, fixed = self._occupied.get(name, (Ranges(), web.key, web.fixed))
        ranges.update(web.ranges)
        self._occupied[name] = (ranges, web.key, fixed)
        for value in web.members:
            self.values[value] = name


def _position(web: Web, function: Function) -> int:
    """Which parameter a web is."""
    (position,) = [k for k, param in enumerate(function.params) if param in web.members]
    return position


def _exit_flags(function: Function) -> set[Value]:
    found = set()
    for _, op in core.walk(function.body):
        if op.attrs.get("exits"):
            flag = op.regions[-1].yields[0]
            if isinstance(flag, Value):
                found.add(flag)
    return found


def _numbered(base: str, second: int = 2) -> Iterator[str]:
    """``x``, ``x2``, ``x3``, … (``x_2`` after a name that ends in a digit)."""
    yield base
    separator = "_" if base[-1].isdigit() else ""
    for number in count(second):
        yield f"{base}{separator}{number}"


def _rounds(bases: tuple[str, ...]) -> Iterator[str]:
    """``i``, ``j``, ``k``, ``i2``, ``j2``, …"""
    yield from bases
    for number in count(2):
        for base in bases:
            yield f"{base}{number}"
