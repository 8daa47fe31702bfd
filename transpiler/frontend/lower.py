"""From the source of a function and the types of its arguments to the IR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import gast

from adgen.transpiler.errors import AliasedMutation, TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import (  # noqa: F401  (they register their handlers)
    arithmetic,
    array_attributes,
    array_methods,
    blocks,
    booleans,
    builtins_,
    bystanders,
    calls,
    collections_,
    comprehensions,
    constructors,
    dicts,
    einsum,
    expressions,
    filling,
    higher_order,
    imports,
    indexing,
    lazy,
    lists,
    loops,
    managers,
    mathematics,
    patterns,
    printing,
    raising,
    records,
    reflection,
    sorting,
    statements,
    table_calls,
    texts,
    trying,
    views,
    warned,
)
from adgen.transpiler.frontend.binding_parts import (
    children,
    describe,
    part_name,
    same,
    with_children,
)
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    Cell,
    Conflict,
    Frame,
    Grown,
    Ref,
    Static,
    is_operand,
)
from adgen.transpiler.frontend.boxes import contents, new_box, opened
from adgen.transpiler.frontend.budget import spend
from adgen.transpiler.frontend.context import Context, static
from adgen.transpiler.frontend.dicts import spread
from adgen.transpiler.frontend.functions import activate, bind_arguments, refuse_generator, tree_of
from adgen.transpiler.frontend.growing import grown_of, used_of
from adgen.transpiler.frontend.instances import kind_of_instances
from adgen.transpiler.frontend.liveness import local_names
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.points import CALLER, is_point
from adgen.transpiler.frontend.recursion import statements as _recursion  # noqa: F401
from adgen.transpiler.frontend.shadows import Restart, Shadow, begin, check_arguments
from adgen.transpiler.ir import core, types
from adgen.transpiler.ir.core import LEAF, Function, Operand, Value
from adgen.transpiler.ir.trees import NUMBERS, ROWS, Constant, Given, Keys, Node, Update
from adgen.transpiler.ir.types import Array, Point, Scalar
from adgen.transpiler.nesting import walks_deep
from adgen.transpiler.source import NotGiven, Source, from_function, unwrap
from adgen.transpiler.span import Span
from adgen.transpiler.surroundings import note_parts
from adgen.transpiler.transforms import WRAPS, own_mark

Argument = Any  # a Type, a types.Static, a tuple or a Node of Arguments


@walks_deep
def lower(
    source: Source,
    arguments: Mapping[str, Argument],
    speculates: bool = True,
    ones_known: bool = True,
) -> Function:
    """The IR of a function, specialised on the types of its arguments.

    ``arguments``: for each parameter a type, a ``types.Static``, a tuple or a ``Node`` of these;
    a parameter that is left out takes its default.  ``speculates``: computed extents are
    guessed not to be 1 where NumPy would stretch them (see broadcasting.py).  ``ones_known``:
    an axis of an argument whose type does not say that its length is 1 has another one.

    Raises UnsupportedError, with the place in the source, for what is not compiled.
    """
    exact: frozenset[Any] = frozenset()
    follows = False
    shadows: dict[int, Shadow] = {}
    while True:
        cx = Context(expressions.evaluate, statements.execute, speculates, exact)
        cx.ones_known, cx.shadows = ones_known, shadows
        try:
            cx.elements.follows = follows
            lowered = _lowered(cx, source, arguments)
            if not cx.elements.matter:
                return lowered
            follows = True
        except Restart as found:
            shadows[id(found.shadow.thing)] = found.shadow
        except AliasedMutation:  # where aliases meet that matter, they are followed exactly
            if cx.doubtful <= exact:
                raise
            exact |= cx.doubtful


def _lowered(cx: Context, source: Source, arguments: Mapping[str, Argument]) -> Function:
    tree = tree_of(source)
    place = _place(source)
    frame = Frame(source, tree, local_names(tree), place=place)
    cx.frame = frame
    if not isinstance(tree, (gast.FunctionDef, gast.Lambda)):
        cx.refuse(UnsupportedSyntax, "this is no plain function", tree, "use def")
    refuse_generator(cx, tree, source.name, tree)
    begin(cx, kind_of_instances)
    given = _Parameters(cx, arguments)
    bound = {
        name: given.binding(name, argument, (position,))
        for position, (name, argument) in enumerate(arguments.items())
    }
    check_arguments(cx, given.boxes)
    initial = dict(cx.state.cells)
    result = activate(cx, None, source.name, frame, _bound(cx, source, tree, bound))
    structure, leaves = _flatten(cx, tree, result)
    updates, held = given.updated(tree)
    writes, finals = given.written(tree, initial)
    captured = list(cx.captures.values())
    params = (*given.params, *(value for _, _, value in captured))
    return Function(
        source.name if source.name.isidentifier() else "function",
        cx.builder.block(params, (*leaves, *held, *finals)),
        structure,
        writes,
        _docstring(tree),
        place or source.header,
        tuple(obj for obj, _, _ in captured),
        updates=updates,
        ignored=tuple(cx.ignored),
        points=tuple(k for k, leaf in enumerate(leaves) if is_point(cx, leaf)),
        disturbs=tuple(type(shadow.thing).__name__ for shadow in cx.shadows.values()),
    )


def _place(source: Source) -> Span | None:
    """Where the user's function stands, if this one only calls a transform of it."""
    of = own_mark(getattr(source.bindings, "function", None), WRAPS)
    while of is not None:
        function, of = of, own_mark(unwrap(of), WRAPS)
        if of is None:
            return from_function(function).header
    return None


