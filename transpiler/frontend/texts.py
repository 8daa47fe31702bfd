"""Strings: constant ones are computed away, others are texts with values in them."""

from __future__ import annotations

import builtins
import operator
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from types import WrapperDescriptorType
from typing import Any

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend.arguments import named, static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, ErrorOf, Ref, Static, StringOf, is_operand
from adgen.transpiler.frontend.boxes import opened
from adgen.transpiler.frontend.budget import CHARACTERS, check_field, spend
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, expression, known
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.templates import Field
from adgen.transpiler.ir.trees import DICT, LIST

_PRINTF = re.compile(r"%(?:%|[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgGrsa])")
_FLOATING = re.compile(r"%\d*(?:\.\d+)?[eEfFgG]")
_OTHER_TEXTS = (OSError, SyntaxError, UnicodeError)  # they say more than their arguments
_HINT = "print the value as an argument of its own: print('x is', x)"


def string_of(pieces: Sequence[StringOf]) -> Binding:
    """Pieces one after another: a constant string if they hold no values."""
    text: list[str | Field] = []
    for piece in pieces:
        for part in piece.text:
            if isinstance(part, str) and text and isinstance(text[-1], str):
                text[-1] += part
            elif part != "":
                text.append(part)
    values = tuple(value for piece in pieces for value in piece.values)
    if values:
        return StringOf(tuple(text), values)
    return Static("".join(part for part in text if isinstance(part, str)))


def is_text(binding: Binding) -> bool:
    """Whether a binding is a string, constant or with values in it."""
    return isinstance(binding, StringOf) or (
        isinstance(binding, Static) and isinstance(binding.value, str)
    )


def constant(text: str) -> StringOf:
    """A piece without values."""
    return StringOf((text,), ())


def shown(cx: Context, node: Any, binding: Binding, field: Field) -> StringOf:
    """What a binding looks like as text: ``f"{binding!conversion:spec}"``."""
    if isinstance(binding, Value):
        return StringOf((field,), (binding,))
    if isinstance(binding, Ref):
        own = cx.new_array(cx.read(binding, node))
        return StringOf((field,), (own,))
    if isinstance(binding, StringOf) and field in (Field(), Field("s")):
        return binding
    if not field.spec and (items := _items(cx, node, binding)) is not None:
        return _joined(items)
    if isinstance(binding, ErrorOf) and field in (Field(), Field("s")):
        return _of_error(cx, node, binding)
    if is_operand(binding) or isinstance(binding, Static):
        value = binding.value if isinstance(binding, Static) else binding
        check_field(cx, node, field)
        try:
            return constant(field.render(value))
        except (TypeError, ValueError) as error:
            cx.refuse(TypeMismatch, str(error), node, "write a format that fits the value")
    cx.refuse(UnsupportedSyntax, f"{describe(binding)} is formatted", node, _HINT)


def _items(cx: Context, node: Any, binding: Binding) -> list[StringOf] | None:
    """``(a, b)``, ``[a, b]`` and ``{a: b}``, the items by their ``repr``; None for others."""
    if isinstance(binding, tuple):
        return _listed(cx, node, "(", binding, ",)" if len(binding) == 1 else ")")
    found = opened(cx, binding, node)
    if found is None or found.kind not in (LIST, DICT):
        return None
    if found.kind is LIST:
        return _listed(cx, node, "[", found.parts, "]")
    pieces = [constant("{")]
    for number, (key, part) in enumerate(zip(found.keys, found.parts, strict=True)):
        pieces.append(constant(f"{', ' if number else ''}{key!r}: "))
        pieces.append(shown(cx, node, part, Field("r")))
    return [*pieces, constant("}")]


def _listed(
    cx: Context, node: Any, first: str, items: Sequence[Binding], last: str
) -> list[StringOf]:
    pieces = [constant(first)]
    for number, item in enumerate(items):
        pieces += [constant(", ")] if number else []
        pieces.append(shown(cx, node, item, Field("r")))
    return [*pieces, constant(last)]


def _of_error(cx: Context, node: Any, error: ErrorOf) -> StringOf:
    """``str(error)``, by the rules of ``BaseException``."""
    own = not isinstance(error.cls.__str__, WrapperDescriptorType)
    if own or issubclass(error.cls, _OTHER_TEXTS) or error.keywords:
        cx.refuse(UnsupportedSyntax, f"{describe(error)} is formatted", node, _HINT)
    if len(error.args) == 1:
        quoted = "r" if issubclass(error.cls, KeyError) else ""
        return shown(cx, node, error.args[0], Field(quoted))
    return shown(cx, node, error.args, Field("r")) if error.args else constant("")


def _joined(pieces: Sequence[StringOf]) -> StringOf:
    made = string_of(pieces)
    return made if isinstance(made, StringOf) else constant(made.value)


def as_piece(binding: Binding) -> StringOf | None:
    """A string as a piece of a longer one; None for what is no string."""
    if isinstance(binding, StringOf):
        return binding
    if isinstance(binding, Static) and isinstance(binding.value, str):
        return constant(binding.value)
    return None


# Expressions


@expression(gast.JoinedStr)
def _f_string(cx: Context, node: Any, name: str) -> Binding:
    return string_of([_part(cx, part) for part in node.values])


