"""What a gradient stores between its sweeps and what it computes again, as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adgen.cli.observed import Observed
from adgen.pages import table, text
from adgen.transpiler.autodiff.footprint import Footprint
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op, Slot, Value
from adgen.transpiler.ir.printer import Names, print_op

_OF_SLOTS = frozenset({core.DECLARE, core.RESERVE, core.SAVE, core.LOAD})
STORED = ("what", "kind", "type", "bytes", "from")
AGAIN = ("operation", "of")


def memory(observed: Observed, lines: Mapping[int, str]) -> str:
    """The sum as a formula of the arguments, what it is made of, and what is computed again."""
    footprint = Footprint(observed.read[0])
    more = "" if footprint.exact else " or more: a loop decides while it runs"
    total = (
        f"<p>Between its sweeps the gradient stores <code>{text(footprint.formula)}</code> "
        f"bytes{more}.</p>\n"
    )
    stored = list(_stored(observed.read[0], footprint, lines, observed.names))
    again = list(_recomputed(observed, lines))
    parts = [total]
    if stored:
        parts += ["<h3>stored</h3>\n", table(STORED, stored)]
    else:
        parts.append(
            '<p class="faint">Nothing needs to be stored: each value is at hand where the '
            "backward sweep uses it.</p>\n"
        )
    if again:
        parts += ["<h3>computed again</h3>\n", table(AGAIN, again)]
    return "".join(parts)


def _stored(
    function: Function, footprint: Footprint, lines: Mapping[int, str], names: Names
) -> Iterator[tuple[str, ...]]:
    sizes = {term.stored: footprint.bytes_of(term) for term in footprint.terms}
    ops = [op for _, op in core.walk(function.body)]
    made = {result: op for op in ops for result in op.results}
    seen: set[Slot] = set()
    for op in ops:
        if op.callee != core.SAVE or op.attrs["slot"] in seen:
            continue
        slot = op.attrs["slot"]
        seen.add(slot)
        value = op.operands[0]
        source = made.get(value) if isinstance(value, Value) else None
        size = sizes.get(slot, "" if slot.kind == "local" else "as it grows")
        shown = f"<code>{text(slot.name or names.of(slot))}</code>"
        yield shown, slot.kind, _type(slot.type), f"<code>{text(size)}</code>", _line(source, lines)
    for term in footprint.terms:
        if isinstance(term.stored, Value):
            shown = f"<code>{text(term.stored.name or names.of(term.stored))}</code>"
            size = f"<code>{text(footprint.bytes_of(term))}</code>"
            source = made.get(term.stored)
            yield shown, "array kept", _type(term.stored.type), size, _line(source, lines)


def _recomputed(observed: Observed, lines: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Operations that planning has added to the backward sweep, but for counters and slots."""
    planning = observed.planning
    if planning is None:
        return
    before, after = planning
    known = {result for _, op in core.walk(before.body) for result in op.results}
    for _, op in core.walk(after.body):
        new = op.results and not op.regions and not any(r in known for r in op.results)
        if new and op.callee not in _OF_SLOTS and op.span is not None:
            yield (
                f"<code>{text(print_op(op, observed.names).partition('  # ')[0])}</code>",
                _line(op, lines),
            )


def _type(kind: object) -> str:
    return f"<code>{text(kind)}</code>"


def _line(op: Op | None, lines: Mapping[int, str]) -> str:
    if op is None or op.span is None:
        return ""
    shown = lines.get(op.span.line, op.span.text).strip()
    return f"line {op.span.line}: <code>{text(shown)}</code>"
