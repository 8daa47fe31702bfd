"""The functions of a standalone module that users call: they check and take arguments apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.leaves import leaves_of
from adgen.listing import Listed
from adgen.transpiler.emit.reserved import local_name, parameter_name
from adgen.transpiler.errors import UnsupportedError
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.trees import DICT, LIST, Constant, Node, parts_of
from adgen.transpiler.ir.types import Array, Scalar, Static, Type, is_float, is_generator
from adgen.transpiler.signature import show
from adgen.transpiler.surroundings import MISSING

LARGEST = 10_000  # numbers of an array of the surroundings that is written into a module


@dataclass(frozen=True)
class Derived:
    """What was generated: the mode of the compiler, by which leaves, under which names."""

    mode: str
    wrt: tuple[int, ...]
    functions: tuple[str, ...]
    residuals: bool


@dataclass(frozen=True)
class Caller:
    """The function, or the pair of functions, that calls generated code."""

    item: Listed
    primal: Function
    derived: Derived
    any_extents: bool  # of arrays; else an extent of 1 must be refused

    @property
    def name(self) -> str:
        """The user's name of the function, as the module has it."""
        return local_name(self.item.source.name)

    @property
    def names(self) -> list[str]:
        """What the module offers."""
        name = self.name if self.derived.mode == "primal" else self.item.source.name
        endings = {
            "primal": [""], "value_and_grad": ["_value_and_grad", "_grad"],
            "pair": ["_forward", "_backward"], "jvp": ["_jvp"], "hvp": ["_hvp"],
        }  # fmt: skip
        return [f"{name}{ending}" for ending in endings[self.derived.mode]]

    # Text

    def constants(self) -> str:
        """The types of the arguments, and arrays of the surroundings."""
        lines = [f"{self._types} = {_tuple(map(kind_text, self._arguments))}"]
        lines += [f"{self._types}_names = {_tuple(map(repr, self._parameters))}"]
        arrays = captured_arrays(self.item, self.primal)
        if arrays:
            lines += [f"{self._types}_captured = {_tuple(map(array_text, arrays))}"]
        return "\n".join(lines) + "\n"

    def text(self) -> str:
        """The definitions."""
        make = {
            "primal": self._primal, "value_and_grad": self._gradient, "pair": self._pair,
            "jvp": self._jvp, "hvp": self._hvp,
        }  # fmt: skip
        return "\n\n".join(make[self.derived.mode]())

    def _primal(self) -> Iterator[str]:
        written = [self._leaf_places[k] for k in self.primal.writes]
        kinds = [show(leaves_of(self.item.arguments)[k].type) for k in self.primal.writes]  # type: ignore[arg-type]
        checks = [
            f"_adgen_writable({place}, {kind!r}, {place!r})"
            for place, kind in zip(written, kinds, strict=True)
        ]
        after = []
        if written:
            of = ", ".join(f"_adgen_flat_[{k}]" for k in self.primal.writes)
            after = [f"_adgen_written([{', '.join(written)}], [{of}])"]
        call = f"_adgen_value_ = {self.derived.functions[0]}({self._given})"
        doc = f"{self.name} itself" + (", which writes to its arguments." if written else ".")
        body = [*checks, *self._take(), call, *after, f"return {self._value('_adgen_value_')}"]
        yield _function(self.names[0], self._with_defaults, doc, body)

    def _gradient(self) -> Iterator[str]:
        call = f"_adgen_value_, _adgen_bar_ = {self.derived.functions[0]}({self._given})"
        result = f"_adgen_value_ = {self._value('_adgen_value_')}"
        both, alone = self.names
        doc = f"Value of {self.name}, and its gradient with respect to {self._by}."
        returned = f"return _adgen_value_, {self._cotangents}"
        yield _function(both, self._with_defaults, doc, [*self._take(), call, result, returned])
        given = ", ".join(self._parameters)
        doc = f"Gradient of {self.name} with respect to {self._by}."
        yield _function(alone, self._with_defaults, doc, [f"return {both}({given})[1]"])

    def _pair(self) -> Iterator[str]:
        forward, backward = self.derived.functions
        made = f"{forward}({self._given})"
        call = f"_adgen_value_, _adgen_kept_ = {made}"
        if not self.derived.residuals:
            call = f"_adgen_value_, _adgen_kept_ = {made}, None"
        keep = "_adgen_kept_ = _adgen_kept_, list(_adgen_in_order(_adgen_value_))"
        copies = "_adgen_flat_ = _adgen_copied(_adgen_flat_)"
        doc = f"Value of {self.name}, and what its pullback needs."
        take = [*self._take(), copies]  # the pullback may run when the arguments have changed
        returned = f"return {self._value('_adgen_value_')}, _adgen_kept_"
        yield _function(self.names[0], self._with_defaults, doc, [*take, call, keep, returned])
        floats = [k for k, kind in enumerate(self._value_types) if is_float(kind)]
        kinds = self._structure_text(self.primal.structure, only_floats=True)
        body = [
            "_adgen_kept_, _adgen_leaves_ = residuals",
            f"_adgen_of_ = [_adgen_leaves_[_adgen_k_] for _adgen_k_ in {floats}]",
            f"_adgen_bar_ = _adgen_leaves({kinds}, value_bar, 'value_bar')",
            "_adgen_like(_adgen_bar_, _adgen_of_)",
        ]
        given = "_adgen_kept_, *_adgen_bar_" if self.derived.residuals else "*_adgen_bar_"
        body += [f"_adgen_bar_ = {backward}({given})", f"return {self._cotangents}"]
        doc = f"Pullback: cotangents of {self._by}, given one of the value of {self.name}."
        yield _function(self.names[1], ["residuals", "value_bar"], doc, body)

    def _jvp(self) -> Iterator[str]:
        dots, take = self._directions("_dot")
        made = f"{self.derived.functions[0]}({self._given}, *_adgen_dots_)"
        call = f"_adgen_value_, _adgen_dot_ = {made}"
        kinds = self._structure_text(self.primal.structure, only_floats=True)
        tangent = f"_adgen_built({kinds}, iter(_adgen_floats_))"
        floats = [k for k, kind in enumerate(self._value_types) if is_float(kind)]
        listed = "[*_adgen_in_order(_adgen_dot_)]"
        pick = f"_adgen_floats_ = [{listed}[_adgen_k_] for _adgen_k_ in {floats}]"
        doc = f"Value of {self.name}, and its tangent in the direction {', '.join(dots)}."
        result = f"_adgen_value_ = {self._value('_adgen_value_')}"
        yield _function(
            self.names[0], [*self._parameters, *dots], doc,
            [*self._take(), *take, call, pick, result, f"return _adgen_value_, {tangent}"],
        )  # fmt: skip

    def _hvp(self) -> Iterator[str]:
        dots, take = self._directions("_dot")
        call = f"_adgen_bar_ = {self.derived.functions[0]}({self._given}, *_adgen_dots_)"
        doc = f"The Hessian of {self.name} by {self._by} times the vector {', '.join(dots)}."
        yield _function(
            self.names[0], [*self._parameters, *dots], doc,
            [*self._take(), *take, call, f"return {self._cotangents}"],
        )  # fmt: skip

    # Pieces of text

    @property
    def _types(self) -> str:
        return f"_adgen_types_of_{self.item.source.name}"

    @property
    def _arguments(self) -> list[Any]:
        return list(self.item.arguments.values())

    @property
    def _parameters(self) -> list[str]:
        return [parameter_name(name) for name in self.item.arguments]

    @property
    def _with_defaults(self) -> list[str]:
        """The parameters; the last ones with their defaults, as far as these are constants."""
        texts = self._parameters
        defaults = (self.item.source.wrapped or self.item.source).defaults
        for k in range(len(texts) - 1, -1, -1):
            default = defaults.get(list(self.item.arguments)[k], MISSING)
            if type(default) not in (bool, int, float, str, type(None)):
                break
            if isinstance(default, float) and not math.isfinite(default):
                break
            texts[k] = f"{texts[k]}={default!r}"
        return texts

    @property
    def _by(self) -> str:
        return ", ".join(self._parameters[k] for k in self.item.positions)

    @property
    def _leaf_places(self) -> list[str]:
        return [leaf.name for leaf in leaves_of(self.item.arguments)]

    @property
    def _given(self) -> str:
        return "*_adgen_flat_" + (f", *{self._types}_captured" if self.primal.captures else "")

    @property
    def _value_types(self) -> list[Type]:
        count = core.leaves(self.primal.structure)
        return [core.type_of(operand) for operand in self.primal.body.yields[:count]]

    def _take(self) -> list[str]:
        given = _tuple(self._parameters)
        lines = [f"_adgen_flat_ = _adgen_flat({self._types}, {given}, {self._types}_names)"]
        if not self.any_extents:
            kinds = [show(leaf.type) for leaf in leaves_of(self.item.arguments)]  # type: ignore[arg-type]
            lines.append(f"_adgen_longer(_adgen_flat_, {kinds})")
        if self.primal.writes:
            lines.append(f"_adgen_apart({self.primal.writes!r}, _adgen_flat_)")
        return lines

    def _value(self, name: str) -> str:
        text = self._structure_text(self.primal.structure, only_floats=False)
        return f"_adgen_built({text}, _adgen_in_order({name}))"

    @property
    def _cotangents(self) -> str:
        """The gradient: nested as the arguments, a tuple only of several."""
        kinds = [kind_text(self._arguments[k], only_floats=True) for k in self.item.positions]
        kind = kinds[0] if len(kinds) == 1 else _tuple(kinds)
        return f"_adgen_built({kind}, iter(_adgen_bar_))"

    def _directions(self, ending: str) -> tuple[list[str], list[str]]:
        """Parameters for tangents, and the lines that take them apart."""
        taken = set(self._parameters)
        names = []
        for k in self.item.positions:
            name = f"{self._parameters[k]}{ending}"
            while name in taken:
                name += "_"
            taken.add(name)
            names.append(name)
        kinds = [kind_text(self._arguments[k], only_floats=True) for k in self.item.positions]
        listed = map(_tuple, (kinds, names, map(repr, names)))
        wrt = list(self.derived.wrt)
        return names, [
            f"_adgen_of_ = [_adgen_flat_[_adgen_k_] for _adgen_k_ in {wrt}]",
            f"_adgen_dots_ = _adgen_flat({', '.join(listed)})",
            "_adgen_like(_adgen_dots_, _adgen_of_)",
        ]

    def _structure_text(self, structure: Any, only_floats: bool) -> str:
        """The type of the value, nested as it is."""
        types = iter(self._value_types)

        def text(part: Any) -> str:
            if part is core.LEAF:
                kind = next(types)
                return "{None}" if only_floats and not is_float(kind) else repr(show(kind))
            return _nested_text(part, text, self.item)

        return text(structure)