def _bound(
    cx: Context, source: Source, tree: Any, bound: Mapping[str, Binding]
) -> dict[str, Binding]:  # fmt: skip
    """All parameters: those of the call, those given before, those with a default.

    The argument for ``*args`` is one tuple, that for ``**kwargs`` one dict.
    """
    before = {**source.defaults, **source.given}
    note_parts(before)
    known = {
        name: from_object(cx, tree, value, name)
        for name, value in before.items()
        if name not in bound
    }
    known.update(bound)
    if source.wrapped is not None:
        passed, kwargs = _as_called(cx, tree, tree_of(source.wrapped).args, known)
        return bind_arguments(cx, tree, source.name, tree.args, passed, kwargs, {})
    found = [star.id for star in (tree.args.vararg, tree.args.kwarg) if star]
    stars = {name: known.pop(name) for name in found if name in known}
    first = [arg.id for arg in tree.args.posonlyargs if arg.id in known]
    args = tuple(known.pop(name) for name in first)
    return bind_arguments(cx, tree, source.name, tree.args, args, known, {}) | stars


def _as_called(
    cx: Context, node: Any, signature: Any, known: dict[str, Binding]
) -> tuple[list[Binding], dict[str, Binding]]:  # fmt: skip
    """Arguments by the names of other parameters, as a call passes them."""
    known = {name: binding for name, binding in known.items() if not static(binding, NotGiven)}
    names = [arg.id for arg in (*signature.posonlyargs, *signature.args)]
    count = next((k for k, name in enumerate(names) if name not in known), len(names))
    args = [known.pop(name) for name in names[:count]]
    if signature.vararg:
        args += known.pop(signature.vararg.id, ())
    if signature.kwarg and signature.kwarg.id in known:
        known.update(spread(cx, node, known.pop(signature.kwarg.id)))
    return args, known


def _docstring(tree: Any) -> str:
    return (gast.get_docstring(tree) or "") if isinstance(tree, gast.FunctionDef) else ""


