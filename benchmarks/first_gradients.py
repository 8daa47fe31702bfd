"""The first gradient of six functions of some thirty lines: adgen cold and warm, and JAX.

``python -m benchmarks.first_gradients`` runs each side in fresh processes, in turns; adgen from
an empty cache and then once more on that cache.  Imports do not count, nor does what a compiler
does once per process: each side first compiles a trivial function.
"""

from __future__ import annotations

import argparse
import ast
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compile_cases import CASES, FirstGradient
from benchmarks.fresh import FirstCall, in_fresh_process

ROUNDS = 3
MODULE = "benchmarks.first_gradients"
SIDES = ("adgen", "jax")
AIM_JAX = 2.0
AIM_PASSES = 0.1
AIM_WARM = 0.05
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Row:
    """Medians of one function.  ``passes``, ``transpiler``: seconds of process time."""

    name: str
    adgen: FirstCall
    jax: FirstCall
    warm: FirstCall
    statements: int
    passes: float
    transpiler: float

    @property
    def ratios(self) -> tuple[float, float]:
        """The first call of adgen over that of JAX: in wall time, in process time."""
        return self.adgen.wall / self.jax.wall, self.adgen.process / self.jax.process

    @property
    def share(self) -> float:
        """How much of adgen's first call its passes on the IR are."""
        return self.passes / self.adgen.process


def measure(case: FirstGradient, rounds: int = ROUNDS) -> Row:
    """Run the sides in turns.  Raises ValueError if they disagree about value or gradient."""
    found: dict[str, list[Any]] = {"adgen": [], "jax": [], "warm": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            for name, side in (("adgen", "adgen"), ("jax", "jax"), ("warm", "adgen")):
                found[name].append(in_fresh_process(MODULE, case.name, side, cache=Path(cache)))
    ours, theirs = found["adgen"][0]["result"], found["jax"][0]["result"]
    if not np.allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE):
        raise ValueError(f"{case.name}: adgen {ours}, JAX {theirs}")

    def median(name: str, what: str) -> float:
        return statistics.median(one[what] for one in found[name])

    def first(name: str) -> FirstCall:
        return FirstCall(median(name, "wall"), median(name, "process"))

    cold = {what: median("adgen", what) for what in ("passes", "transpiler")}
    statements = found["adgen"][0]["statements"]
    return Row(case.name, first("adgen"), first("jax"), first("warm"), statements, **cold)


def measure_all(quick: bool = False) -> list[Row]:
    """All six functions."""
    return [measure(case, 1 if quick else ROUNDS) for case in CASES.values()]


def _adgen_side(case: FirstGradient) -> dict[str, Any]:
    import adgen
    import adgen.runtime.matmul  # and with it Numba and SciPy, which adgen imports when needed
    from adgen.runtime import compile as numba_compile
    from adgen.transpiler import compiler

    adgen.grad(lambda x: x * x)(1.0)
    spent: dict[str, float] = dict.fromkeys(("compile_source", "lower", "emit_module"), 0.0)
    for name in spent:
        setattr(compiler, name, _timed(getattr(compiler, name), name, spent))
    texts: list[str] = []
    compile_functions = numba_compile.compile_functions

    def noted(text: str, *rest: Any) -> list[Any]:
        texts.append(text)
        return compile_functions(text, *rest)

    vars(numba_compile)["compile_functions"] = noted
    names = tuple(case.function.__code__.co_varnames[k] for k in case.wrt)
    times = _first(lambda: adgen.value_and_grad(case.function, names)(*case.data()))
    passes = spent["compile_source"] - spent["lower"] - spent["emit_module"]
    counted = sum(statements(text) for text in texts)
    return {
        **times, "statements": counted, "passes": passes, "transpiler": spent["compile_source"],
    }  # fmt: skip


def _jax_side(case: FirstGradient) -> dict[str, Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.jit(jax.value_and_grad(lambda x: x * x))(1.0)
    gradient = jax.jit(jax.value_and_grad(case.for_jax(), case.wrt))
    return _first(lambda: jax.block_until_ready(gradient(*case.data())))


def _first(call: Callable[[], Any]) -> dict[str, Any]:
    wall, process = time.perf_counter(), time.process_time()
    value, gradient = call()
    wall, process = time.perf_counter() - wall, time.process_time() - process
    sums = [float(np.sum(np.asarray(part))) for part in gradient]
    return {"wall": wall, "process": process, "result": [float(value), *sums]}


def _timed(call: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        try:
            return call(*args, **kwargs)
        finally:
            spent[name] += time.process_time() - start

    return run


def statements(text: str) -> int:
    """How many statements a module has."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(text)))


def main() -> None:
    """Compare the sides, or time one of them in this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", nargs="?", choices=list(CASES))
    parser.add_argument("side", nargs="?", choices=SIDES)
    chosen = parser.parse_args()
    if chosen.side:
        side = {"adgen": _adgen_side, "jax": _jax_side}[chosen.side]
        print(json.dumps(side(CASES[chosen.case])))
        return
    for case in [CASES[chosen.case]] if chosen.case else CASES.values():
        row = measure(case)
        wall, process = row.ratios
        print(
            f"{row.name:12} adgen {row.adgen.wall:.2f} s, ÷ JAX {wall:.2f}, in process time "
            f"{process:.2f}; warm {1e3 * row.warm.wall:.0f} ms; {row.statements} statements; "
            f"passes {100 * row.share:.0f} %"
        )


if __name__ == "__main__":
    main()
