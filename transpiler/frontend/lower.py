"""From the source of a function and the types of its arguments to the IR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import (  # noqa: F401  (they register their handlers)
    arithmetic,
    blocks,
    booleans,
    builtins_,
    calls,
    comprehensions,
    constructors,
    expressions,
    filling,
    indexing,
    loops,
    statements,
    table_calls,
    views,
)
from adgen.transpiler.frontend.bindings import (
    Binding,
    Cell,
    Conflict,
    Frame,
    Listing,
    Ref,
    Static,
    describe,
    is_operand,
)
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.functions import activation_of, bind_arguments, run_body, tree_of
from adgen.transpiler.frontend.liveness import local_names
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.ir import types
from adgen.transpiler.ir.core import LEAF, Function, Operand, Value
from adgen.transpiler.ir.trees import Constant
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.source import Source

Argument = Any  # a Type, a types.Static, or a tuple of Arguments


def lower(source: Source, arguments: Mapping[str, Argument], speculates: bool = True) -> Function:
    """The IR of a function, specialised on the types of its arguments.

    ``arguments``: for each parameter a type, a ``types.Static`` or a tuple of these;
    a parameter that is left out takes its default.  ``speculates``: computed extents are
    guessed not to be 1 where NumPy would stretch them (see broadcasting.py).

    Raises UnsupportedError, with the place in the source, for what is not compiled.
    """
    tree = tree_of(source)
    cx = Context(expressions.evaluate, statements.execute, speculates)
    frame = Frame(source, tree, local_names(tree))
    cx.frame = frame
    if not isinstance(tree, (gast.FunctionDef, gast.Lambda)):
        cx.refuse(UnsupportedSyntax, "this is no plain function", tree, "use def")
    cx.stack.append(activation_of(frame))
    given = _Parameters(cx)
    bound = {name: given.binding(name, argument) for name, argument in arguments.items()}
    initial = dict(cx.state.cells)
    for name, binding in _bound(cx, source, tree, bound).items():
        cx.bind(name, binding)
    result = run_body(cx, frame)
    structure, leaves = _flatten(cx, tree, result)
    writes, finals = given.written(tree, initial)
    captured = list(cx.captures.values())
    params = (*given.params, *(value for _, _, value in captured))
    return Function(
        source.name if source.name.isidentifier() else "function",
        cx.builder.block(params, (*leaves, *finals)),
        structure,
        writes,
        _docstring(tree),
        source.header,
        tuple(obj for obj, _, _ in captured),
    )


def _bound(
    cx: Context, source: Source, tree: Any, bound: Mapping[str, Binding]
) -> dict[str, Binding]:  # fmt: skip
    """All parameters: those of the call, those given before, those with a default.

    The argument for ``*args`` is one tuple, that for ``**kwargs`` one dict.
    """
    known = {
        name: from_object(cx, tree, value, name)
        for name, value in {**source.defaults, **source.given}.items()
        if name not in bound
    }
    known.update(bound)
    found = [star.id for star in (tree.args.vararg, tree.args.kwarg) if star]
    stars = {name: known.pop(name) for name in found if name in known}
    first = [arg.id for arg in tree.args.posonlyargs if arg.id in known]
    args = tuple(known.pop(name) for name in first)
    return bind_arguments(cx, tree, source.name, tree.args, args, known, {}) | stars


def _docstring(tree: Any) -> str:
    return (gast.get_docstring(tree) or "") if isinstance(tree, gast.FunctionDef) else ""


class _Parameters:
    """The flat parameters of the function."""

    def __init__(self, cx: Context) -> None:
        self.cx = cx
        self.params: list[Value] = []
        self.refs: dict[int, Ref] = {}  # by position

    def binding(self, name: str, argument: Argument) -> Binding:
        """The binding of an argument; its leaves become parameters."""
        if isinstance(argument, types.Static):
            return from_object(self.cx, self.cx.frame.node, argument.value, name)
        if isinstance(argument, tuple):
            return tuple(self.binding(f"{name}_{k}", part) for k, part in enumerate(argument))
        kind = replace(argument, layout=None) if isinstance(argument, Array) else argument
        value = Value(kind, name)
        self.params.append(value)
        if isinstance(argument, Scalar):
            return value
        assert isinstance(argument, Array)
        if argument.layout is not None:
            self.cx.extents.layouts[value] = argument.layout
        ref = Ref(Cell(name))
        self.cx.state.cells[ref.cell] = value
        self.cx.extents.settled.add(value)
        self.refs[len(self.params) - 1] = ref
        return ref

    def written(
        self, node: Any, initial: Mapping[Cell, Value]
    ) -> tuple[tuple[int, ...], list[Operand]]:
        """Parameters whose arrays are changed, and their final values."""
        positions, finals = [], []
        for position, ref in self.refs.items():
            if self.cx.state.cells[ref.cell] is not initial[ref.cell] or (
                ref.cell in self.cx.state.stale
            ):
                positions.append(position)
                finals.append(self.cx.root(ref, node))
        return tuple(positions), list(finals)


def _flatten(cx: Context, node: Any, binding: Binding) -> tuple[Any, list[Operand]]:
    """The structure of a result and its leaves."""
    if is_operand(binding):
        return LEAF, [binding]
    if isinstance(binding, Ref):
        return LEAF, [cx.read(binding, node)]
    if isinstance(binding, Static):
        return Constant(binding.value), []
    if isinstance(binding, (tuple, Listing)):
        items = binding if isinstance(binding, tuple) else binding.items
        parts = [_flatten(cx, node, part) for part in items]
        return tuple(s for s, _ in parts), [leaf for _, leaves in parts for leaf in leaves]
    if isinstance(binding, Conflict):
        cx.refuse(
            TypeMismatch,
            f"the function returns {describe(binding.first)} on one path and "
            f"{describe(binding.second)} on another",
            node,
            "return the same kind of thing on every path",
        )
    cx.refuse(
        TypeMismatch, f"the function returns {describe(binding)}", node,
        "return numbers, arrays and tuples of them",
    )  # fmt: skip
