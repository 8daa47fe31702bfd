"""The report in a real browser: lines light up, keys and tabs work, on every screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from adgen.cli.report import report
from adgen.cli.targets import Asked
from tests.browser.driver import Browser, missing

PROGRAMS = Path(__file__).parents[2] / "docs" / "programs.py"
REASON = missing()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON or "there is a browser")

LIT = "return [...document.querySelectorAll('.beside .{mark}')].map(e => e.innerText.trim())"
FOCUS = "return document.activeElement.innerText.trim()"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name in ("logistic_loss", "rk4", "net"):
        text, _ = report(Asked(f"{PROGRAMS}::{name}"), {})
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    text, _ = report(Asked(str(PROGRAMS)), {})
    (folder / "all.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def logistic(browser, pages):
    browser.open(pages / "logistic_loss.html")
    return browser


def lit(browser, mark="lit"):
    return [text.split("\n")[-1].strip() for text in browser.run(LIT.format(mark=mark))]


def selector(browser, text):
    browser.run(
        "document.querySelectorAll('#wanted').forEach(e => e.removeAttribute('id'));"
        "[...document.querySelectorAll('#f0p0 li')]"
        ".find(e => e.innerText.includes(arguments[0])).id = 'wanted'",
        text,
    )
    return "#wanted"


def test_pointing_at_a_line_of_the_source(logistic):
    logistic.point(selector(logistic, "total += np.log1p(np.exp(-y[i] * z))"))
    found = lit(logistic)
    assert found[0] == "total += np.log1p(np.exp(-y[i] * z))"
    assert any(text.startswith("z_bar = ") for text in found)
    assert not any(text.startswith("w_bar[j] +=") for text in found)


def test_pointing_at_a_generated_line(logistic):
    logistic.point(selector(logistic, "w_bar[j] +="))
    found = lit(logistic)
    assert "z += X[i, j] * w[j]" in found and "w_bar[j] += z_bar * X[i, j]" in found


def test_a_click_stays_and_a_second_one_lets_go(logistic):
    wanted = selector(logistic, "return total / X.shape[0]")
    logistic.click(wanted)
    kept = lit(logistic, "pinned")
    assert any(text.startswith("total_bar = ") for text in kept)
    logistic.point("h1")
    assert lit(logistic, "pinned") == kept and lit(logistic) == []
    logistic.click(wanted)
    assert lit(logistic, "pinned") == []


def test_the_keyboard_alone(logistic):
    logistic.run("document.querySelector('#f0p0 .source li').focus()")
    for _ in range(5):
        logistic.press("Down")
    assert logistic.run(FOCUS).endswith("z += X[i, j] * w[j]")
    logistic.press("Right")
    assert logistic.run("return document.activeElement.dataset.from") == "11"
    logistic.press("Enter")
    assert lit(logistic, "pinned")
    logistic.press("Escape")
    assert not lit(logistic, "pinned")
    logistic.press("Left")
    assert logistic.run("return document.activeElement.dataset.line") == "11"
    logistic.press("Up")
    assert logistic.run("return document.activeElement.dataset.line") == "10"


def test_tabs(logistic):
    shown = "return [...document.querySelectorAll('#f0 > div[role=tabpanel]')].map(e => !e.hidden)"
    assert logistic.run(shown) == [True, False, False, False, False, False]
    logistic.click("#f0p2t")
    assert logistic.run(shown) == [False, False, True, False, False, False]
    logistic.press("Right")
    assert logistic.run(shown) == [False, False, False, True, False, False]
    logistic.press("Left")
    logistic.press("Left")
    logistic.press("Left")
    assert logistic.run(shown) == [True, False, False, False, False, False]


def test_each_function_has_its_own_views(browser, pages):
    browser.open(pages / "all.html")
    names = browser.run("return [...document.querySelectorAll('[aria-label=functions] button')]"
                        ".map(e => e.innerText)")  # fmt: skip
    assert names == ["logistic_loss", "slope", "rk4", "net"]
    browser.click("#f3t")
    assert browser.run("return document.querySelector('#f3').hidden") is False
    assert browser.run("return document.querySelector('#f0').hidden") is True
    assert "net, by params" in browser.run("return document.querySelector('#f3').innerText")


@pytest.mark.parametrize("name", ["logistic_loss", "rk4", "net"])
def test_every_line_lights_up_what_the_attributes_say(browser, pages, name):
    browser.open(pages / f"{name}.html")
    wrong = browser.run("""
        const beside = document.querySelector('.beside');
        const lines = [...beside.querySelectorAll('li')];
        const wrong = [];
        for (const line of lines) {
          line.dispatchEvent(new Event('mouseenter'));
          for (const other of lines) {
            const belongs = other === line
              || (line.dataset.line && other.dataset.from !== undefined
                  && other.dataset.from.split(' ').includes(line.dataset.line))
              || (other.dataset.line && line.dataset.from !== undefined
                  && line.dataset.from.split(' ').includes(other.dataset.line));
            if (other.classList.contains('lit') !== Boolean(belongs)) wrong.push(other.innerText);
          }
        }
        return [lines.length, wrong];
    """)
    assert wrong[0] > 20 and wrong[1] == []


def test_nothing_is_fetched(logistic):
    assert logistic.run("return performance.getEntriesByType('resource').length") == 0


def test_small_screens(tmp_path, pages):
    with Browser(tmp_path, width=360, height=640) as small:
        for name in ("logistic_loss", "rk4", "net"):
            small.open(pages / f"{name}.html")
            for k in range(6):
                small.run(f"document.querySelector('#f0p{k}t').click()")
                wide, screen = small.run(
                    "return [document.documentElement.scrollWidth, window.innerWidth]"
                )
                assert wide <= screen, (name, k)


def test_dark(tmp_path, pages):
    background = "return getComputedStyle(document.body).backgroundColor"
    with Browser(tmp_path, dark=True) as dark:
        dark.open(pages / "net.html")
        assert dark.run(background) == "rgb(20, 23, 28)"


def test_light(logistic):
    assert logistic.run("return getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
