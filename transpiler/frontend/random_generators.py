"""Random generators of NumPy: what their methods and the functions of ``np.random`` become.

Each call is an op that NumPy's own generator answers (``ir/draws.py``), so the numbers are those
of the function as it is.  What a generator does to an array (``choice``, ``permutation``,
``shuffle``) is written by the indices that it draws, which are the same.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from types import BuiltinMethodType, MethodType
from typing import Any

import numpy as np

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import dtype_of, is_none, named, static_value
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import Binding, Ref, Static, is_operand
from adgen.transpiler.frontend.boxes import is_sequence
from adgen.transpiler.frontend.constructors import as_scalar
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call
from adgen.transpiler.frontend.draws import (
    Asked,
    Size,
    array_of,
    broadcast_type,
    drawn,
    extents_in,
    size_of,
)
from adgen.transpiler.frontend.indexing import write_part
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.table_calls import operand_of_binding
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import (
    BOOL,
    FLOAT,
    INT,
    Opaque,
    Scalar,
    is_generator,
    is_generator_class,
    opaque,
)
from adgen.transpiler.primitives.distributions import DISTRIBUTIONS, Distribution

_FLOAT, _INT = np.dtype(np.float64), np.dtype(np.int64)
_MAKERS = (
    "default_rng", "Generator", "RandomState", "SeedSequence", "MT19937", "PCG64", "PCG64DXSM",
    "Philox", "SFC64",
)  # fmt: skip
_OTHER_NAMES = {"ranf": "random_sample", "sample": "random_sample"}


def is_stream(binding: Binding) -> bool:
    """Whether a binding is a random generator, or what one is made from."""
    return isinstance(binding, Value) and isinstance(binding.type, Opaque)


def call_of_random(cx: Context, call: Call, callee: Any) -> Binding | None:
    """The result of a function of ``np.random`` or of a method of a generator of the surroundings.

    None for any other callee.
    """
    name = getattr(callee, "__name__", "")
    if isinstance(callee, (MethodType, BuiltinMethodType)) and is_generator(callee.__self__):
        own = callee.__self__
        if own is getattr(sys.modules["numpy.random.mtrand"], "_rand", None):
            return _Method(cx, call, None, type(own), name).binding()
        owner = from_object(cx, call.node, own, "rng")
        return _Method(cx, call, owner, type(own), name).binding()
    if not (getattr(callee, "__module__", None) or "").startswith("numpy.random"):
        return None
    if getattr(np.random, name, None) is not callee:
        return None
    if name in _MAKERS:
        return _made(cx, call, name)
    name = _OTHER_NAMES.get(name, name)
    return _Method(cx, call, None, np.random.RandomState, name).binding()


def call_of_stream(cx: Context, call: Call, owner: Value, name: str) -> Binding:
    """The result of a method of a generator."""
    assert isinstance(owner.type, Opaque)
    return _Method(cx, call, owner, owner.type.cls, name).binding()


def _made(cx: Context, call: Call, name: str) -> Binding:
    """A generator, or a source of bits, that the call makes."""
    cls = np.random.Generator if name == "default_rng" else getattr(np.random, name)
    given = [*call.args, *call.kwargs.values()]
    first = given[0] if given else None
    if name == "default_rng" and isinstance(first, Value) and is_stream(first):
        if is_generator_class(first.type.cls):  # type: ignore[union-attr]
            return first
    seeds = tuple(
        None if is_none(part) else part if is_stream(part) else _seed(cx, call, part)
        for part in given
    )
    count = len(call.args)
    asked = Asked(None, name, seeds[:count], dict(zip(call.kwargs, seeds[count:], strict=True)))
    return drawn(cx, call.node, asked, opaque(cls), name=call.name or "rng")


def _seed(cx: Context, call: Call, binding: Binding) -> Operand:
    return operand_of_binding(cx, binding, call.node)


class _Method:
    """A method of a generator (None: that of the process) that is called."""

    def __init__(
        self, cx: Context, call: Call, owner: Value | None, cls: type, name: str
    ) -> None:  # fmt: skip
        spelled = "np.random" if owner is None else owner.name or "rng"
        self.cx, self.node, self.owner, self.cls, self.name = cx, call.node, owner, cls, name
        self.call = replace(call, function=f"{spelled}.{name}")

    def binding(self) -> Binding:
        """What the call gives."""
        handler = _HANDLERS.get(self.name)
        family = DISTRIBUTIONS.get(self.name)
        if not hasattr(self.cls, self.name) or (handler is None and family is None):
            self.cx.refuse(
                UnsupportedSyntax, f"`{self.call.function}` is not compiled", self.node,
                "draw outside of the function, and pass the samples",
            )  # fmt: skip
        if handler is not None:
            return handler(self)
        assert family is not None
        return self.family(family)

    # Samples of a family

    def family(self, family: Distribution) -> Binding:
        """Samples of one number, of ``size``, or of the shape of the parameters."""
        options = self.options(family)
        names = (*family.parameters, "size", *options)
        found = dict(zip(names, named(
            self.cx, self.call, names, len(family.parameters) - family.optional
        ), strict=True))  # fmt: skip
        parameters = {name: self.parameter(found[name]) for name in family.parameters}
        given = {name: found[name] for name in options if not is_none(found[name])}
        plain, scalar = (_FLOAT, FLOAT) if family.kind == "f" else (_INT, INT)
        dtype = dtype_of(self.cx, given.get("dtype"), self.node, plain)
        out = given.pop("out", None)
        if out is not None:
            return self.into(out, parameters, dtype, given)
        size = self.size(found["size"])
        return self.samples(parameters, size, dtype, scalar, self.static(given), family.event)

    def options(self, family: Distribution) -> tuple[str, ...]:
        """The options that the method of this class has."""
        try:
            own = inspect.signature(getattr(self.cls, self.name)).parameters
        except ValueError:  # a build of NumPy that does not tell
            return family.options
        return tuple(option for option in family.options if option in own)

    def size(self, binding: Binding | None) -> Size | None:
        """What is said of how many samples there are."""
        return None if is_none(binding) else size_of(self.cx, self.node, binding)

    def static(self, given: dict[str, Binding]) -> dict[str, Any]:
        """Options as constants."""
        values = {
            name: static_value(self.cx, binding, self.node, f"`{name}`")
            for name, binding in given.items()
        }
        return {k: np.dtype(v).name if k == "dtype" else v for k, v in values.items()}

    def parameter(self, binding: Binding | None) -> Operand | None:
        """A number or an array that says which distribution it is."""
        if is_none(binding):
            return None
        operand = operand_of_binding(self.cx, binding, self.node)
        self.cx.check_generators(self.node, [type_of(operand)])
        return operand

    def samples(
        self, parameters: dict[str, Operand | None], size: Size | None,
        dtype: np.dtype[Any], scalar: Scalar, options: dict[str, Any], event: int = 0,
    ) -> Binding:  # fmt: skip
        """The op, and the type and the shape of what it gives."""
        cx, node = self.cx, self.node
        values = {name: value for name, value in parameters.items() if value is not None}
        given: dict[str, Any] = {**values, **({} if size is None else {"size": size})}
        asked = Asked(self.owner, self.name, *self.placed(list(parameters), given, options))
        if size == () and not event:  # an array without axes: a number of NumPy's
            kwargs = {k: v for k, v in asked.kwargs.items() if k != "size"}
            args = asked.args if "size" in asked.kwargs else asked.args[:-1]
            number = drawn(cx, node, replace(asked, args=args, kwargs=kwargs), scalar)
            assert number is not None
            return as_scalar(cx, node, number, Scalar(dtype), self.call.name)
        extents = extents_in(size)
        kind, shape = broadcast_type(cx, list(values.values()), dtype, scalar)
        if size is not None or event:
            kind, shape = array_of(dtype, extents, event), None
        made = drawn(cx, node, asked, kind, self.call.name, extents, shape)
        return cx.wrap(made)  # type: ignore[arg-type]

    def placed(
        self, names: list[str], given: dict[str, Any], options: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments by position as long as none is left out, then by keyword."""
        args: list[Any] = []
        rest = dict(given)
        for name in (*names, "size"):
            if name not in rest or (name == "size" and len(self.call.args) <= len(names)):
                break
            args.append(rest.pop(name))
        return tuple(args), {**rest, **options}

    def into(
        self, out: Binding, parameters: dict[str, Operand | None], dtype: np.dtype[Any],
        given: dict[str, Binding],
    ) -> Binding:  # fmt: skip
        """Samples that are put into an array."""
        cx, node = self.cx, self.node
        if not isinstance(out, Ref) or cx.kind(out).dtype != dtype:
            cx.refuse(
                TypeMismatch, f"`{self.call.function}` into an array of another dtype", node,
                "pass an array of the dtype that is drawn",
            )  # fmt: skip
        extents = tuple(shapes.operand_of(cx, node, e) for e in shapes.ref_shape(cx, out))
        plain = _Method(cx, Call(node, "", "", (), {}), self.owner, self.cls, self.name)
        write_part(
            cx, node, out, plain.samples(parameters, extents, dtype, FLOAT, self.static(given))
        )
        return out

    # Integers

    def integers(self) -> Binding:
        """``rng.integers(low, high)``, ``np.random.randint(low, high)``."""
        names = ("low", "high", "size", "dtype", "endpoint")[: 5 if self.name == "integers" else 4]
        low, high, size, dtype, *end = named(self.cx, self.call, names)
        weak = isinstance(dtype, Static) and dtype.value in (int, bool)
        kind = dtype_of(self.cx, dtype, self.node, _INT)
        options = {} if is_none(dtype) else {"dtype": kind.name}
        if end and not is_none(end[0]):
            options["endpoint"] = static_value(self.cx, end[0], self.node, "`endpoint`")
        parameters = {"low": self.parameter(low), "high": self.parameter(high)}
        plain = INT if is_none(dtype) and self.name == "randint" else Scalar(kind)
        made = self.samples(parameters, self.size(size), kind, plain, options)
        if weak and is_operand(made):
            return as_scalar(self.cx, self.node, made, BOOL if kind == np.bool_ else INT)
        return made

    def by_dimensions(self) -> Binding:
        """``np.random.rand(n, m)``, ``randn``: a shape without parentheses."""
        if self.call.kwargs:
            named(self.cx, self.call, (), 0)  # refuses
        extents = extents_in(self.size(tuple(self.call.args)))
        kind: Any = array_of(_FLOAT, extents) if extents else FLOAT
        asked = Asked(self.owner, self.name, extents)
        made = drawn(self.cx, self.node, asked, kind, self.call.name, extents)
        return self.cx.wrap(made)  # type: ignore[arg-type]

    # What is done to arrays

    def choice(self) -> Binding:
        """Some of an array, or of ``range(a)``: by the indices that are drawn."""
        more = ("axis", "shuffle") if self.cls is np.random.Generator else ()
        a, size, replaced, p, *rest = named(
            self.cx, self.call, ("a", "size", "replace", "p", *more)
        )
        axis, mixed = rest or (None, None)
        whole, count = self.counted(a, axis)
        options = {"replace": replaced, "shuffle": mixed}
        static = self.static({k: v for k, v in options.items() if not is_none(v)})
        parameters: dict[str, Operand | None] = {"a": count}
        weights = self.parameter(p)
        if weights is not None:
            static["p"] = weights
        name = self.call.name if whole is None else ""
        inner = _Method(self.cx, replace(self.call, name=name), self.owner, self.cls, self.name)
        index = inner.samples(parameters, self.size(size), _INT, INT, static)
        return index if whole is None else self.taken(whole, index, axis)

    def permutation(self) -> Binding:
        """An array in another order, or that of ``range(x)``."""
        names = ("x", "axis") if self.cls is np.random.Generator else ("x",)
        x, *rest = named(self.cx, self.call, names)
        axis = rest[0] if rest else None
        whole, count = self.counted(x, axis)
        order = self.order(count, self.call.name if whole is None else "")
        return order if whole is None else self.taken(whole, order, axis)

    def shuffle(self) -> Binding:
        """The same in place."""
        names = ("x", "axis") if self.cls is np.random.Generator else ("x",)
        x, *rest = named(self.cx, self.call, names)
        axis = rest[0] if rest else None
        if not isinstance(x, Ref):
            self.cx.refuse(
                TypeMismatch, f"`{self.call.function}` of {describe(x)}", self.node,
                "shuffle an array, or take the items by rng.permutation(n)",
            )  # fmt: skip
        whole, count = self.counted(x, axis)
        assert whole is not None
        write_part(self.cx, self.node, x, self.taken(whole, self.order(count, ""), axis))
        return Static(None)

    def order(self, count: Operand, name: str) -> Binding:
        """A permutation of ``range(count)``."""
        asked = Asked(self.owner, "permutation", (count,))
        kind = array_of(_INT, (count,))
        made = drawn(self.cx, self.node, asked, kind, name, (count,))
        return self.cx.wrap(made)  # type: ignore[arg-type]

    def counted(self, binding: Binding, axis: Binding | None) -> tuple[Ref | None, Operand]:
        """An array (None: the integers up to that) and how many there are along an axis."""
        if is_sequence(binding):
            binding = self.cx.wrap(operand_of_binding(self.cx, binding, self.node))
        if isinstance(binding, Ref):
            extents = shapes.ref_shape(self.cx, binding)
            place = 0 if is_none(axis) else static_value(self.cx, axis, self.node, "an axis")
            return binding, shapes.operand_of(self.cx, self.node, extents[place])
        count = self.parameter(binding)
        if count is None or type_of(count).dtype.kind not in "iu":
            self.cx.refuse(
                TypeMismatch, f"`{self.call.function}` of {describe(binding)}", self.node,
                "pass an int or an array",
            )  # fmt: skip
        return None, count

    def taken(self, whole: Ref, index: Binding, axis: Binding | None) -> Binding:
        """The items of an array at such indices."""
        from adgen.transpiler.frontend.calls import call as apply

        place = 0 if is_none(axis) else axis
        return apply(self.cx, self.node, Static(np.take), (whole, index, place), {}, self.call.name)

    def seed(self) -> Binding:
        """``np.random.seed(0)``: the state of the generator from here on."""
        (number,) = named(self.cx, self.call, ("seed",), 0)
        drawn(self.cx, self.node, Asked(self.owner, "seed", (self.parameter(number),)), None)
        return Static(None)


_HANDLERS: dict[str, Callable[[_Method], Binding]] = {
    "integers": _Method.integers, "randint": _Method.integers,
    "rand": _Method.by_dimensions, "randn": _Method.by_dimensions,
    "choice": _Method.choice, "permutation": _Method.permutation, "shuffle": _Method.shuffle,
    "seed": _Method.seed,
}  # fmt: skip
