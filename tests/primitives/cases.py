"""What the table-driven tests run: single-op functions and sampled operands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.types import Array, Scalar, Type
from adgen.transpiler.primitives import table
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.primitives.kinds import (
    BOOLEAN,
    Domain,
    Elementwise,
    NoDerivative,
    Primitive,
    Unknown,
)
from adgen.transpiler.primitives.spelling import is_special

# Functions on whole arrays are tested by programs: test_whole_arrays.py.
ENTRIES = [entry for entry in table.entries() if entry.shape is None]
WHOLE = [entry for entry in table.entries() if entry.shape is not None]


def has_rule(entry: Primitive, k: int) -> bool:
    """Whether there is a derivative by an operand."""
    if isinstance(entry.kind, Elementwise):
        return not isinstance(entry.kind.rules[k], Unknown)
    return not isinstance(entry.kind, NoDerivative)


SMOOTH = [e for e in ENTRIES if any(has_rule(e, k) for k in range(len(e.operands)))]
# Python's own functions and those of math take numbers, one at a time.
NUMBERS_ONLY = {max, min, complex}


def name_of(entry: Primitive) -> str:
    """``np.sin``, ``operator.add``, ``max``: for the test's id."""
    if is_special(entry.callee):
        return f"special.{entry.callee.__name__}"
    module = getattr(entry.callee, "__module__", None) or "np"
    return f"{module.lstrip('_')}.{entry.callee.__name__}"


def takes_arrays(entry: Primitive) -> bool:
    """Whether the function works on arrays."""
    module = getattr(entry.callee, "__module__", "")
    return module != "math" and entry.callee not in NUMBERS_ONLY


@dataclass(frozen=True)
class Case:
    """One op on operands of given shapes; ``()`` is a Python float.

    ``dtype``: that of all floating operands, or one for each: ``"c16 f8"``.
    """

    entry: Primitive
    shapes: tuple[tuple[int, ...], ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    dtype: str = "f8"

    def __str__(self) -> str:
        shapes = ",".join(str(list(shape)) for shape in self.shapes)
        attrs = ",".join(f"{key}={value}" for key, value in self.attrs.items())
        dtype = "" if self.dtype == "f8" else f",{self.dtype}"
        return f"{name_of(self.entry)}({shapes}{',' if attrs else ''}{attrs}{dtype})"

    @property
    def dtypes(self) -> list[str]:
        """The dtype of each operand."""
        listed = self.dtype.split()
        return listed if len(listed) > 1 else listed * len(self.shapes)

    def types(self) -> tuple[Type, ...]:
        """The types of the operands; conditions are boolean."""
        kinds: list[Type] = []
        for shape, domain, name in zip(self.shapes, self.entry.domain, self.dtypes, strict=True):
            dtype = _dtype(domain, name)
            if shape:
                kinds.append(Array(dtype, tuple(extent == 1 for extent in shape)))
            else:
                kinds.append(Scalar(dtype, weak=domain.integer or name in ("f8", "c16")))
        return tuple(kinds)

    def operands(self, seed: int = 0) -> list[Any]:
        """Sampled operands, from the domains of the entry."""
        draw = np.random.default_rng([seed, *map(ord, str(self))])
        domains = self.entry.domain
        return [
            sample(draw, domain, shape, dtype, shift=0.007 * k)
            for k, (domain, shape, dtype) in enumerate(
                zip(domains, self.shapes, self.dtypes, strict=True)
            )
        ]

    def function(self) -> Function:
        """The function that is this op."""
        params = tuple(Value(kind, name) for kind, name in zip(self.types(), "xyzw", strict=False))
        b = Builder()
        out = b.emit(self.entry.callee, *params, **self.attrs)
        return Function("f", b.block(params, (out,)))

    def call(self, operands: Sequence[Any]) -> Any:
        """The function itself, applied to operands."""
        return self.entry.callee(*operands, **self.attrs)


def sample(
    draw: np.random.Generator,
    domain: Domain,
    shape: tuple[int, ...],
    dtype: str,
    shift: float = 0.0,
) -> Any:
    """Numbers of a domain, well away from what it avoids and from each other.

    ``shift`` keeps the numbers of one operand off those of another.
    """
    count = math.prod(shape)
    grid = np.linspace(domain.low, domain.high, 4 * count + 5)[1:-1]
    grid = grid + (0.0013 - shift) * (domain.high - domain.low)
    for point in domain.avoid:
        grid = grid[np.abs(grid - point) > 0.05]
    if domain.integer:
        grid = draw.integers(int(domain.low), int(domain.high) + 1, size=4 * count + 3)
    chosen = draw.choice(grid, size=count, replace=domain.integer)
    if "c" in dtype and not domain.integer:
        chosen = chosen + 1j * draw.uniform(0.2, 0.9, size=count) * draw.choice([-1, 1], count)
    array = np.asarray(chosen, dtype=_dtype(domain, dtype)).reshape(shape)
    if shape:
        return array
    return array.item() if dtype in ("f8", "c16") or domain.integer else array[()]


def _dtype(domain: Domain, dtype: str) -> np.dtype[Any]:
    """Of operands that are no floats: truth values, or the integers of the domain."""
    if not domain.integer:
        return np.dtype(dtype)
    return np.dtype(bool if domain is BOOLEAN else np.int64)


ELEMENTWISE_SHAPES = {
    1: [((),), ((3,),), ((2, 3),), ((1, 3),)],
    2: [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (3,)), ((), (2, 3)), ((3,), ()),
        ((1,), (3,)), ((2, 3), (1, 1))],
    3: [((), (), ()), ((3,), (3,), (3,)), ((2, 3), (), (3,)), ((3,), (2, 1), ())],
    4: [((), (), (), ()), ((3,), (), (3,), (2, 3))],
}  # fmt: skip
PRODUCT_SHAPES = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((1, 3), (3, 2)),
    ((2, 1), (1, 3)), ((1,), (1,)),
]  # fmt: skip
REDUCTIONS = [
    ((3,), (0,)), ((2, 3), (0,)), ((2, 3), (1,)), ((2, 3), (0, 1)), ((2, 1, 3), (1, 2)), ((), ()),
]  # fmt: skip


