"""Attributes of objects, by Python's rules: descriptors, the object's own, those of its class.

A living object is read where it is stored; properties and methods are lowered like functions.
"""

from __future__ import annotations

import difflib
import functools
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    ModuleType,
)
from typing import Any

import numpy as np

from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend import shadows
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    Box,
    Frame,
    Partial,
    Static,
    SuperOf,
)
from adgen.transpiler.frontend.boxes import contents
from adgen.transpiler.frontend.containers import attribute_of
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.liveness import parameters
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.source import unwrap
from adgen.transpiler.surroundings import (
    MISSING,
    ClassTable,
    class_attribute,
    is_library,
    own_attribute,
)
from adgen.transpiler.transforms import member_of


def is_object(binding: Binding) -> bool:
    """Whether a binding has attributes by the rules of this file."""
    if isinstance(binding, (Box, Node)):
        return binding.kind.access == "attribute"
    return isinstance(binding, (Static, SuperOf))


def class_of(binding: Binding) -> type:
    """The class of an object."""
    if isinstance(binding, SuperOf):
        return class_of(binding.instance)
    return binding.kind.cls if isinstance(binding, (Box, Node)) else type(binding.value)


def attribute(cx: Context, node: Any, base: Binding, name: str) -> Binding:
    """``base.name``.  Raises UnsupportedSyntax when there is none, or none that can be read."""
    found = find_attribute(cx, node, base, name)
    if found is None:
        module = isinstance(base, Static) and isinstance(base.value, ModuleType)
        near = difflib.get_close_matches(name, dir(base.value), n=1, cutoff=0.75) if module else []
        cx.refuse(UnsupportedSyntax, f"{describe(base)} has no `{name}`", node,
                  f"did you mean {near[0]}?" if near else "", raises=AttributeError)  # fmt: skip
    return found


def find_attribute(cx: Context, node: Any, base: Binding, name: str) -> Binding | None:
    """``base.name``, or None when there is none."""
    if isinstance(base, Static) and isinstance(base.value, ModuleType):
        value = own_attribute(base.value, name)
        return None if value is MISSING else from_object(cx, node, value, name)
    member = member_of(base.value, name) if isinstance(base, Static) else None
    if member is not None:
        return Partial(Static(member), (base,))
    if isinstance(base, Static) and isinstance(base.value, (str, np.ufunc)):  # constants
        value = getattr(base.value, name, MISSING)
        return None if value is MISSING else from_object(cx, node, value, name)
    return _of_instance(cx, node, base, name)


def derivative_of_method(base: Binding, name: str) -> Binding | None:
    """``b.loss.grad``, where a class has a differentiable method; None of all else.

    Its ``wrt`` counts the parameters without ``self``, as it does in Python.
    """
    if not isinstance(base, Partial) or len(base.args) != 1 or base.kwargs:
        return None
    member = member_of(base.function.value, name) if isinstance(base.function, Static) else None
    return None if member is None else Partial(Static(member), (base,))


def making_of_fields(call: Call) -> None:
    """Stands for ``_make`` of a named tuple, which is given its class."""


def nothing_to_do() -> None:
    """Stands for ``object.__init__`` of an object."""


def _of_class(
    cx: Context, node: Any, cls: type, name: str, after: type | None = None
) -> Binding | None:
    if name == "_make" and issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Partial(Static(making_of_fields), (Static(cls),))
    stored = class_attribute(cls, name, after)
    if stored is MISSING or type(cls).__module__ == "enum":
        value = getattr(cls, name, MISSING)  # what a metaclass of Python itself knows
        return None if value is MISSING else from_object(cx, node, value, name)
    if isinstance(stored, staticmethod):
        return from_object(cx, node, stored.__func__, name)
    if isinstance(stored, classmethod):
        return Partial(from_object(cx, node, stored.__func__, name), (Static(cls),))
    return from_object(cx, node, stored, name)


def _of_instance(cx: Context, node: Any, base: Binding, name: str) -> Binding | None:
    cls = class_of(base)
    after = base.after if isinstance(base, SuperOf) else None
    holder = base.instance if isinstance(base, SuperOf) else base
    if _is_class(holder):
        return _of_class(cx, node, holder.value, name, after)
    if name == "__class__":
        return Static(cls)
    _check_plain(cx, node, base, cls)
    stored = class_attribute(cls, name, after)
    if isinstance(stored, property):
        return _of_property(cx, node, holder, stored, name)
    if after is None:
        own = _own(cx, node, holder, name)
        if own is not None:
            return own
    if name == "__init__" and stored is object.__init__:
        return Static(nothing_to_do)  # it takes no arguments besides the object
    if stored is not MISSING:
        return _bound(cx, node, holder, stored, name)
    asked = class_attribute(cls, "__getattr__", after)
    if isinstance(asked, FunctionType):
        return called(cx, node, Static(asked), holder, Static(name))
    return None


