"""The command line around the commands."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adgen import __version__
from adgen.cli import completion, exits, main, output
from adgen.cli.main import app
from adgen.cli.output import Column


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_version():
    assert invoke("--version") == f"adgen {__version__}\n"


def test_help_lists_the_commands():
    text = invoke("--help")
    assert "show" in text and "rules" in text


def test_rules():
    lines = invoke("rules").splitlines()
    assert any(line.split()[:2] == ["np.tanh", "Elementwise"] for line in lines)
    assert any(line.startswith("x / y ") for line in lines)
    assert any("NoDerivative" in line and "piecewise constant" in line for line in lines)
    only = invoke("rules", "logaddexp").splitlines()
    assert only and all("logaddexp" in line for line in only)


def test_a_terminal_gets_colours(monkeypatch):
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    output.emit("def f(x):\n    return x\n")
    assert "\x1b[" in terminal.getvalue()


def test_the_shell_completes_files_functions_and_stages(tmp_path, monkeypatch):
    (tmp_path / "model.py").write_text("def loss(x):\n    return x\ndef other(x):\n    return x\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert list(completion.targets("")) == ["folder/", "model.py"]
    assert list(completion.targets("mo")) == ["model.py"]
    assert list(completion.targets("model.py::")) == ["model.py::loss", "model.py::other"]
    assert list(completion.targets("none.py::")) == []
    assert completion.stages("n") == ["numba"]


@pytest.mark.parametrize(
    ("words", "at", "offered"),
    [
        (["adgen", "show", "model.py"], 2, "model.py"),
        (["adgen", "show", "model.py", "::"], 3, "loss\nother"),
        (["adgen", "show", "model.py", "::", "lo"], 4, "loss"),
        (["adgen", "show", "--diff", "model.py", "::", "ot"], 5, "other"),
        (["adgen", "ru"], 1, "rules"),
    ],
)
def test_bash_which_takes_colons_for_words(tmp_path, words, at, offered):
    (tmp_path / "model.py").write_text("def loss(x):\n    return x\ndef other(x):\n    return x\n")
    asked = {"_ADGEN_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(words)}
    start = "import sys; sys.argv = ['adgen']; from adgen.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, **asked, "COMP_CWORD": str(at)},
    )  # fmt: skip
    assert done.stdout.strip() == offered, done.stderr


WIDE = [Column("function"), Column("entries", True), Column("remark", text=True)]
ROWS = [("a_function_of_some_length", "12", "what is said of it, which is longer than a line is")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [30, 80, 200])
def test_tables_fit_the_terminal_and_cut_nothing(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    output.print_table(WIDE, ROWS)
    text = re.sub(r"\x1b\[[\d;]*m", "", terminal.getvalue())
    assert "a_function_of_some_length" in text and "…" not in text
    framed = width >= 80
    assert ("┃" in text) == framed
    if framed:
        assert all(len(line) <= width for line in text.splitlines())


def test_long_lines_of_source_are_whole(monkeypatch):
    """What is copied from a terminal runs: no line is broken or cut."""
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    line = "value = 1 + 2 + 3 + 4 + 5 + 6 + 7  # a long one"
    output.emit(f"{line}\n")
    assert line in terminal.getvalue().splitlines()


def test_what_a_terminal_would_obey_is_shown(tmp_path):
    """Colours, and characters that turn the reading direction around, from the file of another."""
    file = tmp_path / "given.py"
    file.write_text(
        'def f(x: float):\n    """\x1b[2J"""\n    return x * x  # \x1b[31m \u202e\n'
        'def g(x: float):\n    return open("\x1b[2J")\n',
        encoding="utf-8",
    )
    for verb in (["show"], ["show", "--diff"], ["check", "--static"]):
        done = run(*verb, str(file))
        assert not {"\x1b", "\u202e"} & {*done.stdout, *done.stderr}
    assert r"# adjoint of: return x * x  # \x1b[31m \u202e" in run("show", str(file)).stdout
    assert "\x1b" not in run("show", f"{file}::g").stderr


def test_streams_that_hold_ascii_only(tmp_path):
    (tmp_path / "f.py").write_text("def f(x: float):\n    return x * x\n")
    for options in (["--diff"], ["--html"], []):
        done = run("show", "f.py", *options, cwd=tmp_path, PYTHONIOENCODING="ascii")
        assert done.returncode == 0, done.stderr


def run(*arguments, cwd=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "adgen", *arguments], capture_output=True, encoding="utf-8",
        check=False, cwd=cwd, env={**os.environ, **environment},
    )  # fmt: skip


def test_exit_codes_are_those_of_the_page():
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in (exits.DONE, exits.FAILED, exits.REFUSED, exits.INTERRUPTED):
        assert f"| {code} | " in page


def test_an_interrupt_is_no_traceback(monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 130
