"""What an entry of the table can say: derivative kinds, type rules, domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.ir.types import Type

Rule = Callable[..., Any]
TypeRule = Callable[[tuple[Type, ...], Mapping[str, Any]], Any]
ShapeRule = Callable[[tuple[Any, ...], Mapping[str, Any]], tuple[Any, ...]]


class Refused(Exception):
    """Raised by a rule: there is no such derivative, for this reason; and what to do instead."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


@dataclass(frozen=True, slots=True)
class Unknown:
    """In place of a rule: no derivative by that operand is known, for this reason."""

    reason: str

    def __call__(self, *operands: Any) -> Any:
        """Raise NotImplementedError: it is no formula."""
        raise NotImplementedError(self.reason)


@dataclass(frozen=True, slots=True)
class Elementwise:
    """A function applied element by element, with broadcasting.

    One rule per operand, ``rule(t, result, *operands)``: the product of the
    partial derivative with ``t``.  ``t`` is a tangent in forward mode and a
    cotangent in reverse mode; un-broadcasting is inserted centrally.  None
    stands for an operand by which the derivative is zero, Unknown for one by which it is not
    known.

    Where a real operand meets a complex result, or a complex operand a real result, the part
    that counts is the real part of what the formula gives, which is taken centrally.
    """

    rules: tuple[Rule | None, ...]

    def __init__(self, *rules: Rule | None) -> None:
        object.__setattr__(self, "rules", rules)


@dataclass(frozen=True, slots=True)
class Linear:
    """Linear in its first operand: the JVP is the op itself; ``vjp(g, x, *rest, **attrs)``."""

    vjp: Rule


@dataclass(frozen=True, slots=True)
class Bilinear:
    """Linear in each of two operands; ``vjp_x(g, x, y, **attrs)``, ``vjp_y(g, x, y, **attrs)``."""

    vjp_x: Rule
    vjp_y: Rule


@dataclass(frozen=True, slots=True)
class Explicit:
    """Both modes given: ``jvp(tangents, result, *operands, **attrs)`` with None for an
    inactive operand; ``vjp(g, result, *operands, **attrs)`` -> one cotangent (or None) each.

    Of a function with several results ``result`` is a tuple, and so are ``g`` (None for a
    result that nobody differentiates) and what the JVP returns, which is also given a truth
    value for each result, ``wanted``: whether anybody uses its tangent.
    """

    jvp: Rule
    vjp: Rule


@dataclass(frozen=True, slots=True)
class NoDerivative:
    """Piecewise constant, boolean or integer valued: cotangents stop here, for this reason."""

    reason: str


Kind = Elementwise | Linear | Bilinear | Explicit | NoDerivative


@dataclass(frozen=True, slots=True)
class Domain:
    """From where tests draw an operand (float64, elementwise)."""

    low: float = -2.0
    high: float = 2.0
    avoid: tuple[float, ...] = ()
    integer: bool = False


REAL = Domain()
POSITIVE = Domain(0.3, 3.0)
NONZERO = Domain(avoid=(0.0,))
UNIT = Domain(-0.9, 0.9)
ABOVE_ONE = Domain(1.1, 3.0)
ANGLE = Domain(-1.4, 1.4)
BOOLEAN = Domain(0, 1, integer=True)


@dataclass(frozen=True, slots=True)
class Primitive:
    """One entry.

    ``operands``: names of the operands, in order, as a caller may give them by
    keyword.  ``static``: further parameters that must be known at compile time, in
    positional order, with their defaults; they become attrs of the op.
    ``type_rule``: from the types of the operands and the attrs; of a function with several
    results (``named``: the class of the tuple that it returns) a tuple of types.
    ``formula``: for people, where the rule is not one expression: the tangent of the result for
    the tangent ``t`` of each operand; ``f`` is the result, and several results have their names.
    ``results``: what several results are called.  ``wider``: under which callee the same function
    has an entry for more operands.  ``square``: which operands are square matrices.
    ``shape``: of a function on whole arrays the shapes of its results, from those of the operands
    (of an integer: itself); None for an extent that is known when it has run.
    """

    callee: Callable[..., Any]
    kind: Kind
    type_rule: TypeRule
    operands: tuple[str, ...]
    static: Mapping[str, Any] = field(default_factory=dict)
    domain: tuple[Domain, ...] = ()
    cheap: bool = False
    kink: str = ""
    convention: str = ""  # by which the user chooses what holds at kinks (conventions.py)
    doc: str = ""
    formula: str = ""
    symbol: str = ""  # the Python operator it prints as, e.g. "+"
    elementwise: bool = False  # applied element by element (whatever its derivative kind)
    shape: ShapeRule | None = None
    named: Callable[[], type] | None = None
    results: tuple[str, ...] = ()
    wider: Callable[..., Any] | None = None
    square: tuple[int, ...] = ()
    complex: bool = False  # takes complex operands, and is differentiated by them
    reduction: bool = False  # reduces the axes in attrs["axis"] (a tuple), with attrs["keepdims"]
