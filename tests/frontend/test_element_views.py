"""``x[..., 0]`` of a vector is a view in NumPy: names of it see what is written, and write."""

import numpy as np
import pytest

import adgen
from tests.frontend.running import agrees


def rotated(s):
    s = s.copy()
    for _ in range(3):
        x, v = s[..., 0], s[..., 1]
        s[..., 0] = x + 0.1 * v
        s[..., 1] = v - 0.1 * x  # of the x that was just written
    return np.sum(s * s)


def read_behind_a_write(s):
    s = s * 1.0
    first = s[..., 0]
    s[0] = s[1] * 2.0
    return first * s[2]


def written_through_another_view(s):
    s = s * 1.0
    first, rest = s[..., 1], s[1:]
    rest *= s[0]
    return first * s[0]


def updated_in_place(s):
    s = s * 1.0
    first = s[..., 0]
    first += 2.0
    first *= s[1]
    return s[0] * s[1] + first


def of_a_matrix(s):
    m = np.outer(s, s)
    last = m[1][..., -1]
    m[np.argmax(m, axis=0)] = 0.2
    return last * s[0] + np.sum(m)


def chosen_by_branches(s):
    s = s * 1.0
    e = s[..., 0]
    if s[1] > 0.5:
        e = s[..., 1]
    s[1] = 3.0 * s[0]
    return e * s[2]


def carried_by_a_loop(s):
    s = s * 1.0
    e = s[..., 0]
    total = 0.0
    for k in range(3):
        s[k] = s[k] * (k + 1.0)
        total += e * s[k]
        e = s[..., k]
    return total + e


def renamed(s):
    s = s * 1.0
    e = s[..., 0]
    other = e
    s[0] = s[2] * s[1]
    return other * e


def a_number_of_its_own(s):
    s = s * 1.0
    e, f = s[0], s[..., 1] * 1.0
    s[:2] = 7.0
    return e * f * s[2]


PROGRAMS = [
    rotated, read_behind_a_write, written_through_another_view, updated_in_place, of_a_matrix,
    chosen_by_branches, carried_by_a_loop, renamed, a_number_of_its_own,
]  # fmt: skip
S, T = np.array([0.4, 0.7, 1.1]), np.array([1.0, -0.5, 0.3])


@pytest.mark.parametrize("program", PROGRAMS)
def test_agrees_with_numpy_and_with_differences(program):
    agrees(program, S)
    step = 1e-6
    slope = (program(S + step * T) - program(S - step * T)) / (2 * step)
    assert adgen.jvp(program, (S,), (T,), jit=False)[1] == pytest.approx(slope, rel=1e-7)
    assert adgen.grad(program, jit=False)(S) @ T == pytest.approx(slope, rel=1e-7)


def test_a_name_of_an_element_on_one_path_and_of_a_number_on_another():
    def mixed(s):
        s = s * 1.0
        e = 1.0
        if s[0] > 0.1:
            e = s[..., 0]
        s[0] = 2.0
        return e

    with pytest.raises(adgen.UnsupportedError, match="an array on one path and a number"):
        adgen.grad(mixed, jit=False)(S)
