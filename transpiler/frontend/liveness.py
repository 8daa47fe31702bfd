"""Which names may still be read: backward liveness on the syntax tree of one function.

Joins and loops carry only live names.  Names that a nested function reads count as live
everywhere, because the nested function may be called from anywhere.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

Names = frozenset[str]
EMPTY: Names = frozenset()
_SCOPES = (gast.FunctionDef, gast.Lambda)
_MARKS = (gast.expr_context, gast.operator, gast.unaryop, gast.boolop, gast.cmpop)
_COMPREHENSIONS = (gast.ListComp, gast.GeneratorExp, gast.SetComp, gast.DictComp)


@dataclass(eq=False, slots=True)
class Liveness:
    """Where names are live, by statement.

    ``after`` an ``if`` or a loop, at the ``tail`` of the block that a statement is in, at the
    ``head`` of a loop, and where ``break`` and ``continue`` lead from a statement (``exits``).
    ``following``: right behind any statement.
    """

    after: dict[Any, Names] = field(default_factory=dict)
    tail: dict[Any, Names] = field(default_factory=dict)
    head: dict[Any, Names] = field(default_factory=dict)
    exits: dict[Any, Names] = field(default_factory=dict)
    following: dict[Any, Names] = field(default_factory=dict)
    always: Names = EMPTY  # read by nested functions

    def is_live(self, table: dict[Any, Names], node: Any, name: str) -> bool:
        """Whether a name is live at that place (hidden ``$`` names always are)."""
        return name.startswith("$") or name in self.always or name in table.get(node, EMPTY)


def analyse(function: Any) -> Liveness:
    """Liveness of a function definition or a lambda."""
    out = Liveness()
    if isinstance(function, gast.FunctionDef):
        nested: set[str] = set()
        for node in _all_nodes(function):
            if isinstance(node, _SCOPES) and node is not function:
                nested |= _loads(node) | _rebound(node)
        out.always = frozenset(nested)
        _Walk(out).block(function.body, EMPTY)
    return out


@functools.lru_cache(maxsize=1024)
def local_names(function: Any) -> Names:
    """Names that are local to a function: its parameters and everything that it binds."""
    names = {arg.id for arg in parameters(function.args)}
    free: set[str] = set()
    body = function.body if isinstance(function.body, list) else [function.body]
    for node in _own_nodes(body):
        match node:
            case gast.Name(id=name, ctx=gast.Store() | gast.Del()):
                names.add(name)
            case gast.FunctionDef(name=name) | gast.ClassDef(name=name):
                names.add(name)
            case gast.Global(names=listed) | gast.Nonlocal(names=listed):
                free |= set(listed)
            case gast.Import(names=listed) | gast.ImportFrom(names=listed):
                names |= {(alias.asname or alias.name).split(".")[0] for alias in listed}
    return frozenset(names - free)


def parameters(args: Any) -> list[Any]:
    """All parameters of an argument list, in order."""
    rest = [args.vararg] if args.vararg else []
    last = [args.kwarg] if args.kwarg else []
    return [*args.posonlyargs, *args.args, *rest, *args.kwonlyargs, *last]


def assigned(statements: Sequence[Any]) -> set[str]:
    """Names that statements assign, nested functions aside."""
    return {
        node.id
        for node in _own_nodes(statements)
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)
    }


def _own_nodes(statements: Iterable[Any]) -> Iterable[Any]:
    """All nodes but for those inside nested functions and comprehensions."""
    todo = list(statements)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, _SCOPES):
            todo += [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        elif isinstance(node, _COMPREHENSIONS):
            todo.append(node.generators[0].iter)
            todo += walrus_targets(node)
        else:
            todo += _children(node)


def _children(node: Any) -> list[Any]:
    """The nodes right below, of which names and operators have none that says anything."""
    found = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [part for part in value if isinstance(part, gast.AST)]
        elif isinstance(value, gast.AST) and not isinstance(value, _MARKS):
            found.append(value)
    return found


def _all_nodes(node: Any) -> Iterable[Any]:
    """A node and all below it."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo += _children(node)


@functools.cache
def yields(function: Any) -> bool:
    """Whether a function is a generator."""
    body = function.body if isinstance(function.body, list) else [function.body]
    return any(isinstance(node, (gast.Yield, gast.YieldFrom)) for node in _own_nodes(body))


def walrus_targets(comprehension: Any) -> list[Any]:
    """The targets of ``:=`` in a comprehension: names of the function around it."""
    inner = _all_nodes(comprehension)
    return [node.target for node in inner if isinstance(node, gast.NamedExpr)]


def bound_when(test: Any, outcome: bool) -> Names:
    """Names that ``:=`` has bound for certain where a test has that outcome."""
    return _bound(test)[0 if outcome else 1]


