"""Iterators that have a name and are asked for items by ``next``: objects with a place.

Other iterators are what they run over, once; of generators there is no place to go on from.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

import gast

from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import (
    ITERATORS,
    Binding,
    Box,
    GeneratorOf,
    IteratorOf,
    ManagedBy,
)
from adgen.transpiler.frontend.boxes import is_list
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.functions import tree_of
from adgen.transpiler.frontend.instances import make
from adgen.transpiler.frontend.iteration import known_items
from adgen.transpiler.frontend.liveness import yields
from adgen.transpiler.frontend.objects import called
from adgen.transpiler.frontend.special_methods import special
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.library.iterators import iterator
from adgen.transpiler.source import from_function, unwrap


def with_place(cx: Context, node: Any, name: str, binding: Binding) -> Binding:
    """What a name is bound to: an iterator that is asked for items becomes an object."""
    if not isinstance(binding, ITERATORS) or isinstance(binding, (GeneratorOf, ManagedBy)):
        return binding
    if name not in _asked(cx.frame.node):
        return binding
    items = known_items(cx, node, binding)
    inner = binding.sequence if isinstance(binding, IteratorOf) else binding
    if isinstance(inner, ITERATORS) and (items is None or _may_change(cx, inner)):
        return binding
    sequence = inner if items is None or is_list(inner) else tuple(items)
    return make(cx, node, iterator, (sequence,), {})


def _may_change(cx: Context, binding: Binding) -> bool:
    """Whether something else refers to a list that ``zip`` or ``enumerate`` is given."""
    if isinstance(binding, Box):
        others = [*cx.state.env.values(), *cx.state.boxes.values()]
        return any(_refers(other, binding) for other in others)
    return any(_may_change(cx, part) for part in children(binding) or ())


def _refers(binding: Binding, box: Box) -> bool:
    return binding is box or any(_refers(part, box) for part in children(binding) or ())


@functools.lru_cache(maxsize=512)
def _asked(tree: Any) -> frozenset[str]:
    """The names that ``next`` is called with in a function."""
    return frozenset(
        part.args[0].id
        for part in gast.walk(tree)
        if isinstance(part, gast.Call)
        and isinstance(part.func, gast.Name)
        and part.func.id == "next"
        and part.args
        and isinstance(part.args[0], gast.Name)
    )


def is_placed(binding: Binding) -> bool:
    """Whether a binding is such an object."""
    return isinstance(binding, Box) and binding.kind.cls is iterator


def rest_of(cx: Context, node: Any, binding: Binding) -> Binding:
    """What an object yields whose ``__iter__`` is a generator; anything else as it is."""
    if not isinstance(binding, (Box, Node)):
        return binding
    method = special(binding, "__iter__")
    function = None if method is None else unwrap(method.value)
    if not isinstance(function, FunctionType) or not yields(tree_of(from_function(function))):
        return binding
    return called(cx, node, method, binding)
