"""The programs of the Autograd tutorial and of the course notes: adgen against HIPS Autograd.

The functions are those of ``examples/``.  Each file is loaded twice: once as it is, once with
Autograd's NumPy under the name ``np`` and its own ``primitive``, which is all that Autograd needs.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import adgen
from adgen.transpiler.ir.trees import map_tree, tree_of
from benchmarks.timing import Timing, interleaved

EXAMPLES = Path(__file__).parent.parent / "examples"
AIM, AIM_OF_LOOPS = 10.0, 100.0
OURS_AND_THEIRS = (
    "from adgen import check_grads, defvjp, grad, primitive",
    "from adgen import check_grads, grad\nfrom autograd.extend import defvjp, primitive",
)
PRINTS = 'print(i, end=" ")'  # a clock would see little else


@dataclass(frozen=True)
class Seed:
    """A function of an example and arguments for it; ``order`` of the derivative by the first."""

    name: str
    example: str
    function: str
    arguments: Callable[[ModuleType], tuple[Any, ...]]
    loop: bool = False
    order: int = 1


@dataclass(frozen=True)
class Row:
    """What was measured of a program."""

    name: str
    autograd: Timing
    generated: Timing
    aim: float

    @property
    def ratio(self) -> float:
        """Time of Autograd over time of adgen."""
        return self.autograd.median / self.generated.median


def _table(module: ModuleType) -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    X, y, _, _ = module.load()
    return rng.normal(size=X.shape[1]), 0.1, X[:32], y[:32]


def _weights(module: ModuleType) -> tuple[Any, ...]:
    return module.initial(), 0


SEEDS = [
    Seed("tanh", "tanh_derivatives", "tanh", lambda m: (1.0,)),
    Seed("tanh, second derivative", "tanh_derivatives", "tanh", lambda m: (1.0,), order=2),
    Seed("tanh, sixth derivative", "tanh_derivatives", "tanh", lambda m: (1.0,), order=6),
    Seed("Taylor sine", "taylor_sine", "sine", lambda m: (4.0,), loop=True),
    Seed(
        "Taylor sine, second derivative", "taylor_sine", "sine", lambda m: (4.0,), True, 2
    ),
    Seed("staged sigmoid", "staged_sigmoid", "sigmoid", lambda m: (2.0,)),
    Seed(
        "log-sum-exp with a rule of its own", "logsumexp_primitive", "example_func",
        lambda m: (np.linspace(-1.0, 1.0, 10),),
    ),
    Seed(
        "linear regression, parameters in a dict", "linear_regression", "cost",
        lambda m: ({"w": 1.0, "b": 2.0},),
    ),
    Seed(
        "polynomial features", "polynomial_features", "cost", lambda m: (np.ones(m.M + 1),)
    ),
    Seed("net of three layers, ReLU, 1000 points", "regression_net", "loss", _weights),
    Seed("logistic regression, 32 rows, loops", "logistic_regression", "loss", _table, loop=True),
    Seed(
        "soft-margin SVM, 200 points", "svm", "hinge",
        lambda m: ({"w": np.ones(2), "b": 0.5}, m.X, m.y),
    ),
    Seed(
        "scalar classifier, 60 points", "scalar_classifier", "loss",
        lambda m: (m.initial(), m.points, m.labels), loop=True,
    ),
]  # fmt: skip


def measure(seeds: Sequence[Seed] = SEEDS, rounds: int = 15) -> list[Row]:
    """Check that both agree on every gradient, then time both in turns."""
    with tempfile.TemporaryDirectory() as folder:
        return [_measure(seed, Path(folder), rounds) for seed in seeds]


def _measure(seed: Seed, folder: Path, rounds: int) -> Row:
    ours, theirs, arguments = both(seed, folder)
    compare(ours(*arguments), theirs(*arguments))
    sides = {"autograd": lambda: theirs(*arguments), "generated": lambda: ours(*arguments)}
    times = interleaved(sides, rounds)
    aim = AIM_OF_LOOPS if seed.loop else AIM
    return Row(seed.name, times["autograd"], times["generated"], aim)


def both(
    seed: Seed, folder: Path
) -> tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]:
    """The derivative by adgen, the one by Autograd, and arguments for them."""
    import autograd
    import autograd.numpy as autograd_numpy

    module, other = _loaded(seed.example, folder), _loaded(seed.example, folder, OURS_AND_THEIRS)
    arguments = seed.arguments(module)
    other.np = autograd_numpy  # type: ignore[attr-defined]
    ours, theirs = (_plain(getattr(m, seed.function)) for m in (module, other))
    for _ in range(seed.order):
        ours, theirs = adgen.grad(ours), autograd.grad(theirs)
    return ours, theirs, arguments


def _plain(function: Any) -> Callable[..., Any]:
    """The Python function, be it decorated or not."""
    return getattr(function, "py_func", function)


def _loaded(example: str, folder: Path, changed: tuple[str, str] = ("", "")) -> ModuleType:
    """A module of its own with the text of an example, which prints nothing.

    ``changed``: a line of its imports, and what stands in its place.
    """
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))  # for what the examples share
    text = (EXAMPLES / f"{example}.py").read_text(encoding="utf-8")
    text = text.replace('Path(__file__).parent / "data"', f"Path({str(EXAMPLES)!r}) / 'data'")
    file = folder / f"{example}_{'theirs' if changed[0] else 'ours'}.py"
    text = text.replace(PRINTS, "pass")
    file.write_text(text.replace(*changed) if changed[0] else text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(example, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compare(ours: Any, theirs: Any) -> None:
    """Raise AssertionError unless two gradients nest alike and have the same numbers."""
    found, expected = _leaves(ours), _leaves(theirs)
    assert len(found) == len(expected), (ours, theirs)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def _leaves(value: Any) -> list[Any]:
    found: list[Any] = []
    map_tree(found.append, tree_of(value))
    return found
