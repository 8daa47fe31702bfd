"""Objects that a program makes: of plain classes, dataclasses and named tuples.

An object is a box of attributes.  ``__init__`` is lowered like any function; where Python has
generated it, the fields say what it does.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
from collections.abc import Hashable, Iterable, Mapping
from types import FunctionType, SimpleNamespace
from typing import Any

from adgen.transpiler.errors import AliasedMutation, TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shadows
from adgen.transpiler.frontend.arguments import static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Box, FlatOf, Ref, SliceOf, Static
from adgen.transpiler.frontend.boxes import contents, new_box, rewrite
from adgen.transpiler.frontend.containers import put_attribute
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.flat import write_flat
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.objects import called, class_of, is_object
from adgen.transpiler.ir.trees import Keys, Kind, Node, Parts, kind_of
from adgen.transpiler.surroundings import ClassTable, class_attribute

Given = tuple[Binding, ...]


def make(
    cx: Context, node: Any, cls: Any, args: Given, kwargs: Mapping[str, Binding]
) -> Binding | None:  # fmt: skip
    """A new object of a class of the user; None for classes whose objects are something else."""
    kind = kind_of(cls)
    if type(cls).__module__ == "enum":
        return _member(cx, node, cls, args) if len(args) == 1 and not kwargs else None
    if cls is SimpleNamespace and not args:
        return new_box(cx, kind_of_instances(cls), tuple(kwargs), tuple(kwargs.values()))
    if issubclass(cls, tuple):
        return None if kind is None else _named_tuple(cx, node, kind, args, kwargs)
    if type(cls) not in (type, abc.ABCMeta) or cls.__new__ is not object.__new__:
        return None
    init = class_attribute(cls, "__init__")
    if kind is not None and _is_generated(init):
        return _dataclass(cx, node, kind, args, kwargs)
    if not isinstance(init, FunctionType) and init is not object.__init__:
        return None
    fields = _field_names(cls)
    box = new_box(cx, kind if kind and fields else kind_of_instances(cls), (), ())
    if isinstance(init, FunctionType):
        called(cx, node, Static(init), box, *args, **kwargs)
    elif args or kwargs:
        cx.refuse(TypeMismatch, f"`{cls.__name__}()` takes no arguments", node,
                  "give the class an `__init__`")  # fmt: skip
    return box if kind is None or not fields or kind.changeable else contents(cx, box, node)


@functools.cache
def kind_of_instances(cls: Any) -> Kind:
    """The attributes of an object of a plain class, which may get more."""

    def take(value: Any) -> tuple[Keys, Parts]:
        return tuple(vars(value)), tuple(vars(value).values())

    def made(keys: Keys, parts: Parts) -> Any:
        value: Any = cls.__new__(cls) if cls is SimpleNamespace else object.__new__(cls)
        for name, part in zip(keys, parts, strict=True):
            object.__setattr__(value, str(name), part)
        return value.given_back() if hasattr(cls, "stands_for") else value

    return Kind(cls, take, made, "attribute")


def _member(cx: Context, node: Any, cls: Any, args: Given) -> Binding:
    """The member of an enumeration that has a value."""
    value = static_value(cx, args[0], node, f"the value of a member of `{cls.__name__}`")
    try:
        return Static(cls(value))
    except ValueError as error:
        cx.refuse(TypeMismatch, f"`{cls.__name__}` has no member of the value {value!r}", node,
                  raises=error)  # fmt: skip


def _is_generated(function: Any) -> bool:
    """Whether Python has written a function (for a dataclass): its text is in no file."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == "<string>"


def _named_tuple(
    cx: Context, node: Any, kind: Kind, args: Given, kwargs: Mapping[str, Binding]
) -> Binding | None:  # fmt: skip
    cls: Any = kind.cls
    if getattr(cls.__new__, "__code__", None) is None or not _is_generated(cls.__new__):
        return None
    defaults = {name: from_object(cx, node, x) for name, x in cls._field_defaults.items()}
    held = _fields(cx, node, cls, cls._fields, args, kwargs)
    parts = {name: held[name] if name in held else defaults.get(name) for name in cls._fields}
    _check_complete(cx, node, cls, parts)
    return Node(kind, cls._fields, tuple(parts.values()))


