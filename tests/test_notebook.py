"""docs/notebook.ipynb runs in a kernel, and shows what it says."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import adgen

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def outputs() -> list[list[dict]]:
    """The outputs of the cells of code."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute()
    return [cell.outputs for cell in book.cells if cell.cell_type == "code"]


def _frames(cell: list[dict]) -> list[str]:
    shown = [o["data"].get("text/html", "") for o in cell if "data" in o]
    return [unescape(m) for html in shown for m in re.findall(r'srcdoc="([^"]*)"', html)]


@pytest.mark.jit
def test_the_notebook(outputs: list[list[dict]]) -> None:
    _, magic, training, value, source, broken = outputs
    (frame,) = _frames(magic)
    plain = re.sub("<[^>]+>", "", frame)
    assert "def loss_value_and_grad(w, b, x, y):" in plain and "w_bar" in plain
    assert 'data-line="4"' in frame and 'data-from="' in frame
    number = re.match(r"\((?:np.float64\()?([\d.]+)", training[0]["data"]["text/plain"])
    assert number is not None and float(number[1]) < 0.15
    assert len(_frames(value)) == 1
    assert "np.cos(t)" in source[0]["text"]
    assert "help:" in broken[0]["data"]["text/html"]


def test_what_is_shown_of_a_function_without_derivative() -> None:
    shown = adgen.differentiate(lambda t: open(t), jit=False)._repr_html_()
    assert shown.startswith("<pre>") and "help:" in shown


def test_the_frame_cannot_be_left() -> None:
    """Text of the user's is text in the page, and the page an attribute of the frame."""
    namespace = adgen.from_source(
        "def f(x):\n    '''</script></iframe><img src=x onerror=alert(1)>\"'''\n    return x * x\n"
    )
    shown = adgen.differentiate(namespace["f"], jit=False).grad._repr_html_()
    assert shown.count("<") == 2 and "onerror=alert(1)>" not in shown
    assert "&amp;lt;/script&amp;gt;" in shown
    assert np.isclose(adgen.grad(namespace["f"], jit=False)(2.0), 4.0)