def kind_text(argument: Any, only_floats: bool = False) -> str:
    """The type of an argument as a literal; with None for what has no derivative."""

    def text(part: Any) -> str:
        if isinstance(part, (Scalar, Array)):
            return "{None}" if only_floats and not is_float(part) else repr(show(part))
        if only_floats and isinstance(part, Static):
            return "{None}"
        return _nested_text(part, text, None)

    return text(argument)


def _nested_text(part: Any, text: Any, item: Listed | None) -> str:
    inner = parts_of(part)
    if inner is None:
        value = part.value if isinstance(part, (Static, Constant)) else part
        if isinstance(value, (str, bytes, int, bool, type(None))):
            return f"{{{value!r}}}"
        raise _cannot(f"a constant of type `{type(value).__name__}`", item)
    if isinstance(part, Node):
        if part.kind is LIST:
            return f"[{', '.join(map(text, inner))}]"
        if part.kind is DICT and all(isinstance(k, (str, int)) for k in part.keys):
            pairs = zip(part.keys, map(text, inner), strict=True)
            return f"{{{', '.join(f'{k!r}: {t}' for k, t in pairs)}}}" if inner else "{None}"
        raise _cannot(f"a `{part.kind.cls.__name__}`", item)
    return _tuple(map(text, inner))


