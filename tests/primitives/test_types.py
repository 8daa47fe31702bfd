"""Type rules against what NumPy and Python really return, for all combinations of dtypes."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

from adgen.transpiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, Scalar, Type, array
from adgen.transpiler.primitives.kinds import Primitive
from tests.primitives.cases import ENTRIES, name_of, takes_arrays

DTYPES = ("bool", "int32", "int64", "float32", "float64")
STRONG = [Scalar(np.dtype(name)) for name in DTYPES]
ARRAYS = [array(name, 1) for name in DTYPES]
PYTHON = [BOOL, INT, FLOAT]
COMPLEX_TYPES = [
    COMPLEX,
    *(Scalar(np.dtype(name)) for name in ("complex64", "complex128")),
    *(array(name, 1) for name in ("complex64", "complex128")),
]


def example(kind: Type) -> Any:
    """A value of a type; 1, so that it lies in most domains."""
    if isinstance(kind, Array):
        return np.ones((3,) * kind.ndim, kind.dtype)
    if kind.weak:
        return {"b": bool, "i": int, "f": float, "c": complex}[kind.dtype.kind](1)
    return kind.dtype.type(1)


def actual(value: Any) -> Type | None:
    """The type of what came out, or None if it is no number of ours."""
    if isinstance(value, np.ndarray) and value.ndim:
        return Array(value.dtype, (False,) * value.ndim)
    if isinstance(value, np.ndarray):
        return Scalar(value.dtype)
    if isinstance(value, np.generic):
        return Scalar(value.dtype)
    return {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX}.get(type(value))


def outcome(entry: Primitive, kinds: tuple[Type, ...], attrs: dict[str, Any]) -> Type | None:
    """The type of the result, or None where the call fails."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return actual(entry.callee(*map(example, kinds), **attrs))
        except (TypeError, ValueError):
            return None


def combinations(entry: Primitive) -> list[tuple[Type, ...]]:
    """Types of operands to try an entry with."""
    if entry.reduction:
        return [(kind,) for kind in (*STRONG, *ARRAYS, *_complex(entry)) if kind != COMPLEX]
    if entry.callee in (max, min):  # which operand comes back is known at run time only
        return [(kind, kind) for kind in (*PYTHON, *STRONG)]
    if not entry.elementwise:
        arrays = [*ARRAYS, *(kind for kind in _complex(entry) if isinstance(kind, Array))]
        return list(itertools.product(arrays, arrays))
    kinds: list[Type] = [*PYTHON, *STRONG, *ARRAYS] if takes_arrays(entry) else [*PYTHON, *STRONG]
    kinds += _complex(entry)
    if len(entry.operands) == 3:
        some = [FLOAT, INT, Scalar(np.dtype("float32")), array("float32", 1), array("float64", 1)]
        first = [BOOL, array("bool", 1)] if entry.callee is np.where else [*some, array("int64", 1)]
        return list(itertools.product(first, some, some))
    return list(itertools.product(kinds, repeat=len(entry.operands)))


def _complex(entry: Primitive) -> list[Type]:
    """The complex types that an entry takes."""
    return COMPLEX_TYPES if entry.complex else []


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_type_rule_is_what_happens(entry: Primitive) -> None:
    wrong = []
    for kinds in combinations(entry):
        attrs: dict[str, Any] = {}
        if entry.reduction:
            attrs = {"axis": (0,) if isinstance(kinds[0], Array) else (), "keepdims": False}
        want = outcome(entry, kinds, attrs)
        if want is None:
            continue
        try:
            have = str(entry.type_rule(kinds, attrs))
        except (TypeError, ValueError) as error:
            have = f"{type(error).__name__}: {error}"
        if have != str(want):
            wrong.append(f"{', '.join(map(str, kinds))}: the rule says {have}, not {want}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [(0,), (1,), (0, 1)])
def test_reductions_know_axes_of_length_one(axis: tuple[int, ...], keepdims: bool) -> None:
    kind = Array(np.dtype("f8"), (False, True))
    out = np.sum(np.ones((3, 1)), axis=axis, keepdims=keepdims)
    for entry in ENTRIES:
        if entry.reduction:
            have = entry.type_rule((kind,), {"axis": axis, "keepdims": keepdims})
            extents = np.shape(out)
            flags = have.ones if isinstance(have, Array) else ()
            assert flags == tuple(extent == 1 for extent in extents)


def test_broadcasting_keeps_an_axis_one_only_if_all_are() -> None:
    one, many = Array(np.dtype("f8"), (True,)), array("f8", 1)
    add = next(entry for entry in ENTRIES if entry.callee is np.add)
    assert add.type_rule((one, one), {}) == one
    assert add.type_rule((one, many), {}) == many
    wide = add.type_rule((Array(np.dtype("f8"), (False, True)), one), {})
    assert isinstance(wide, Array) and wide.ones == (False, True)
