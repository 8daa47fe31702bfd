"""docs/limitations.md: every refusal is on it, is printed as it says, and its rewrite works."""

from __future__ import annotations

import os
import re

import pytest

from tests.refusals import page
from tests.refusals.messages import Message, messages, says_something

if os.environ.get("ADGEN_BLESS"):
    page.PAGE.write_text(page.blessed(page.PAGE.read_text(encoding="utf-8")), encoding="utf-8")

ENTRIES = list(page.entries())
MESSAGES = [message for message in messages() if says_something(message)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"line{entry.line}")
def test_entry(entry: page.Entry) -> None:
    assert page.refusal(entry.refused) == entry.message
    if entry.rewrite is not None:
        page.accepted(entry.rewrite)
    else:
        assert page.raised(entry.refused) == entry.raised


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.place)
def test_every_refusal_of_the_source_is_on_the_page(message: Message) -> None:
    listed = f"“{message.template}”" in page.PAGE.read_text(encoding="utf-8")
    assert listed or any(re.fullmatch(message.pattern, text) for text in page.printed())


def test_what_is_listed_is_in_the_source() -> None:
    listed = re.findall(r"^- “(.*?)”", page.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(listed) <= {message.template for message in MESSAGES}


def test_there_is_an_entry_for_every_text() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.count("```text") == len(ENTRIES)
