"""Transcripts in documents: blocks of ``console`` with commands and what they printed.

The commands of one block run one after the other in a shell, in a folder that has what documents
speak of.  ``…`` in a line of output stands for anything in that line, a line ``…`` for any number
of lines; how wide columns are does not matter.  A command without output below it prints nothing.
``ADGEN_BLESS=1`` puts what is printed now in the place of output that has no ``…`` in it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"
WIDTH = 200  # columns of the terminal

BROKEN = """
import numpy as np
import adgen


@adgen.primitive
def cube(x):
    return x * x * x


adgen.defvjp(cube, lambda ans, x: lambda g: g * 2.0 * x * x)


@adgen.differentiate
def energy(x: "f8[:]"):
    return np.sum(cube(x))


@adgen.differentiate
def read(path: float):
    return float(open(path).read())
"""
BOMB = "def f(x):\n    a = (x, x)\n" + "    a = (a, a)\n" * 60 + "    return a[0]\n"


@dataclass(frozen=True)
class Transcript:
    """One block of a document: commands, and the output below each."""

    document: Path
    line: int
    steps: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


def transcripts(document: Path) -> Iterator[Transcript]:
    """The blocks of a document that show output, and all of the page on the command line.

    Elsewhere blocks without output are commands for the reader, to install and to train.
    """
    text = document.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        parts = re.split(r"^\$ (.*)\n", block[1], flags=re.MULTILINE)
        steps = tuple(zip(parts[1::2], parts[2::2], strict=True))
        if any(output for _, output in steps) or document.name == "cli.md":
            yield Transcript(document, text.count("\n", 0, block.start(1)) + 1, steps)


def prepare(folder: Path) -> None:
    """Put into a folder what the documents speak of: examples, programs, two bad files."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "docs").mkdir()
    for place in (folder, folder / "docs"):
        shutil.copy(ROOT / "docs" / "programs.py", place)
    (folder / "broken.py").write_text(BROKEN)
    (folder / "bomb.py").write_text(BOMB)
    (folder / "bin").mkdir()
    script = folder / "bin" / "adgen"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adgen "$@"\n')
    script.chmod(0o755)
    (folder / "bin" / "python").symlink_to(sys.executable)


def printed(one: Transcript, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Each command, its output in the document, and what it prints now on both streams."""
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(folder)]),
        "ADGEN_CACHE_DIR": str(folder / "cache"),
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
    }
    code = 0
    for command, wanted in one.steps:
        done = subprocess.run(
            command.replace("echo $?", f"echo {code}"), shell=True, cwd=folder, env=environment,
            text=True, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        code = done.returncode
        yield command, wanted, done.stdout


def agrees(output: str, now: str) -> bool:
    """Whether what is printed now is what a document says, but for ``…`` and widths of columns."""
    pattern = []
    for line in _lines(output):
        if line == ANY:
            pattern.append(r"(?:.*\n)*?")
        else:
            pattern.append(r".*?".join(map(re.escape, line.split(ANY))) + r"\n")
    return re.fullmatch("".join(pattern), "".join(f"{line}\n" for line in _lines(now))) is not None


def _lines(text: str) -> list[str]:
    """Lines whose indentation counts, and whose other spaces count as one."""
    lines = (line.rstrip() for line in text.rstrip("\n").split("\n"))
    return [re.sub(r"(?<=\S) +", " ", line) for line in lines]


def bless(document: Path, folder: Path) -> None:
    """Put what is printed now into a document."""
    for one in list(transcripts(document)):
        for command, wanted, now in printed(one, folder):
            if wanted and ANY not in wanted:
                text = document.read_text(encoding="utf-8")
                new = "\n".join(line.rstrip() for line in now.split("\n"))
                text = text.replace(f"$ {command}\n{wanted}", f"$ {command}\n{new}", 1)
                document.write_text(text, encoding="utf-8")
