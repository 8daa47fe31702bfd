"""Transcripts in documents: blocks of ``console`` with ``$ adgen …`` and what it printed.

``…`` in a line of output stands for anything in that line, a line ``…`` for any number of lines.
``ADGEN_BLESS=1`` puts what is printed now in the place of output that has no ``…`` in it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"
WIDTH = 100  # columns of the terminal


@dataclass(frozen=True)
class Transcript:
    """One command of a document and the output below it."""

    document: Path
    line: int
    command: str
    output: str

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


def transcripts(document: Path) -> Iterator[Transcript]:
    """The commands of a document that show output; others are only commands."""
    text = document.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        at = text.count("\n", 0, block.start(1)) + 1
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            command, _, output = part.partition("\n")
            if command.startswith("$ adgen ") and output.strip():
                yield Transcript(document, at, command[2:], output.rstrip("\n"))
            at += part.count("\n")


def printed(command: str) -> str:
    """What a command prints in the root of the repository, on both streams."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=ROOT, env=environment, text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = (line.rstrip() for line in done.stdout.rstrip("\n").split("\n"))
    return "\n".join(lines)


def agrees(output: str, now: str) -> bool:
    """Whether what is printed now is what a document says, but for ``…``."""
    pattern = []
    for line in output.split("\n"):
        if line == ANY:
            pattern.append(r"(?:.*\n)*?")
        else:
            pattern.append(r".*?".join(map(re.escape, line.split(ANY))) + r"\n")
    return re.fullmatch("".join(pattern), now + "\n") is not None


def bless(document: Path) -> None:
    """Put what is printed now into a document."""
    for one in list(transcripts(document)):
        if ANY not in one.output:
            text = document.read_text(encoding="utf-8")
            old = f"$ {one.command}\n{one.output}\n"
            new = f"$ {one.command}\n{printed(one.command)}\n"
            document.write_text(text.replace(old, new, 1), encoding="utf-8")
