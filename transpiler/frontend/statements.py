"""Simple statements."""

from __future__ import annotations

import operator
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import growing, points, shapes
from adgen.transpiler.frontend.advanced_indexing import (
    gathered,
    is_advanced,
    masked_by_number,
    picked,
    scattered,
)
from adgen.transpiler.frontend.arithmetic import OPERATORS, binary, united
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import UNDEF, Binding, Closure, FlatOf, Grown, Ref, Static
from adgen.transpiler.frontend.boxes import contents, is_list, new_list, rewrite
from adgen.transpiler.frontend.budget import spend
from adgen.transpiler.frontend.complex_numbers import named_part, read_named, write_named
from adgen.transpiler.frontend.containers import changeable, delete_item, put_item, read_item
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import STATEMENTS, statement
from adgen.transpiler.frontend.element_views import refuse_update
from adgen.transpiler.frontend.expressions import with_attributes
from adgen.transpiler.frontend.functions import evaluated_defaults
from adgen.transpiler.frontend.indexing import (
    fitted,
    index_of,
    read_part,
    select,
    subscripted,
    write_part,
)
from adgen.transpiler.frontend.instances import assign_attribute
from adgen.transpiler.frontend.iteration import all_items
from adgen.transpiler.frontend.iterators import with_place
from adgen.transpiler.frontend.layouts import written_in_place
from adgen.transpiler.frontend.list_changes import mark_elements
from adgen.transpiler.frontend.lists import extended
from adgen.transpiler.frontend.liveness import assigned
from adgen.transpiler.frontend.nullable import certain
from adgen.transpiler.frontend.objects import attribute, is_object
from adgen.transpiler.frontend.outputs import check_cast
from adgen.transpiler.frontend.special_methods import updated_object
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.types import Array

_HINTS = {
    gast.With: "a `with` block", gast.Try: "`try`", gast.ClassDef: "a class",
    gast.Global: "`global`", gast.Match: "`match`",
    gast.AsyncFunctionDef: "an async function", gast.AsyncFor: "`async for`",
    gast.AsyncWith: "`async with`",
}  # fmt: skip


def execute(cx: Context, node: Any) -> None:
    """Lower any statement but ``if``.  Raises UnsupportedSyntax for unknown ones."""
    handler = STATEMENTS.get(type(node))
    if handler is None:
        what = _HINTS.get(type(node), f"a statement of kind {type(node).__name__}")
        cx.refuse(
            UnsupportedSyntax, f"{what} is not compiled", node,
            "move it out of the function that is differentiated",
        )  # fmt: skip
    spend(cx, node)
    handler(cx, node)


@statement(gast.Pass)
def _pass(cx: Context, node: Any) -> None:
    """Nothing."""


@statement(gast.Expr)
def _expr(cx: Context, node: Any) -> None:
    if not isinstance(node.value, gast.Constant):
        cx.ev(node.value)


@statement(gast.Assign)
def _assign(cx: Context, node: Any) -> None:
    names = [t.id for t in node.targets if isinstance(t, gast.Name) and t.id[0] != "$"]
    binding = cx.ev(node.value, names[0] if names else "")
    if names and len(node.targets) == 1:
        binding = with_place(cx, node, names[0], binding)
    for target in node.targets:
        assign(cx, target, binding)


@statement(gast.AnnAssign)
def _ann_assign(cx: Context, node: Any) -> None:
    if node.value is not None:
        name = node.target.id if isinstance(node.target, gast.Name) else ""
        assign(cx, node.target, cx.ev(node.value, name))


