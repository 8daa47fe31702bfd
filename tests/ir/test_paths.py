"""Index paths select what NumPy selects, and know which axes have length 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from adgen.transpiler.ir import paths
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Path, Reshape, Slice, Transpose

SHAPES = st.lists(st.sampled_from([1, 2, 3, 4]), min_size=1, max_size=3).map(tuple)


@st.composite
def steps(draw: Any) -> tuple[np.ndarray, Path, list[int]]:
    """An array, a path that fits it, and operands."""
    shape = draw(SHAPES)
    base = np.arange(float(np.prod(shape))).reshape(shape)
    path: list[Any] = []
    operands: list[int] = []
    current = base
    for _ in range(draw(st.integers(1, 3))):
        if not np.ndim(current):
            break
        step, taken = draw(one_step(current))
        path.append(step)
        operands += taken
        current = paths.view(base, tuple(path), operands)
        assume(np.size(current) > 0)
    return base, tuple(path), operands


@st.composite
def one_step(draw: Any, array: np.ndarray) -> tuple[Any, list[int]]:
    kind = draw(st.sampled_from(["index", "transpose", "reshape"]))
    if kind == "transpose":
        return Transpose(tuple(draw(st.permutations(range(array.ndim))))), []
    if kind == "reshape":
        return Reshape(1), [array.size]
    items: list[Any] = []
    operands: list[int] = []
    for extent in array.shape:
        if draw(st.booleans()):
            items.append(NEW)
        if draw(st.booleans()):
            items.append(INT)
            operands.append(draw(st.integers(-extent, extent - 1)))
            continue
        flags = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
        items.append(Slice(*flags))
        bounds = [draw(st.integers(-extent - 1, extent + 1)) for _ in range(2)]
        bounds.append(draw(st.sampled_from([-2, -1, 1, 2])))
        operands += [bound for bound, given_ in zip(bounds, flags, strict=True) if given_]
    return Index(tuple(items)), operands


@given(steps())
def test_a_path_consumes_its_operands(case: tuple[np.ndarray, Path, list[int]]) -> None:
    _, path, operands = case
    assert paths.path_operands(path) == len(operands)


@given(steps())
def test_axes_said_to_have_length_one_do(case: tuple[np.ndarray, Path, list[int]]) -> None:
    base, path, operands = case
    shape = np.shape(paths.view(base, path, operands))
    ones = paths.result_ones(tuple(extent == 1 for extent in base.shape), path)
    assert len(ones) == len(shape)
    assert all(extent == 1 for extent, one in zip(shape, ones, strict=True) if one)


def test_only_integers_alone_select_an_element() -> None:
    assert paths.is_element(paths.element(2))
    assert not paths.is_element((Index((INT, FULL)),))
    assert not paths.is_element((Index((INT, FULL)), Index((INT,))))


def test_an_index_is_spelled_as_in_python() -> None:
    items = (INT, Slice(start=True, step=True), NEW, FULL)
    assert paths.index_key(items, [3, 1, -1]) == (3, slice(1, None, -1), None, slice(None))
