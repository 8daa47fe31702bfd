"""Programs that draw, each with arguments; ``STREAM`` stands for a fresh generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen import checkpoint, elementwise_grad, grad, jacobian, jvp, vjp

STREAM = object()
W = np.array([0.5, 1.3, 0.9])
X = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
Y = np.array([0.3, -0.2, 0.8, 0.1])

of_module = np.random.default_rng(7)
legacy_of_module = np.random.RandomState(4)


class Model:
    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)

    def noisy(self, w):
        return np.sum(w * self.rng.normal(size=w.shape))


model = Model()


@dataclass(frozen=True)
class Program:
    function: Callable[..., Any]
    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        return self.function.__name__


PROGRAMS: list[Program] = []


def program(*args):
    def enter(function):
        PROGRAMS.append(Program(function, args))
        return function

    return enter


@program(W, X, STREAM)
def noise(w, x, rng):
    eps = rng.standard_normal(x.shape)
    return np.sum(np.tanh((x + 0.1 * eps) @ w))


@program(W, X, STREAM, 0.5)
def dropout(w, x, rng, p):
    mask = rng.random(x.shape) < p
    return np.sum((x * mask / p) @ w**2)


@program(W, STREAM)
def in_expressions(w, rng):
    t = w[0] * (rng.random() if w[1] > 1 else 2.0)
    if w[2] > 1 and t > 0 or rng.random() + w[2] > 0.4:
        t *= 1.5 if w[0] < 1 and rng.random() < 0.9 else w[2]
    return t * w[2] if not (w[0] > 1 or rng.random() > 2.0) else t


@program(0.7, 20, STREAM)
def langevin(theta, n, rng):
    x = 1.0
    for _ in range(n):
        x = x - 0.01 * theta * x + 0.1 * np.sqrt(theta) * rng.standard_normal()
    return x * x


@program(W, X, Y, STREAM, 3)
def minibatch(w, X, y, rng, b):
    idx = rng.integers(0, X.shape[0], size=b)
    r = X[idx] @ w - y[idx]
    return np.mean(r * r)


@program(W, X, Y, STREAM, 5)
def sgd(w, X, y, rng, steps):
    for _ in range(steps):
        idx = rng.permutation(X.shape[0])[:2]
        w = w - 0.1 * (X[idx].T @ (X[idx] @ w - y[idx]))
    return w @ w


@program(W, 0.1 * W, STREAM)
def vae(mu, logvar, rng):
    z = mu + np.exp(0.5 * logvar) * rng.standard_normal(mu.shape)
    return np.sum(z * z) - 0.5 * np.sum(1.0 + logvar - mu**2 - np.exp(logvar))


@program(W)
def of_the_module(w):
    return np.sum(w * of_module.normal(size=w.shape))


@program(W)
def of_an_object(w):
    return model.noisy(w)


@program(W)
def legacy_object(w):
    return np.sum(w * legacy_of_module.randn(3))


@program(W, 3)
def made_inside(w, seed):
    rng = np.random.default_rng(seed)
    return np.sum(w * rng.normal(0.0, 2.0, size=3))


@program(W)
def made_of_bits(w):
    rng = np.random.Generator(np.random.PCG64(5))
    other = np.random.RandomState(5)
    return np.sum(w * rng.random(3) * other.rand(3))


@program(W)
def legacy(w):
    np.random.seed(1)
    order = np.random.rand(3)
    np.random.shuffle(order)
    total = np.random.exponential(2.0) + np.random.gamma(2.0)
    total += np.sum(w[np.random.randint(0, 3, size=2)])
    total += np.sum(np.random.normal(0.0, 1.0, (2, 3)) @ w)
    total += np.sum(w[np.random.choice(3, 2, replace=False)])
    return np.sum(w * order * w[np.random.permutation(3)]) + total


@program(W)
def legacy_unseeded(w):
    return np.sum(w * np.random.randn(3)) + w[0] ** 2 * np.random.uniform(1.0, 2.0)


@program(W, STREAM)
def in_branches(w, rng):
    noise = rng.standard_normal(3) if w[0] > 0 else rng.random(3)
    return np.sum(w * noise)


@program(W, STREAM)
def in_while(w, rng):
    total = 0.0
    while rng.random() < 0.9:
        total = total + w[0] ** 2 * rng.normal(1.0, 2.0)
    return total


@program(W, STREAM)
def results_unused(w, rng):
    rng.random(5)
    rng.integers(10)
    rng.shuffle(np.arange(4.0))
    return w[0] * w[0]


@program(W, X, STREAM)
def shuffled(w, X, rng):
    X = X.copy()
    rng.shuffle(X)
    first = rng.permutation(X)[:2]
    return np.sum(first @ w**2)


@program(W, STREAM)
def chosen(w, rng):
    five = rng.choice(w, 5) ** 2
    rest = rng.permutation(w)
    return np.sum(five * np.arange(5.0)) + rng.choice(w) + np.sum(rest * np.arange(3.0))


@program(1.5, 4, STREAM)
def recursive(x, n, rng):
    if n == 0:
        return x
    return recursive(x * (1.0 + 0.1 * rng.standard_normal()), n - 1, rng)


@program(W, STREAM)
def into_an_array(w, rng):
    noise = np.empty(3)
    rng.random(out=noise)
    first = noise.copy()
    rng.standard_normal(out=noise)
    return np.sum(w * noise * first)


@program(W, STREAM)
def of_vectors(w, rng):
    total = np.sum(w * rng.multivariate_normal(np.zeros(3), np.eye(3)))
    total += np.sum(rng.dirichlet(np.ones(3), size=2) @ w)
    total += np.sum(rng.multinomial(5, [0.2, 0.3, 0.5]) * w)
    return total + np.sum(rng.gamma(np.array([1.0, 2.0, 3.0])) * w**2)


@program(W)
def no_generator(w, rng=None):
    if rng is None:
        rng = np.random.default_rng(3)
    return np.sum(w * rng.random(3))


@program(W, STREAM)
def some_generator(w, rng=None):
    if rng is None:
        rng = np.random.default_rng(3)
    return np.sum(w * rng.random(3))


@program(W, STREAM)
def asked_for_its_class(w, rng):
    rng = np.random.default_rng(rng) if isinstance(rng, np.random.Generator) else rng
    return np.sum(w * rng.random(3))


@program(W, STREAM)
def in_containers(w, rng):
    each = [rng.standard_normal() for _ in range(3)]
    state = {"rng": rng, "noise": rng.random(3)}
    return each[0] * w[0] + each[2] * w[1] + np.sum(state["noise"] * w * state["rng"].random())


@program(W, STREAM, 4)
def of_one_column(w, rng, n):
    return np.sum((w * rng.standard_normal((n, 1))) ** 2)


@program(W, STREAM, 3)
def of_a_length_that_is_given(w, rng, n):
    return np.sum((w * rng.standard_normal(n)) ** 2)


@program(W, STREAM, 1)
def of_a_length_that_is_guessed_wrong(w, rng, n):
    return np.sum((w * rng.standard_normal(n)) ** 2)


@program(W, STREAM)
def numbers(w, rng):
    total = w[0] * rng.integers(5) + w[1] * rng.integers(2, 9, dtype=np.int32)
    return total + w[2] ** 2 * rng.choice(4) + rng.choice(3, p=[0.2, 0.3, 0.5])


@program(W, STREAM)
def by_the_state(w, rng):
    total = 0.0
    for k in range(3):
        if rng.random() < 0.5:
            total = total + np.sum(np.sin(w * rng.standard_normal(3)))
        else:
            total = total * w[k]
    return total


@program(W, STREAM)
def through_functions(w, rng):
    def noisy(x):
        return x + 0.1 * rng.standard_normal(x.shape)

    return np.sum(noisy(np.tanh(noisy(w))) ** 2)


# Derivatives inside


def _energy(x, w, rng):
    u = x * w + rng.standard_normal(x.shape)
    return np.sum(u**2 * x)


@program(W, W, STREAM)
def gradient_inside(w, x, rng):
    for _ in range(3):
        g = grad(lambda z: _energy(z, w, rng))(x)
        x = x - 0.01 * g + 0.1 * rng.normal(size=x.shape)
    return np.sum(x * x)


def _layer(x, w, rng):
    mask = rng.random(x.shape) < 0.5
    return np.tanh(x * w) * mask


@program(W, W, STREAM)
def checkpoints(w, x, rng):
    for _ in range(3):
        x = checkpoint(_layer)(x, w, rng) + 0.1 * rng.random(x.shape)
    return np.sum(x * x)


@program(W, W, STREAM)
def pushforward_inside(w, x, rng):
    value, tangent = jvp(lambda z: (z * w + rng.normal(size=z.shape)) ** 2, (x,), (x,))
    return np.sum(tangent) + np.sum(value) * rng.random()


@program(W, W, STREAM)
def pullback_inside(w, x, rng):
    value, pull = vjp(lambda z: (z * w + rng.normal(size=z.shape)) ** 2, x)
    return np.sum(pull(np.ones_like(x))[0] * rng.random(3)) + np.sum(value)


@program(W, W, STREAM)
def jacobian_inside(w, x, rng):
    return np.sum(jacobian(lambda z: (z * w + rng.normal(size=z.shape)) ** 2)(x) ** 2)


@program(W, W, STREAM)
def slopes_inside(w, x, rng):
    return np.sum(elementwise_grad(lambda z: (z * w + rng.normal(size=z.shape)) ** 2)(x))
