"""Ctrl-C in the middle of a compilation: the next call compiles, and is right."""

import contextlib
import gc
import itertools
import sys

import numpy as np
import pytest

import adgen
from adgen.runtime import compile as numba_compile

_numbers = itertools.count(2)
JIT = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])


def fresh(jit):
    """A gradient that nothing has been compiled for, and what it is at ones."""
    factor = next(_numbers)
    text = (
        "def f(x):\n    y = np.sin(x) * 2.0\n    s = 0.0\n"
        f"    for v in y:\n        s += v * {factor}.0\n    return s\n"
    )
    f = adgen.from_source(text, {"np": np, "__name__": __name__})["f"]
    return adgen.grad(f, jit=jit), 2.0 * factor * np.cos(np.ones(3))


def steps(call):
    """How many functions of Python a call calls."""
    count = 0

    def counting(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(counting)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


@contextlib.contextmanager
def interrupted_at(step):
    """Ctrl-C when so many functions have been called."""
    left = step

    def interrupting(frame, event, argument):
        nonlocal left
        left -= event == "call"
        if left == 0:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupting)
    try:
        yield
    finally:
        sys.setprofile(None)


@JIT
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_leaves_nothing_half_done(jit, tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    fresh(jit)[0](np.ones(3))  # what is done once per process
    total = steps(lambda: fresh(jit)[0](np.ones(3)))
    interrupts = 0
    points = 8 if jit else 40
    for k in range(points):
        gradient, expected = fresh(jit)
        try:
            with interrupted_at(1 + total * k // points):
                gradient(np.ones(3))
        except KeyboardInterrupt:
            interrupts += 1
        assert gc.isenabled()
        np.testing.assert_allclose(gradient(np.ones(3)), expected, rtol=1e-14)
    assert interrupts >= points - 2  # a callback of C may swallow one
    assert not list(tmp_path.rglob("*.tmp"))
    if jit:
        from numba.core.compiler_lock import global_compiler_lock

        from adgen.runtime import ordered_sums

        assert not global_compiler_lock.is_locked() and ordered_sums._depth == 0
        assert not llvm_lock()._is_owned()


def llvm_lock():
    """The lock that llvmlite holds around each of its calls."""
    from llvmlite.binding import ffi

    return ffi.lib._lock._lock


@pytest.mark.jit
def test_an_interrupt_ahead_of_a_release_does_not_keep_the_lock_of_llvm():
    """Ctrl-C upon entering the function that would release it."""
    with pytest.raises(KeyboardInterrupt):
        with numba_compile.compiler_lock():
            llvm_lock().acquire()
            raise KeyboardInterrupt
    assert not llvm_lock()._is_owned()


def test_an_interrupt_between_derivation_and_numba_leaves_no_entry(monkeypatch):
    gradient, expected = fresh(False)

    def pressed(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(numba_compile, "plain_functions", pressed)
        with pytest.raises(KeyboardInterrupt):
            gradient(np.ones(3))
    np.testing.assert_allclose(gradient(np.ones(3)), expected, rtol=1e-14)
