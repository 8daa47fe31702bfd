"""From the text of a module to compiled functions, through a damaged cache too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adgen.runtime import compile as compile_module
from adgen.runtime.compile import Options, compile_functions, plain_functions

TEXT = """import numpy as np
from adgen.runtime.kernels import radd


def total(x):
    s = 0.0
    for i in range(x.shape[0]):
        s = radd(s, square(x[i]))
    return s


def square(x):
    return x * x
"""
NAMES = ("total", "square")
pytestmark = pytest.mark.jit


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    return tmp_path


def compiled(options: Options = Options()):
    """As a new process would have it."""
    compile_module._kept.clear()
    return compile_functions(TEXT, "total", NAMES, [np.ones(3)], "0", options)[0]


def test_plain_and_compiled_agree(folder):
    x = np.arange(100.0)
    plain, _ = plain_functions(TEXT, "total", NAMES)
    assert plain(x) == compiled()(x) == np.sum(x * x)


def test_one_process_compiles_once(folder):
    first = compiled()
    again = compile_functions(TEXT, "total", NAMES, [np.ones(7)], "0", Options())[0]
    other = compile_functions(TEXT, "total", NAMES, [np.ones(7, np.float32)], "0", Options())[0]
    assert first is again and first is not other


def test_a_second_load_comes_from_disk(folder):
    assert sum(compiled().stats.cache_hits.values()) == 0
    assert sum(compiled().stats.cache_hits.values()) == 1


@pytest.mark.parametrize("ending", ["code"])
def test_a_damaged_cache_is_survived(folder, ending):
    compiled()
    damaged = list(Path(folder).rglob(f"*.{ending}"))
    assert damaged
    for file in damaged:
        file.write_bytes(b"damaged")
    assert compiled()(np.ones(3)) == 3.0
    assert sum(compiled().stats.cache_hits.values()) == 1


def test_options_have_files_of_their_own(folder):
    compiled()
    compiled(Options(boundscheck=True))
    assert len(list(Path(folder).glob("*.py"))) == 2


def test_no_cache_directory_at_all(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path / "file"))
    assert compiled()(np.ones(4)) == 4.0


def test_reassociated_sums_keep_nan_and_infinity(folder):
    total = compiled()
    assert np.isnan(total(np.array([1.0, np.nan, 2.0])))
    assert total(np.array([1.0, np.inf])) == np.inf
