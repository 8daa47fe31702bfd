"""Measurements that need a process of their own and an empty cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.environment import ROOT


@dataclass(frozen=True)
class FirstCall:
    """Seconds of a first call: of the wall clock and of this process on all its threads."""

    wall: float
    process: float


def time_first_call(call: Callable[[], Any]) -> None:
    """Time one call and print it as JSON, for the parent process to read."""
    wall, process = time.perf_counter(), time.process_time()
    call()
    times = FirstCall(time.perf_counter() - wall, time.process_time() - process)
    print(json.dumps(asdict(times)))


def first_call_in_fresh_process(module: str, *arguments: str, cache: Path) -> FirstCall:
    """What ``time_first_call`` prints in ``python -m module *arguments`` on caches in a folder."""
    return FirstCall(**in_fresh_process(module, *arguments, cache=cache))


def in_fresh_process(
    module: str, *arguments: str, cache: Path, more: Mapping[str, str] = MappingProxyType({})
) -> Any:
    """The last line of ``python -m module *arguments``, which is JSON.

    Its caches are in the folder ``cache``; ``more`` is added to the environment variables.
    Raises RuntimeError with what the process wrote if it fails.
    """
    environment = {
        **os.environ,
        **more,
        "ADGEN_CACHE_DIR": str(cache / "adgen"),
        "NUMBA_CACHE_DIR": str(cache / "numba"),
    }
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
