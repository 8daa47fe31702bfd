"""The passes of a compilation as HTML: the IR before and after each, with what changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from adgen.cli.observed import Observed, Step
from adgen.pages import python, text

CONTEXT = 3  # unchanged lines that are shown around a change
MOST_LINES = 4000  # of one listing


def stages(observed: Observed) -> str:
    """All passes in order, by phases; those that change nothing in one line."""
    out: list[str] = []
    phase = ""
    idle: list[Step] = []

    def flush() -> None:
        if idle:
            listed = dict.fromkeys(step.name for step in idle)
            names = ", ".join(f"<code>{text(name)}</code>" for name in listed)
            out.append(f'<p class="faint">no change: {names}</p>\n')
            idle.clear()

    for step in observed.steps:
        if step.phase != phase:
            flush()
            phase = step.phase
            out.append(f"<h3>{text(phase)}</h3>\n")
        if step.changes:
            flush()
            out.append(_pass(step))
        else:
            idle.append(step)
    flush()
    return "".join(out)


def _pass(step: Step) -> str:
    rows = list(_difference(step.before, step.after))
    added = sum(1 for mark, _ in rows if mark == "added")
    removed = sum(1 for mark, _ in rows if mark == "removed")
    changes = f"+{added} −{removed}" if step.before else f"{added} lines"
    summary = (
        f"<code>{text(step.name)}</code> <b>{changes}</b> "
        f'<span class="faint">{step.seconds * 1e3:.2f} ms · {python_free(step.doc)}</span>'
    )
    return (
        f'<details class="pass"><summary>{summary}</summary>\n'
        f'<ol class="code" tabindex="0">\n{_listing(rows, bool(step.before))}</ol></details>\n'
    )


def python_free(doc: str) -> str:
    """A docstring without the marks of its format."""
    return text(doc.replace("``", ""))


def _difference(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(mark, line): what stayed, what was ``removed``, what was ``added``."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from (("", line) for line in after[c:d])
        else:
            yield from (("removed", line) for line in before[a:b])
            yield from (("added", line) for line in after[c:d])


def _listing(rows: Sequence[tuple[str, str]], folds: bool) -> str:
    """The lines; of long stretches without a change only the ends are open."""
    out: list[str] = []
    near = _near_changes([mark for mark, _ in rows])
    k = 0
    while k < min(len(rows), MOST_LINES):
        end = k
        while end < len(rows) and not near[end]:
            end += 1
        if folds and end - k > 2 * CONTEXT:
            hidden = "".join(_line("", line) for _, line in rows[k:end])
            out.append(
                f'<li class="fold"><details class="fold"><summary>{end - k} lines as before'
                f'</summary><ol class="code">{hidden}</ol></details></li>\n'
            )
            k = end
        else:
            out.append(_line(*rows[k]))
            k += 1
    return "".join(out)


def _near_changes(marks: Sequence[str]) -> list[bool]:
    near = [False] * len(marks)
    for k, mark in enumerate(marks):
        if mark:
            for other in range(max(0, k - CONTEXT), min(len(marks), k + CONTEXT + 1)):
                near[other] = True
    return near


def _line(mark: str, line: str) -> str:
    return f'<li class="{mark}"><i></i><code>{python(line)}</code></li>\n'
