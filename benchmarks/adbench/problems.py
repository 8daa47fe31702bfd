"""The problems: objectives in both styles, adjoints by hand, peers, sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.adbench import ba, ba_adjoint, gmm, hand, hand_adjoint, instances, lstm
from benchmarks.adbench import lstm_adjoint as lstm_
from benchmarks.case import Case, Peer
from benchmarks.cases import gmm as mixture

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Problem:
    """One objective: loops, array code, the adjoint by hand, and sizes by name.

    The first of the sizes stands for all; ``small`` is for tests.
    """

    name: str
    loops: Callable[..., Any]
    arrays: Callable[..., Any]
    wrt: tuple[str, ...]
    data: Callable[..., Arguments]
    adjoint: Callable[..., Any]
    workspace: Callable[..., Arguments]
    small: Mapping[str, int]
    sizes: Mapping[str, Mapping[str, int]]

    def case(self) -> Case:
        """The row of the table, with data of the size that stands for the others."""
        size = next(iter(self.sizes))
        return Case(
            f"ADBench {self.name}, {size}",
            {"loops": self.loops, "numpy": self.arrays},
            self.wrt,
            partial(self.data, **self.sizes[size]),
            self.adjoint,
            self.workspace,
            {"jax": Peer(self._in_jax)},
            self.small,
        )

    def _in_jax(self) -> Callable[..., Any]:
        from benchmarks.adbench import in_jax

        if not self.name.startswith("hand"):
            objective: Callable[..., Any] = vars(in_jax)[self.name.lower()]
            return objective
        place = len(self.wrt)  # of the tree of bones, which the program is written for
        of_bones = _jax_hand(self.name)(instances.PARENTS)
        return lambda *given: of_bones(*given[:place], *given[place + 1 :])

    def jax(self, arguments: Arguments) -> Callable[[], Any]:
        """A call of JAX's value and gradients."""
        from benchmarks.adbench import in_jax

        places = tuple(range(len(self.wrt)))
        if self.name.startswith("hand"):
            parents = arguments[places[-1] + 1]
            given = (*arguments[: places[-1] + 1], *arguments[places[-1] + 2 :])
            return in_jax.gradient(_jax_hand(self.name)(parents), places, given)
        objectives: dict[str, Callable[..., Any]]
        objectives = {"GMM": in_jax.gmm, "BA": in_jax.ba, "LSTM": in_jax.lstm}
        objective = objectives[self.name]
        return in_jax.gradient(objective, places, arguments)


def _jax_hand(name: str) -> Callable[..., Any]:
    from benchmarks.adbench import in_jax

    return in_jax.hand_complicated if "complicated" in name else in_jax.hand_simple


GMM = Problem(
    "GMM",
    mixture.log_likelihood,
    gmm.log_likelihood_arrays,
    ("alphas", "means", "factors"),
    instances.gmm,
    mixture.adjoint,
    mixture.workspace,
    {"d": 3, "components": 4, "n": 5},
    {
        "d 10, K 25, n 1000": {"d": 10, "components": 25, "n": 1000},
        "d 2, K 5, n 1000": {"d": 2, "components": 5, "n": 1000},
        "d 64, K 25, n 1000": {"d": 64, "components": 25, "n": 1000},
        "d 128, K 200, n 1000": {"d": 128, "components": 200, "n": 1000},
        "d 10, K 25, n 10,000": {"d": 10, "components": 25, "n": 10_000},
        "d 10, K 25, n 1,000,000": {"d": 10, "components": 25, "n": 1_000_000},
    },
)
BA = Problem(
    "BA",
    ba.error_loops,
    ba.error_arrays,
    ("cameras", "points", "weights"),
    instances.ba,
    ba_adjoint.adjoint,
    ba_adjoint.workspace,
    {"cameras": 3, "points": 4, "observations": 7},
    {
        "BA 1: 31,843 observations": {"cameras": 49, "points": 7776, "observations": 31_843},
        "BA 5: 225,911": {"cameras": 257, "points": 65_132, "observations": 225_911},
        "BA 10: 563,734": {"cameras": 1197, "points": 126_327, "observations": 563_734},
        "BA 14: 1,255,268": {"cameras": 356, "points": 226_730, "observations": 1_255_268},
        "BA 19: 9,125,125": {"cameras": 4585, "points": 1_324_582, "observations": 9_125_125},
    },
)
LSTM = Problem(
    "LSTM",
    lstm.loss_loops,
    lstm.loss_arrays,
    ("main", "extra"),
    instances.lstm,
    lstm_.adjoint,
    lstm_.workspace,
    {"layers": 3, "characters": 6, "bits": 4},
    {
        f"{layers} layers, {characters} characters": {"layers": layers, "characters": characters}
        for layers in (2, 4)
        for characters in (1024, 4096)
    },
)
_HAND_SIZES = {
    f"{points:,} points, {vertices:,} vertices": {"points": points, "vertices": vertices}
    for vertices in (544, 10_000)
    for points in (100, 1600, 100_000)
}
HAND_SIMPLE = Problem(
    "hand, simple",
    hand.simple_loops,
    hand.simple_arrays,
    ("theta",),
    instances.hand,
    hand_adjoint.simple,
    hand_adjoint.workspace,
    {"points": 5, "vertices": 9},
    _HAND_SIZES,
)
HAND_COMPLICATED = Problem(
    "hand, complicated",
    hand.complicated_loops,
    hand.complicated_arrays,
    ("theta", "us"),
    partial(instances.hand, complicated=True),
    hand_adjoint.complicated,
    hand_adjoint.workspace_complicated,
    {"points": 5, "vertices": 9},
    _HAND_SIZES,
)

PROBLEMS = (GMM, BA, LSTM, HAND_SIMPLE, HAND_COMPLICATED)
CASES = tuple(problem.case() for problem in PROBLEMS)
