"""The data flow of a function as boxes and edges, laid out for a drawing.

Ops of a block stand in rows by how far they are from its arguments; a loop or a branch is a box
with its regions in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value
from adgen.transpiler.ir.printer import Names, print_op

ROW, GAP, PAD, LETTER = 26.0, 22.0, 12.0, 7.3  # heights, distances and the width of a letter
LONGEST = 46  # letters of a label
WIDEST = 1100.0  # a row
MOST = 400  # ops that are drawn


@dataclass
class Box:
    """An op, an argument or a region: where it stands, and what is in it."""

    label: str
    varied: bool
    line: int = 0
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = ROW
    region: bool = False
    inner: list[Box] = field(default_factory=list)

    def move(self, x: float, y: float) -> None:
        """Shift the box and what is in it."""
        self.x, self.y = self.x + x, self.y + y
        for box in self.inner:
            box.move(x, y)


@dataclass(frozen=True)
class Edge:
    """From the box that makes a value to one that takes it."""

    start: Box
    end: Box
    varied: bool


@dataclass(frozen=True)
class Graph:
    """What is drawn."""

    boxes: list[Box]
    edges: list[Edge]
    width: float
    height: float


def graph(function: Function, wrt: Sequence[int], names: Names) -> Graph | None:
    """The data flow of a function; None if it is too large to be looked at."""
    if sum(1 for _ in core.walk(function.body)) > MOST:
        return None
    active = Activity(function.body, [function.params[k] for k in wrt])
    draw = _Drawing(function, active, names)
    whole = draw.block(function.body, "", "return")
    whole.move(PAD, PAD)
    return Graph(whole.inner, draw.edges, whole.width + 2 * PAD, whole.height + 2 * PAD)


class _Drawing:
    def __init__(self, function: Function, active: Activity, names: Names) -> None:
        self.file = function.span.file if function.span else ""
        self.active = active
        self.names = names
        self.made: dict[Value, Box] = {}
        self.edges: list[Edge] = []
        self.hidden = _checks(function.body)

    def block(self, block: Block, title: str, end: str) -> Box:
        """A region with its arguments on top and what it yields at the bottom."""
        boxes = [self._leaf(self.names.operand(a), a in self.active) for a in block.args]
        self.made.update(zip(block.args, boxes, strict=True))
        sources: dict[int, list[Box]] = {}
        for op in block.ops:
            if op in self.hidden:
                continue
            used = [self.made[v] for v in core.uses_of(op) if v in self.made]
            box = self._op(op)
            sources[id(box)] = used
            boxes.append(box)
            self.made.update(dict.fromkeys(op.results, box))
        if block.yields:
            shown = ", ".join(self.names.operand(y) for y in block.yields)
            last = self._leaf(f"{end} {shown}", any(y in self.active for y in block.yields))
            self._connect(block.yields, last)
            sources[id(last)] = list(boxes)  # below everything
            boxes.append(last)
        return _stacked(_rows(boxes, sources), title)

    def _op(self, op: Op) -> Box:
        varied = any(result in self.active for result in op.results)
        label = print_op(op, self.names).strip().removesuffix("{").partition(" : ")[0]
        if op.regions:
            titles = {core.IF: ("then", "else"), core.WHILE: ("while", "do")}
            names = titles.get(str(op.callee), ("",))
            regions = [
                self.block(region, title, "yield")
                for region, title in zip(op.regions, names, strict=True)
            ]
            box = _beside(regions, _cut(label))
            box.varied = varied
        else:
            box = self._leaf(label, varied)
        box.line = op.span.line if op.span and op.span.file == self.file else 0
        self._connect(op.operands, box)
        return box

    def _connect(self, operands: Sequence[Operand], box: Box) -> None:
        for operand in dict.fromkeys(o for o in operands if isinstance(o, Value)):
            if operand in self.made:
                self.edges.append(Edge(self.made[operand], box, operand in self.active))

    def _leaf(self, label: str, varied: bool) -> Box:
        shown = _cut(label)
        return Box(shown, varied, width=len(shown) * LETTER + 2 * PAD)


def _checks(block: Block) -> set[Op]:
    """Guards, and what is computed for them alone: that is no part of the value."""
    ops = [op for _, op in core.walk(block)]
    hidden = {op for op in ops if op.callee == core.GUARD}
    yielded = {y for region in _regions(block) for y in region.yields if isinstance(y, Value)}
    users: dict[Value, set[Op]] = {}
    for op in ops:
        for operand in op.operands:
            if isinstance(operand, Value):
                users.setdefault(operand, set()).add(op)
    for op in reversed(ops):
        used = [user for result in op.results for user in users.get(result, ())]
        kept = op.regions or not op.results or yielded.intersection(op.results)
        if not kept and all(user in hidden for user in used):
            hidden.add(op)
    return hidden


def _regions(block: Block) -> list[Block]:
    return [block, *(region for _, op in core.walk(block) for region in op.regions)]


def _rows(boxes: Sequence[Box], sources: Mapping[int, Sequence[Box]]) -> list[list[Box]]:
    """The boxes of a block by rows, each as late as what takes it allows."""
    early: dict[int, int] = {}
    for box in boxes:
        early[id(box)] = 1 + max([early[id(s)] for s in sources.get(id(box), ()) if id(s) in early],
                                 default=-1)  # fmt: skip
    late: dict[int, int] = {}
    for box in reversed(boxes):
        level = late.setdefault(id(box), early[id(box)])
        for source in sources.get(id(box), ()):
            if id(source) in early:
                late[id(source)] = min(late.get(id(source), level - 1), level - 1)
    levels = sorted(set(late.values()))
    rows = [[box for box in boxes if late[id(box)] == level] for level in levels]
    return [part for row in rows for part in _wrapped(row)]


def _wrapped(row: Sequence[Box]) -> list[list[Box]]:
    """A row that is too wide as several."""
    parts: list[list[Box]] = [[]]
    taken = 0.0
    for box in row:
        if parts[-1] and taken + box.width > WIDEST:
            parts.append([])
            taken = 0.0
        parts[-1].append(box)
        taken += box.width + GAP
    return parts


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _stacked(rows: Sequence[Sequence[Box]], title: str) -> Box:
    """Rows of boxes one below the other, each in the middle."""
    head = ROW if title else PAD
    widths = [sum(box.width for box in row) + GAP * (len(row) - 1) for row in rows]
    width = max([*widths, len(title) * LETTER], default=0.0) + 2 * PAD
    y = head
    for row, taken in zip(rows, widths, strict=True):
        x = (width - taken) / 2
        tallest = max([box.height for box in row], default=0.0)
        for box in row:
            box.move(x, y)
            x += box.width + GAP
        y += tallest + GAP
    inner = [box for row in rows for box in row]
    return Box(title, False, width=width, height=y - GAP + PAD, region=True, inner=inner)


def _beside(regions: Sequence[Box], title: str) -> Box:
    """Regions of one op side by side under its head."""
    x = PAD
    for region in regions:
        region.move(x, ROW)
        x += region.width + PAD
    height = max([region.height for region in regions], default=0.0) + ROW + PAD
    width = max(x, len(title) * LETTER + 2 * PAD)
    return Box(title, False, width=width, height=height, region=True, inner=list(regions))
