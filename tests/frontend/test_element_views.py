"""``x[..., 0]`` of a vector is a view in NumPy: names of it see what is written, and write."""

from collections import namedtuple

import numpy as np
import pytest

import adgen
from tests.frontend.running import agrees

Pair = namedtuple("Pair", "first second")


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


def in_a_tuple(s):
    s = s * 1.0
    pair = (s[..., 0], 2.0), 3.0
    s[0] = s[1] * s[2]
    return pair[0][0] * s[2] * pair[1]


def in_a_named_tuple(s):
    s = s * 1.0
    p = Pair(s[:1].squeeze(), 2.0)
    for k in range(3):
        s[0] = s[k] * p.first
    return p.first


def made_numbers(s):
    s = s * 1.0
    e = s[..., 0]
    numbers = +e, np.float64(e), float(e), e.copy(), e.item(), np.array(e), np.sum(e), e.max()
    s[0] = s[1] * s[2]
    return sum(a * (k + 1.0) for k, a in enumerate(numbers)) + e


def numbers_in_a_list(s):
    y = np.zeros(1)
    found = []
    for k in range(3):
        y[0] = s[k] * s[0]
        found.append(float(y.squeeze()))
    return found[0] + found[1] * found[2]


def a_fresh_array_each_time(s):
    found = []
    for k in range(3):
        y = np.array([s[k] * s[0]])
        found.append(np.squeeze(y))
    return found[0] + found[1] * found[2]


def put_in_after_the_write(s):
    y = np.zeros(1)
    y[0] = s[0] * s[1]
    held = {"e": y.squeeze()}
    return held["e"] * s[2]


PROGRAMS = [
    rotated, read_behind_a_write, written_through_another_view, updated_in_place, of_a_matrix,
    chosen_by_branches, carried_by_a_loop, renamed, a_number_of_its_own,
    in_a_tuple, in_a_named_tuple, made_numbers, numbers_in_a_list, a_fresh_array_each_time,
    put_in_after_the_write,
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


def held_by(container):
    def program(s):
        y = s * 1.0
        held = container(y[..., 0])
        y[0] = s[1]
        return held

    return program


def appended(s):
    y = s * 1.0
    held = []
    for _ in range(3):
        held.append((y[..., 0], 1.0))
    y[0] = s[1]
    return held[2][0]


def overwritten_each_time(s):
    y = s * 1.0
    held = []
    for k in range(3):
        y[0] = s[k]
        held.append(y[..., 0])
    return held[0]


def of_another_view(s):
    y = s * 1.0
    z = y[:]
    held = [y[..., 0]]
    z[0] = s[1]
    return held[0]


def copied_list(s):
    y = s * 1.0
    held = [y[..., 0]]
    again = list(held)
    y[0] = s[1]
    return again[0]


def updated_in_a_dict(s):
    y = s * 1.0
    held = {"e": y[..., 0]}
    held["e"] += 1.0
    return y[0]


def updated_in_a_grown_list(s):
    y = s * 1.0
    held = []
    for _ in range(3):
        held.append(y[..., 0])
    held[1] += 1.0
    return y[0]


def chosen(s):
    y = s * 1.0
    e = y[..., 0] if s[0] > 0.1 else s[1]
    y[0] = 2.0
    return e


def the_larger(s):
    y = s * 1.0
    e = max(y[..., 0], 0.1)
    y[0] = 2.0
    return e


@pytest.mark.parametrize(
    "program",
    [
        appended, overwritten_each_time, of_another_view, copied_list, updated_in_a_dict,
        updated_in_a_grown_list, chosen, the_larger,
        lambda s: held_by(lambda e: [e])(s)[0],
        lambda s: held_by(lambda e: dict(e=e))(s)["e"],
        lambda s: held_by(lambda e: [(e, 1.0)])(s)[0][0],
    ],
)  # fmt: skip
def test_what_containers_hold_is_not_followed(program):
    with pytest.raises(adgen.UnsupportedError) as caught:
        adgen.grad(program, jit=False)(S)
    assert "element of an array" in caught.value.message or "another name" in caught.value.message
