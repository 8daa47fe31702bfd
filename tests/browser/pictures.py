"""The pictures of docs/images, taken anew: ``python -m tests.browser.pictures``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from adgen.cli.report import report
from adgen.cli.targets import Asked
from tests.browser.driver import Browser

DOCS = Path(__file__).parents[2] / "docs"
# picture: the function, the tab, the line that is clicked, whether it is dark
PICTURES = {
    "report_logistic_loss": ("logistic_loss", 0, "total += np.log1p", False),
    "report_rk4": ("rk4", 3, "", False),
    "report_net": ("net", 0, "h = np.tanh(h @ W + b)", True),
    "report_stages": ("logistic_loss", 2, "", False),
}
WIDTH, HEIGHT = 1200, 760


def take(folder: Path) -> None:
    """Write all pictures into a folder."""
    for picture, (name, tab, line, dark) in PICTURES.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            page = Path(place) / "page.html"
            page.write_text(report(Asked(f"{DOCS / 'programs.py'}::{name}"), {})[0])
            with Browser(Path(place) / "profile", WIDTH, HEIGHT, dark) as browser:
                browser.open(page)
                browser.run(f"document.querySelector('#f0p{tab}t').click()")
                browser.run(
                    "const found = [...document.querySelectorAll('#f0p0 .source li')]"
                    ".find(e => arguments[0] && e.innerText.includes(arguments[0]));"
                    "if (found) found.click();"
                    "const change = document.querySelectorAll('details.pass')[3];"
                    "if (change) change.open = true;",
                    line,
                )
                browser.picture(folder / f"{picture}.png")


if __name__ == "__main__":
    (DOCS / "images").mkdir(exist_ok=True)
    take(DOCS / "images")
