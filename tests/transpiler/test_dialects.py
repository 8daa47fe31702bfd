"""Programs that call NumPy by the names of Autograd's and JAX's modules."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from adgen.transpiler.dialects import module_at, understood
from adgen.transpiler.static_module import read_text
from adgen.transpiler.transforms import transform

X = np.array([0.5, 1.5])


def test_autograd_is_numpy():
    anp = pytest.importorskip("autograd.numpy")
    from autograd.numpy import tanh
    from autograd.numpy.linalg import norm

    activation = anp.exp

    def loss(x):
        return anp.sum(tanh(x)) + anp.linalg.norm(x) * norm(x) + anp.dot(x, activation(x)) * anp.pi

    slope = 1 - np.tanh(X) ** 2 + 2 * X + np.pi * np.exp(X) * (1 + X)
    np.testing.assert_allclose(adgen.grad(loss, jit=False)(X), slope)
    assert adgen.differentiate(loss, jit=False)(X) == pytest.approx(loss(X))
    assert "import autograd" not in adgen.differentiate(loss, jit=False).source(X)
    chosen = adgen.grad(lambda f, x: f(x), "x", jit=False)
    assert chosen(anp.sin, 0.0) == 1.0


def test_jax_is_numpy():
    jnp = pytest.importorskip("jax.numpy")

    def loss(x):
        return jnp.sum(jnp.tanh(x))

    np.testing.assert_allclose(adgen.grad(loss, jit=False)(X), 1 - np.tanh(X) ** 2)


def test_other_things_are_themselves():
    for thing in (np, np.sin, X, pytest, len, test_jax_is_numpy, None):
        assert understood(thing) is thing
    assert module_at("autograd.scipy") is None


def test_files_are_read_without_these_packages():
    text = (
        "import autograd.numpy as np\n"
        "import autograd.numpy.random as npr\n"
        "from autograd.numpy.linalg import norm\n"
        "from jax import numpy as jnp\n"
        "from autograd import grad\n"
        "def f(x): return x\n"
    )
    lookup = read_text(text, "f.py").functions["f"].source.bindings.lookup
    assert [lookup(name) for name in ("np", "npr", "norm", "jnp")] == [
        np, np.random, np.linalg.norm, np,
    ]  # fmt: skip
    assert lookup("grad") is transform("grad")  # of Autograd, as of adgen
    star = read_text("from autograd.numpy import *\ndef f(x): return x\n", "f.py")
    assert star.functions["f"].source.bindings.lookup("tanh") is np.tanh
