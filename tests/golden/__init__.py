"""Golden files: what adgen prints, kept to the letter."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def compare(name: str, text: str, folder: Path = FOLDER) -> None:
    """Assert that a golden file holds exactly this text.

    With ADGEN_BLESS=1 in the environment the file is written instead: read the
    difference before you commit it.
    """
    file = folder / name
    if os.environ.get("ADGEN_BLESS") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        return
    assert file.exists(), f"no golden file {name}; run once with ADGEN_BLESS=1"
    assert text.rstrip("\n") == file.read_text(encoding="utf-8").rstrip("\n"), name
