"""The documents speak the truth: their code runs, and what they print is what is generated."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.refusals.page import without_entries

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    "README.md",
    "docs/guide.md",
    "docs/limitations.md",
    "docs/architecture.md",
    "docs/index.md",
    "docs/tutorial.md",
    "docs/coming_from.md",
    "docs/how_it_works.md",
]
# The sources beside the documents, whatever else is installed.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(document, language):
    text = without_entries((ROOT / document).read_text(encoding="utf-8"))
    return [match[2] for match in BLOCK.finditer(text) if match[1] == language]


@pytest.mark.jit
@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_runs(document, tmp_path):
    # A real file, for adgen reads the source of the functions in it.
    script = tmp_path / "document.py"
    script.write_text("\n".join(blocks(document, "python")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.jit
def test_readme_shows_what_is_generated(tmp_path):
    example, generated, *_ = blocks("README.md", "python")
    script = tmp_path / "document.py"
    script.write_text(example, encoding="utf-8")
    printed = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.strip() == generated.strip()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_adgen_commands_run(document):
    for block in blocks(document, "console"):
        for line in block.splitlines():
            if line.startswith("$ adgen "):
                command = [sys.executable, "-m", "adgen", *shlex.split(line)[2:]]
                done = subprocess.run(
                    command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True
                )
                assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    text = BLOCK.sub("", (ROOT / document).read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert ((ROOT / document).parent / target).exists(), target
