"""The environment that everything is measured in: its own, with the peers, on one thread."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks" / ".venv"
STAMP = FOLDER / "installed.txt"
NEEDED = ("-e", f"{ROOT}[examples]")
PEERS = (("jax==0.10.2", "jaxlib==0.10.2"), ("torch==2.13.0",), ("autograd",))

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "NPROC": "1",  # the thread pool of XLA
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "MPLBACKEND": "Agg",
}


def python() -> Path:
    """The Python of the environment, which is made first if it is not there or outdated."""
    executable = FOLDER / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = "\n".join(map(" ".join, (NEEDED, *PEERS)))
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted:
        print(f"making {FOLDER.relative_to(ROOT)} …", flush=True)
        venv.create(FOLDER, with_pip=True, clear=True)
        _install(executable, *NEEDED, check=True)
        for packages in PEERS:
            _install(executable, *packages, check=False)
        STAMP.write_text(wanted, encoding="utf-8")
    return executable


def _install(executable: Path, *packages: str, check: bool) -> None:
    """A peer that cannot be installed leaves its column empty."""
    command = [str(executable), "-m", "pip", "install", "-qq", *packages]
    done = subprocess.run(command, cwd=ROOT)
    if check and done.returncode:
        raise SystemExit(f"cannot install {' '.join(packages)}")
    if done.returncode:
        print(f"cannot install {' '.join(packages)}: its column stays empty", flush=True)


def run_inside(arguments: list[str]) -> int:
    """``python -m benchmarks --here`` with these arguments in the environment."""
    command = [str(python()), "-m", "benchmarks", "--here", *arguments]
    return subprocess.run(command, cwd=ROOT).returncode


def pinned() -> dict[str, str]:
    """The environment variables of this process, and one thread for everybody."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": path}


def is_pinned() -> bool:
    """Whether this process was started with one thread for everybody."""
    return all(os.environ.get(name) == value for name, value in ONE_THREAD.items())


def start_again_pinned() -> None:
    """Replace this process by one on one thread; libraries read that when they are imported."""
    os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], pinned())
