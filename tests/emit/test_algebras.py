"""Ranges, parallel moves and the order of execution, against plain models of them."""

from __future__ import annotations

import ast
import operator

import gast
from hypothesis import given
from hypothesis import strategies as st

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.moves import Move, sequence
from adgen.transpiler.emit.order import Order, exclusive, within
from adgen.transpiler.emit.ranges import Ranges
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import F8
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.primitives.builder import Builder
from tests.emit.programs import for_, if_, while_

intervals = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda p: (p[0], p[0] + p[1])), max_size=8
)


def _ranges(items):
    ranges = Ranges()
    for start, stop in items:
        ranges.add(start, stop)
    return ranges, {k for start, stop in items for k in range(start, stop)}


@given(intervals, intervals)
def test_ranges_are_sets_of_positions(first, second) -> None:
    a, points = _ranges(first)
    b, others = _ranges(second)
    assert a.overlaps(b) == b.overlaps(a) == bool(points & others)
    a.update(b)
    assert {k for start, stop in a.items for k in range(start, stop)} == points | others
    assert all(s < t for (_, s), (t, _) in zip(a.items, a.items[1:], strict=False))


names = st.sampled_from("abcdef")


@given(st.dictionaries(names, st.frozensets(names, max_size=3), max_size=6))
def test_moves_in_sequence_equal_moves_at_once(wanted) -> None:
    moves = [Move(target, nodes.load(target), reads, True) for target, reads in wanted.items()]
    before = {name: name for name in "abcdef"}
    at_once = {**before, **{t: "f(" + ",".join(sorted(r)) + ")" for t, r in wanted.items()}}
    now = dict(before)
    for group in sequence(moves):
        values = ["f(" + ",".join(sorted(now[name] for name in move.reads)) + ")" for move in group]
        now.update(zip((move.target for move in group), values, strict=True))
        assert len(group) == 1 or all(_cyclic(move, group) for move in group)
    assert now == at_once


def _cyclic(move, group) -> bool:
    """Whether a move of a group must be assigned at once with others of it."""
    return any(m is not move and move.target in m.reads for m in group)


def test_what_runs_after_what() -> None:
    marks: dict[str, Value] = {}

    def mark(b, name):
        marks[name] = b.emit(core.CAST, n, type=F8, name=name)
        return marks[name]

    def body(b, i, s):
        cond = b.emit(core.CAST, s, type=F8)
        arms = [lambda b: (mark(b, "then"),), lambda b: (mark(b, "else"),)]
        return if_(b, cond, *arms, {"r": F8})

    n, b = Value(INTEGER, "n"), Builder()
    mark(b, "first")
    (r,) = for_(b, (0, n, 1), {"s": (F8, 0.0)}, body)
    while_(b, {"w": (F8, r)}, lambda b, w: (mark(b, "test"),), lambda b, w: (mark(b, "body"),))
    mark(b, "last")
    order = Order(core.Function("f", b.block((n,), (r,))))
    at = {name: order.definition[value] for name, value in marks.items()}
    positions = [at[k].position for k in ("first", "then", "else", "test", "body", "last")]
    assert positions == sorted(positions) and all(p % 2 for p in positions)
    assert exclusive(at["then"].place, at["else"].place)
    assert not exclusive(at["then"].place, at["then"].place)
    assert not exclusive(at["test"].place, at["body"].place)
    assert not exclusive(at["first"].place, at["else"].place)
    loop = order.definition[r].op
    assert loop is not None and within(at["then"].place, loop)
    assert not within(at["body"].place, loop)


def test_negation_is_exact() -> None:
    x, y = nodes.load("x"), nodes.load("y")
    assert nodes.negate(nodes.unary(operator.not_, x)) is x
    assert isinstance(nodes.negate(nodes.compare(operator.eq, x, y)).ops[0], gast.NotEq)
    assert isinstance(nodes.negate(nodes.compare(operator.lt, x, y)), gast.UnaryOp)  # nan


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(-3, 3)), max_size=5))
def test_literals_in_integer_sums_are_put_together(steps) -> None:
    node, value = nodes.load("i"), 10
    for adds, on_the_left, number in steps:
        literal = nodes.constant(number)
        left, right = (literal, node) if adds and on_the_left else (node, literal)
        sign = 1 if adds else -1
        value += sign * number
        node = nodes.shifted(left, right, sign)
        assert node is not None
    text = ast.unparse(gast.gast_to_ast(node))
    assert eval(text, {"i": 10}) == value
    assert len(text) <= len("i + 15")