def cases(entry: Primitive, dtype: str = "f8") -> Iterator[Case]:
    """The shapes and attributes to try an entry with."""
    count = len(entry.operands)
    if entry.reduction:
        for shape, axis in REDUCTIONS:
            for keepdims in (False, True) if shape else (False,):
                yield Case(entry, (shape,), {"axis": axis, "keepdims": keepdims}, dtype)
    elif entry.elementwise:
        every = ELEMENTWISE_SHAPES[count]
        for shapes in every if takes_arrays(entry) else every[:1]:
            yield Case(entry, shapes, {}, dtype)
    elif entry.callee is np.outer:
        yield from (Case(entry, shapes, {}, dtype) for shapes in [((2,), (3,)), ((1,), (3,))])
    else:
        yield from (Case(entry, shapes, {}, dtype) for shapes in PRODUCT_SHAPES)


def _complex_forms(entry: Primitive, number: str, real: str) -> list[str]:
    """The dtypes to try an entry with; what is real in every loop of SciPy stays real."""
    if not is_special(entry.callee):
        return [number]
    given = [loop.partition("->")[0] for loop in entry.callee.types]
    return [
        " ".join(number if letter == "D" else real for letter in loop)
        for loop in given
        if "D" in loop
    ]


def complex_cases(entries: Sequence[Primitive] = tuple(SMOOTH)) -> list[Case]:
    """The cases of all entries that take complex numbers, some of them with real ones too."""
    found: list[Case] = []
    for entry in entries:
        if entry.complex and entry.callee is not special.psi:  # its slope is refused
            for form in _complex_forms(entry, "c16", "f8"):
                found += cases(entry, form)
            if len(entry.operands) == 2 and not is_special(entry.callee):
                found += [*cases(entry, "c16 f8"), *cases(entry, "f8 c16")]
    return found


def single_complex_cases() -> list[Case]:
    """The same in complex64."""
    return [
        case
        for entry in SMOOTH
        if entry.complex and entry.callee is not special.psi
        for form in _complex_forms(entry, "c8", "f4")
        for case in cases(entry, form)
    ]


def all_cases(entries: Sequence[Primitive] = tuple(SMOOTH), dtype: str = "f8") -> list[Case]:
    """The cases of all entries."""
    return [case for entry in entries for case in cases(entry, dtype)]
