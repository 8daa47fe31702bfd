"""What it costs that parameters are nested: containers against flat arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

import adgen
from adgen.recognition import recogniser
from adgen.structures import taker
from adgen.transpiler.signature import argument_of
from benchmarks.timing import Timing, interleaved

AIM_NESTED, AIM_FLATTENING = 1.1, 5.0
BATCH = 128
SIZES = (20, 64, 32, 4)


@dataclass(frozen=True)
class Cost:
    """What nested parameters cost beside what they are held against."""

    name: str
    nested: Timing
    flat: Timing
    aim: float

    @property
    def ratio(self) -> float:
        """Time with containers over the other."""
        return self.nested.median / self.flat.median


def nested(params, X, y):  # type: ignore[no-untyped-def]
    """A net of three layers, parameters in a dict of a list of dicts of records."""
    h = X
    for layer in params["layers"][:-1]:
        W, b = layer["affine"]
        h = np.tanh(h @ W + b)
    W, b = params["layers"][-1]["affine"]
    return np.mean((h @ W + b - y) ** 2)


def flat(W1, b1, W2, b2, W3, b3, X, y):  # type: ignore[no-untyped-def]
    """The same net with an argument for each array."""
    h = np.tanh(X @ W1 + b1)
    h = np.tanh(h @ W2 + b2)
    return np.mean((h @ W3 + b3 - y) ** 2)


def twenty(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t):  # type: ignore  # noqa: E741
    """Takes arrays and does nothing with them."""
    return 0.0


def measure() -> list[Cost]:
    """The gradient of a net, and twenty leaves taken out of containers."""
    return [_net(), *_leaves()]


def _net() -> Cost:
    rng = np.random.default_rng(0)
    pairs = list(zip(SIZES, SIZES[1:], strict=False))
    arrays = [(rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)) for n, m in pairs]
    params = {"layers": [{"affine": pair} for pair in arrays]}
    X, y = rng.normal(size=(BATCH, SIZES[0])), rng.normal(size=(BATCH, SIZES[-1]))
    leaves = [array for pair in arrays for array in pair]
    by_flat: Callable[..., Any] = adgen.grad(flat, tuple(range(6)))
    by_nested = adgen.grad(nested)
    found = [a for layer in by_nested(params, X, y)["layers"] for a in layer["affine"]]
    for one, other in zip(found, by_flat(*leaves, X, y), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    times = _in_turns(lambda: by_nested(params, X, y), lambda: by_flat(*leaves, X, y))
    return Cost(f"gradient of the net, batch {BATCH}, against flat arguments", *times, AIM_NESTED)


def _leaves() -> list[Cost]:
    arrays = [np.ones(3) for _ in range(20)]
    tree = {
        f"layer{k}": dict(zip("abcd", arrays[4 * k : 4 * k + 4], strict=True)) for k in range(5)
    }
    take, test = taker(argument_of(tree)), recogniser((tree,))
    assert test is not None
    dispatcher = njit(twenty)
    call = _call(dispatcher, arrays)
    return [
        Cost(name, *_in_turns(side, call), AIM_FLATTENING)
        for name, side in (
            ("20 leaves taken out of containers, against a dispatcher's call", lambda: take(tree)),
            ("the same with the test of all types", lambda: test(tree)),
        )
    ]


def _call(dispatcher: Any, arrays: Sequence[Any]) -> Callable[[], Any]:
    return lambda: dispatcher(*arrays)


def _in_turns(one: Callable[[], Any], other: Callable[[], Any]) -> tuple[Timing, Timing]:
    times = interleaved({"one": one, "other": other})
    return times["one"], times["other"]
