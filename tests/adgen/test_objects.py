"""The differentiable object as an object: names, pickles, globals, threads, the environment."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import adgen
from tests.adgen.functions import compiled_loss, data, fourth, loss, square_sum

FACTOR = 2.0
TABLE = np.array([1.0, 2.0, 3.0])
PARTS = [1.0, 2.0]


def uses_globals(x):
    return FACTOR * x * x + np.sum(TABLE) * x + PARTS[1]


def test_import_is_light():
    heavy = {"numba", "llvmlite", "scipy", "gast", "astor", "rich", "typer"}
    heavy |= {"adgen.transpiler.compiler", "adgen.transpiler.frontend"}
    code = f"import sys, adgen; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_metadata():
    assert compiled_loss.__name__ == "compiled_loss"
    assert compiled_loss.__doc__ == "The mean logistic loss."
    assert repr(compiled_loss) == "<differentiable compiled_loss, wrt=('w', 'b')>"
    assert repr(compiled_loss.grad) == "<adgen grad(compiled_loss)>"
    assert compiled_loss.grad.__doc__ == "The grad of `compiled_loss` with respect to `w`, `b`."
    assert adgen.differentiate(compiled_loss, 0).__wrapped__ is compiled_loss.__wrapped__


def test_a_gradient_does_not_pass_for_its_function():
    """Inside another function it is the gradient: ``4 * x**3 * x`` there, not ``x**4 * x``."""
    slope = adgen.grad(fourth, jit=False)
    assert adgen.differentiate(lambda x: slope(x) * x, jit=False)(2.0) == 64.0
    assert adgen.grad(lambda x: slope(x) * x, jit=False)(2.0) == 128.0


def test_a_differentiable_object_inside_another():
    inner = adgen.differentiate(fourth, jit=False)
    assert adgen.grad(lambda x: inner(x) * 2.0, jit=False)(2.0) == 64.0


def test_pickles():
    assert pickle.loads(pickle.dumps(compiled_loss)) is compiled_loss
    assert pickle.loads(pickle.dumps(compiled_loss.grad)) is compiled_loss.grad
    unnamed = adgen.differentiate(loss, "b", jit=False)
    again = pickle.loads(pickle.dumps(unnamed))
    assert again.grad(*data()) == unnamed.grad(*data())
    second = pickle.loads(pickle.dumps(adgen.grad(adgen.grad(fourth, jit=False))))
    assert second(2.0) == 48.0


def test_globals_are_those_of_the_call(monkeypatch):
    gradient = adgen.grad(uses_globals, jit=False)
    assert gradient(3.0) == 18.0
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 3.0)
    assert gradient(3.0) == 24.0
    value = adgen.differentiate(uses_globals, jit=False)
    assert value(1.0) == 11.0
    monkeypatch.setattr(sys.modules[__name__], "PARTS", [1.0, 5.0])
    assert value(1.0) == 14.0
    PARTS[1] = 6.0  # the same list
    assert value(1.0) == 15.0
    TABLE[0] += 1.0
    try:
        assert gradient(3.0) == 25.0
    finally:
        TABLE[0] -= 1.0


def test_closures_are_those_of_the_call():
    factor = 2.0

    def f(x):
        return factor * x

    gradient = adgen.grad(f, jit=False)
    assert gradient(1.0) == 2.0
    factor = 5.0
    assert gradient(1.0) == 5.0


def test_helpers_are_those_of_the_call():
    def same(x):
        return x

    def double(x):
        return 2.0 * x

    helper = same
    gradient = adgen.grad(lambda x: fourth(x) + helper(x), jit=False)
    assert gradient(2.0) == 33.0
    helper = double
    assert gradient(2.0) == 34.0


def test_transforms_of_one_function_share_what_is_compiled(monkeypatch):
    from adgen.transpiler import compiler

    calls = []
    compile_source = compiler.compile_source

    def counted(*args, **kwargs):
        calls.append(args)
        return compile_source(*args, **kwargs)

    monkeypatch.setattr(compiler, "compile_source", counted)

    def f(x):
        return x * x

    for _ in range(3):
        adgen.grad(f, jit=False)(3.0)
        adgen.value_and_grad(f, jit=False)(3.0)
    adgen.differentiate(f, jit=False).grad(4.0)
    assert len(calls) == 1
    adgen.grad(f, jit=False)(np.float32(3.0))
    assert len(calls) == 2


def test_the_environment_switches_numba_off(monkeypatch):
    monkeypatch.setenv("ADGEN_JIT", "0")
    code = (
        "import sys, adgen\n"
        "adgen.grad(adgen.differentiate(eval('lambda x: x'), jit=False))\n"
        "from tests.adgen.functions import fourth\n"
        "assert adgen.grad(fourth)(2.0) == 32.0\n"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.jit
def test_threads_meet_in_one_compilation():
    f = adgen.differentiate(square_sum)
    results, threads = [], []
    for rank in (1, 2, 3, 1, 2, 3, 1, 2):
        argument = np.ones((2,) * rank)
        threads.append(threading.Thread(target=lambda x=argument: results.append(f.grad(x))))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.ndim for result in results) == [1, 1, 1, 2, 2, 2, 3, 3]
    assert all(np.all(result == 2.0) for result in results)


def test_source_says_what_it_holds_for():
    text = adgen.differentiate(loss, ("w", "b"), jit=False).source(*data())
    assert "# loss_value_and_grad: derivative of loss with respect to w, b\n" in text
    assert "#   X: f8[:, :]\n" in text
    namespace: dict = {}
    exec(text, namespace)
    value, (w_bar, b_bar) = namespace["loss_value_and_grad"](*data())
    assert value == pytest.approx(loss(*data()))


def test_source_without_arguments_is_that_of_the_last_call():
    f = adgen.differentiate(lambda x: x * x, jit=False)
    assert "#   x: float  guessed from use\n" in f.source()
    f.grad(np.float32(2.0))
    assert "#   x: f4\n" in f.source()
    assert "stage numba" in f.source(stage="all")
    with pytest.raises(adgen.AdgenError, match="there is no stage 'nonsense'"):
        f.source(stage="nonsense")


def test_show_prints(capsys):
    adgen.differentiate(loss, "w", jit=False).show(*data())
    assert "def loss_value_and_grad(w, b, X, y):" in capsys.readouterr().out


def test_transforms_of_one_function_share_their_objects():
    def cube(x):
        return x * x * x

    assert adgen.grad(cube, jit=False) is adgen.grad(cube, jit=False)
    assert adgen.grad(cube, (0,), jit=False) is not adgen.grad(cube, jit=False)
    assert adgen.grad(cube, (0,), jit=False)(2.0) == (12.0,)
    assert adgen.differentiate(cube, jit=False) is not adgen.differentiate(cube, jit=False)
