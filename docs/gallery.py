"""Writes gallery.md and its pictures from the examples: ``python docs/gallery.py``."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "images" / "gallery"
ELSEWHERE = ("picture",)  # no example


def examples() -> list[Path]:
    """The programs, in the order of their names."""
    return sorted(f for f in (ROOT / "examples").glob("*.py") if f.stem not in ELSEWHERE)


def text() -> str:
    """The page."""
    parts = [
        "# Gallery\n\nPrograms of `examples/`, each with its picture; "
        "`python examples/NAME.py` draws it again.\n"
    ]
    for file in examples():
        head, _, rest = _docstring(file).partition("\n\n")
        about = "\n\n".join(p for p in rest.split("\n\n") if not p.strip().startswith("python "))
        parts.append(
            f"## {head.strip().rstrip('.')}\n\n{about.strip()}\n\n"
            f"![{file.stem}](images/gallery/{file.stem}.png)\n\n`examples/{file.name}`\n"
        )
    parts.append("## Inside of other packages\n")
    for file in sorted((ROOT / "examples" / "ecosystem").glob("*.py")):
        head = _docstring(file).partition("\n\n")[0]
        parts.append(f"- `examples/ecosystem/{file.name}`: {head.strip()}")
    return "\n".join(parts) + "\n"


def _docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


def main() -> None:
    """Run all examples, or those that are named, and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for file in examples():
        if not sys.argv[1:] or file.stem in sys.argv[1:]:
            picture = PICTURES / f"{file.stem}.png"
            subprocess.run([sys.executable, file, "--out", picture], check=True, cwd=ROOT)
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
