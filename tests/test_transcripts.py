"""What documents show of the command line is what it prints."""

from __future__ import annotations

import os

import pytest

from tests.transcripts import ROOT, Transcript, agrees, bless, prepare, printed, transcripts

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TRANSCRIPTS = [one for document in DOCUMENTS for one in transcripts(document)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("transcripts")
    prepare(place)
    if os.environ.get("ADGEN_BLESS"):
        for document in DOCUMENTS:
            bless(document, place)
    return place


@pytest.mark.jit
@pytest.mark.skipif(os.name == "nt", reason="the transcripts are of a POSIX shell")
@pytest.mark.parametrize("one", TRANSCRIPTS, ids=str)
def test_what_is_printed(folder, one: Transcript) -> None:
    for command, wanted, now in printed(one, folder):
        assert agrees(wanted, now), f"$ {command}\n{now}"


def test_wildcards() -> None:
    assert agrees("took … ms\n…\nend", "took 3 ms\nthis\nand that\nend")
    assert agrees("took … ms\n…\nend", "took 3 ms\nend")
    assert agrees("a  …\nb    c", "a     0.5\nb c")
    assert not agrees("took … ms\nend", "took 3 s\nend")
    assert not agrees("a", "a\nb")
    assert not agrees("    a", "a")


def test_every_command_has_a_section() -> None:
    from adgen.cli.main import app

    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"\n## {command.name}\n" in page
