"""benchmarks/README.md: one introduction, and the sections in their order."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import PEERS

README = Path(__file__).parent / "README.md"

INTRODUCTION = """# Benchmarks

    python -m benchmarks

makes an environment of its own in `benchmarks/.venv` (with JAX, PyTorch and Autograd; the column of
a peer that cannot be installed stays empty), runs everything below in it on one thread, and writes
this file and the plots: about ten minutes. `python -m benchmarks scaling memory` runs these
sections alone, `--only mixture` the cases whose names contain a text, `--quick` small data; with
these two nothing is written. `--here` takes the present environment.

All sides of a comparison run in one process in turns, and the time is that of the process on the
processor: medians, so what else the machine does counts little. Every gradient is compared with
another one before it is timed.
"""


def write(section: str, seconds: float, order: tuple[str, ...]) -> None:
    """Put a section into the file, with what it took; ``order`` of all headings."""
    known = _sections()
    known[heading_of(section)] = f"{section}\n\nMeasured in {seconds:.0f} s."
    parts = [f"{INTRODUCTION}\n{machine()}"]
    parts += [known[heading] for heading in order if heading in known]
    README.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _sections() -> dict[str, str]:
    """What the file holds, by heading."""
    if not README.exists():
        return {}
    parts = README.read_text(encoding="utf-8").rstrip("\n").split("\n\n## ")[1:]
    return {heading_of(f"## {part}"): f"## {part}" for part in parts}


def heading_of(text: str) -> str:
    """The first line."""
    return text.split("\n", 1)[0]


def machine() -> str:
    """One line about processor, what else it had to do, and versions."""
    versions = [f"{name} {version(name)}" for name in ("numpy", "numba")]
    versions += [peer.version() for peer in PEERS.values()]
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    python = f"Python {platform.python_version()}"
    return f"Last run: {processor()}, {load}, {python}, {', '.join(versions)}."


def processor() -> str:
    """The processor's name where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
