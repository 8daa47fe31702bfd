"""What stands around calls: checks, arguments, guesses, threads, other generators, the text."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.generator_states import States

W = np.array([0.5, 1.3, 0.9])
stream = np.random.default_rng(3)


def loss(w, rng):
    return np.sum(w**2 * rng.standard_normal(3))


def of_all(w):
    return np.sum(w**2 * stream.standard_normal(3)) * np.random.rand()


@pytest.mark.parametrize("wrt", [1, "rng"])
def test_no_derivative_by_a_generator(wrt: Any) -> None:
    with pytest.raises(adgen.NotDifferentiable) as raised:
        adgen.grad(loss, wrt=wrt, jit=False)(W, np.random.default_rng(0))
    assert "the argument `rng` is a random generator: it has no derivative" in str(raised.value)
    assert "leave `rng` out of wrt" in str(raised.value)


def test_the_gradient_of_a_generator_in_a_container_is_none() -> None:
    def in_dict(p):
        return np.sum(p["w"] * p["rng"].random(3))

    found = adgen.grad(in_dict, jit=False)({"w": W, "rng": np.random.default_rng(0)})
    assert found["rng"] is None
    assert np.array_equal(found["w"], np.random.default_rng(0).random(3))


@pytest.mark.parametrize("order", [1, 2])
def test_checks_draw_the_same_for_each_evaluation(order: int) -> None:
    rng = np.random.default_rng(0)
    adgen.check_grads(loss, order=order)(W, rng)
    assert rng.random() == np.random.default_rng(0).random()
    adgen.check_grads(of_all, order=order)(W)


def test_a_check_still_finds_what_is_wrong() -> None:
    @adgen.primitive
    def wrong(t):
        return t * t

    adgen.defvjp(wrong, lambda ans, t: lambda g: 3.0 * g * t)

    def noisy(t, rng):
        return wrong(t) * rng.random()

    with pytest.raises(adgen.WrongDerivative):
        adgen.check_grads(noisy)(0.7, np.random.default_rng(0))


def test_a_guess_that_fails_draws_nothing() -> None:
    def scaled(w, n, rng):
        noise = rng.standard_normal(n)
        return np.sum(w[1:] * noise) * rng.random() + np.random.rand() * w[0]

    for n in (2, 1):
        rngs = [np.random.default_rng(7), np.random.default_rng(7)]
        np.random.seed(0)
        want = scaled(W, n, rngs[0]), np.random.rand()
        np.random.seed(0)
        have = adgen.value_and_grad(scaled, jit=False)(W, n, rngs[1])[0], np.random.rand()
        assert have == want
        assert rngs[0].random() == rngs[1].random()


def test_errors_are_numpys() -> None:
    def bad(w, scale, n, rng):
        return np.sum(w * rng.normal(0.0, scale, n))

    with pytest.raises(ValueError, match="scale < 0"):
        adgen.grad(bad, jit=False)(W, -1.0, 3, np.random.default_rng(0))
    with pytest.raises(ValueError, match="negative dimensions"):
        adgen.grad(bad, jit=False)(W, 1.0, -3, np.random.default_rng(0))


def test_a_generator_that_replaces_another_is_drawn_from() -> None:
    global stream
    derivative = adgen.value_and_grad(of_all, jit=False)
    before = stream
    try:
        for seed in range(4):
            np.random.seed(0)
            stream = np.random.default_rng(seed)
            value, _ = derivative(W)
            np.random.seed(0)
            stream = np.random.default_rng(seed)
            assert value == of_all(W)
    finally:
        stream = before


def test_generators_change_places() -> None:
    def turns(w, a, b):
        for _ in range(3):
            w = w * a.random()
            a, b = b, a
        return np.sum(w)

    def pair():
        return np.random.default_rng(0), np.random.default_rng(1)

    assert adgen.value_and_grad(turns, jit=False)(W, *pair())[0] == turns(W, *pair())


def test_a_generator_that_one_path_makes() -> None:
    def maybe(w, limit):
        if w[0] > limit:
            rng = np.random.default_rng(1)
        return np.sum(w * rng.random(3))

    derivative = adgen.value_and_grad(maybe, jit=False)
    assert derivative(W, 0.0)[0] == maybe(W, 0.0)
    with pytest.raises(UnboundLocalError):
        derivative(W, 9.0)


def test_debug_nans_looks_into_the_same_numbers() -> None:
    def logarithm(w, rng):
        return np.sum(np.log(w - 5.0 * rng.random(3)))

    rng, other = np.random.default_rng(0), np.random.default_rng(0)
    with np.errstate(invalid="ignore"):
        with pytest.raises(adgen.NotFinite, match="the first value that is not finite"):
            adgen.grad(logarithm, debug_nans=True, jit=False)(W, rng)
        logarithm(W, other)
    assert rng.random() == other.random()


def test_the_text_reads_as_it_was_written() -> None:
    def dropout(w, x, rng, p):
        mask = rng.random(x.shape) < p
        noise = rng.normal(0.0, p, size=3)
        return np.sum(x * mask * w) + np.sum(noise * w)

    text = adgen.differentiate(dropout).source(W, W, np.random.default_rng(0), 0.5)
    assert "rng.random(x.shape)" in text
    assert "noise = rng.normal(0.0, p, size=3)" in text
    assert text.count("rng.") == 2


@pytest.mark.jit
def test_threads_with_generators_of_their_own() -> None:
    def walk(t, n, rng):
        x = 0.0
        for _ in range(n):
            x = x + t * rng.standard_normal()
        return x

    derivative = adgen.value_and_grad(walk)
    found: dict[int, list[float]] = {}

    def run(k: int, into: dict[int, list[float]]) -> None:
        rng = np.random.default_rng(k)
        into[k] = [derivative(1.0, 500, rng)[0] for _ in range(10)]

    threads = [threading.Thread(target=run, args=(k, found)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected: dict[int, list[float]] = {}
    for k in range(4):
        run(k, expected)
    assert found == expected


@pytest.mark.jit
def test_other_bits_pickles_and_threads() -> None:
    rngs = [np.random.Generator(np.random.MT19937(0)) for _ in range(2)]
    again = pickle.loads(pickle.dumps(adgen.value_and_grad(loss)))
    assert again(W, rngs[0])[0] == pytest.approx(loss(W, rngs[1]), rel=1e-14)
    states = States(rngs)
    assert rngs[0].random() == rngs[1].random()
    states.restore()
    parallel = adgen.value_and_grad(loss, parallel=True)(W, rngs[0])[0]
    assert parallel == pytest.approx(loss(W, rngs[1]), rel=1e-14)


@pytest.mark.jit
def test_independent_iterations_that_draw_stay_in_order() -> None:
    def rows(w, n, rng):
        total = 0.0
        for i in range(n):
            noise = rng.standard_normal(3)
            inner = 0.0
            for j in range(3):
                inner += np.sin(w[j] * noise[j]) * np.exp(w[j])
            total += inner * inner
        return total

    rngs = [np.random.default_rng(0) for _ in range(3)]
    value, slopes = adgen.value_and_grad(rows, parallel=True)(W, 200, rngs[0])
    want, expected = adgen.value_and_grad(rows, jit=False)(W, 200, rngs[1])
    assert value == pytest.approx(rows(W, 200, rngs[2]), rel=1e-13)
    assert np.allclose(slopes, expected, rtol=1e-12)
    assert rngs[0].random() == rngs[1].random() == rngs[2].random()
