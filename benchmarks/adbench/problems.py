"""The problems: objectives in both styles, adjoints by hand, JAX, and sizes from small to large."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module

from benchmarks.adbench import (
    ba,
    ba_adjoint,
    gmm,
    gmm_adjoint,
    hand,
    hand_adjoint,
    instances,
    lstm,
    lstm_adjoint,
)
from benchmarks.case import Case, Objective, Peer, autograd_numpy, on_numpy_of

Sizes = Mapping[str, Mapping[str, int]]


def peers(
    name: str, arrays: Objective, scaled: Mapping[str, int] | None = None, factor: float = 1.0
) -> Mapping[str, Peer]:
    """The objective of this name in the files of the peers; Autograd runs array code as it is.

    ``scaled`` and ``factor``: for those that run eagerly.
    """

    def objective(module: str) -> Objective:
        found: Objective = vars(import_module(f"benchmarks.adbench.{module}"))[name]
        return found

    as_it_is = on_numpy_of(autograd_numpy, arrays)
    in_autograd = partial(objective, "in_autograd") if name == "gmm" else as_it_is
    eager = scaled or {}, factor
    return {
        "jax": Peer(partial(objective, "in_jax")),
        "torch": Peer(partial(objective, "in_torch"), *eager),
        "autograd": Peer(in_autograd, *eager),
    }


GMM = Case(
    "Gaussian mixture (ADBench), d = 10, K = 25, n = 1000",
    {"loops": gmm.log_likelihood_loops, "numpy": gmm.log_likelihood_arrays},
    ("alphas", "means", "factors"),
    partial(instances.gmm, d=10, components=25, n=1000),
    gmm_adjoint.adjoint,
    gmm_adjoint.workspace,
    peers("gmm", gmm.log_likelihood_arrays),
    {"d": 3, "components": 4, "n": 5},
    scalar=True,
)
BA = Case(
    "bundle adjustment (ADBench BA 1), 31,843 observations",
    {"loops": ba.error_loops, "numpy": ba.error_arrays},
    ("cameras", "points", "weights"),
    partial(instances.ba, cameras=49, points=7776, observations=31_843),
    ba_adjoint.adjoint,
    ba_adjoint.workspace,
    peers("ba", ba.error_arrays),
    {"cameras": 3, "points": 4, "observations": 7},
    scalar=True,
)
LSTM = Case(
    "LSTM (ADBench), 2 layers, 1024 characters",
    {"loops": lstm.loss_loops, "numpy": lstm.loss_arrays},
    ("main", "extra"),
    partial(instances.lstm, layers=2, characters=1024),
    lstm_adjoint.adjoint,
    lstm_adjoint.workspace,
    peers("lstm", lstm.loss_arrays, {"characters": 94}, 1023 / 93),
    {"layers": 3, "characters": 6, "bits": 4},
    scalar=True,
)
HAND_SIMPLE = Case(
    "simple hand tracking (ADBench), 100 points",
    {"loops": hand.simple_loops, "numpy": hand.simple_arrays},
    ("theta",),
    partial(instances.hand, points=100, vertices=544),
    hand_adjoint.simple,
    hand_adjoint.workspace,
    peers("hand_simple", hand.simple_arrays),
    {"points": 5, "vertices": 9},
    scalar=True,
)
HAND_COMPLICATED = Case(
    "complicated hand tracking (ADBench), 100 points",
    {"loops": hand.complicated_loops, "numpy": hand.complicated_arrays},
    ("theta", "us"),
    partial(instances.hand, points=100, vertices=544, complicated=True),
    hand_adjoint.complicated,
    hand_adjoint.workspace_complicated,
    peers("hand_complicated", hand.complicated_arrays),
    {"points": 5, "vertices": 9},
    scalar=True,
)
CASES = (GMM, BA, LSTM, HAND_SIMPLE, HAND_COMPLICATED)

_HAND: Sizes = {
    f"{points:,} points, {vertices:,} vertices": {"points": points, "vertices": vertices}
    for vertices in (544, 10_000)
    for points in (100, 1600, 100_000)
}
SIZES: Mapping[str, Sizes] = {
    GMM.name: {
        f"d {d}, K {k}, n {n:,}": {"d": d, "components": k, "n": n}
        for d, k, n in (
            (2, 5, 1000),
            (10, 25, 1000),
            (64, 25, 1000),
            (128, 200, 1000),
            (10, 25, 10_000),
            (64, 200, 10_000),
            (10, 25, 1_000_000),
        )
    },
    BA.name: {
        f"BA {number}: {p:,} observations": {"cameras": n, "points": m, "observations": p}
        for number, n, m, p in (
            (1, 49, 7776, 31_843),
            (5, 257, 65_132, 225_911),
            (10, 1197, 126_327, 563_734),
            (14, 356, 226_730, 1_255_268),
            (19, 4585, 1_324_582, 9_125_125),
        )
    },
    LSTM.name: {
        f"{layers} layers, {characters} characters": {"layers": layers, "characters": characters}
        for layers in (2, 4)
        for characters in (1024, 4096)
    },
    HAND_SIMPLE.name: _HAND,
    HAND_COMPLICATED.name: _HAND,
}
