"""What arrays, views and lists are where paths and iterations meet, and who sees writes there.

Each program is right, or refused where it could not be: never wrong.
"""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.frontend.running import agrees

X = np.array([0.6, 0.4, 0.9])


def a_view_and_its_array_meet_copies(x):
    whole = np.array([x[0], x[1]])
    part = whole[::-1]
    if x[2] < 0.5:
        part = np.array(part)
        whole = part
    return whole[0] * 10.0 + part[0]


def two_lists_and_one_of_several_views(x):
    a = np.array([x[0], x[1]])
    rows = [a, np.array(a)]
    for _ in range(3):
        rows = [a, a]
    rows[1] += x[2]
    if x[2] < 0.5:
        rows = [row for row in np.outer(x, x[1:])]
    return sum((k + 1) * row[0] - row[1] for k, row in enumerate(rows))


def an_array_that_inner_loops_make(x, n):
    pair = [x[0], 1.3]
    for _ in range(n):
        for _ in range(3):
            made = np.array(pair)
    return np.squeeze(made[:1]) * x[1]


def an_array_beside_a_list(x):
    y = x * [1.0, 2.0, 3.0] + (1.0, x[0], 2.0)
    y += [0.5, 0.5, x[1]]
    ahead = y > [1.0, 2.0, 3.0]
    return np.sum(y * ahead) + np.sum([1, 2, 3] * y) + np.sum(y * (y == [9.0, 9.0, 9.0]))


def written_where_two_copies_are_needed(x):
    a = np.zeros(2)
    b = np.array([np.sin(x[1]), 0.72])
    if x[0] > 0.5:
        a = b[::-1]
        b = a.reshape(2)
    a[[1, 0]] = b if x[2] < 0.4 else a
    return b[0] + a[1] * x[0]


def an_element_of_what_each_iteration_makes(x):
    e = x[0]
    for k in range(3):
        a = x[:2] * 1.5
        a[0] = e * x[k]
        e = a[..., 0]
    return e


def a_list_plus_an_array_is_an_array(x):
    xs = [x[0], 2.0, 3.0]
    xs += x
    return np.sum(xs * xs)


@pytest.mark.parametrize(
    "program",
    [
        a_view_and_its_array_meet_copies, two_lists_and_one_of_several_views,
        an_array_beside_a_list, a_list_plus_an_array_is_an_array,
        written_where_two_copies_are_needed,
    ],
)  # fmt: skip
@pytest.mark.parametrize("last", [0.3, 0.9])
def test_right(program, last):
    x = np.array([0.6, 0.4, last])
    agrees(program, x)
    step, t = 1e-6, np.array([1.0, -0.5, 0.3])
    slope = (program(x + step * t) - program(x - step * t)) / (2 * step)
    assert adgen.grad(program, jit=False)(x) @ t == pytest.approx(slope, rel=1e-6)


def test_shapes_of_arrays_that_inner_loops_make():
    value, gradient = adgen.value_and_grad(an_array_that_inner_loops_make, jit=False)(X, 2)
    assert value == pytest.approx(0.24) and gradient == pytest.approx([0.4, 0.6, 0.0])


def test_elements_of_what_each_iteration_makes_are_not_learned_without_end():
    with pytest.raises(adgen.TypeMismatch, match="an element of an array on another") as caught:
        adgen.grad(an_element_of_what_each_iteration_makes, jit=False)(X)
    assert "float(x)" in str(caught.value)


def one_array_many_times(x):
    y = np.array([x[0], 2.0])
    rows = []
    for _ in range(3):
        rows.append(y)
    y[0] = x[1]
    return rows[0][0]


def in_tuples_many_times(x):
    y = np.array([x[0], 2.0])
    rows = []
    for _ in range(3):
        rows.append((y, 1.0))
    y[0] = x[1]
    return rows[0][0][0]


def written_through_an_item(x):
    y = np.array([x[0], 2.0])
    rows = []
    for _ in range(3):
        rows.append(y)
    row = rows[0]
    row[0] = x[1]
    return y[0]


def two_items_that_are_one(x):
    y = np.array([x[0], 2.0])
    rows = []
    for _ in range(3):
        rows.append(y)
    one, two = rows[0], rows[1]
    one[0] = x[1]
    return two[0]


def items_of_a_part(x):
    y = np.array([x[0], 2.0])
    rows = []
    for _ in range(3):
        rows.append(y)
    rest = rows[1:]
    y[0] = x[1]
    return rest[0][0]


def of_one_length_or_another(x):
    y = np.array([x[0], 2.0])
    rows = [y]
    if x[0] > 0.1:
        if x[2] > 0.2:
            rows.append(y)
        y[0] = x[1]
    return sum(row[0] for row in rows)


def raveled_where_paths_have_met(x):
    y = np.array([x[0], 2.0])[::-1]
    if x[2] > 0.2:
        y = np.array(y)
    flat = y.ravel()
    y[:] = x[1]
    return flat[0]


def written_through_what_is_raveled(x):
    y = np.array([x[0], 2.0])[::-1]
    if x[2] > 0.2:
        y = np.array(y)
    flat = y.ravel()
    flat[:] = x[1]
    return y[0]


@pytest.mark.parametrize(
    "program",
    [
        one_array_many_times, in_tuples_many_times, written_through_an_item,
        two_items_that_are_one, items_of_a_part, of_one_length_or_another,
        raveled_where_paths_have_met, written_through_what_is_raveled,
    ],
)  # fmt: skip
def test_refused(program):
    with pytest.raises(adgen.AliasedMutation, match="changed through another name"):
        adgen.grad(program, jit=False)(X)
