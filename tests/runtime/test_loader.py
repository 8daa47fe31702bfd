"""Generated modules as files: named by content, and survived when there is no disk."""

from __future__ import annotations

import inspect
import linecache
import os
import stat
import threading
from pathlib import Path

import pytest

from adgen.runtime.loader import load

TEXT = "def f(x):\n    return x + 1\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_module_is_a_file_named_by_its_content(folder):
    loaded = load(TEXT, "loss", ["f8[:]"])
    path = Path(loaded.module.__file__)
    assert loaded.on_disk and path.parent == folder and path.name.startswith("adgen_loss_")
    assert path.read_text() == TEXT
    assert loaded.module.f(1) == 2
    assert inspect.getsource(loaded.module.f) == TEXT
    assert load(TEXT, "loss", ["f4[:]"]).module.__file__ != str(path)
    assert load(TEXT, "loss", ["f8[:]"]).module.__file__ == str(path)
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0


def test_labels_that_are_no_names(folder):
    assert Path(load(TEXT, "<lambda>").module.__file__).name.startswith("adgen_lambda_")
    assert Path(load(TEXT, "../é").module.__file__).parent == folder


def test_a_damaged_file_is_written_anew(folder):
    path = Path(load(TEXT, "f").module.__file__)
    path.write_text("raise SystemExit")
    assert load(TEXT, "f").module.f(1) == 2
    assert path.read_text() == TEXT


@pytest.mark.parametrize("where", ["a file", "below a file"])
def test_no_disk(tmp_path, monkeypatch, where):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" if where == "a file" else tmp_path / "file" / "below"
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(place))
    loaded = load(TEXT, "f")
    assert not loaded.on_disk and loaded.module.f(1) == 2
    linecache.checkcache()
    assert inspect.getsource(loaded.module.f) == TEXT


def test_no_half_written_files(folder, monkeypatch):
    def refuse(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    assert not load(TEXT, "f").on_disk
    assert list(folder.iterdir()) == []


def test_many_threads(folder):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(load(TEXT, "f").module.f(1)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [2] * 8
    assert len(list(folder.glob("*.py"))) == 1
