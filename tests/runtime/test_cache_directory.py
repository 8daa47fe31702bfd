"""Where code is kept on disk, whom it has to belong to, and what is found damaged."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from adgen.runtime import cache_directory as cache
from adgen.runtime.cache_directory import (
    CacheWarning,
    Damaged,
    cache_directory,
    private_directory,
    read_sealed,
    write_sealed,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "cache"))
    cache._warn.cache_clear()
    return tmp_path / "cache"


def test_platform_directories(monkeypatch):
    monkeypatch.delenv("ADGEN_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_directory() == Path("/somewhere/adgen")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == Path.home() / ".cache" / "adgen"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_directory() == Path.home() / "Library" / "Caches" / "adgen"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert cache_directory() == Path("/local/adgen/Cache")


def test_it_is_made_for_its_user_alone(folder):
    assert private_directory() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o1777])
def test_where_others_may_write_nothing_is_used(folder, mode):
    folder.mkdir()
    folder.chmod(mode)
    with pytest.warns(CacheWarning, match="others may write to it; `chmod go-w` makes it private"):
        assert private_directory() is None
    assert private_directory() is None  # warned once


def test_what_belongs_to_another_user_is_not_used(folder, monkeypatch):
    folder.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.warns(CacheWarning, match="it belongs to another user"):
        assert private_directory() is None


def test_no_place_for_it(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert private_directory() is None


@pytest.mark.parametrize(
    "damage", [lambda w: w[:-1], lambda w: b"", lambda w: w[:40] + b"!" + w[41:]]
)
def test_a_seal_tells_damage(tmp_path, damage):
    path = tmp_path / "file"
    write_sealed(path, b"the content of a file, long enough")
    assert read_sealed(path) == b"the content of a file, long enough"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Damaged):
        read_sealed(path)


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_sealed(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
    import numpy as np
    from adgen import differentiate

    @differentiate
    def loss(w):
        total = 0.0
        for k in range(len(w)):
            total += w[k] ** 3
        return total

    assert loss.grad(np.arange(4.0)).tolist() == [0.0, 3.0, 12.0, 27.0]
    print(sum(loss.grad._compilations.builds._entries.popitem()[1].functions[0].stats.cache_hits.values()))
"""


def _run(file: Path, folder: Path) -> str:
    file.write_text(textwrap.dedent(PROGRAM))
    environment = {**os.environ, "ADGEN_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-W", "error", file], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.jit
def test_whatever_is_damaged_the_answer_is_right(folder, tmp_path):
    """Each file cut in half, and each deleted, in turn; then all of them as another version."""
    program = tmp_path / "program.py"
    assert _run(program, folder) == "0"
    assert _run(program, folder) == "1"
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert kinds == {".py", ".derived", ".code"}
    for kind in sorted(kinds):
        for path in folder.rglob(f"*{kind}"):
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
        _run(program, folder)
        for path in folder.rglob(f"*{kind}"):
            path.unlink()
        _run(program, folder)
    assert _run(program, folder) == "1"
