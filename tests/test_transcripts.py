"""What documents show of the command line is what it prints."""

from __future__ import annotations

import os

import pytest

from tests.transcripts import ROOT, Transcript, agrees, bless, printed, transcripts

OF_THE_COMMAND_LINE = "cli.md"  # has a folder of its own around it: tests/cli
PAGES = [f for f in sorted((ROOT / "docs").glob("*.md")) if f.name != OF_THE_COMMAND_LINE]
DOCUMENTS = [ROOT / "README.md", *PAGES]
if os.environ.get("ADGEN_BLESS"):
    for document in DOCUMENTS:
        bless(document)
TRANSCRIPTS = [one for document in DOCUMENTS for one in transcripts(document)]


@pytest.mark.parametrize("one", TRANSCRIPTS, ids=str)
def test_what_is_printed(one: Transcript) -> None:
    now = printed(one.command)
    assert agrees(one.output, now), now


def test_wildcards() -> None:
    assert agrees("took … ms\n…\nend", "took 3 ms\nthis\nand that\nend")
    assert agrees("took … ms\n…\nend", "took 3 ms\nend")
    assert not agrees("took … ms\nend", "took 3 s\nend")
    assert not agrees("a", "a\nb")
