"""Recursive calls become statements of their own: ``name = f(...)``.

What Python evaluates before the call is put into hidden names first, so that the order of
evaluation stays.  Conditional expressions around a call become ``if`` statements.

Before:  ``return a[i] * f(n - 1) + 1``
After:   ``$1 = a[i]; $2 = f(n - 1); return $1 * $2 + 1``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gast

_SCOPES = (
    gast.Lambda, gast.FunctionDef, gast.ListComp, gast.GeneratorExp, gast.SetComp, gast.DictComp,
)  # fmt: skip
_ATOMS = (gast.Constant, gast.Name, gast.operator, gast.unaryop, gast.cmpop, gast.expr_context)


FEW = 8  # items of a display over which a loop is written out


class Site(gast.Assign):
    """``name = f(...)`` where the call leads back into the recursion."""


class RecursiveFor(gast.For):
    """A loop whose body makes recursive calls."""


class RecursiveWhile(gast.While):
    """A loop whose body makes recursive calls."""


class Leave(gast.Break):
    """``break`` out of ``loop``, a loop that makes recursive calls."""


class Again(gast.Continue):
    """``continue`` of ``loop``, a loop that makes recursive calls; also the end of its body."""


class NoNormalForm(Exception):
    """A recursive call in a place where it cannot be a statement of its own: why, and a rewrite."""

    def __init__(self, node: Any, message: str, hint: str) -> None:
        super().__init__(message)
        self.node, self.message, self.hint = node, message, hint


class Writer:
    """Rewrites the statements of a function that contain recursive calls."""

    def __init__(self, calls: frozenset[Any], sums: bool) -> None:
        self.calls = set(calls)
        self.sums = sums  # whether the name ``sum`` means the built-in function
        self.count = 0
        self.loop: Any = None  # the loop that a ``break`` here leaves, if it makes such calls

    def function(self, node: Any) -> Any:
        """The tree of a function, a lambda too, as a definition."""
        if isinstance(node, gast.Lambda):
            body = [_at(gast.Return(node.body), node.body)]
            return _at(
                gast.FunctionDef("lambda", node.args, self.body(body), [], None, None, []), node
            )
        return _copy(node, body=self.body(node.body))

    def makes(self, node: Any) -> bool:
        """Whether a node contains a recursive call."""
        return any(inner in self.calls for inner in gast.walk(node))

    def body(self, statements: Sequence[Any]) -> list[Any]:
        """The statements of a block."""
        return [new for statement in statements for new in self.statement(statement)]

    # Statements

    def statement(self, node: Any) -> list[Any]:
        """The statements that do the same."""
        if not self.makes(node):
            return [self.exits(node)]
        match node:
            case gast.If():
                before, test = self.lift(node.test)
                return [
                    *before,
                    _copy(node, test=test, body=self.body(node.body),
                          orelse=self.body(node.orelse)),
                ]  # fmt: skip
            case gast.While():
                return [self.repeated(node)]
            case gast.For(iter=gast.Tuple(elts=items) | gast.List(elts=items)) if self.few(node):
                return self.written_out(node, items)
            case gast.For():
                before, sequence = self.lift(node.iter)
                if not any(map(self.makes, (*node.body, *node.orelse))):
                    return [*before, _copy(node, iter=sequence)]
                return [*before, self.inside(RecursiveFor, node, iter=sequence)]
            case gast.Assign(targets=[gast.Name(id=name)], value=value) if value in self.calls:
                before, call = self.arguments(value)
                return [*before, self.site(name, call)]
            case gast.AugAssign(target=gast.Subscript()):
                return self.updated(node)
            case gast.Assign() | gast.AugAssign() | gast.AnnAssign() | gast.Return() | gast.Expr():
                if node.value in self.calls and isinstance(node, gast.Expr):
                    before, call = self.arguments(node.value)
                    return [*before, self.site(self.fresh(), call)]
                if isinstance(node, gast.Return) and isinstance(node.value, gast.IfExp):
                    return self.statement(_returned(node.value))
                before, value = self.lift(node.value)
                return [*before, _copy(node, value=value)]
            case gast.Assert(test=test):
                before, test = self.lift(test)
                return [*before, _copy(node, test=test)]
        if isinstance(node, gast.FunctionDef):
            raise NoNormalForm(
                node,
                f"`{node.name}` calls the function that it is defined in",
                "make the recursive call in the function itself",
            )
        raise NoNormalForm(
            node,
            "a recursive call inside this statement is not compiled",
            "make the call before it, and give its result a name",
        )

    def exits(self, node: Any) -> Any:
        """The same statement with ``break`` and ``continue`` of a recursive loop as jumps."""
        if self.loop is None:
            return node
        if isinstance(node, (gast.Break, gast.Continue)):
            jump = _at((Leave if isinstance(node, gast.Break) else Again)(), node)
            jump.loop = self.loop
            return jump
        if isinstance(node, gast.If):
            return _copy(node, body=list(map(self.exits, node.body)),
                         orelse=list(map(self.exits, node.orelse)))  # fmt: skip
        return node

    def inside(self, kind: type, node: Any, **changes: Any) -> Any:
        """A loop that makes recursive calls in its body."""
        new = _copy(node, kind, **changes)
        saved = self.loop
        self.loop = new
        new.body = self.body(node.body)
        self.loop = saved
        new.orelse = self.body(node.orelse)
        return new

    def repeated(self, node: Any) -> Any:
        """A ``while`` that makes calls, in its condition too."""
        if not self.makes(node.test):
            return self.inside(RecursiveWhile, node)
        if node.orelse:
            raise NoNormalForm(
                node,
                "a `while` with `else` whose condition makes a recursive call",
                "use `while True` and `break`",
            )
        negated = _at(gast.UnaryOp(gast.Not(), node.test), node.test)
        leave = _at(gast.If(negated, [_at(gast.Break(), node.test)], []), node.test)
        always = _at(gast.Constant(True, None), node.test)
        return self.inside(
            RecursiveWhile, _copy(node, test=always, body=[leave, *node.body]), test=always
        )

    def few(self, loop: Any) -> bool:
        """Whether a loop over a display is written out: few items, all iterations run."""
        jumps = (gast.Break, gast.Continue)
        return (
            len(loop.iter.elts) <= FEW
            and not loop.orelse
            and not any(isinstance(part, gast.Starred) for part in loop.iter.elts)
            and not any(isinstance(n, jumps) for part in loop.body for n in gast.walk(part))
        )

    def written_out(self, loop: Any, items: Sequence[Any]) -> list[Any]:
        """``for x in (a, b): body`` as ``x = a; body; x = b; body``."""
        before, display = self.lift(loop.iter)
        out = list(before)
        values = [self.held(part, out) for part in display.elts]
        for value in values:
            out.append(_at(gast.Assign([self.clone(loop.target, {})], value, None), value))
            out += self.body([self.clone(part, {}) for part in loop.body])
        return out

    def clone(self, node: Any, names: Mapping[str, str]) -> Any:
        """A copy of a tree with some names replaced; its recursive calls stay known as such."""
        if isinstance(node, list):
            return [self.clone(part, names) for part in node]
        if not isinstance(node, gast.AST):
            return node
        fields = {field: self.clone(getattr(node, field, None), names) for field in node._fields}
        if isinstance(node, gast.Name):
            fields["id"] = names.get(node.id, node.id)
        new = _copy(node, **fields)
        new.origin = getattr(node, "origin", node)
        if node in self.calls:
            self.calls.add(new)
        return new

    def summed(self, node: Any) -> tuple[list[Any], Any]:
        """``sum(f(c) for c in …)`` as a loop."""
        (comprehension,) = node.args
        bound = {
            part.id
            for generator in comprehension.generators
            for part in gast.walk(generator.target)
            if isinstance(part, gast.Name)
        }
        names = {name: f"{self.fresh()} {name}" for name in sorted(bound)}
        total = self.fresh()
        result = _at(gast.Name(total, gast.Load(), None, None), node)
        target = _at(gast.Name(total, gast.Store(), None, None), node)
        item = self.clone(comprehension.elt, names)
        added = _at(gast.BinOp(result, gast.Add(), item), item)
        body = [_at(gast.Assign([target], added, None), item)]
        for number, generator in reversed(list(enumerate(comprehension.generators))):
            for test in reversed(generator.ifs):
                body = [_at(gast.If(self.clone(test, names), body, []), test)]
            sequence = self.clone(generator.iter, names if number else {})
            over = self.clone(generator.target, names)
            body = [_at(gast.For(over, sequence, body, [], None), node)]
        zero = _at(gast.Constant(0, None), node)
        first = _at(gast.Assign([target], zero, None), node)
        return [first, *self.body(body)], result

    def updated(self, node: Any) -> list[Any]:
        """``a[i] op= f(…)``: the element is read before the call."""
        before: list[Any] = []
        place = _copy(node.target, value=self.held(node.target.value, before),
                      slice=self.held(node.target.slice, before))  # fmt: skip
        old = self.held(_copy(place, ctx=gast.Load()), before)
        more, value = self.lift(node.value)
        new = _at(gast.BinOp(old, node.op, value), node)
        return [*before, *more, _at(gast.Assign([place], new, None), node)]

    # Expressions

    def fresh(self) -> str:
        """A hidden name."""
        self.count += 1
        return f"${self.count}"

    def site(self, name: str, call: Any) -> Site:
        """The statement of a call."""
        target = _at(gast.Name(name, gast.Store(), None, None), call)
        return _at(Site([target], call, None), call)

    def named(self, value: Any, before: list[Any]) -> Any:
        """A hidden name for a value that is computed now."""
        name = self.fresh()
        before.append(
            _at(gast.Assign([_at(gast.Name(name, gast.Store(), None, None), value)], value, None),
                value)
        )  # fmt: skip
        return _at(gast.Name(name, gast.Load(), None, None), value)

    def held(self, node: Any, before: list[Any]) -> Any:
        """An expression that gives, after a call, what ``node`` gives before it."""
        if isinstance(node, _ATOMS) or _is_attribute(node):
            return node
        if isinstance(node, (gast.Tuple, gast.Slice, gast.Starred, gast.keyword)):
            fields = {
                field: self.held_field(getattr(node, field), before) for field in node._fields
            }
            return _copy(node, **fields)
        return self.named(node, before)

    def held_field(self, value: Any, before: list[Any]) -> Any:
        """The same for what a field of a node holds."""
        if isinstance(value, list):
            return [self.held(part, before) for part in value]
        return self.held(value, before) if isinstance(value, gast.AST) else value

    def lift(self, node: Any) -> tuple[list[Any], Any]:
        """Statements that make the calls of an expression, and the expression without them."""
        if not isinstance(node, gast.AST) or not self.makes(node):
            return [], node
        if isinstance(node, gast.Call) and self.sums and _sums(node):
            return self.summed(node)
        if isinstance(node, _SCOPES):
            raise NoNormalForm(
                node,
                "a recursive call inside a comprehension or a lambda is not compiled",
                "write a `for` loop that makes the call",
            )
        if isinstance(node, gast.IfExp):
            return self.chosen(node.test, node.body, node.orelse, node)
        if isinstance(node, gast.BoolOp) and any(map(self.makes, node.values[1:])):
            return self.short_circuit(node)
        if isinstance(node, gast.Compare) and any(map(self.makes, node.comparators[1:])):
            raise NoNormalForm(
                node,
                "a recursive call in a chain of comparisons is not compiled",
                "give its result a name before the comparison",
            )
        if node in self.calls:
            before, call = self.arguments(node)
            name = self.fresh()
            before.append(self.site(name, call))
            return before, _at(gast.Name(name, gast.Load(), None, None), node)
        return self.arguments(node)

    def arguments(self, node: Any) -> tuple[list[Any], Any]:
        """The parts of an expression lifted, in the order of evaluation."""
        parts = [
            (field, part)
            for field in node._fields
            for part in _listed(getattr(node, field))
            if isinstance(part, gast.AST)
        ]
        last = max((k for k, (_, part) in enumerate(parts) if self.makes(part)), default=-1)
        before: list[Any] = []
        new: dict[int, Any] = {}
        for number, (_, part) in enumerate(parts):
            if number > last:
                break
            if self.makes(part):
                more, new[id(part)] = self.lift(part)
                before += more
            else:
                new[id(part)] = self.held(part, before)
        fields: dict[str, Any] = {
            field: [new.get(id(part), part) for part in value]
            if isinstance(value := getattr(node, field), list)
            else new.get(id(value), value)
            for field in node._fields
        }
        out = _copy(node, **fields)
        out.origin = getattr(node, "origin", node)
        return before, out

    def short_circuit(self, node: Any) -> tuple[list[Any], Any]:
        """``a and b`` is ``b if a else a``, with ``a`` evaluated once."""
        first, *rest = node.values
        before: list[Any] = []
        if self.makes(first):
            before, first = self.lift(first)
        first = self.named(first, before)
        later = rest[0] if len(rest) == 1 else _at(gast.BoolOp(node.op, rest), node)
        arms = (later, first) if isinstance(node.op, gast.And) else (first, later)
        more, value = self.chosen(first, *arms, node)
        return [*before, *more], value

    def chosen(self, test: Any, body: Any, orelse: Any, node: Any) -> tuple[list[Any], Any]:
        """A conditional expression as an ``if`` that sets a hidden name."""
        before, test = self.lift(test)
        name = self.fresh()
        arms = []
        for value in (body, orelse):
            target = _at(gast.Name(name, gast.Store(), None, None), value)
            arms.append(self.statement(_at(gast.Assign([target], value, None), value)))
        before.append(_at(gast.If(test, *arms), node))
        return before, _at(gast.Name(name, gast.Load(), None, None), node)


def _returned(node: Any) -> Any:
    """``return a if c else b`` as an ``if`` with two returns."""
    arms = [[_at(gast.Return(value), value)] for value in (node.body, node.orelse)]
    return _at(gast.If(node.test, *arms), node)


def _sums(call: Any) -> bool:
    """Whether a call is ``sum`` of a comprehension."""
    return (
        len(call.args) == 1
        and not call.keywords
        and isinstance(call.args[0], (gast.ListComp, gast.GeneratorExp))
        and isinstance(call.func, gast.Name)
        and call.func.id == "sum"
    )


def _is_attribute(node: Any) -> bool:
    while isinstance(node, gast.Attribute):
        node = node.value
    return isinstance(node, gast.Name)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _at(node: Any, place: Any) -> Any:
    return gast.copy_location(node, place)


def _copy(node: Any, kind: type | None = None, **changes: Any) -> Any:
    fields = {field: getattr(node, field, None) for field in node._fields}
    return _at((kind or type(node))(**{**fields, **changes}), node)
