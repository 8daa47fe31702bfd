"""Finding recursion: calls of a function that is being inlined already.

As long as the arguments differ in what is known while lowering (a smaller tree, ``n - 1`` of
a known ``n``), the calls are inlined like all others.  A call with nothing new in what is
known would be inlined for ever: it is found to be recursive, everything done since the call
that it repeats is taken back, and that call becomes a loop (machine.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import Binding, Box, Closure, Ref, Static, is_operand
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.ir.core import Value, type_of
from adgen.transpiler.ir.trees import Node

DEEPEST = 50  # activations of one function inside each other that are inlined
BRANCHED = 8  # the same, where a branch decides at run time whether the next one is entered
MOST = 200  # activations that are inlined below the first one


class Activation:
    """A call whose body is being lowered.

    ``key``: which function it is.  ``call``: the node of the call, in the function around it.
    ``known``: its arguments as far as they are known while lowering.  ``builder``: the block
    that it is inlined in.
    """

    def __init__(
        self, key: Any, name: str, frame: Any, call: Any, known: Any = (), builder: Any = None
    ) -> None:
        self.key, self.name, self.frame = key, name, frame
        self.call = getattr(call, "origin", call)
        self.known, self.builder = known, builder
        self.inlined = 0  # activations of the same function below this one


class Recursion(Exception):
    """A call leads back to ``root``: an activation, or a recursion that is being lowered.

    ``edges``: from the function that makes a call to the node of the call, along the way.
    ``deep``: it would come to an end, but not soon enough.
    """

    def __init__(self, root: Any, edges: list[tuple[Activation, Any]], deep: bool = False) -> None:
        super().__init__(root)
        self.root, self.edges, self.deep = root, edges, deep


@dataclass(eq=False)
class Edges:
    """The functions of a recursion and the nodes of the calls that lead on in it."""

    activations: dict[Any, Activation] = field(default_factory=dict)
    calls: dict[Any, set[Any]] = field(default_factory=dict)
    deep: bool = False

    def add(self, edges: Sequence[tuple[Activation, Any]]) -> bool:
        """Take in the calls on one more way; whether there was a new one."""
        before = sum(map(len, self.calls.values()))
        for activation, call in edges:
            self.activations.setdefault(activation.key, activation)
            self.calls.setdefault(activation.key, set()).add(call)
        return sum(map(len, self.calls.values())) > before


class Mark:
    """A point of a lowering to which it can return."""

    def __init__(self, cx: Context) -> None:
        self.state = cx.state.copy()
        self.ops, self.gaps = len(cx.builder.ops), len(cx.gaps)

    def take_back(self, cx: Context) -> None:
        """Forget what has been lowered since."""
        cx.state = self.state.copy()
        del cx.builder.ops[self.ops :]
        del cx.gaps[self.gaps :]


def look_for_recursion(cx: Context, new: Activation) -> None:
    """Raise Recursion if inlining ``new`` would not come to an end."""
    owner = next((m for m in reversed(cx.machines) if new.key in m.members), None)
    if owner is not None:
        position = max(k for k, one in enumerate(cx.stack) if one in owner.entries)
        raise Recursion(owner, edges_from(cx, position, new))
    same = [k for k, one in enumerate(cx.stack) if one.key == new.key]
    if not same:
        return
    first = cx.stack[same[0]]
    first.inlined += 1
    repeated = [k for k in same if cx.stack[k].known == new.known]
    if repeated:
        raise Recursion(cx.stack[repeated[-1]], edges_from(cx, repeated[-1], new))
    blocks = {id(cx.stack[k].builder) for k in same}
    if len(same) >= DEEPEST or len(blocks) > BRANCHED or first.inlined >= MOST:
        raise Recursion(first, edges_from(cx, same[0], new), deep=True)


def edges_from(cx: Context, position: int, new: Activation) -> list[tuple[Activation, Any]]:
    """The calls on the way from an activation on the stack to a new one.

    What a function defines inside itself (a lambda, the loop of a comprehension) is part of it.
    """
    edges = []
    caller = cx.stack[position]
    for callee in (*cx.stack[position + 1 :], new):
        if callee is not new and callee.frame.parent is caller.frame:
            continue
        if callee.call is not None:
            edges.append((caller, callee.call))
        caller = callee
    return edges


def known_part(cx: Context, arguments: Mapping[str, Binding]) -> Any:
    """What is known of arguments while lowering, as something to compare."""
    return tuple((name, _known(cx, binding)) for name, binding in arguments.items())


def _known(cx: Context, binding: Binding) -> Any:
    if isinstance(binding, Value):
        return Value
    if is_operand(binding):
        return str(type_of(binding)), repr(binding)
    if isinstance(binding, Ref):
        return Ref
    if isinstance(binding, Static):
        text = isinstance(binding.value, (str, type(None)))
        return binding.value if text else id(binding.value)
    if isinstance(binding, Closure):
        return id(binding.node), id(binding.frame)
    if isinstance(binding, Box):
        return Box, _known(cx, cx.state.boxes[binding])
    keys = binding.keys if isinstance(binding, Node) else ()
    parts = children(binding)
    if parts is None:
        return type(binding), id(binding)
    return (type(binding), repr(keys), *(_known(cx, part) for part in parts))