def _bound(test: Any) -> tuple[Names, Names]:
    """Names that are bound where a test is true, and where it is false."""
    match test:
        case gast.NamedExpr(target=target, value=value):
            true, false = _bound(value)
            return true | {target.id}, false | {target.id}
        case gast.UnaryOp(op=gast.Not(), operand=operand):
            true, false = _bound(operand)
            return false, true
        case gast.BoolOp(op=op, values=values):
            parts = [_bound(value) for value in values]
            every = 0 if isinstance(op, gast.And) else 1  # the outcome that asks for all of them
            both = [parts[0][0], parts[0][1]]
            both[every] = EMPTY.union(*(part[every] for part in parts))
            return both[0], both[1]
        case gast.Compare(left=left, comparators=comparators):
            certain = [_always_bound(part) for part in (left, *comparators)]
            return EMPTY.union(*certain), EMPTY.union(*certain[:2])
    if isinstance(test, (*_SCOPES, *_COMPREHENSIONS, gast.IfExp)):
        return EMPTY, EMPTY
    always = EMPTY.union(*(_always_bound(child) for child in _children(test)))
    return always, always


def _always_bound(node: Any) -> Names:
    true, false = _bound(node)
    return true & false


def _loads(node: Any) -> set[str]:
    """Names that are read anywhere in a node."""
    return {
        inner.id
        for inner in _all_nodes(node)
        if isinstance(inner, gast.Name) and isinstance(inner.ctx, (gast.Load, gast.Del))
    }


def _rebound(node: Any) -> set[str]:
    """Names of the functions around it that a nested function assigns."""
    listed = (inner.names for inner in _all_nodes(node) if isinstance(inner, gast.Nonlocal))
    return {name for names in listed for name in names}


def _target_loads(target: Any) -> set[str]:
    """Names that storing to a target reads: the array and the index of ``x[i] = …``."""
    return _loads(target)


def _stores(target: Any) -> set[str]:
    return {
        inner.id
        for inner in _all_nodes(target)
        if isinstance(inner, gast.Name) and isinstance(inner.ctx, gast.Store)
    }


class _Walk:
    """Walks statements backwards; ``leave`` and ``again`` are the targets of break and continue."""

    def __init__(self, out: Liveness) -> None:
        self.out = out
        self.leave: Names = EMPTY
        self.again: Names = EMPTY

    def block(self, statements: Sequence[Any], live: Names) -> Names:
        """Names live before the statements, given those live after."""
        end = live
        for statement in reversed(statements):
            self.out.tail[statement] = end
            self.out.exits[statement] = self.leave | self.again
            self.out.following[statement] = live
            live = self.statement(statement, live)
        return live

    def statement(self, node: Any, live: Names) -> Names:
        match node:
            case gast.Return() | gast.Raise():
                return frozenset(_loads(node))
            case gast.Break():
                return self.leave
            case gast.Continue():
                return self.again
            case gast.If(test=test, body=body, orelse=orelse):
                self.out.after[node] = live
                return self.block(body, live) | self.block(orelse, live) | _loads(test)
            case gast.For(target=target, iter=sequence):
                inner = self._loop(node, live, _stores(target), _target_loads(target))
                return inner | _loads(sequence)
            case gast.While(test=test):
                return self._loop(node, live, set(), _loads(test)) | _loads(test)
            case gast.Assign(targets=targets, value=value):
                stored = set().union(*map(_stores, targets))
                read = set().union(*map(_target_loads, targets))
                return (live - stored) | read | _loads(value)
            case gast.AugAssign(target=target, value=value):
                return live | _loads(target) | _stores(target) | _loads(value)
            case gast.AnnAssign(target=target, value=value):
                read = _loads(value) if value is not None else set()
                return (live - _stores(target) if value is not None else live) | read
            case gast.With(items=items, body=body):
                named = _stores(node.items[0]).union(*map(_stores, items))
                inner = self.block(body, live | named)  # a block of grad_of ends with its name
                return (inner - named) | EMPTY.union(*map(_loads, items))
            case gast.Try():
                return self._try(node, live)
            case gast.FunctionDef(name=name, args=args):
                return (live - {name}) | _loads(args)
        return live | _loads(node)

    def _try(self, node: Any, live: Names) -> Names:
        """Any statement may lead to the handlers and to ``finally``: what is live there stays."""
        finished = self.block(node.finalbody, live)
        entered = finished
        for handler in node.handlers:
            caught = _loads(handler.type) if handler.type is not None else set()
            entered |= self.block(handler.body, finished) | caught
        self.out.always |= entered
        return self.block(node.body, self.block(node.orelse, finished)) | entered

    def _loop(self, node: Any, live: Names, bound: set[str], read: set[str]) -> Names:
        """``bound`` and ``read`` at the start of each iteration."""
        self.out.after[node] = live
        finished = self.block(node.orelse, live)
        saved = self.leave, self.again
        head: Names = finished | frozenset(read)
        while True:
            self.leave, self.again = live, head
            before = (self.block(node.body, head) - bound) | read | finished
            if before <= head:
                break
            head |= before
        self.leave, self.again = saved
        self.out.head[node] = head
        return head
