"""``with grad_of(x) as g``: cotangents seen and replaced in the reverse sweep."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import adgen
from adgen import grad_of

ENGINES = [False, pytest.param(True, marks=pytest.mark.jit)]
engines = pytest.mark.parametrize("jit", ENGINES, ids=["cpython", "numba"])
X = np.array([1.0, 2.0, 3.0, 0.5])


def energies(x, w):
    total = 0.0
    for i in range(x.shape[0]):
        y = x[i] * w
        with grad_of(y) as g:
            print("cotangent", i, g, y)
            g = g * 2.0
        if y > 2.0:
            with grad_of(y) as g:
                g = min(g, 0.5)
        total += y * y
    return total


def clipped(x):
    y = x * x
    with adgen.grad_of(y) as g:
        g[g > 1.0] = 1.0
        g *= 3.0
    return np.sum(y * np.arange(4.0))


def unit_rows(x):
    total = 0.0
    for row in x:
        with grad_of(row) as g:
            if np.sum(g * g) > 0.0:
                g = g / np.sqrt(np.sum(g * g))
        total += np.sum(row * row * row)
    return total


def scaled_by_trip(x):
    i = 0
    while x[i] < 2.5:
        y = x[i] ** 2
        with grad_of(y) as g:
            g = g + i
        i += 1
        x = x + y * 0.0
        with grad_of(x) as g:
            g = 2.0 * g
    return np.sum(x)


def written(x):
    x[0] = x[1] * 2.0
    with grad_of(x) as g:
        g *= 10.0
    x[2] = x[0] * 3.0
    return np.sum(x)


def looked_at(x):
    with grad_of(x) as g:
        print("sum", np.sum(g))
    return np.sum(x * x)


@engines
def test_in_loops_and_branches(jit, capsys):
    x_bar, w_bar = adgen.grad(energies, (0, 1), jit=jit)(X, 1.0)
    # of y * y: 2 y, clipped to 0.5 where y > 2; then doubled
    np.testing.assert_array_equal(x_bar, [4.0, 8.0, 1.0, 2.0])
    assert w_bar == 4.0 + 16.0 + 3.0 + 1.0
    lines = ["3 1.0 0.5", "2 0.5 3.0", "1 4.0 2.0", "0 2.0 1.0"]  # as the reverse sweep comes
    assert capsys.readouterr().out.splitlines() == [f"cotangent {line}" for line in lines]


@engines
def test_written_in_place(jit):
    np.testing.assert_array_equal(adgen.grad(clipped, jit=jit)(X), 3.0 * 2.0 * X * [0, 1, 1, 1])
    np.testing.assert_array_equal(adgen.vjp(clipped, X, jit=jit)[1](1.0)[0][0], 0.0)
    np.testing.assert_array_equal(adgen.grad(written, jit=jit)(X.copy()), [0, 90.0, 0, 10.0])


@engines
def test_views_and_while_loops(jit):
    rows = np.arange(6.0).reshape(3, 2) + 1
    g = 3 * rows**2
    expected = g / np.sqrt(np.sum(g * g, axis=1, keepdims=True))
    np.testing.assert_allclose(adgen.grad(unit_rows, jit=jit)(rows), expected, rtol=1e-14)
    np.testing.assert_array_equal(
        adgen.grad(scaled_by_trip, jit=jit)(np.array([1.0, 2.0, 3.0])), [4.0, 12.0, 4.0]
    )


@engines
def test_the_function_itself_leaves_the_block_out(jit, capsys):
    for function, *args in ((energies, X, 1.0), (clipped, X), (looked_at, X), (written, X)):
        expected = function(*[np.copy(a) if a is X else a for a in args])
        capsys.readouterr()
        given = [np.copy(a) if a is X else a for a in args]
        assert adgen.differentiate(function, jit=jit)(*given) == expected
        assert capsys.readouterr().out == ""
    frozen = X.copy()
    frozen.flags.writeable = False
    assert adgen.differentiate(looked_at, jit=jit)(frozen) == np.sum(X * X)  # nothing is written
    after = X.copy()
    adgen.differentiate(written, jit=jit)(after)
    np.testing.assert_array_equal(after, [4.0, 2.0, 12.0, 0.5])


def test_in_cpython_the_block_runs_on_zeros():
    with grad_of(X) as g:
        np.testing.assert_array_equal(g, np.zeros(4))
    with grad_of(3.0) as g:
        assert g == 0.0


def test_forward_mode(capsys):
    _, tangent = adgen.jvp(looked_at, (X,), (np.ones(4),), jit=False)
    assert tangent == 2 * np.sum(X)
    assert capsys.readouterr().out == ""
    with pytest.raises(adgen.NotDifferentiable, match="forward mode has none"):
        adgen.jvp(clipped, (X,), (X,), jit=False)
    rows = adgen.jacobian(lambda x: clipped(x) * np.ones(2), mode="reverse", jit=False)(X)
    np.testing.assert_array_equal(rows[0], adgen.grad(clipped, jit=False)(X))


@engines
def test_second_derivatives_are_those_of_the_sweep(jit):
    expected = np.diag([0.0, 6.0, 6.0, 6.0])
    np.testing.assert_array_equal(adgen.hessian(clipped, jit=jit)(X), expected)
    np.testing.assert_array_equal(adgen.hvp(clipped, jit=jit)(X, X), expected @ X)

    def penalty(x):
        return np.sum(adgen.grad(clipped)(x) ** 2)

    with pytest.raises(adgen.NotDifferentiable, match="in reverse mode, and a block"):
        adgen.grad(penalty, jit=jit)(X)


@engines
def test_in_what_is_computed_again(jit, capsys):
    @adgen.checkpoint
    def step(z):
        with grad_of(z) as g:
            print("back", g[0])
            g = 2.0 * g
        return z * z

    def stepped(x):
        return np.sum(step(x))

    def segments(x):
        s = x
        for i in adgen.checkpointed(range(4), snapshots=2):
            s = s * x
            with grad_of(s) as g:
                print(i, g[1])
                g = np.clip(g, -1.0, 1.0)
        return np.sum(s)

    np.testing.assert_array_equal(adgen.grad(stepped, jit=jit)(X), 4.0 * X)
    assert capsys.readouterr().out == "back 2.0\n"
    found = adgen.grad(segments, jit=jit)(X[:3])
    np.testing.assert_array_equal(found, [5.0, 32.0, 123.0])
    assert capsys.readouterr().out == "3 1.0\n2 2.0\n1 2.0\n0 2.0\n"


def test_a_value_that_nothing_depends_on_has_no_cotangent(capsys):
    def idle(x):
        y = x * 2.0
        with grad_of(y) as g:
            print("never", g)
        return x

    assert adgen.grad(idle, jit=False)(2.0) == 1.0
    assert capsys.readouterr().out == ""


def test_the_listing():
    text = adgen.differentiate(energies).source(X, 1.0)
    assert "        # with grad_of(y) as g:\n" in text
    assert '        print("cotangent", i, y_bar, y)\n        g = y_bar * 2.0\n' in text
    assert "g = min(y_bar, 0.5)" in text


def test_a_file_that_is_only_read(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(
        textwrap.dedent("""
        import adgen
        from adgen import grad_of as surgery

        @adgen.differentiate
        def f(x: float):
            y = x * x
            with surgery(y) as g:
                g = max(g, 3.0)
            return y
        """)
    )
    command = [sys.executable, "-m", "adgen", "show", str(file)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "# with surgery(y) as g:" in shown
