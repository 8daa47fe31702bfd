"""What Numba is asked to compile, counted: no gradient for a value, nothing twice."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import adgen
from benchmarks.compile_cases import CASES


@contextlib.contextmanager
def counted():
    """The names of the functions that Numba compiles meanwhile."""
    from numba.core import event

    names: list[str] = []

    class Listener(event.Listener):
        def on_start(self, entered):
            names.append(entered.data["dispatcher"].py_func.__name__)

        def on_end(self, left):
            pass

    listener = Listener()
    event.register("numba:compile", listener)
    try:
        yield names
    finally:
        event.unregister("numba:compile", listener)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    from adgen.runtime import compile as numba_compile

    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(numba_compile, "_kept", {})


@pytest.mark.jit
def test_a_value_compiles_no_gradient():
    @adgen.differentiate
    def energy(x):
        return np.sum(x * x)

    with counted() as names:
        energy(np.ones(3))
    assert names == ["energy"]
    with counted() as names:
        energy.value_and_grad(np.ones(3))
        energy.grad(np.ones(3))
    assert names == ["energy_value_and_grad"]


@pytest.mark.jit
def test_one_kind_of_arguments_compiles_once():
    def energy(x, k):
        return k * np.sum(x * x)

    with counted() as names:
        gradient = adgen.grad(energy)
        for n in (3, 4, 5):
            gradient(np.ones(n), 2.0)
        adgen.value_and_grad(energy)(np.ones(6), 3.0)
    assert names == ["energy_value_and_grad"]
    with counted() as names:
        gradient(np.ones(3, np.float32), 2.0)
        gradient(np.ones(5, np.float32), 2.0)
    assert names == ["energy_value_and_grad"]


@pytest.mark.jit
@pytest.mark.parametrize("name", ["net", "mixture", "predators", "heat", "options"])
def test_a_gradient_is_one_function_to_numba(name):
    """Loops, elements, products, fresh arrays: no helper is compiled beside the gradient."""
    case = CASES[name]
    names = tuple(case.function.__code__.co_varnames[k] for k in case.wrt)
    with counted() as compiled:
        adgen.value_and_grad(case.function, names)(*case.data())
    assert compiled == [f"{case.function.__name__}_value_and_grad"]