def _part(cx: Context, part: Any) -> StringOf:
    if isinstance(part, gast.Constant):
        return constant(part.value)
    binding = cx.ev(part.value)
    conversion = "" if part.conversion == -1 else chr(part.conversion)
    spec = Static("") if part.format_spec is None else cx.ev(part.format_spec)
    return shown(cx, part.value, binding, Field(conversion, _spec(cx, part.value, spec)))


def _spec(cx: Context, node: Any, spec: Binding) -> str:
    if isinstance(spec, Static) and isinstance(spec.value, str):
        return spec.value
    cx.refuse(
        UnsupportedSyntax, "a format that is computed at run time", node,
        "write the number of digits out: f'{x:.3f}'",
    )  # fmt: skip


def concatenated(cx: Context, node: Any, callee: Any, left: Binding, right: Binding) -> Any:
    """``left + right``, ``left * n`` and ``left % values`` of strings; None for other operands."""
    one, two = as_piece(left), as_piece(right)
    if callee is operator.mod and one is not None:
        return _percent(cx, node, left, right)
    if callee is operator.add and one is not None and two is not None:
        spend(cx, node, (_length(one) + _length(two)) // CHARACTERS)
        return string_of([one, two])
    for piece, count in ((one, right), (two, left)):
        if callee is operator.mul and piece is not None and type(count) is int:
            spend(cx, node, _length(piece) * count // CHARACTERS)
            return string_of([piece] * count)
    return None


def _length(piece: StringOf) -> int:
    return sum(len(part) if isinstance(part, str) else 1 for part in piece.text)


def _percent(cx: Context, node: Any, template: Binding, right: Binding) -> Binding:
    """``"%d of %s" % (a, b)``."""
    values = list(right) if isinstance(right, tuple) else [right]
    text = template.value if isinstance(template, Static) else ""
    fields = [m for m in _PRINTF.findall(text) if m != "%%"]
    plain = re.sub(_PRINTF, "", text)
    if not isinstance(template, Static) or "%" in plain:
        cx.refuse(UnsupportedSyntax, "this `%` format is not compiled", node,
                  "write it as an f-string")  # fmt: skip
    if len(fields) != len(values):
        cx.refuse(TypeMismatch, f"{len(values)} values for {len(fields)} places", node,
                  "give the format one value for each place")  # fmt: skip
    pieces, rest, end = [], iter(values), 0
    for match in _PRINTF.finditer(text):
        pieces.append(constant(text[end : match.start()]))
        end = match.end()
        if match[0] == "%%":
            pieces.append(constant("%"))
        else:
            value = next(rest)
            pieces.append(shown(cx, node, value, _field(cx, value, match[0])))
    return string_of([*pieces, constant(text[end:])])


def _field(cx: Context, value: Binding, place: str) -> Field:
    """A place of a ``%`` format: as in an f-string, where that means the same."""
    if place in ("%s", "%r"):
        return Field(place[1])
    number = is_operand(value)
    if number and _FLOATING.fullmatch(place):
        return Field("", place[1:])
    if number and place == "%d" and cx.kind(value).dtype.kind == "i":
        return Field("", "d")
    return Field("%", place)


def formatted(cx: Context, call: Call, template: str) -> Binding:
    """``template.format(*args, **kwargs)``."""
    pieces, numbers = [], iter(range(len(call.args)))
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:  # a brace without the other one
        cx.refuse(TypeMismatch, str(error), call.node, "write the string itself")
    for text, place, spec, conversion in parts:
        pieces.append(constant(text))
        if place is not None:
            value = _named_place(cx, call, place, numbers)
            if "{" in (spec or ""):
                _spec(cx, call.node, None)
            pieces.append(shown(cx, call.node, value, Field(conversion or "", spec or "")))
    return string_of(pieces)


def method_of_string(cx: Context, call: Call, method: Any) -> Binding:
    """A method of a constant string: computed away."""
    if method.__name__ == "format":
        return formatted(cx, call, method.__self__)
    args = [static_value(cx, arg, call.node, "an argument") for arg in call.args]
    named_args = {k: static_value(cx, v, call.node, f"`{k}`") for k, v in call.kwargs.items()}
    try:
        return from_object(cx, call.node, method(*args, **named_args))
    except (TypeError, ValueError, LookupError) as error:
        cx.refuse(TypeMismatch, str(error), call.node, "write the string itself")


def _named_place(cx: Context, call: Call, place: str, numbers: Iterator[int]) -> Binding:
    given: Mapping[str, Binding] = {str(k): arg for k, arg in enumerate(call.args)} | call.kwargs
    key = place if place else str(next(numbers, "none"))
    if key not in given:
        cx.refuse(UnsupportedSyntax, f"`{{{place}}}` of `.format` is not compiled", call.node,
                  "write it as an f-string")  # fmt: skip
    return given[key]


# Calls


@known(builtins.str)
def _str(cx: Context, call: Call) -> Binding:
    (arg,) = named(cx, call, ("object",), 0)
    piece = constant("") if arg is None else shown(cx, call.node, arg, Field("s"))
    return string_of([piece])


@known(builtins.repr)
def _repr(cx: Context, call: Call) -> Binding:
    (arg,) = named(cx, call, ("object",))
    return string_of([shown(cx, call.node, arg, Field("r"))])


@known(builtins.format)
def _format(cx: Context, call: Call) -> Binding:
    value, spec = named(cx, call, ("value", "format_spec"))
    field = Field("", _spec(cx, call.node, Static("") if spec is None else spec))
    return string_of([shown(cx, call.node, value, field)])
