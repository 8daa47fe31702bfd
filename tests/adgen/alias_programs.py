"""Programs about mutation, views and aliases: each says in its name what could go wrong.

Arguments go by name: vectors ``x``, ``y`` of 5, matrices ``M`` (4 by 5) and ``S`` (4 by 4), numbers
``s`` (positive) and ``r`` (negative), the integer ``n`` = 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

PROGRAMS: list[Callable[..., Any]] = []


def program(function: Callable[..., Any]) -> Callable[..., Any]:
    """Put a program on the list."""
    PROGRAMS.append(function)
    return function


# Two names


@program
def second_name_is_written(x):
    y = x
    y[0] = x[1] * 2.0
    return np.sum(x * x)


@program
def second_name_is_updated_in_place(x):
    y = x
    y *= 2.0
    return np.sum(x * y)


@program
def second_name_is_rebound_before_the_write(x):
    y = x
    y = y * 2.0
    y[0] = 3.0
    return np.sum(x * y)


@program
def conditional_name_taken(x, s):
    y = x if s > 0.0 else x * 2.0
    y[0] = 3.0
    return x[0] * x[1] + y[1]


@program
def conditional_name_not_taken(x, r):
    y = x if r > 0.0 else x * 2.0
    y[0] = 3.0
    return x[0] * x[1] + y[1] * y[0]


@program
def one_of_two_arguments_is_written(x, y, s):
    z = x if s > 0.0 else y
    z[1] *= s
    return np.sum(x * x) - np.sum(y * y * x)


@program
def one_of_three_by_two_ifs(x, y, s, r):
    z = x
    if s > 0.0:
        z = y
    if r > 0.0:
        z = x * y
    z[2] = z[1] * s
    return np.sum(x * y) + z[2]


@program
def argument_read_after_conditional_copy(x, s):
    y = x.copy() if s > 0.0 else x
    y[:] = y * y
    return np.sum(x * y)


@program
def two_names_of_one_choice(x, y, s):
    z = x if s > 0.0 else y
    w = z
    w[0] = 4.0 * z[1]
    z[3] = w[0] * y[3]
    return np.sum(x * y * z) + w[3]


@program
def two_choices_by_one_condition(x, y, s):
    if s > 0.0:
        a, b = x, y
    else:
        a, b = y, x
    a[0] = b[1] * s
    b[1] = a[0] * a[1]
    return np.sum(x * x * y)


@program
def a_choice_of_a_choice(x, y, s, r):
    a = x if s > 0.0 else y
    b = a if r > 0.0 else x
    b[2] = 2.0 * a[3] * s
    a[2] = b[2] * y[0]
    return np.sum(x * y) + b[2]


@program
def a_choice_read_only(x, y, s):
    z = x if s > 0.0 else y
    return np.sum(z * x) * z[0]


@program
def written_in_one_arm_only(x, s):
    y = x
    if s > 0.0:
        y = x * 1.0
        y[0] = 0.5
    else:
        y[0] = 0.7
    return np.sum(x * x) + y[0] * y[1]


# Views


@program
def base_written_and_view_read(x):
    v = x[1:4]
    x[2] = x[0] * 3.0
    return np.sum(v * v)


@program
def view_written_and_base_read(x):
    v = x[1:4]
    v[0] = x[0] * 3.0
    return np.sum(x * x)


@program
def view_of_a_view(M):
    v = M[1:][:, 2:]
    w = v[0][1:]
    w[0] = M[0, 0] * M[1, 1]
    return np.sum(M * M) + v[0, 1]


@program
def overlapping_views(x):
    a = x[:4]
    b = x[1:]
    a[1] = b[2] * 2.0
    b[0] *= a[2]
    return np.sum(a * b)


@program
def row_and_column(M):
    row = M[1]
    column = M[:, 1]
    row[1] = column[0] * column[2]
    column *= 2.0
    return np.sum(row * row) + np.sum(M)


@program
def transpose_written(M):
    T = M.T
    T[0, 1] = M[2, 2] * M[0, 0]
    T[1:3] *= 2.0
    return np.sum(M * M * M)


@program
def reversed_view_written(x):
    v = x[::-1]
    v[0] = x[0] * x[1]
    v[1:3] += x[:2]
    return np.sum(x * v)


@program
def every_second_element_reversed(x):
    v = x[::-2]
    v *= x[0]
    return np.sum(x * x)


@program
def view_outlives_the_rebound_name(x):
    v = x[1:3]
    x = x * 2.0
    v[0] = 5.0
    x[1] = 7.0
    return np.sum(v * v) + np.sum(x * x)


@program
def view_chosen_by_a_condition(M, s):
    v = M[0] if s > 0.0 else M[:, 0]
    v[1] = M[2, 2] * 2.0
    return np.sum(M * M) + v[0] * v[1]


@program
def one_of_two_rows_at_a_computed_place(M, s, n):
    v = M[n - 1] if s > 1.0 else M[n - 2]
    v *= M[0]
    return np.sum(M * M)


@program
def new_axes_are_views(x):
    v = x[:, None]
    v[1, 0] = x[0] * x[0]
    w = x[None]
    w[0, 2] *= 3.0
    return np.sum(x * x)


@program
def transpose_of_a_part(M):
    v = M[1:3].transpose(1, 0)
    v[0] = 2.0 * M[0, :2]
    return np.sum(M * M)


# Reshapes


@program
def written_through_reshape(M):
    w = M.reshape(-1)
    w[6] = M[0, 0] * M[2, 2]
    return np.sum(M * M) + w[0]


@program
def written_through_ravel_of_rows(M):
    w = M[1:3].ravel()
    w[1:4] *= 2.0
    return np.sum(M * M)


@program
def ravel_of_a_transpose_is_a_copy(M):
    w = M.T.ravel()
    w[1] = 9.0
    return np.sum(M * M) + w[1] * w[2]


@program
def flatten_is_a_copy(M):
    w = M.flatten()
    w[0] = M[1, 1] * 2.0
    return np.sum(M * M) + w[0]


@program
def ravel_of_columns_is_a_copy(M):
    w = M[:, 1:3].ravel()
    w[0] = 9.0
    return np.sum(M * M) + w[0] * w[1]


@program
def ravel_of_a_reversed_vector_is_a_copy(x):
    w = x[::-1].ravel()
    w[0] = 9.0
    return np.sum(x * x) + w[0] * w[1]


@program
def reshape_of_a_reversed_vector_is_a_view(x):
    w = x[3::-1].reshape(2, 2)
    w[0, 1] = 9.0 * x[0]
    return np.sum(x * x) + w[1, 1]


@program
def vector_seen_as_a_matrix(x):
    A = x[:4].reshape(2, 2)
    A[0] = A[1] * x[4]
    A.T[0] += x[1]
    return np.sum(x * x)


@program
def reshape_of_a_reshape(S):
    w = S.reshape(2, 8).reshape(4, 2, 2)
    w[1, 0, 1] = S[0, 0] * 3.0
    return np.sum(S * S * S)


# Slices that overlap


@program
def shifted_up(x):
    x[1:] = x[:-1]
    return np.sum(x * np.arange(5.0))


@program
def shifted_down(x):
    x[:-1] = x[1:]
    return np.sum(x * np.arange(5.0) * x)


@program
def added_to_the_next(x):
    x[1:] += x[:-1]
    return np.sum(x * x)


@program
def added_to_the_next_by_names(x):
    a = x[1:]
    b = x[:-1]
    a += b
    b *= a
    return np.sum(x * x)


@program
def reversed_in_place(x):
    x[:] = x[::-1] * x
    return np.sum(x * np.arange(5.0))


@program
def transposed_in_place(S):
    S[:] = S.T * 2.0
    return np.sum(S * np.arange(16.0).reshape(4, 4))


@program
def transposed_in_place_plainly(S):
    S[:] = S.T
    return np.sum(S * S * np.arange(16.0).reshape(4, 4))


@program
def stencil_in_place(x, n):
    for _ in range(n):
        x[1:-1] = 0.5 * (x[:-2] + x[2:])
    return np.sum(x * x)


# Rows swapped


@program
def rows_swapped_by_copies(M):
    M[0], M[1] = M[1].copy(), M[0].copy()
    return np.sum(M * np.arange(20.0).reshape(4, 5) * M)


@program
def rows_swapped_as_views(M):
    M[0], M[1] = M[1], M[0]
    return np.sum(M * np.arange(20.0).reshape(4, 5) * M)


@program
def elements_swapped(x):
    x[0], x[1] = x[1], x[0]
    return np.sum(x * x * np.arange(5.0))


@program
def row_kept_while_swapped(M):
    kept = M[0]
    M[0] = M[1]
    M[1] = kept
    return np.sum(M * np.arange(20.0).reshape(4, 5) * M)


@program
def selection_sort(x):
    for i in range(4):
        for j in range(i + 1, 5):
            if x[j] < x[i]:
                x[i], x[j] = x[j], x[i]
    return np.sum(x * np.arange(5.0) * x)


@program
def pivoted_elimination(S):
    for k in range(3):
        p = k
        for i in range(k + 1, 4):
            if abs(S[i, k]) > abs(S[p, k]):
                p = i
        row = S[k].copy()
        S[k] = S[p]
        S[p] = row
        for i in range(k + 1, 4):
            S[i] -= S[i, k] / S[k, k] * S[k]
    return S[0, 0] * S[1, 1] * S[2, 2] * S[3, 3]


# Functions


@program
def callee_mutates(x):
    def double(v):
        v *= 2.0

    double(x[1:3])
    double(x)
    return np.sum(x * x)


@program
def callee_gets_one_array_twice(x):
    def mix(a, b):
        a[0] = b[1] * 2.0
        b[2] = a[0] * a[1]

    mix(x, x)
    mix(x[1:], x)
    return np.sum(x * x)


@program
def callee_returns_its_argument(x):
    def same(v):
        v[0] = 2.0
        return v

    y = same(x)
    y[1] *= 3.0
    return np.sum(x * x * y)


@program
def callee_returns_one_of_its_arguments(x, y, s):
    def pick(a, b):
        if s > 0.0:
            return b
        return a

    z = pick(x, y)
    z[0] = x[1] * y[2]
    return np.sum(x * y)


@program
def callee_returns_a_view_early(M, s):
    def part(A):
        for i in range(4):
            if A[i, 0] * s > 0.3:
                return A[i]
        return A[0]

    v = part(M)
    v[1] = 2.0 * M[0, 0]
    return np.sum(M * M) + v[0]


@program
def closure_writes(x):
    def bump(i):
        x[i] = x[i] * x[0] + 1.0

    for i in range(3):
        bump(i)
    return np.sum(x * x)


@program
def closure_sees_the_rebound_name(x):
    y = x

    def bump():
        y[0] = 2.0 * y[1]

    bump()
    y = x * 2.0
    bump()
    return np.sum(x * x) + np.sum(y * y)


# Tuples and lists


@program
def arrays_in_a_tuple(x, y):
    pair = (x, y, x[1:])
    pair[0][1] = 3.0 * y[0]
    pair[2][2] = pair[1][1]
    return np.sum(x * x) + np.sum(pair[2])


@program
def one_array_twice_in_a_list(x):
    rows = [x, x]
    rows[0][0] = 2.0 * x[1]
    rows[1][1] = rows[0][0] * x[2]
    return np.sum(rows[0] * rows[1])


@program
def tuple_of_choices(x, y, s):
    pair = (x, y) if s > 0.0 else (y, x)
    pair[0][0] = 2.0 * y[1]
    pair[1][2] = pair[0][0] * x[3]
    return np.sum(x * y)


@program
def loop_over_a_tuple_of_arrays(x, y):
    for v in (x, y, x):
        v[1] = v[0] * v[2]
        v *= 1.5
    return np.sum(x * y)


@program
def loop_over_rows_that_are_views(M):
    for row in M:
        row[0] = row[1] * row[2]
        row[3:] *= M[0, 0]
    return np.sum(M * M)


@program
def zipped_rows(M, S):
    for a, b in zip(M, S):  # noqa: B905
        a[:4] = b * b
        b[0] = a[4]
    return np.sum(M) * np.sum(S * S)


# Loops that rebind


@program
def buffers_swapped(x, n):
    new = x.copy()
    for _ in range(n):
        new[1:-1] = x[:-2] * x[2:]
        x, new = new, x
    return np.sum(x * x) + new[1]


@program
def argument_buffers_swapped(x, y, n):
    for _ in range(n):
        y[1:-1] = x[:-2] + x[2:] * y[1:-1]
        x, y = y, x
    return np.sum(x * x) - y[2]


@program
def swapped_where_a_condition_holds(x, y, n):
    for i in range(n):
        if x[i] > y[i]:
            x, y = y, x
        x[i] = x[i + 1] * y[i]
    return np.sum(x * x * y)


@program
def rotated_names(x, y, n):
    z = x * y
    for i in range(n + 1):
        x[i] = y[i] * z[i]
        x, y, z = y, z, x
    return np.sum(x * y) + z[0]


@program
def previous_array_kept(x, n):
    old = x
    new = x * 2.0
    for i in range(n):
        old[i] = new[0] * 0.5
        old, new = new, old * new
    return np.sum(old) + np.sum(new * x)


@program
def best_so_far(x, y, n):
    best = x
    for i in range(n):
        best = y if y[i] > 0.3 else x
        best[i] *= 3.0
    return np.sum(x) * np.sum(y * y) + best[0]


@program
def view_moves_along(x, n):
    for i in range(n):
        v = x[i : i + 2]
        v[0] = v[1] * x[4]
    return np.sum(x * x)


@program
def view_of_the_iteration_before(M, n):
    row = M[0]
    for i in range(n):
        row[1] *= 2.0
        row = M[i + 1]
    return np.sum(M * M) + row[0]


@program
def row_or_column_of_the_iteration_before(S, n):
    part = S[0]
    for i in range(n):
        part[1] *= 2.0
        part = S[i] if i % 2 == 0 else S[:, 1]
    return np.sum(S * S) + part[0]


@program
def written_while_iterated_over(x):
    total = 0.0
    y = x
    for e in x:
        y[4] += e
        total += e * y[4]
        if total > 1.0:
            y = y * 0.5
    return total + np.sum(x * y)


@program
def rebound_while_iterated_over(x, s):
    for e in x:
        x[0] = e * x[1]
        if e > 0.6:
            x = x * s
    return np.sum(x * x)


@program
def fresh_array_kept_under_two_names(x, n):
    a = x
    b = x
    for i in range(n):
        if x[i] > 0.2:
            a = a * 2.0
            b = a
        else:
            b = b * 1.5
        b[i] = a[i] * x[4]
    return np.sum(a * b) + np.sum(x * x)


@program
def while_loop_swaps(x, y):
    k = 0
    while x[0] + k < 3.0:
        x[1] = y[0] * x[0] + 0.1
        x, y = y, x
        k += 1
    return np.sum(x * x) - np.sum(y)


@program
def break_leaves_an_alias(x, y):
    v = x
    for i in range(5):
        if y[i] > 0.5:
            v = y
            break
        v[i] = 2.0 * y[i]
    v[0] = x[1] * y[1]
    return np.sum(x * y)


@program
def early_return_of_a_written_array(x, s):
    y = x
    for i in range(5):
        y[i] *= s
        if y[i] > 0.5:
            return np.sum(x * x) + y[i]
    y = y * 2.0
    return np.sum(x * y)


@program
def nested_loops_rebind(M, n):
    v = M[0]
    for i in range(n):
        for j in range(2):
            v[j] = M[i, j + 1] * v[j]
            if M[i, j] > 0.4:
                v = M[i + 1]
        v = v * 1.0 if i == 1 else M[i]
    return np.sum(M * M) + np.sum(v)


@program
def late_name_of_an_argument(x, y, n):
    for i in range(n):
        z = x if i % 2 == 0 else y
        z[i] = x[i + 1] * y[i]
    z[4] = 2.0
    return np.sum(x * y * z)


# Updates in place


@program
def updates_through_a_view_of_itself(x):
    v = x[:3]
    v += x[2:]
    x[2:] *= v
    return np.sum(x * x)


@program
def update_by_itself(x):
    y = x
    x += y * x
    x -= x * 0.5
    return np.sum(x * y)


@program
def update_of_an_element_through_two_views(M):
    M[1][2] += M[2, 1]
    M.T[2][1] *= M[0, 0]
    M[1:, 1:][0, 1] -= 0.5 * M[3, 3]
    return np.sum(M * M)


@program
def filled(x, s):
    v = x[1:3]
    v[:] = s
    return np.sum(x * x * s)


@program
def row_updated_by_rows(M):
    for i in range(1, 4):
        M[i] += M[i - 1] * 0.5
        M[i - 1] *= M[i]
    return np.sum(M * M)


@program
def fresh_array_from_a_view(x):
    a = np.copy(x[1:4])
    b = x[:]
    a[0] = 5.0
    b[1] = 7.0 * x[0]
    return np.sum(x * x) + np.sum(a * a)


@program
def conditional_writes_in_a_loop(x, y):
    v = np.zeros(5)
    for i in range(5):
        if x[i] > 0.0:
            v[i] = x[i] * y[i]
        else:
            v[i] -= y[i]
    return np.sum(v * v)


# Found by random programs


@program
def rotated_and_then_rebound_by_an_if(x, y, s):
    u = x * 0.5
    v = y
    for _ in range(5):
        x, y, v = y, v, x
    x[1] = u[0] * -0.84 + 0.2
    if s < 0.0:
        y[2] = y[1] * 0.2
    return np.sum(x * 0.3) + np.sum(y * y) + np.sum(u * v)


@program
def choice_read_behind_a_loop_that_rebinds(x, y, M, n, s):
    v = y
    w = M[0]
    if s > 0.0:
        w, v = v, w
    if x[3] < 0.805:
        for _ in range(3):
            if w[0] < -0.819:
                break
            y[0] *= 0.5
    else:
        for _ in range(n):
            w = M[:, 2]
    return np.sum(y * y) + np.sum(w * x) - np.sum(v)


@program
def views_chosen_and_written_behind_an_if(x, y, M, n, s):
    u = x * 0.5
    v = y
    w = M[1]
    if s > 0.0:
        if u[0] > 0.726:
            v = M.reshape(-1)[5:10]
        for _ in range(n):
            w[-1] = y[2] * 0.06
            w = v if v[0] > -0.766 else u
    w *= 0.08
    return np.sum(y * y) + np.sum(u * v) - np.sum(w * x) + np.sum(M * M)