def _tuple(parts: Iterable[str]) -> str:
    """The text of a tuple."""
    listed = list(parts)
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"


def _cannot(what: str, item: Listed | None) -> UnsupportedError:
    return UnsupportedError(
        f"{what} cannot be taken or returned by a module that stands alone",
        item.source.header if item else None,
        hint="use numbers, arrays, tuples, lists and dicts",
    )


def captured_arrays(item: Listed, primal: Function) -> list[np.ndarray[Any, Any]]:
    """Arrays of the surroundings.  Raises UnsupportedError for those too large for a text."""
    if any(map(is_generator, primal.captures)):
        raise UnsupportedError(
            f"`{item.source.name}` draws from a random generator outside of it",
            item.source.header,
            hint="make it a parameter: the module has no generator of its own",
        )
    arrays = [np.asarray(array) for array in primal.captures]
    for array in arrays:
        if array.size > LARGEST:
            raise UnsupportedError(
                f"an array outside of `{item.source.name}` has {array.size} numbers: too many for "
                "the text of a module",
                item.source.header,
                hint="make it a parameter",
            )
    return arrays


def array_text(array: np.ndarray[Any, Any]) -> str:
    """An array as Python, exactly."""

    def text(part: Any) -> str:
        if isinstance(part, list):
            return f"[{', '.join(map(text, part))}]"
        if isinstance(part, float) and not math.isfinite(part):
            return f"float({str(part)!r})"
        return repr(part)

    shape = f".reshape({array.shape})" if 0 in array.shape else ""
    return f"np.array({text(array.tolist())}, {array.dtype.str[1:]!r}){shape}"


def signature_text(item: Listed) -> str:
    """``w: f8[:], n: int``, for the head of a module."""
    return ", ".join(f"{name}: {show(argument)}" for name, argument in item.arguments.items())


def _function(name: str, parameters: list[str], doc: str, body: list[str]) -> str:
    lines = [f"def {name}({', '.join(parameters)}):", f'    """{doc}"""']
    return "\n".join([*lines, *(f"    {line}" for line in body)]) + "\n"