class _Parameters:
    """The flat parameters of the function."""

    def __init__(self, cx: Context, names: Iterable[str]) -> None:
        self.cx = cx
        self.names = set(names)
        self.params: list[Value] = []
        self.paths: list[Keys] = []  # where in the arguments each parameter is
        self.boxes: dict[Box, tuple[Binding, Keys]] = {}  # at first, and where
        self.refs: dict[int, Ref] = {}  # by position

    def binding(self, name: str, argument: Argument, path: Keys) -> Binding:
        """The binding of an argument; its leaves become parameters."""
        if isinstance(argument, types.Static):
            return from_object(self.cx, self.cx.frame.node, argument.value, name)
        if isinstance(argument, tuple):
            return tuple(
                self.binding(self.part_name(name, k), part, (*path, k))
                for k, part in enumerate(argument)
            )
        if isinstance(argument, Node):
            return self.container(name, argument, path)
        kind = replace(argument, layout=None) if isinstance(argument, Array) else argument
        if isinstance(argument, Point):
            kind = Scalar(argument.dtype)
        value = Value(kind, name)
        if isinstance(argument, Point):
            self.cx.points[value] = CALLER
        self.params.append(value)
        self.paths.append(path)
        if isinstance(argument, Scalar):
            return value
        assert isinstance(argument, Array)
        if argument.layout is not None:
            self.cx.extents.layouts[value] = argument.layout
        ref = Ref(Cell(name))
        self.cx.state.cells[ref.cell] = value
        self.cx.given.add(ref.cell)
        if self.cx.ones_known:
            self.cx.extents.settled.add(value)
        self.refs[len(self.params) - 1] = ref
        return ref

    def container(self, name: str, argument: Node, path: Keys) -> Binding:
        """The binding of a container, a fresh one if it can be changed."""
        parts = tuple(
            self.binding(self.part_name(name, key), part, (*path, key))
            for key, part in zip(argument.keys, argument.parts, strict=True)
        )
        if not argument.kind.changeable:
            return argument.with_parts(parts)
        box = new_box(self.cx, argument.kind, argument.keys, parts, name)
        self.boxes[box] = self.cx.state.boxes[box], path
        return box

    def updated(self, node: Any) -> tuple[tuple[Update, ...], list[Operand]]:
        """Containers that hold something else at the end, and the leaves of it."""
        updates, leaves = [], []
        for box, (before, path) in self.boxes.items():
            after = self.cx.state.boxes[box]
            if after is before and box not in self.cx.state.stale:
                continue
            grown = grown_of(self.cx, box, node)
            if grown is not None:
                structure, found = _rows(self.cx, node, grown)
                updates.append(Update(path, structure))
                leaves += found
                continue
            after = contents(self.cx, box, node)
            if not same(after, before):
                structure, found = _flatten(self.cx, node, after, self.objects())
                updates.append(Update(path, structure))
                leaves += found
        return tuple(updates), leaves

    def objects(self) -> dict[Any, Given]:
        """The caller's own objects by what stands for them here."""
        found: dict[Any, Given] = {box: Given(path) for box, (_, path) in self.boxes.items()}
        for position, ref in self.refs.items():
            found[ref.cell] = Given(self.paths[position])
        for position, param in enumerate(self.params):
            found.setdefault(param, Given(self.paths[position]))
        return found

    def part_name(self, name: str, key: Any) -> str:
        """A name for a part of an argument, that no other parameter has."""
        made = part_name(name, key)
        while made in self.names:
            made += "_"
        self.names.add(made)
        return made

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


def _rows(cx: Context, node: Any, grown: Grown) -> tuple[Any, list[Operand]]:
    """The structure of a list of computed length: the arrays of its items."""
    leaves: list[Operand] = []

    def structure(items: Any) -> Node:
        if isinstance(items, tuple):
            return Node(ROWS, (0,), (tuple(map(structure, items)),))
        leaves.append(cx.emit(node, core.COPY, used_of(cx, node, items, grown.size)))
        return Node(NUMBERS if items.weak else ROWS, (0,), (LEAF,))

    return structure(grown.items), leaves


def _flatten(
    cx: Context, node: Any, binding: Binding, given: Mapping[Any, Given] = MappingProxyType({})
) -> tuple[Any, list[Operand]]:
    """The structure of a result and its leaves.  ``given``: what is an object of the caller."""
    spend(cx, node)
    if isinstance(binding, (Value, Box)) and binding in given:
        return Constant(given[binding]), []
    if isinstance(binding, Ref) and binding.cell in given and not binding.path:
        return Constant(given[binding.cell]), []
    if is_operand(binding):
        if isinstance(core.type_of(binding), types.Opaque):
            cx.refuse(
                TypeMismatch, "the function returns a random generator", node,
                "return the samples; the caller has the generator",
            )  # fmt: skip
        return LEAF, [binding]
    if isinstance(binding, Ref):
        return LEAF, [cx.read(binding, node)]
    if isinstance(binding, Static):
        return Constant(binding.value), []
    grown = grown_of(cx, binding, node)
    if grown is not None:
        return _rows(cx, node, grown)
    found = binding if isinstance(binding, tuple) else opened(cx, binding, node)
    if found is not None:
        parts = [_flatten(cx, node, part, given) for part in children(found) or ()]
        structure = with_children(found, tuple(structure for structure, _ in parts))
        return structure, [leaf for _, leaves in parts for leaf in leaves]
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
