"""The wheel holds real files of all three folders, under one name."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What a wheel built from this tree contains."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"  # a build leaves traces beside the sources
    hidden = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, tree, symlinks=True, ignore=hidden)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    options = ["--disable-pip-version-check", "--wheel-dir", str(folder), str(tree)]
    done = subprocess.run([*build, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.slow
def test_the_wheel_holds_every_module_once(names: set[str]) -> None:
    wanted = {"adgen/py.typed", "adgen/page.css", "adgen/page.js"}
    for folder in (ROOT / "src" / "adgen", ROOT / "src" / "adgen" / "bridges"):
        wanted |= {file.relative_to(ROOT / "src").as_posix() for file in folder.glob("*.py")}
    for folder in ("transpiler", "runtime", "cli"):
        files = (ROOT / folder).rglob("*.py")
        wanted |= {f"adgen/{file.relative_to(ROOT).as_posix()}" for file in files}
    modules = {name for name in names if ".dist-info/" not in name}
    assert modules == wanted


def test_the_folders_are_reached_through_relative_links() -> None:
    for folder in ("transpiler", "runtime", "cli"):
        link = ROOT / "src" / "adgen" / folder
        assert link.is_symlink(), f"{link} is no link: on Windows see CONTRIBUTING.md"
        assert not link.readlink().is_absolute() and link.resolve() == ROOT / folder
