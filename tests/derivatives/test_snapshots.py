"""Loops of which only some states are stored: the schedule, and derivatives through it."""

import math

import numpy as np
import pytest

from adgen import (
    UnsupportedSyntax,
    check_grads,
    checkpointed,
    differentiate,
    grad,
    hvp,
    jvp,
    primitive,
    value_and_grad,
    vjp,
)

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
U = np.sin(np.linspace(0.0, 3.0, 7))


def same(function, plain, args, wrt=(0,), jit=False, second=True):
    """Values and derivatives of both modes, of first and second order, are those of ``plain``."""
    one = differentiate(plain, wrt=wrt, jit=False)
    two = differentiate(function, wrt=wrt, jit=jit)
    assert two(*args) == pytest.approx(function(*args), rel=1e-14, abs=1e-14)
    for a, b in zip(one.grad(*args), two.grad(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)
    directions = tuple(np.cos(np.asarray(args[k]) + k)[()] for k in wrt)
    tangents = [directions[wrt.index(k)] if k in wrt else None for k in range(len(args))]
    _, slope = jvp(function, args, tangents, jit=jit)
    assert slope == pytest.approx(
        sum(np.sum(g * d) for g, d in zip(one.grad(*args), directions, strict=True)), rel=1e-11
    )
    if second:
        for a, b in zip(hvp(one)(*args, directions), hvp(two)(*args, directions), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11)


# The schedule


def repeated(steps, snapshots):
    """How often steps are run ahead of being turned, at best (Griewank & Walther, 2000)."""
    r = 0
    while math.comb(snapshots + r, snapshots) < steps:
        r += 1
    return r * steps - math.comb(snapshots + r, r - 1) if r else 0


def least(steps, snapshots):
    """The same by dynamic programming: where the next state is stored is tried out."""
    table = {}
    for s in range(1, snapshots + 1):
        for n in range(1, steps + 1):
            if n == 1 or s == 1:
                table[n, s] = n * (n - 1) // 2
            else:
                table[n, s] = min(m + table[n - m, s - 1] + table[m, s] for m in range(1, n))
    return table[steps, snapshots]


class Counting:
    """NumPy with a sine that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __getattr__(self, name):
        return getattr(np, name)

    def sin(self, x):
        self.calls += 1
        return np.sin(x)


@pytest.mark.parametrize("snapshots", [1, 2, 3, 5, 10, 100])
def test_steps_are_repeated_as_often_as_they_must(snapshots):
    """The generated code is run with a sine that counts."""

    def loop(x, n):
        for _ in checkpointed(range(n), snapshots=snapshots):
            x = np.sin(x) + 0.1
        return x

    names = {}
    exec(differentiate(loop, jit=False).source(0.3, 2), names)
    for n in (1, 2, 3, 4, 7, 10, 11, 33, 57, 120):
        names["np"] = Counting()
        names["loop_value_and_grad"](0.3, n)
        # the sweep that gives the value, and what is repeated ahead of the steps that are turned;
        # of a turned step nothing but the cosine of its state is computed
        assert names["np"].calls == n + repeated(n, snapshots) - (n - 1)


def test_the_formula_is_the_least():
    for snapshots in (1, 2, 3, 5):
        for n in (1, 2, 3, 7, 20, 45):
            assert repeated(n, snapshots) == least(n, snapshots)


@pytest.mark.jit
def test_machine_code_counts_as_cpython_does():
    from numba import njit

    from adgen.runtime import machine_schedule as schedule
    from adgen.transpiler.primitives.schedule import next_snapshot

    compiled = njit(lambda place, end, kept, k: schedule.next_snapshot(place, end, kept, k))
    for steps in (1, 2, 3, 10, 101, 5000):
        for left in (-1, 0, 1, 2, 7, 60):
            args = 3, 3 + steps, 5, 5 + left
            found = {f(*args) for f in (compiled, schedule.next_snapshot, next_snapshot)}
            assert len(found) == 1


# Derivatives


def waves(u, c, n, over):
    """Two arrays that change places, a sum and a record on the way."""
    before = u.copy()
    total = 0.0
    record = np.zeros(n)
    for k in over(n):
        after = np.zeros(u.shape)
        for i in range(1, u.shape[0] - 1):
            bend = u[i - 1] - 2.0 * u[i] + u[i + 1]
            after[i] = 2.0 * u[i] - before[i] + c * bend * np.cos(0.1 * k) - 0.1 * u[i] ** 3
        before = u
        u = after
        total = total + np.sum(u) * 0.01
        record[k] = u[2] * u[2]
    return total + np.sum(record) + np.sum(u * before)


LIMITS = {
    "number": lambda n: checkpointed(range(n), snapshots=3),
    "one": lambda n: checkpointed(range(n), snapshots=1),
    "many": lambda n: checkpointed(range(n), 1000),
    "memory": lambda n: checkpointed(range(n), memory=600),
    "root": lambda n: checkpointed(range(n)),
}


@both
@pytest.mark.parametrize("limit", LIMITS)
def test_states_of_arrays(limit, jit):
    over = LIMITS[limit]
    for n in (0, 1, 2, 3, 9) if not jit else (9, 30):
        same(
            lambda u, c, n: waves(u, c, n, over), lambda u, c, n: waves(u, c, n, range),
            (U, 0.3, n), (0, 1), jit,
        )  # fmt: skip


def test_only_what_a_step_needs_is_stored():
    """Neither the sum nor the record, which no step reads."""
    over = LIMITS["number"]
    text = differentiate(lambda u, c, n: waves(u, c, n, over), jit=False).source(U, 0.3, 5)
    assert text.count("_kept = np.empty(") == 2
    assert "before_kept[kept] = before" in text
    assert "keep_at = next_snapshot(k, t1, kept, 3)" in text
    assert "record_kept" not in text and "total_kept" not in text


def test_memory_decides_how_many_states_are_stored():
    def loop(u, n):
        for _ in checkpointed(range(n), memory=80_000):
            u = u + 0.1 * np.sin(u)
        return np.sum(u)

    f = differentiate(loop, jit=False)
    u = np.linspace(0.0, 1.0, 100)
    assert f.residual_bytes(u, 10_000) <= 80_000 + 100 * 8 + 2000
    assert f.residual_bytes(u, 10_000) > 79_000
    same(loop, _grown, (U, 30))


def test_what_is_foretold_of_segments():
    def loop(u, n):
        for _ in checkpointed(range(n)):
            u = u + 0.1 * np.sin(u)
        return np.sum(u)

    f = differentiate(loop, jit=False)
    assert f.residual_bytes(U, 10_000) == 100 * 7 * 8  # states; the tape of a segment is work space
    assert "int(sqrt(max(n, 0)))" in f.source(U, 10_000)


def _grown(u, n):
    for _ in range(n):
        u = u + 0.1 * np.sin(u)
    return np.sum(u)


@both
def test_arrays_written_in_place(jit):
    def f(u, w, n, over=LIMITS["number"]):
        u = u.copy()
        count = 0
        for k in over(n):
            u[k % 7] = np.sin(u[(k + 1) % 7]) * w[k % 3] + u[k % 7]
            if u[0] > 0.5:
                u[1:4] *= 0.9
                count += 1
            u[count % 7] += 0.01 * count
        return np.sum(u * u) + count

    same(f, lambda u, w, n: f(u, w, n, range), (U, np.array([0.4, -0.3, 0.8]), 17), (0, 1), jit)


@both
def test_loops_in_loops(jit):
    def f(u, c, n, outer=range, inner=range):
        for k in outer(n):
            v = u
            for i in inner(k + 2):
                v = v * np.cos(c * v) + 0.1 * i
            u = u + 0.1 * np.sin(v)
        return np.sum(u)

    marked = LIMITS["number"]
    root = LIMITS["root"]
    for outer, inner in ((marked, marked), (marked, range), (range, marked), (root, root)):
        same(
            lambda u, c, n, outer=outer, inner=inner: f(u, c, n, outer, inner),
            f, (U, 0.3, 6), (0, 1), jit, second=not jit,
        )  # fmt: skip


@both
def test_steps_with_loops_and_branches(jit):
    def f(x, y, n, over=LIMITS["number"]):
        for k in over(n):
            trips = 0
            while abs(x) > 0.3 and trips < 5:
                x = x * 0.7 + 0.01 * y
                trips += 1
            if k % 3 == 1:
                x, y = np.sin(y) + x * y, x
            else:
                x = x + 0.8 * y
        return x * y

    same(f, lambda x, y, n: f(x, y, n, range), (0.9, 0.4, 13), (0, 1), jit)


@both
def test_a_loop_that_is_left_early(jit):
    def f(x, n, over=LIMITS["number"]):
        for k in over(n):
            if k > 3 and x > 2.5:
                break
            x = x + 0.3 * np.sin(x) ** 2
        else:
            return x * 3.0
        return x * x

    root = LIMITS["root"]
    for n in (0, 3, 40):
        same(f, lambda x, n: f(x, n, range), (0.9, n), jit=jit)
        same(lambda x, n: f(x, n, root), lambda x, n: f(x, n, range), (0.9, n), jit=jit)


def test_bounds_and_steps_of_the_range():
    def f(x, n, over):
        for k in over(n):
            x = x * 1.01 + np.sin(x + k)
        return x

    for bounds in ((11, -3, -2), (3, 20, 3), (5, 5, 1), (2, 9, 1)):
        start, stop, step = bounds

        def marked(n, start=start, stop=stop, step=step):
            return checkpointed(range(start, stop + n, step), snapshots=2)

        def plain(n, start=start, stop=stop, step=step):
            return range(start, stop + n, step)

        same(lambda x, n, o=marked: f(x, n, o), lambda x, n, o=plain: f(x, n, o), (0.3, 0))


def test_what_is_not_carried_needs_no_storage():
    def f(x, n):
        total = 0.0
        for k in checkpointed(range(n), snapshots=2):
            total = total + np.sin(x * k)
        return total

    assert "kept" not in differentiate(f, jit=False).source(0.3, 9)
    assert grad(f, jit=False)(0.3, 9) == pytest.approx(sum(k * np.cos(0.3 * k) for k in range(9)))


def test_containers_and_functions_with_rules():
    @primitive
    def wave(x):
        return np.sin(x)

    from adgen import defvjp

    defvjp(wave, lambda ans, x: lambda g: g * np.cos(x))

    def f(p, n, over=LIMITS["number"]):
        state = {"x": p["x"], "v": 1.0}
        for _ in over(n):
            state = {
                "x": state["x"] + 0.1 * state["v"],
                "v": state["v"] - wave(state["x"]) * p["g"],
            }
        return state["x"] * state["v"]

    p = {"x": 0.4, "g": 0.3}
    one, two = (grad(g, jit=False)(p, 9) for g in (f, lambda p, n: f(p, n, range)))
    assert one == pytest.approx(two, rel=1e-13)
    check_grads(f, jit=False)(p, 9)


def test_pullbacks():
    over = LIMITS["number"]
    f, plain = (
        lambda u, c, n, o=o: waves(u, c, n, o) * np.array([1.0, 2.0]) for o in (over, range)
    )
    g = np.array([0.3, -1.0])
    found, wanted = (vjp(h, U, 0.3, 9, jit=False, wrt=(0, 1))[1](g) for h in (f, plain))
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_derivatives_inside_of_functions():
    over = LIMITS["number"]

    def f(u, c):
        return np.sum(grad(lambda v: waves(v, c, 6, over))(u) ** 2)

    def plain(u, c):
        return np.sum(grad(lambda v: waves(v, c, 6, range))(u) ** 2)

    one, two = (grad(h, wrt=(0, 1), jit=False)(U, 0.3) for h in (f, plain))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11)


def test_prints_are_made_once(capsys):
    def f(x, n):
        for k in checkpointed(range(n), snapshots=2):
            x = np.sin(x)
            print(k)
        return x

    value_and_grad(f, jit=False)(0.3, 5)
    assert capsys.readouterr().out.split() == ["0", "1", "2", "3", "4"]


def test_an_array_that_changes_its_shape():
    def f(u, n):
        v = u
        for _ in checkpointed(range(n), snapshots=2):
            v = np.concatenate((np.sin(v), v[:1]))
        return np.sum(v * v)

    with pytest.raises(ValueError, match="a checkpointed loop carries changes its shape"):
        grad(f, jit=False)(U, 5)
    assert differentiate(f, jit=False)(U, 5) == f(U, 5)


def test_lists_that_grow():
    def f(u, n, over=LIMITS["number"]):
        seen = []
        for _ in over(n):
            u = np.sin(u) * 1.1
            seen.append(np.sum(u))
        return seen[-1] * seen[0] + len(seen)

    same(f, lambda u, n: f(u, n, range), (U, 6), second=False)


def test_limits_are_checked():
    with pytest.raises(ValueError, match="snapshots must be at least 1"):
        checkpointed(range(3), snapshots=0)
    with pytest.raises(ValueError, match="memory must be at least 1"):
        checkpointed(range(3), memory=0)
    with pytest.raises(ValueError, match="one of snapshots and memory"):
        checkpointed(range(3), 3, memory=100)

    def f(x):
        for _ in checkpointed(range(3), snapshots=2, memory=100):
            x = np.sin(x)
        return x

    with pytest.raises(UnsupportedSyntax, match="both snapshots and memory are given"):
        grad(f, jit=False)(0.3)


@both
def test_states_of_several_dtypes(jit):
    def f(u, places, n, over=LIMITS["number"]):
        turned, scale, mask = False, np.float32(0.5), u > 0.0
        for _ in over(n):
            if turned:
                u = u * scale
            else:
                u = np.sin(u[places]) + np.where(mask, u, 0.5 * u)
            turned = not turned
            places = (places + 1) % 5
            mask = u > 0.3
            scale = scale * np.float32(0.99)
        return np.sum(u * u)

    u, places = np.linspace(-1.0, 1.0, 5).astype(np.float32), np.array([2, 3, 4, 0, 1])
    found = grad(f, jit=jit)(u, places, 9)
    wanted = grad(lambda u, places, n: f(u, places, n, range), jit=False)(u, places, 9)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_complex_states():
    def f(z, n, over=LIMITS["number"]):
        for k in over(n):
            z = z * z * 0.3 + 0.1j * k
        return np.abs(z) ** 2

    wanted = grad(lambda z, n: f(z, n, range), jit=False)(0.3 + 0.4j, 7)
    assert grad(f, jit=False)(0.3 + 0.4j, 7) == pytest.approx(wanted, rel=1e-13)
