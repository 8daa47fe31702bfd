"""The page of functions is what the table, the library and the programs say."""

from __future__ import annotations

from tests.coverage import functions_page


def test_the_page_is_up_to_date() -> None:
    written = functions_page.PAGE.read_text(encoding="utf-8")
    assert written == functions_page.page(), "run python -m tests.coverage.functions_page"