def assign(cx: Context, target: Any, binding: Binding) -> None:
    """Bind or store to any target."""
    place = named_part(cx, target)
    if place is not None:
        write_named(cx, target, place, binding)
        return
    match target:
        case gast.Name(id=name):
            cx.bind(name, binding)
        case gast.Tuple(elts=targets) | gast.List(elts=targets):
            _unpack(cx, target, targets, binding)
        case gast.Subscript(value=base, slice=index):
            array = subscripted(cx, target, cx.ev(base))
            if isinstance(array, Ref):
                store(cx, target, array, index_of(cx, target), binding)
            else:
                put_item(cx, target, array, cx.ev(index), binding)
        case gast.Attribute(value=base, attr=name):
            base = with_attributes(cx, target, cx.ev(base))
            assign_attribute(cx, target, base, name, binding)
        case _:
            cx.refuse(
                UnsupportedSyntax, "this is not something that adgen assigns to", target,
                "assign to names, elements and slices",
            )  # fmt: skip


def store(cx: Context, node: Any, array: Ref, parts: Binding, binding: Binding) -> None:
    """``array[parts] = binding``."""
    message = "float() argument must be a string or a real number, not 'NoneType'"
    binding = certain(cx, node, binding, "TypeError", message)
    if not is_advanced(cx, parts):
        write_part(cx, node, select(cx, node, array, parts), binding)
    elif not masked_by_number(cx, node, array, parts, binding):
        scattered(cx, node, picked(cx, node, array, parts), binding)


def _unpack(cx: Context, target: Any, targets: list[Any], binding: Binding) -> None:
    from adgen.transpiler.frontend.lazy import spread_out

    message = "cannot unpack non-iterable NoneType object"
    binding = spread_out(cx, target, certain(cx, target, binding, "TypeError", message))
    grown = growing.grown_of(cx, binding, target)
    starred = any(isinstance(part, gast.Starred) for part in targets)
    if starred and (isinstance(binding, Ref) or grown is not None):
        _unpack_starred(cx, target, targets, binding)
        return
    if isinstance(binding, Ref):
        items = _rows(cx, target, binding, len(targets))
    elif grown is not None:
        items = _items_of_grown(cx, target, grown, len(targets))
    else:
        found = all_items(cx, target, binding)
        if found is None:
            cx.refuse(TypeMismatch, f"{describe(binding)} is unpacked", target)
        items = tuple(found)
    if starred:
        k = next(k for k, part in enumerate(targets) if isinstance(part, gast.Starred))
        rest = len(items) - len(targets) + 1
        items = (*items[:k], new_list(cx, items[k : k + rest]), *items[k + rest :])
        targets = [t.value if isinstance(t, gast.Starred) else t for t in targets]
    if len(items) != len(targets):
        cx.refuse(TypeMismatch, f"{len(items)} values are unpacked to {len(targets)} names",
                  target, raises=ValueError)  # fmt: skip
    for part, item in zip(targets, items, strict=True):
        assign(cx, part, item)


def _items_of_grown(cx: Context, target: Any, grown: Grown, count: int) -> tuple[Binding, ...]:
    """Items of a list whose length is checked at run time."""
    equal = cx.emit(target, operator.eq, grown.size, count)
    if equal is not True:
        cx.check(target, equal, "ValueError", f"a list is unpacked to {count} names")
    return tuple(growing.load(cx, target, grown.items, k) for k in range(count))


def _rows(cx: Context, node: Any, ref: Ref, count: int) -> tuple[Binding, ...]:
    """Elements of an array that is unpacked; its length is checked at run time."""
    from adgen.transpiler.frontend.iteration import element

    length = shapes.operand_of(cx, node, shapes.ref_shape(cx, ref)[0])
    if isinstance(length, Value):
        equal = cx.emit(node, operator.eq, length, count)
        cx.check(node, equal, "ValueError", f"an array is unpacked to {count} names")
    elif length != count:
        cx.refuse(TypeMismatch, f"{length} values are unpacked to {count} names", node)
    return tuple(element(cx, node, ref, k) for k in range(count))


