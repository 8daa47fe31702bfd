"""``adgen report``: what is on the page, without a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from adgen.cli.report import report
from adgen.cli.targets import Asked, targets
from adgen.side_by_side import side_by_side
from tests.cli.running import MODEL, invoke, output, written

HEAT = """
def heat(u: "f8[:]", kappa: float, steps: int):
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] += kappa * (u[i + 1] - 2 * u[i] + u[i - 1]) ** 2
    return (u * u).sum()
"""
VOID = {"meta", "rect", "path"}


class Page(HTMLParser):
    """Lines of the listings, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.lines: list[tuple[dict, str]] = []
        self.attributes: list[tuple[str, str]] = []
        self.script = ""
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "li":
            self.lines.append((dict(attrs), ""))

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "code" in self.open and "li" in self.open:
            attrs, text = self.lines[-1]
            self.lines[-1] = attrs, text + data
        if self.open and self.open[-1] == "script":
            self.script += data


def page_of(tmp_path, text, name=""):
    html, left = report(Asked(written(tmp_path, text) + (f"::{name}" if name else "")), {})
    return Page(html), html, left


def test_the_lines_are_those_of_the_mapping(tmp_path):
    page, _, _ = page_of(tmp_path, HEAT)
    (target,) = targets(Asked(written(tmp_path, HEAT)))
    for stage in ("array", "numba"):
        view = side_by_side(target.listed(), stage)
        source = [(int(a["data-line"]), text) for a, text in page.lines if "data-line" in a]
        assert source[: len(view.source)] == list(view.source)
        made = [(a["data-from"], text) for a, text in page.lines if "data-from" in a]
        wanted = [
            (" ".join(map(str, sorted(linked))), text)
            for text, linked in zip(view.generated, view.links)
        ]
        start = made.index(wanted[0]) if stage == "array" else len(made) - len(wanted)
        assert made[start : start + len(wanted)] == wanted


def test_it_needs_no_network(tmp_path):
    page, html, _ = page_of(tmp_path, MODEL)
    assert "default-src 'none'" in html
    assert not [value for name, value in page.attributes if name in ("src", "href")]
    assert "@import" not in html and "url(" not in html


def test_passes_with_what_they_change(tmp_path):
    _, html, _ = page_of(tmp_path, HEAT)
    for name in ("lower", "reverse", "plan_residuals", "fix_order", "lower_to_loops"):
        assert f"<summary><code>{name}</code>" in html
    assert 'class="added"' in html and 'class="removed"' in html
    assert "no change: " in html


def test_data_flow_with_active_values_marked(tmp_path):
    _, html, _ = page_of(tmp_path, HEAT)
    assert re.search(r'<g class="op varied"><rect [^>]*/><text [^>]*>%u<', html)
    assert re.search(r'<g class="op"><rect [^>]*/><text [^>]*>%kappa<', html)
    assert "line 5: u[i] += kappa" in html


def test_what_is_stored_as_a_formula_of_the_sizes(tmp_path):
    _, html, _ = page_of(tmp_path, HEAT)
    assert "8 * max(steps, 0) * len(range(1, (u.shape[0] - 1), 1))" in html
    _, html, _ = page_of(tmp_path, MODEL)
    assert "Nothing needs to be stored" in html


def test_what_is_computed_again(tmp_path):
    text = (
        "import numpy as np\ndef f(x: 'f8[:]', n: int):\n    y = 1.0\n"
        "    for i in range(n):\n        y = y * np.sin(x[i] * 0.5)\n    return y\n"
    )
    _, html, _ = page_of(tmp_path, text)
    assert "computed again" in html and "getitem(%x" in html


def test_functions_that_are_left_out_are_listed(tmp_path):
    text = "def f(x: float):\n    return x * x\ndef g(x: float):\n    return open('x')\n"
    _, html, left = page_of(tmp_path, text)
    assert [one.name for one in left] == ["g"]
    assert "left out" in html and "is not in the table of primitives" in html


def test_several_functions_have_tabs(tmp_path):
    text = "def f(x: float):\n    return x * x\ndef g(x: float):\n    return x\n"
    _, html, _ = page_of(tmp_path, text)
    assert html.count('role="tablist"') == 3


def test_text_of_the_file_cannot_become_markup(tmp_path):
    text = (
        "def f(x: float):\n"
        '    """</script><script>alert(1)</script>"""\n'
        "    y = x * x  # <img src=x onerror=alert(2)> \x0c </code></li>\n"
        "    assert y > 0, '</style><b>&amp;'\n"
        "    return y * x\n"
    )
    page, html, _ = page_of(tmp_path, text)
    assert "alert" not in page.script
    assert "<img" not in html and "onerror=alert(2)&gt;" in html
    assert html.count("<script>") == 1


def test_characters_that_no_page_can_hold(tmp_path):
    text = "def f(x: float):\n    y = x * x  # \x00\x1b[31m\u202e\n    return y\n".replace(
        "\x00", ""
    )
    _, html, _ = page_of(tmp_path, text)
    assert "\x1b" not in html and "\u202e" not in html and "\\x1b" in html


def test_nothing_is_executed(tmp_path):
    out = tmp_path / "r.html"
    text = "import os\nos.abort()\ndef f(x: float):\n    return x * x\n"
    assert output("report", written(tmp_path, text), "-o", str(out)) == f"{out}\n"
    assert "<footer>adgen" in out.read_text()


@pytest.mark.jit
def test_run_times_the_functions(tmp_path):
    out = tmp_path / "r.html"
    output("report", written(tmp_path, MODEL), "-o", str(out), "--run")
    assert "value and gradient" in out.read_text()


def test_a_place_that_cannot_be_written(tmp_path):
    done = invoke("report", written(tmp_path, MODEL), "-o", str(tmp_path / "no" / "r.html"))
    assert "cannot write" in str(done.exception)
