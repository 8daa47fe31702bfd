"""The transcripts of docs/cli.md are what the commands print; `…` stands for anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [match[1] for match in BLOCK.finditer(PAGE)]

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the commands run: the examples, the programs of the page, two bad files."""
    place = tmp_path_factory.mktemp("transcripts")
    shutil.copytree(ROOT / "examples", place / "examples")
    shutil.copy(ROOT / "docs" / "programs.py", place)
    (place / "broken.py").write_text(BROKEN)
    (place / "bomb.py").write_text(BOMB)
    (place / "bin").mkdir()
    script = place / "bin" / "adgen"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adgen "$@"\n')
    script.chmod(0o755)
    (place / "bin" / "python").symlink_to(sys.executable)
    return place


def spaced(text):
    """The text with columns of any width: what stands in them differs from machine to machine."""
    return re.sub(" +", " ", text)


def steps(block):
    """(command, what it prints) of a transcript."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.jit
@pytest.mark.skipif(os.name == "nt", reason="the transcripts are of a POSIX shell")
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0].strip("$ "))
def test_transcript(folder, block):
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{folder}",
        "ADGEN_CACHE_DIR": str(folder / "cache"),
        "COLUMNS": "200",
    }
    code = 0
    for command, wanted in steps(block):
        line = command.replace("echo $?", f"echo {code}")
        done = subprocess.run(
            line, shell=True, cwd=folder, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        code = done.returncode
        pattern = ".*".join(map(re.escape, spaced(wanted).split("…")))
        assert re.fullmatch(pattern, spaced(done.stdout), re.DOTALL), f"$ {command}\n{done.stdout}"


def test_every_command_has_a_section():
    from adgen.cli.main import app

    for command in app.registered_commands:
        assert f"\n## {command.name}\n" in PAGE


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