def _unpack_starred(cx: Context, node: Any, targets: list[Any], binding: Binding) -> None:
    """``first, *rest = x``: the starred name is a list of what the others leave."""
    from adgen.transpiler.frontend.iteration import indexed
    from adgen.transpiler.frontend.library_calls import call_definition
    from adgen.transpiler.library.iteration import between

    starred = next(k for k, part in enumerate(targets) if isinstance(part, gast.Starred))
    others = len(targets) - 1
    length, item = indexed(cx, node, binding)
    enough = cx.emit(node, operator.ge, length, others)
    message = f"not enough values to unpack (expected at least {others})"
    cx.check(node, enough, "ValueError", message)
    end = cx.emit(node, operator.sub, length, others - starred)
    for place, part in enumerate(targets):
        if place < starred:
            assign(cx, part, item(place))
        elif place == starred:
            rest = call_definition(cx, node, between, (binding, starred, end), {})
            assign(cx, part.value, rest)
        else:
            assign(cx, part, item(cx.emit(node, operator.add, end, place - starred - 1)))


@statement(gast.AugAssign)
def _aug_assign(cx: Context, node: Any) -> None:
    callee = OPERATORS[type(node.op)]
    target = node.target
    of_part = named_part(cx, target)
    if of_part is not None:
        old = read_named(cx, target, of_part)
        write_named(cx, node, of_part, binary(cx, node, callee, old, cx.ev(node.value)))
    elif isinstance(target, gast.Name):
        old = cx.ev(gast.Name(target.id, gast.Load(), None, None, lineno=target.lineno,
                              col_offset=target.col_offset))  # fmt: skip
        if isinstance(old, Value) and old in cx.elements.places:
            element = cx.elements.places[old].part
            cx.elements.writes = True
            if cx.elements.follows:
                check_cast(cx, node, old, new := binary(cx, node, callee, old, cx.ev(node.value)))
                write_part(cx, node, element, new)
                return
        elif isinstance(old, Value) and old in cx.elements.met:
            refuse_update(cx, node, old)
        cx.bind(target.id, _updated(cx, node, old, callee, target.id))
    elif isinstance(target, gast.Subscript):
        array = subscripted(cx, target, cx.ev(target.value))
        if not isinstance(array, Ref):
            _update_item(cx, node, array, cx.ev(target.slice), callee)
            return
        parts = index_of(cx, target)
        if is_advanced(cx, parts):
            place = picked(cx, target, array, parts)
            old = gathered(cx, target, place)
            check_cast(cx, node, old, new := binary(cx, node, callee, old, cx.ev(node.value)))
            scattered(cx, node, place, new)
            return
        part = select(cx, target, array, parts)
        old = read_part(cx, target, part)
        if isinstance(old, Ref):
            _update(cx, node, old, callee, cx.ev(node.value))
        else:
            check_cast(cx, node, old, new := binary(cx, node, callee, old, cx.ev(node.value)))
            write_part(cx, node, part, new)
    elif isinstance(target, gast.Attribute):
        base = with_attributes(cx, target, cx.ev(target.value))
        old = attribute(cx, target, base, target.attr) if is_object(base) else UNDEF
        refuse_update(cx, node, old)
        new = UNDEF if old is UNDEF else _updated(cx, node, old, callee, target.attr)
        assign_attribute(cx, target, base, target.attr, new)
        mark_elements(cx, node, base)
    else:
        assign(cx, target, UNDEF)


def _updated(cx: Context, node: Any, old: Binding, callee: Any, name: str) -> Binding:
    """What ``old op= value`` leaves: arrays and lists are changed in place."""
    message = "unsupported operand type(s): 'NoneType'"
    right = certain(cx, node, cx.ev(node.value), "TypeError", message)
    old = certain(cx, node, old, "TypeError", message)
    if isinstance(old, Ref):
        _update(cx, node, old, callee, right)
        return old
    if is_list(old) and not isinstance(right, Ref):  # an array answers for itself: `xs + array`
        return extended(cx, node, changeable(cx, node, old, "an element"), callee, right)
    answer = updated_object(cx, node, callee, old, right)
    if answer is not None:
        return answer
    both = united(cx, node, old, right, name) if callee is operator.or_ else None
    if both is not None:
        box, found = changeable(cx, node, old, "an element"), contents(cx, both, node)
        rewrite(cx, box, found.keys, found.parts, node)
        return box
    return points.updated(cx, node, old, binary(cx, node, callee, old, right, name))


