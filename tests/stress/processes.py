"""Processes that race on one empty cache: each must get the right answer, no file be damaged.

Every process compiles the same functions at the same time, and then once more from what the
race has left; some are forked in the middle of a compilation, some are killed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from adgen.runtime.cache_directory import read_sealed

PROGRAM = textwrap.dedent("""
    import numpy as np
    from adgen import differentiate

    @differentiate
    def loss(w):
        total = 0.0
        for k in range(len(w)):
            total += w[k] ** 3
        return total

    @differentiate
    def norm(w):
        return np.sqrt(np.sum(w * w))

    w = np.arange(1.0, 5.0)
    assert loss.grad(w).tolist() == [3.0, 12.0, 27.0, 48.0], loss.grad(w)
    np.testing.assert_allclose(norm.grad(w), w / np.sqrt(30.0), rtol=1e-15)
    assert loss.grad(w.astype(np.float32)).dtype == np.float32
""")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--kill", action="store_true", help="kill half of them at some moment")
    parser.add_argument("--seed", type=int, default=1)


def run(given: argparse.Namespace) -> list[str]:
    """What went wrong."""
    failures = []
    chance = random.Random(given.seed)
    for number in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            failures += [
                f"round {number}: {f}"
                for f in race(folder, given.processes, chance if given.kill else None)
            ]
    return failures


def race(folder: str, count: int, killing: random.Random | None = None) -> list[str]:
    """One race and one process after it; what failed, and which files are damaged."""
    cache = Path(folder) / "cache"
    program = Path(folder) / "program.py"
    program.write_text(PROGRAM)
    started = [_start(program, cache) for _ in range(count)]
    killed = started[: count // 2] if killing else []
    if killing:
        time.sleep(killing.uniform(0.2, 4.0))
    for process in killed:
        process.kill()
    failures = []
    for process in started:
        said = process.communicate()[1]
        if process.returncode != 0 and process not in killed:
            failures.append(said.decode()[-500:])
    last = _start(program, cache)
    said = last.communicate()[1]
    if last.returncode != 0:
        failures.append(f"afterwards: {said.decode()[-500:]}")
    return failures + damaged(cache)


def damaged(cache: Path) -> list[str]:
    """Sealed files that do not hold what was written."""
    found = []
    for path in cache.rglob("*"):
        if path.suffix in (".derived", ".code"):
            try:
                read_sealed(path)
            except OSError as error:
                found.append(str(error))
    return found


def _start(program: Path, cache: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ADGEN_CACHE_DIR": str(cache)}
    command = [sys.executable, "-W", "error", str(program)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
