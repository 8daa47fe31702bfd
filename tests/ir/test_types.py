"""The lattice of types."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adgen.transpiler.ir.types import (
    BOOL,
    F8,
    FLOAT,
    INT,
    Array,
    Scalar,
    Type,
    array,
    join,
    type_of_constant,
)

DTYPES = [np.dtype(name) for name in ("bool", "i4", "i8", "f4", "f8")]
SCALARS = st.builds(Scalar, st.sampled_from(DTYPES)) | st.sampled_from([BOOL, INT, FLOAT])
FLAGS = st.lists(st.booleans(), min_size=1, max_size=2).map(tuple)
TYPES = SCALARS | st.builds(Array, st.sampled_from(DTYPES), FLAGS)


@given(TYPES, TYPES)
def test_joining_does_not_depend_on_the_order(first: Type, second: Type) -> None:
    assert join(first, second) == join(second, first)


@given(TYPES, TYPES)
def test_a_join_is_an_upper_bound(first: Type, second: Type) -> None:
    both = join(first, second)
    if both is not None:
        assert join(both, first) == both == join(both, second)


@given(TYPES)
def test_joining_a_type_with_itself_changes_nothing(kind: Type) -> None:
    assert join(kind, kind) == kind


def test_arrays_and_numbers_have_no_join() -> None:
    assert join(FLOAT, array("f8", 1)) is None
    assert join(array("f8", 1), array("f8", 2)) is None


def test_an_int_and_a_float_make_a_float() -> None:
    assert join(INT, FLOAT) == FLOAT and join(INT, F8) == F8


@pytest.mark.parametrize(
    "value, kind",
    [
        (True, BOOL),
        (1, INT),
        (1.0, FLOAT),
        (np.float64(1.0), F8),
        (np.float32(1.0), Scalar(np.dtype("f4"))),
        (np.bool_(True), Scalar(np.dtype("bool"))),
    ],
)
def test_types_of_constants(value: object, kind: Scalar) -> None:
    assert type_of_constant(value) == kind


@pytest.mark.parametrize("value", ["text", None, [1.0]])
def test_what_is_no_number_has_no_type(value: object) -> None:
    with pytest.raises(TypeError):
        type_of_constant(value)