def _update_item(cx: Context, node: Any, base: Binding, index: Binding, callee: Any) -> None:
    """``base[index] op= value`` of a container."""
    old = read_item(cx, node.target, base, index)
    refuse_update(cx, node, old)
    new = _updated(cx, node, old, callee, "")
    if new is not old or isinstance(base, FlatOf):  # of that, `old` is a copy
        put_item(cx, node.target, base, index, new)
        mark_elements(cx, node, base)


def _update(cx: Context, node: Any, ref: Ref, callee: Any, right: Binding) -> None:
    """``x op= y`` on an array works in place, through all its names."""
    new = binary(cx, node, callee, ref, right)
    if not isinstance(new, Ref):
        cx.refuse(TypeMismatch, "the result is no array", node)
    kind, wanted = shapes.ref_type(cx, new), shapes.ref_type(cx, ref)
    assert isinstance(kind, Array) and isinstance(wanted, Array)
    check_cast(cx, node, ref, new)
    if kind.ndim > wanted.ndim:
        cx.refuse(TypeMismatch, "the array is too small for the result", node,
                  "write x = x + y, which makes a new array")  # fmt: skip
    if ref.path:
        write_part(cx, node, ref, new)
        return
    for have, room, one in zip(
        shapes.ref_shape(cx, new), shapes.ref_shape(cx, ref), kind.ones, strict=True
    ):
        if not one or room != 1:
            shapes.require(cx, node, room, have)
    value = fitted(cx, node, cx.read(new, node), wanted, shapes.ref_shape(cx, ref))
    assert isinstance(value, Value)
    written_in_place(cx, value, cx.root(ref, node))
    cx.write(ref, value, node)


@statement(gast.Return)
def _return(cx: Context, node: Any) -> None:
    cx.bind("$val", Static(None) if node.value is None else cx.ev(node.value))
    for flag in ("$ret", "$out"):
        cx.bind(flag, True)


@statement(gast.Break)
def _break(cx: Context, node: Any) -> None:
    for flag in ("$leave", "$out"):
        cx.bind(flag, True)


@statement(gast.Continue)
def _continue(cx: Context, node: Any) -> None:
    cx.bind("$out", True)


@statement(gast.FunctionDef)
def _function(cx: Context, node: Any) -> None:
    from adgen.transpiler.frontend.calls import call

    cx.frame.escapes = True
    decorators = [(decorator, cx.ev(decorator)) for decorator in node.decorator_list]
    defaults = evaluated_defaults(cx, node.args)
    function: Binding = Closure(node.name, node, cx.frame, defaults)
    for decorator, binding in reversed(decorators):
        function = call(cx, decorator, binding, (function,), {})
    cx.bind(node.name, function)


@statement(gast.Delete)
def _delete(cx: Context, node: Any) -> None:
    for target in node.targets:
        if isinstance(target, gast.Subscript):
            delete_item(cx, target, cx.ev(target.value), cx.ev(target.slice))
        elif isinstance(target, gast.Name):
            cx.bind(target.id, UNDEF)
        else:
            cx.refuse(UnsupportedSyntax, "only names and items are deleted", node)


@statement(gast.Nonlocal)
def _nonlocal(cx: Context, node: Any) -> None:
    """Assignments then go to the frame around this one; there must be one that is compiled too."""
    for name in node.names:
        if cx.frame.owner(name) is None:
            cx.refuse(
                UnsupportedSyntax, f"`{name}` belongs to the surroundings of the function", node,
                f"pass `{name}` as an argument and return its new value",
            )  # fmt: skip


@statement(gast.Global)
def _global(cx: Context, node: Any) -> None:
    """Reading needs no declaration; assigning is refused."""
    stored = assigned(cx.frame.node.body)
    for name in node.names:
        if name in stored:
            cx.refuse(UnsupportedSyntax, f"the global `{name}` is assigned", node,
                      f"return the new value, or pass `{name}` as an argument")  # fmt: skip
