"""The patterns of ``match``: whether a subject has their shape, and what they capture.

``desugar.py`` makes a chain of ``if`` of a ``match`` statement; what is known of the subject
while lowering decides most tests.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.arguments import static_value
from adgen.transpiler.frontend.bindings import Binding, is_operand
from adgen.transpiler.frontend.booleans import compare, either, truth
from adgen.transpiler.frontend.boxes import items_of, new_box, new_list, opened, part_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.desugar import Captured, Matches, captures
from adgen.transpiler.frontend.dispatch import expression
from adgen.transpiler.frontend.kinds import class_of
from adgen.transpiler.frontend.objects import find_attribute, is_object
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.trees import DICT

Bindings = dict[str, Binding]
Test = Callable[[Context, Any, Binding, Bindings], Operand]

_ITSELF = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
_TESTS: dict[type, Test] = {}


@expression(Matches)
def _matches(cx: Context, node: Any, name: str) -> Binding:
    return matched(cx, node.pattern, cx.ev(node.subject), {})


@expression(Captured)
def _captured(cx: Context, node: Any, name: str) -> Binding:
    found: Bindings = {}
    matched(cx, node.pattern, cx.ev(node.subject), found)
    for target in node.targets:
        assign(cx, target, found[target.id])
    return True


def matched(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    """Whether a subject has the shape of a pattern; puts what it captures into ``found``."""
    return _TESTS[type(pattern)](cx, pattern, subject, found)


def _test(kind: type) -> Callable[[Test], Test]:
    def enter(test: Test) -> Test:
        _TESTS[kind] = test
        return test

    return enter


def _both(cx: Context, node: Any, first: Operand, second: Operand) -> Operand:
    for one, other in ((first, second), (second, first)):
        if not isinstance(one, Value):
            return other if one else False
    return cx.emit(node, operator.and_, first, second)


@_test(gast.MatchValue)
def _value(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    equal = compare(cx, pattern, gast.Eq(), subject, cx.ev(pattern.value), "")
    return truth(cx, equal, pattern)


@_test(gast.MatchSingleton)
def _singleton(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    """None, True and False are matched by identity."""
    if is_operand(subject) and class_of(cx, subject) is bool and pattern.value is not None:
        return truth(cx, compare(cx, pattern, gast.Eq(), subject, pattern.value, ""), pattern)
    value = getattr(subject, "value", subject)
    return value is None and pattern.value is None


@_test(gast.MatchAs)
def _as(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    test: Operand = True
    if pattern.pattern is not None:
        test = matched(cx, pattern.pattern, subject, found)
    if pattern.name:
        found[pattern.name] = subject
    return test


@_test(gast.MatchOr)
def _or(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    test: Operand = False
    for alternative in pattern.patterns:
        own: Bindings = {}
        here = matched(cx, alternative, subject, own)
        if test is False:
            found.update(own)
        elif here is not False and captures(pattern):
            cx.refuse(
                UnsupportedSyntax, "alternatives that capture, chosen at run time", pattern,
                "give each alternative a `case` of its own",
            )  # fmt: skip
        test = either(cx, test, here, pattern)
        if test is True:
            break
    return test


@_test(gast.MatchSequence)
def _sequence(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    """Tuples and lists; arrays and strings are no sequences to ``match``."""
    items = items_of(cx, subject, pattern)
    if items is None:
        return False
    parts = pattern.patterns
    star = next((k for k, part in enumerate(parts) if isinstance(part, gast.MatchStar)), None)
    if star is None:
        if len(items) != len(parts):
            return False
        return _all(cx, pattern, list(zip(parts, items, strict=True)), found)
    rest = len(items) - len(parts) + 1
    if rest < 0:
        return False
    if parts[star].name:
        found[parts[star].name] = new_list(cx, items[star : star + rest], parts[star].name)
    pairs = list(zip(parts[:star], items[:star], strict=True))
    pairs += zip(parts[star + 1 :], items[star + rest :], strict=True)
    return _all(cx, pattern, pairs, found)


def _all(
    cx: Context, node: Any, pairs: list[tuple[Any, Binding]], found: Bindings
) -> Operand:  # fmt: skip
    test: Operand = True
    for part, item in pairs:
        test = _both(cx, node, test, matched(cx, part, item, found))
        if test is False:
            break
    return test


@_test(gast.MatchMapping)
def _mapping(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    """Dicts that have the keys, whatever else is in them."""
    held = opened(cx, subject, pattern)
    if held is None or not issubclass(held.kind.cls, dict):
        return False
    keys = [static_value(cx, cx.ev(key), pattern, "a key of a pattern") for key in pattern.keys]
    if not all(key in held.keys for key in keys):
        return False
    parts = [part_of(cx, pattern, subject, held, key) for key in keys]
    if pattern.rest:
        kept = [key for key in held.keys if key not in keys]
        others = [part_of(cx, pattern, subject, held, key) for key in kept]
        found[pattern.rest] = new_box(cx, DICT, tuple(kept), others, pattern.rest)
    return _all(cx, pattern, list(zip(pattern.patterns, parts, strict=True)), found)


@_test(gast.MatchClass)
def _class(cx: Context, pattern: Any, subject: Binding, found: Bindings) -> Operand:
    cls = static_value(cx, cx.ev(pattern.cls), pattern, "the class of a pattern")
    if not issubclass(class_of(cx, subject), cls):
        return False
    names = list(pattern.kwd_attrs)
    if pattern.patterns and cls in _ITSELF:
        return matched(cx, pattern.patterns[0], subject, found)
    if pattern.patterns:
        listed = getattr(cls, "__match_args__", ())
        names = [*listed[: len(pattern.patterns)], *names]
    pairs = []
    for name, part in zip(names, [*pattern.patterns, *pattern.kwd_patterns], strict=True):
        value = _attribute(cx, pattern, subject, name)
        if value is None:
            return False
        pairs.append((part, value))
    return _all(cx, pattern, pairs, found)


def _attribute(cx: Context, node: Any, subject: Binding, name: str) -> Binding | None:
    held = opened(cx, subject, node)
    if held is not None and held.kind.access == "attribute" and name in held.keys:
        return part_of(cx, node, subject, held, name)
    if is_object(subject):
        return find_attribute(cx, node, subject, name)
    cx.refuse(
        UnsupportedSyntax, f"a pattern reads `{name}` of what has no fields", node,
        "capture it whole, and read it in the body of the `case`",
    )  # fmt: skip
