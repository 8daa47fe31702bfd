"""``adgen cache``: what adgen has written, and nothing else."""

from __future__ import annotations

import pytest

import adgen
from adgen.cli.cache import in_units
from tests.cli.running import document, output

KEPT = ("adgen_f_0123456789abcdef01234567.py", "0123456789abcdef01234567.derived")
OTHERS = ("notes.py", "adgen_f_12.py", "data.derived")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    for name in (*KEPT, *OTHERS):
        (tmp_path / name).write_text("x" * 100)
    return tmp_path


def test_size(folder):
    assert output("cache") == f"2 files, 200 bytes in {folder}\n"
    assert document("cache")["bytes"] == 200


def test_list(folder):
    listed = document("cache", "list")
    assert {entry["kind"] for entry in listed} == {"source", "derivation"}
    assert "adgen_f_0123456789abcdef01234567.py" in output("cache", "list")


def test_clear_leaves_files_of_others(folder):
    assert output("cache", "clear") == f"2 files, 200 bytes removed from {folder}\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted(OTHERS)


def test_no_folder_is_an_empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "none"))
    assert output("cache").startswith("0 files, 0 bytes in ")
    assert output("cache", "list") == ""
    assert not (tmp_path / "none").exists()


@pytest.mark.jit
def test_what_compilation_leaves_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    adgen.grad(lambda x: x * x)(2.0)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    listed = {entry["file"] for entry in document("cache", "list")}
    assert listed == {str(path) for path in files}
    output("cache", "clear")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_units():
    assert [in_units(n) for n in (0, 999, 1500)] == ["0 bytes", "999 bytes", "1.5 kB"]
