"""Pages of HTML that need nothing else: no network, no fonts, no libraries."""

from __future__ import annotations

import html
import keyword
import re
from collections.abc import Iterable
from importlib import resources

from adgen.side_by_side import SideBySide

# What a page may load: nothing, so that a name in a file can never make it reach out.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
_TOKEN = re.compile(
    r"""(?P<comment>\#.*)|(?P<string>\"{3}|'{3}|[rbfuRBFU]{0,2}(?:\"(?:\\.|[^"\\])*\"|'(?:\\.|[^'\\])*'))"""
    r"""|(?P<number>\b\d[\w.]*(?:e[+-]?\d+)?)|(?P<name>[^\W\d]\w*)"""
)


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page; ``parts`` are HTML, everything else in it is text."""
    style, script = _data("page.css"), _data("page.js")
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{''.join(parts)}<script>\n{script}</script>\n</body>\n</html>\n"
    )


def text(shown: object) -> str:
    """Text as HTML; characters that no page can hold are written as escapes."""
    plain = str(shown).encode("utf-8", "backslashreplace").decode()
    return html.escape("".join(c if c.isprintable() or c in "\t\n" else _escape(c) for c in plain))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def view(both: SideBySide, file: str = "") -> str:
    """Source on the left, gradient on the right; ``page.js`` lights up what belongs together."""
    numbers = {line for line, _ in both.source}
    left = "".join(
        f'<li data-line="{line}" tabindex="-1"{_gap(line, numbers)}><i>{line}</i>'
        f"<code>{python(shown)}</code></li>\n"
        for line, shown in both.source
    )
    right = "".join(
        f'<li data-from="{" ".join(map(str, sorted(linked)))}" tabindex="-1">'
        f"<i>{number}</i><code>{python(shown)}</code></li>\n"
        for number, (shown, linked) in enumerate(
            zip(both.generated, both.links, strict=True), start=1
        )
    )
    return (
        f'<div class="beside" style="{_widths(both)}">\n'
        f'<section class="pane" aria-label="source"><h3>{text(file or both.name)}</h3>'
        f'<ol class="code source" role="listbox" aria-label="source">\n{left}</ol></section>\n'
        '<section class="pane" aria-label="generated"><h3>generated</h3>'
        f'<ol class="code generated" role="listbox" aria-label="generated">\n{right}</ol>'
        "</section>\n</div>\n"
    )


def _widths(both: SideBySide) -> str:
    """Each side gets its share of the page by its longest line, and a third of it at least."""
    left = max(len(shown) for _, shown in both.source)
    right = max(len(shown) for shown in both.generated)
    share = min(2.0, max(0.5, left / right))
    return f"--left: {share:.2f}fr; --right: 1fr"


def _gap(line: int, numbers: set[int]) -> str:
    """A mark for a line that does not stand right below the one before."""
    return ' class="gap"' if line - 1 not in numbers and line != min(numbers) else ""


def python(line: str) -> str:
    """A line of Python with its tokens marked."""
    out, at = [], 0
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup
        if kind == "name":
            if not keyword.iskeyword(match[0]):
                continue
            kind = "keyword"
        out += [text(line[at : match.start()]), f'<b class="{kind}">{text(match[0])}</b>']
        at = match.end()
    return "".join([*out, text(line[at:])])


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """A table; cells are HTML already."""
    head = "".join(f"<th>{text(title)}</th>" for title in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table></div>\n"
    )


def _data(name: str) -> str:
    return resources.files("adgen").joinpath(name).read_text(encoding="utf-8")