def _check_plain(cx: Context, node: Any, base: Binding, cls: type) -> None:
    if isinstance(ClassTable(cls).get("__getattribute__", None), FunctionType):
        cx.refuse(
            UnsupportedSyntax, f"{describe(base)} looks up its attributes in a way of its own",
            node, "read the attribute outside of the function, and pass it as an argument",
        )  # fmt: skip


def _own(cx: Context, node: Any, holder: Binding, name: str) -> Binding | None:
    """What the object itself holds."""
    if isinstance(holder, Box):
        own = attribute_of(cx, node, holder, contents(cx, holder, node), name)
        if own is None:
            shadows.read(cx, holder, name)
        return own
    if isinstance(holder, Node):
        return attribute_of(cx, node, holder, holder, name)
    value = own_attribute(holder.value, name)
    return None if value is MISSING else from_object(cx, node, value, name)


def _of_property(cx: Context, node: Any, holder: Binding, stored: Any, name: str) -> Binding:
    if isinstance(holder, Static) and is_library(type(holder.value).__module__):
        return from_object(cx, node, getattr(holder.value, name), name)
    if not isinstance(unwrap(stored.fget), FunctionType):
        cx.refuse(UnsupportedSyntax, f"the property `{name}` cannot be read", node,
                  "give it a getter that is written in Python")  # fmt: skip
    return called(cx, node, Static(stored.fget), holder)


def _bound(cx: Context, node: Any, holder: Binding, stored: Any, name: str) -> Binding:
    """What a class holds under a name, as its instance sees it."""
    if isinstance(stored, staticmethod):
        return from_object(cx, node, stored.__func__, name)
    if isinstance(stored, classmethod):
        return Partial(Static(stored.__func__), (Static(class_of(holder)),))
    if isinstance(stored, functools.cached_property):
        return called(cx, node, Static(stored.func), holder)
    if isinstance(stored, functools.partialmethod):
        given = Partial(Static(stored.func), (holder,))
        rest = tuple(from_object(cx, node, part) for part in stored.args)
        keywords = {key: from_object(cx, node, part) for key, part in stored.keywords.items()}
        return Partial(given, rest, keywords)
    if not hasattr(type(stored), "__get__") or isinstance(stored, BuiltinFunctionType):
        return from_object(cx, node, stored, name)
    if isinstance(unwrap(stored), FunctionType):
        return Partial(Static(stored), (holder,))
    get = class_attribute(type(stored), "__get__")
    if isinstance(get, FunctionType):
        return called(cx, node, Static(get), Static(stored), holder, Static(class_of(holder)))
    if isinstance(holder, Static) and not isinstance(
        stored, (MemberDescriptorType, GetSetDescriptorType)
    ):
        return from_object(cx, node, getattr(holder.value, name), name)
    cx.refuse(UnsupportedSyntax, f"`{name}` of {describe(holder)} is read before it is assigned",
              node, f"assign `{name}` in `__init__`")  # fmt: skip


@known(super)
def _super(cx: Context, call: Call) -> Binding:
    """``super()`` in a method, or ``super(Class, self)``."""
    if call.args:
        cls, holder = call.args[0], call.args[1] if len(call.args) == 2 else None
    else:
        found = cx.frame.source.bindings.lookup("__class__")
        cls = UNDEF if found is MISSING else Static(found)
        frame = _method_around(cx.frame)
        first = parameters(frame.node.args)[:1]
        holder = cx.state.env.get((frame, first[0].id)) if first else None
    if not (_is_class(cls) and is_object(holder) and _below(holder, cls.value)):
        cx.refuse(UnsupportedSyntax, "`super` outside of a method of an object", call.node,
                  "call the function of the base class: Base.method(self, …)")  # fmt: skip
    return SuperOf(holder, cls.value)


def _method_around(frame: Frame) -> Frame:
    """The function that the user has written around bodies of loops and of ``with``."""
    while frame.parent is not None and getattr(frame.node, "name", "").startswith("$"):
        frame = frame.parent
    return frame


def _is_class(binding: Binding) -> bool:
    return isinstance(binding, Static) and isinstance(binding.value, type)


def _below(holder: Binding, cls: type) -> bool:
    """Whether an object or a class is of that class."""
    return issubclass(holder.value if _is_class(holder) else class_of(holder), cls)


def called(
    cx: Context, node: Any, function: Binding, *args: Binding, **kwargs: Binding
) -> Binding:  # fmt: skip
    """What a function returns that an object calls."""
    from adgen.transpiler.frontend.calls import call

    return call(cx, node, function, args, kwargs)