def _dataclass(
    cx: Context, node: Any, kind: Kind, args: Given, kwargs: Mapping[str, Binding]
) -> Binding:  # fmt: skip
    """What the generated ``__init__`` of a dataclass does."""
    fields = [*kind.cls.__dataclass_fields__.values()]  # type: ignore[attr-defined]
    given = [field for field in fields if field.init and not _is_kind(field, "_FIELD_CLASSVAR")]
    names = tuple(field.name for field in given if not field.kw_only)
    held = _fields(cx, node, kind.cls, names, args, kwargs, [field.name for field in given])
    for field in fields:
        if field.name not in held and not _is_kind(field, "_FIELD_CLASSVAR"):
            default = _default(cx, node, field)
            if default is not None or field.init:
                held[field.name] = default
    _check_complete(cx, node, kind.cls, held)
    only_init = [held.pop(field.name) for field in fields if _is_kind(field, "_FIELD_INITVAR")]
    after = class_attribute(kind.cls, "__post_init__")
    if not kind.changeable and not isinstance(after, FunctionType):
        return Node(kind, tuple(held), tuple(held.values()))
    order = [field.name for field in dataclasses.fields(kind.cls) if field.name in held]
    box = new_box(cx, kind, tuple(order), [held[name] for name in order])
    if isinstance(after, FunctionType):
        called(cx, node, Static(after), box, *only_init)
    return box if kind.changeable else contents(cx, box, node)


def _is_kind(field: Any, kind: str) -> bool:
    return str(field._field_type) == kind


def _default(cx: Context, node: Any, field: Any) -> Binding | None:
    if field.default is not dataclasses.MISSING:
        return from_object(cx, node, field.default, field.name)
    if field.default_factory is not dataclasses.MISSING:
        return called(cx, node, Static(field.default_factory))
    return None


def _fields(
    cx: Context, node: Any, cls: type, names: tuple[str, ...], args: Given,
    kwargs: Mapping[str, Binding], by_keyword: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """Arguments by the names of the fields.  Raises TypeMismatch where Python would."""
    if len(args) > len(names):
        cx.refuse(TypeMismatch, f"`{cls.__name__}` takes {len(names)} arguments but {len(args)} "
                  "were given", node)  # fmt: skip
    held = dict(zip(names, args, strict=False))
    for name, binding in kwargs.items():
        if name not in (by_keyword or names):
            cx.refuse(TypeMismatch, f"`{cls.__name__}` has no field `{name}`", node)
        if name in held:
            cx.refuse(TypeMismatch, f"`{cls.__name__}` got two values for `{name}`", node)
        held[name] = binding
    return held


def _check_complete(cx: Context, node: Any, cls: type, held: Mapping[str, Any]) -> None:
    for name, binding in held.items():
        if binding is None:
            cx.refuse(TypeMismatch, f"`{cls.__name__}` lacks the argument `{name}`", node)


def assign_attribute(cx: Context, node: Any, base: Binding, name: str, value: Binding) -> None:
    """``base.name = value``."""
    if isinstance(base, Static) and shadows.can_be_changed(base):
        shadows.assign(cx, base, name)
    if isinstance(base, Static) and is_object(base):
        cx.refuse(
            AliasedMutation,
            f"an attribute of {describe(base)} of the surroundings of the function is assigned",
            node, "return the new value, and assign it where the function is called",
        )  # fmt: skip
    if isinstance(base, Ref) and name == "flat":
        write_flat(cx, node, FlatOf(base), SliceOf(None, None, None), value)
        return
    if not isinstance(base, Box) or base.kind.access != "attribute":
        put_attribute(cx, node, base, name, value)
        return
    cls = class_of(base)
    if isinstance(ClassTable(cls).get("__setattr__", None), FunctionType):
        cx.refuse(UnsupportedSyntax, f"{describe(base)} stores its attributes in a way of its own",
                  node, "use a class without `__setattr__`")  # fmt: skip
    stored = class_attribute(cls, name)
    if isinstance(stored, property):
        if not isinstance(stored.fset, FunctionType):
            cx.refuse(TypeMismatch, f"the property `{name}` has no setter", node)
        called(cx, node, Static(stored.fset), base, value)
        return
    setter = class_attribute(type(stored), "__set__")
    if isinstance(setter, FunctionType):
        called(cx, node, Static(setter), Static(stored), base, value)
        return
    shadows.assign_first(cx, base, name)
    found = contents(cx, base, node)
    order = _order(cls, {*found.keys, name})
    if name in found.keys or name not in order:
        put_attribute(cx, node, base, name, value)
    else:
        held = dict(zip(found.keys, found.parts, strict=True)) | {name: value}
        rewrite(cx, base, order, [held[key] for key in order], node)


def _order(cls: type, names: Iterable[Hashable]) -> Keys:
    """The attributes that an object may have, of those named: in one order on all paths."""
    fields = _field_names(cls)
    if fields is None:
        return tuple(sorted(names, key=str))
    found = set(names)
    return tuple(name for name in fields if name in found)


def _field_names(cls: Any) -> tuple[str, ...] | None:
    """The fields of a dataclass or an attrs class; None for a plain class."""
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    if "__attrs_attrs__" in vars(cls):
        return tuple(field.name for field in cls.__attrs_attrs__)
    return None
