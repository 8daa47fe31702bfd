"""Differentiable objects and their members in other processes: by name, or carried by value."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import adgen
from adgen import pickles


def scaled(a):
    """A closure."""

    def loss(x):
        return np.sum(a * x * x)

    return loss


@pytest.mark.parametrize("member", ["grad", "value_and_grad", "hvp", "jacobian", "hessian"])
def test_members_of_a_closure(member):
    loss = adgen.differentiate(scaled(3.0), jit=False)
    again = pickle.loads(pickle.dumps(getattr(loss, member)))
    x = np.arange(3.0)
    given = (x, x) if member == "hvp" else (x,)
    found, expected = again(*given), getattr(loss, member)(*given)
    if member != "value_and_grad":
        found, expected = (found,), (expected,)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_lambda_and_what_is_compiled_of_it():
    """Equal pickles give one function: what was compiled for one call serves the next."""
    content = pickle.dumps(adgen.grad(lambda x: x**3, jit=False))
    first, second = pickle.loads(content), pickle.loads(content)
    assert first(2.0) == 12.0 and first._compilations is second._compilations


def test_a_function_that_was_defined_again_with_other_defaults(monkeypatch):
    """The code is the same, but the one that was pickled is meant."""
    import __main__

    first, second = (
        adgen.from_source(
            f"def scaled(x, k={k}):\n    return k * x * x\n", {"__name__": "__main__"}
        )
        for k in (3.0, 5.0)
    )
    carried = pickle.dumps(adgen.grad(first["scaled"], jit=False))
    monkeypatch.setattr(__main__, "scaled", second["scaled"], raising=False)
    assert pickle.loads(carried)(1.0) == 6.0


def test_the_text_comes_along(monkeypatch):
    """Cells of a notebook are in no file that another process has."""
    namespace = adgen.from_source("def cube(x):\n    return x**3\n")
    carried = pickle.dumps(adgen.grad(namespace["cube"], jit=False))
    pickles._loaded.cache_clear()
    import linecache

    monkeypatch.setattr(linecache, "cache", {})
    assert pickle.loads(carried)(2.0) == 12.0


def test_a_function_that_reads_itself_is_refused():
    namespace = adgen.from_source(
        "def power(x, n):\n    return x * power(x, n - 1) if n else 1.0\n"
    )
    namespace["power"] = adgen.differentiate(namespace["power"], jit=False)
    with pytest.raises(pickle.PicklingError, match="`power` calls itself: put it into a module"):
        pickle.dumps(namespace["power"])


PROGRAM = """
    import multiprocessing
    import numpy as np
    from adgen import differentiate, grad

    OFFSET = 1.0

    @differentiate(jit=False)
    def loss(x):
        return np.sum((x - OFFSET) ** 2)

    def scaled(a):
        return grad(lambda x: a * loss(x), jit=False)

    if __name__ == "__main__":
        x = np.zeros(2)
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                assert pool.map(loss.grad, [x])[0].tolist() == [-2.0, -2.0]
                assert pool.map(scaled(3.0), [x])[0].tolist() == [-6.0, -6.0]
        try:
            from joblib import Parallel, delayed
        except ImportError:
            print("without joblib")
        else:
            for function, factor in ((loss.grad, 1.0), (scaled(3.0), 3.0)):
                found = Parallel(n_jobs=2)(delayed(function)(x + k) for k in range(3))
                assert [f[0] for f in found] == [-2.0 * factor, 0.0, 2.0 * factor]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_other_processes(tmp_path: Path):
    """Functions of ``__main__``, in processes of every kind; joblib's, if it is installed."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    done = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, env={**os.environ}, timeout=300
    )
    assert done.returncode == 0, done.stderr
