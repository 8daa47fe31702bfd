"""Trees taken apart and put together by functions that are made for one structure.

A walk over a nested value costs a call for each of its parts.  Here each structure gets
straight code of its own: one statement for each container.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from adgen.transpiler.ir.trees import DICT, LIST, Constant, Node, parts_of
from adgen.transpiler.ir.types import Static

Take = Callable[[Any], tuple[Any, ...]]
Make = Callable[[Any], Any]


def is_constant(leaf: Any) -> bool:
    """Whether a leaf of a structure is known while compiling: it is not taken, but compiled in."""
    return isinstance(leaf, (Static, Constant))


def leaves_of_structure(structure: Any) -> Iterator[Any]:
    """The leaves that are not constants, from left to right."""
    parts = parts_of(structure)
    if parts is None:
        if not is_constant(structure):
            yield structure
        return
    for part in parts:
        yield from leaves_of_structure(part)


def places(structure: Any, name: str) -> Iterator[str]:
    """The expressions of the leaves that are not constants, of a value called ``name``.

    >>> list(places((1.0, Node(DICT, ("w",), (2.0,))), "p"))
    ['p[0]', "p[1]['w']"]
    """
    parts = parts_of(structure)
    if parts is None:
        if not is_constant(structure):
            yield name
        return
    for number, part in enumerate(parts):
        yield from places(part, name + access(structure, number))


def access(container: Any, number: int) -> str:
    """What reads a part of a container: ``[0]``, ``['w']``, ``.w``."""
    if not isinstance(container, Node):
        return f"[{number}]"
    key = container.keys[number]
    return f".{key}" if container.kind.access == "attribute" else f"[{key!r}]"


def taker(structure: Any, by_key: bool = False) -> Take:
    """A function from values with this structure to their leaves; constants are left out.

    Dicts have their keys in the order of the structure, unless ``by_key``.
    """
    code = _Code(by_key)
    leaves = code.take(structure, "value")
    return code.function("value", f"({''.join(f'{leaf}, ' for leaf in leaves)})")


def maker(structure: Any, finishes: Sequence[Make | None]) -> Make:
    """A function from flat leaves to a value with this structure, in fresh containers.

    ``finishes``: what is done to each leaf before it is built in.  Constants are themselves.
    """
    code = _Code()
    names = code.unpack(len(finishes), "flat")
    return code.function("flat", code.make(structure, code.finished(names, finishes)))


def remaker(structure: Any, finishes: Sequence[Make | None]) -> Make:
    """Like ``maker``, from leaves in nested tuples: what generated code returns."""
    code = _Code()
    names = code.take(in_tuples(structure), "nested")
    return code.function("nested", code.make(structure, code.finished(names, finishes)))


def in_tuples(structure: Any) -> Any:
    """How generated code returns a value of this structure."""
    parts = parts_of(structure)
    return structure if parts is None else tuple(in_tuples(part) for part in parts)


class _Code:
    """The statements of a function, and the objects that they name."""

    def __init__(self, by_key: bool = False) -> None:
        self.by_key = by_key
        self.lines: list[str] = []
        self.objects: dict[str, Any] = {}
        self.count = 0

    def function(self, parameter: str, result: str) -> Any:
        body = "".join(f"    {line}\n" for line in [*self.lines, f"return {result}"])
        exec(f"def made({parameter}):\n{body}", self.objects)
        return self.objects["made"]

    def fresh(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def object(self, thing: Any) -> str:
        name = f"c{len(self.objects)}"
        self.objects[name] = thing
        return name

    def unpack(self, count: int, what: str) -> list[str]:
        names = [self.fresh() for _ in range(count)]
        if names:
            self.lines.append(f"{', '.join(names)}, = {what}")
        return names

    def take(self, structure: Any, name: str) -> list[str]:
        """Take the value called ``name`` apart; the names of its leaves."""
        parts = parts_of(structure)
        if parts is None:
            return [] if is_constant(structure) else [name]
        if not any(True for _ in leaves_of_structure(structure)):
            return []
        names = self._parts(structure, name, len(parts))
        return [
            leaf
            for part, inner in zip(parts, names, strict=True)
            for leaf in self.take(part, inner)
        ]

    def _parts(self, structure: Any, name: str, count: int) -> list[str]:
        if not isinstance(structure, Node) or structure.kind is LIST:
            return self.unpack(count, name)
        if structure.kind is DICT and not self.by_key:
            return self.unpack(count, f"{name}.values()")
        made = []
        for key in structure.keys:
            made.append(self.fresh())
            attribute = structure.kind.access == "attribute"
            read = f".{key}" if attribute else f"[{self._key(key)}]"
            self.lines.append(f"{made[-1]} = {name}{read}")
        return made

    def finished(self, names: Sequence[str], finishes: Sequence[Make | None]) -> Iterator[str]:
        for name, finish in zip(names, finishes, strict=True):
            yield name if finish is None else f"{self.object(finish)}({name})"

    def make(self, structure: Any, leaves: Iterator[str]) -> str:
        """Build a value of ``leaves``; its expression."""
        parts = parts_of(structure)
        if parts is None:
            return self.object(structure.value) if is_constant(structure) else next(leaves)
        inner = [self.make(part, leaves) for part in parts]
        name = self.fresh()
        self.lines.append(f"{name} = {self._made(structure, inner)}")
        return name

    def _made(self, structure: Any, inner: Sequence[str]) -> str:
        listed = "".join(f"{part}, " for part in inner)
        if not isinstance(structure, Node):
            return f"({listed})"
        if structure.kind is LIST:
            return f"[{listed}]"
        if structure.kind is DICT:
            pairs = zip(structure.keys, inner, strict=True)
            return f"{{{', '.join(f'{self._key(key)}: {part}' for key, part in pairs)}}}"
        make = self.object(structure.kind.make)
        return f"{make}({self.object(structure.keys)}, ({listed}))"

    def _key(self, key: Any) -> str:
        return repr(key) if type(key) in (str, int, bool) else self.object(key)
