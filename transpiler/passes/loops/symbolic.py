"""Symbolic integers: linear forms over extents and index values, in one canonical form.

Two extents that are provably the same get the same ``Sym``: loops over them can
be shared and need no run-time check.  ``max0(n - 2)`` is the length of both
``x[1:-1]`` and ``x[2:]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adgen.transpiler.ir.core import Operand, Value

MAX0, MINIMUM, TIMES, FLOORDIV, WRAP = "max0", "minimum", "times", "floordiv", "wrap"


@dataclass(frozen=True, slots=True)
class Sym:
    """``const + sum(coefficient * atom)``; atoms are numbered by the Symbols that made them."""

    const: int
    terms: tuple[tuple[int, int], ...] = ()

    @property
    def is_const(self) -> bool:
        """Whether it is a known number."""
        return not self.terms


@dataclass(frozen=True, slots=True)
class Extent:
    """The atom ``value.shape[axis]``."""

    value: Value
    axis: int


@dataclass(frozen=True, slots=True)
class Apply:
    """The atom that an integer function gives for symbolic arguments.

    ``max0(a)`` is max(a, 0); ``wrap(i, n)`` is i, or i + n where i is negative.
    """

    function: str
    args: tuple[Sym, ...]


Atom = Value | Extent | Apply

ZERO, ONE = Sym(0), Sym(1)


class Symbols:
    """Makes symbolic integers; atoms are numbered in order of first use."""

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self._numbers: dict[Atom, int] = {}
        self._least: dict[int, int] = {}

    def atom(self, atom: Atom, least: int | None = None) -> Sym:
        """The symbolic integer that is just this atom, and never below ``least``."""
        number = self._numbers.get(atom)
        if number is None:
            number = self._numbers[atom] = len(self.atoms)
            self.atoms.append(atom)
        if least is None and isinstance(atom, Extent):
            least = 0
        if least is not None:
            self._least[number] = max(least, self._least.get(number, least))
        return Sym(0, ((number, 1),))

    def of(self, operand: Operand) -> Sym:
        """A number, or an integer value as an atom."""
        return self.atom(operand) if isinstance(operand, Value) else Sym(int(operand))

    def add(self, a: Sym, b: Sym) -> Sym:
        """``a + b``."""
        if not b.terms:
            return Sym(a.const + b.const, a.terms)
        terms = dict(a.terms)
        for number, coefficient in b.terms:
            terms[number] = terms.get(number, 0) + coefficient
        left = tuple(sorted((n, c) for n, c in terms.items() if c))
        return Sym(a.const + b.const, left)

    def scale(self, a: Sym, factor: int) -> Sym:
        """``factor * a``."""
        if factor == 0:
            return ZERO
        return Sym(a.const * factor, tuple((n, c * factor) for n, c in a.terms))

    def sub(self, a: Sym, b: Sym) -> Sym:
        """``a - b``."""
        return self.add(a, self.scale(b, -1))

    def mul(self, a: Sym, b: Sym) -> Sym:
        """``a * b``."""
        if a.is_const:
            return self.scale(b, a.const)
        if b.is_const:
            return self.scale(a, b.const)
        args = (a, b) if a.terms <= b.terms else (b, a)
        return self.atom(Apply(TIMES, args), self._zero_if(a, b))

    def product(self, factors: tuple[Sym, ...]) -> Sym:
        """The product of all."""
        out = ONE
        for factor in factors:
            out = self.mul(out, factor)
        return out

    def max0(self, a: Sym) -> Sym:
        """``max(a, 0)``."""
        if self.nonnegative(a):
            return a
        if a.is_const:
            return ZERO
        inner = self._only_max0(a)
        if inner is not None and a.const <= 0:  # max0(max0(b) - c) = max0(b - c) for c >= 0
            return self.max0(self.add(inner, Sym(a.const)))
        return self.atom(Apply(MAX0, (a,)), 0)

    def minimum(self, a: Sym, b: Sym) -> Sym:
        """``min(a, b)``."""
        for small, large in ((a, b), (b, a)):
            if self._at_most(small, large):
                return small
        args = (
            (a, b) if (a.is_const, a.terms, a.const) <= (b.is_const, b.terms, b.const) else (b, a)
        )
        return self.atom(Apply(MINIMUM, args), self._zero_if(a, b))

    def floordiv(self, a: Sym, divisor: int) -> Sym:
        """``a // divisor`` for a positive divisor."""
        if all(c % divisor == 0 for _, c in a.terms):
            return Sym(a.const // divisor, tuple((n, c // divisor) for n, c in a.terms))
        return self.atom(Apply(FLOORDIV, (a, Sym(divisor))), self._zero_if(a))

    def wrap(self, index: Sym, extent: Sym) -> Sym:
        """``index`` as NumPy reads it: from the end where it is negative."""
        if self.nonnegative(index):
            return index
        if index.is_const:
            return self.add(index, extent)
        return self.atom(Apply(WRAP, (index, extent)))

    def nonnegative(self, a: Sym) -> bool:
        """Whether it is provably >= 0."""
        least = self.least(a)
        return least is not None and least >= 0

    def least(self, a: Sym) -> int | None:
        """What it is provably never below, if anything."""
        if not all(c > 0 and n in self._least for n, c in a.terms):
            return None
        return a.const + sum(c * self._least[n] for n, c in a.terms)

    def _zero_if(self, *args: Sym) -> int | None:
        """The least value of what is not negative if no argument is."""
        return 0 if all(map(self.nonnegative, args)) else None

    def atoms_of(self, a: Sym) -> Iterator[Value | Extent]:
        """The values and extents that it is computed from."""
        for number, _ in a.terms:
            atom = self.atoms[number]
            if isinstance(atom, Apply):
                for arg in atom.args:
                    yield from self.atoms_of(arg)
            else:
                yield atom

    def _at_most(self, a: Sym, b: Sym) -> bool:
        """Whether ``a <= b`` is evident; ``max0(c) <= b`` is where ``c <= b`` and ``0 <= b``."""
        inner = self._only_max0(a) if a.const == 0 else None
        if inner is not None and self.nonnegative(b):
            a = inner
        return self.nonnegative(self.sub(b, a))

    def _only_max0(self, a: Sym) -> Sym | None:
        if len(a.terms) != 1 or a.terms[0][1] != 1:
            return None
        atom = self.atoms[a.terms[0][0]]
        return atom.args[0] if isinstance(atom, Apply) and atom.function == MAX0 else None
