"""Derivatives as callable objects: bound to a function, compiled at the first call."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from adgen.engine import Engine, Made
from adgen.keys import type_key
from adgen.leaves import WriteBack, array_like, scalar_like, tangent_like
from adgen.results import cotangent_function, value_function
from adgen.runtime import trees
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir.types import Array, is_float

Run = Callable[[tuple[Any, ...]], Any]
_serial = itertools.count()


class Transform:
    """A function of the same parameters as the user's, made by the compiler.

    A call looks up the types of its arguments; what is not there is compiled.
    """

    mode = "primal"
    numba_members: tuple[str, ...] = ()

    def __init__(self, engine: Engine, wrt: Sequence[int] = (), packed: bool = False) -> None:
        self.engine = engine
        self.wrt = tuple(wrt)
        self.packed = packed
        self.direct = engine.parameters.direct
        self.table: dict[Hashable, tuple[Made, Run]] = {}
        self.numba_key = f"{engine.source.name}.{self.mode}.{next(_serial)}"
        self.__name__ = engine.source.name
        self.__doc__ = engine.function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != self.direct:
            args = self.engine.parameters.bind(args, kwargs)
        return self.found(args)(args)

    def found(self, args: tuple[Any, ...]) -> Run:
        """What runs for arguments of these types."""
        key = tuple([type_key(value) for value in args])
        entry = self.table.get(key)
        if entry is None or (entry[0].depends and not entry[0].is_current()):
            made = self.make(args)
            entry = self.table[key] = (made, self.runner(made, args))
        return entry[1]

    def make(self, args: tuple[Any, ...]) -> Made:
        """Compile for these arguments."""
        return self.engine.make(self.mode, self.wrt, args)

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """The call path of one specialisation."""
        raise NotImplementedError

    def __repr__(self) -> str:
        kind = {"primal": "", "value_and_grad": ".value_and_grad"}.get(self.mode, f".{self.mode}")
        return f"<adgen {self.engine.source.name}{kind}>"

    # Inside functions compiled by Numba (runtime/numba_types.py)

    @property
    def numba_signature(self) -> inspect.Signature:
        """The parameters, for calls from compiled code."""
        return self.engine.parameters.signature

    @property
    def _numba_type_(self) -> Any:
        from adgen.runtime.numba_types import type_of_callable

        return type_of_callable(self)

    def numba_module(self, samples: tuple[Any, ...], key: str) -> Any:
        """The module that a call from compiled code goes to."""
        from adgen.inside_numba import module_for

        return module_for(self, samples, key)

    def returned(self, result: str) -> str:
        """The expression for what the call returns, given the generated function's result."""
        return result


def _simple(made: Made) -> Callable[..., Any] | None:
    """The one generated function, if arguments are its leaves and nothing is captured."""
    return made.functions[0] if made.flatten is None and not made.compiled.captures else None


class Primal(Transform):
    """The function itself, compiled."""

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """Arguments in, the value out; mutated arguments are written back."""
        function, finish = made.functions[0], value_function(made.compiled.structure, made.value_types)
        if made.compiled.structure == ():
            finish = _nothing
        if made.compiled.writes:
            return self.writing(made, finish)
        direct = _simple(made)
        if direct is not None and finish is None:
            return lambda args: direct(*args)
        if direct is not None and finish is not None:
            return lambda args: finish(direct(*args))
        if finish is None:
            return lambda args: function(*made.flat(args))
        return lambda args: finish(function(*made.flat(args)))

    def writing(self, made: Made, finish: Callable[[Any], Any] | None) -> Run:
        """A function that changes its arguments changes the caller's arrays."""
        back = WriteBack(made.leaves, made.compiled.writes)
        function = made.functions[0]

        def run(args: tuple[Any, ...]) -> Any:
            back.check(args)
            leaves = made.flat(args)
            result = function(*leaves)
            back.restore(args, leaves)
            return result if finish is None else finish(result)

        return run


def _nothing(result: Any) -> None:
    """What a function without a return value returns."""


class ValueAndGrad(Transform):
    """``(value, gradient)``."""

    mode = "value_and_grad"

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """Arguments in, the value and the gradient out."""
        function = made.functions[0]
        value = value_function(made.compiled.structure, made.value_types)
        cotangents = cotangent_function([args[k] for k in self.wrt], self.packed)

        def run(args: tuple[Any, ...]) -> Any:
            number, parts = function(*made.flat(args))
            return number if value is None else value(number), cotangents(parts)

        return run

    def returned(self, result: str) -> str:
        """The pair, the gradient a tuple only if asked for so."""
        return result if self.packed else f"{result}[0], {result}[1][0]"


class Grad(Transform):
    """The gradient."""

    mode = "value_and_grad"

    def make(self, args: tuple[Any, ...]) -> Made:
        """Shared with ``value_and_grad`` where that is compiled already."""
        return self.engine.make(self.mode, self.wrt, args)

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """Arguments in, the gradient out."""
        cotangents = cotangent_function([args[k] for k in self.wrt], self.packed)
        direct = _simple(made)
        if direct is not None:
            return lambda args: cotangents(direct(*args)[1])
        function = made.functions[0]
        return lambda args: cotangents(function(*made.flat(args))[1])

    def returned(self, result: str) -> str:
        """The gradient, a tuple only if asked for so."""
        return f"{result}[1]" if self.packed else f"{result}[1][0]"

    def __repr__(self) -> str:
        return f"<adgen {self.engine.source.name}.grad>"


class Derivative(Transform):
    """The derivative of order two or more of a scalar function of one scalar parameter."""

    mode = "derivative"

    def __init__(self, engine: Engine, wrt: Sequence[int], order: int, with_value: bool) -> None:
        super().__init__(engine, wrt)
        self.order, self.with_value = order, with_value

    def make(self, args: tuple[Any, ...]) -> Made:
        """Raises NotDifferentiable for an array: its second derivative is a matrix."""
        (position,) = self.wrt
        if np.ndim(args[position]):
            raise NotDifferentiable(
                "the gradient of a gradient with respect to an array is a matrix",
                self.engine.source.header,
                hint="use hvp(f)(x, v), the Hessian times a vector",
            )
        return self.engine.make(self.mode, self.wrt, args, self.order)

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """Arguments in, the derivative (and the one of the order below) out."""
        cotangents = cotangent_function([args[k] for k in self.wrt], False)
        function = made.functions[0]

        def run(args: tuple[Any, ...]) -> Any:
            lower, parts = function(*made.flat(args))
            return (lower, cotangents(parts)) if self.with_value else cotangents(parts)

        return run


class Vjp(Transform):
    """``(value, pullback)``: the forward part now, the backward part when it is called."""

    mode = "pair"

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """Arguments in, the value and the pullback out."""
        forward, backward = made.functions
        structure, types = made.compiled.structure, made.value_types
        value = value_function(structure, types)
        cotangents = cotangent_function([args[k] for k in self.wrt], self.packed)

        def run(args: tuple[Any, ...]) -> Any:
            result, residuals = forward(*made.flat(args))
            shapes = [np.shape(leaf) for leaf in trees.leaves(result)]

            def pullback(cotangent: Any) -> Any:
                """The cotangents of the arguments for a cotangent of the value."""
                seeds = _seeds(structure, types, shapes, cotangent)
                return cotangents(backward(residuals, *seeds))

            return result if value is None else value(result), pullback

        return run


def _seeds(structure: Any, types: Sequence[Any], shapes: Sequence[Any], given: Any) -> list[Any]:
    """The cotangents of the floating leaves of the value, checked."""
    parts = list(trees.leaves(given)) if structure is not trees.LEAF else [given]
    if len(parts) != len(types):
        raise ValueError(f"the value has {len(types)} parts, the cotangent has {len(parts)}")
    seeds = []
    for kind, shape, part in zip(types, shapes, parts, strict=True):
        if is_float(kind):
            if isinstance(kind, Array):
                seeds.append(array_like(shape, kind.dtype, part, "cotangent of the value"))
            else:
                seeds.append(scalar_like(kind, part, "cotangent of the value"))
    return seeds


class Jvp(Transform):
    """``(value, tangent)`` for tangents of all floating arguments."""

    mode = "jvp"

    def along(self, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
        """The value at ``primals`` and its derivative along ``tangents``."""
        made, _ = self.entry(primals)
        picked = [
            tangent_like(leaf, value, given, "tangent")
            for leaf, value, given in _pairs(made, self.wrt, primals, tangents)
        ]
        structure, types = made.compiled.structure, made.value_types
        finish = value_function((structure, structure), [*types, *types])
        result = made.functions[0](*made.flat(primals), *picked)
        return result if finish is None else finish(result)

    def entry(self, primals: tuple[Any, ...]) -> tuple[Made, Any]:
        """The specialisation for these arguments."""
        self.found(primals)
        return self.table[tuple([type_key(value) for value in primals])]

    def runner(self, made: Made, args: tuple[Any, ...]) -> Run:
        """Not called by itself: tangents are needed."""
        return lambda args: made


class Hvp(Jvp):
    """The product of the Hessian with vectors, forward over reverse."""

    mode = "hvp"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """``hvp(f)(*args, v)``: ``v`` has the form of the argument (a tuple for a tuple)."""
        *rest, v = args
        primals = self.engine.parameters.bind(tuple(rest), kwargs)
        made, _ = self.entry(primals)
        vectors = v if self.packed else (v,)
        full = dict(zip(self.wrt, vectors, strict=True))
        picked = [
            tangent_like(leaf, value, given, "vector")
            for leaf, value, given in _pairs(made, self.wrt, primals, full)
        ]
        parts = made.functions[0](*made.flat(primals), *picked)
        return cotangent_function([primals[k] for k in self.wrt], self.packed)(parts)


def _pairs(made: Made, wrt: Sequence[int], primals: Any, tangents: Any) -> list[Any]:
    """(leaf, value, tangent) for each differentiated leaf, in order of ``wrt``."""
    out = []
    for position in wrt:
        mine = [leaf for leaf in made.leaves if leaf.position == position]
        values = list(trees.leaves(primals[position]))
        given = list(trees.leaves(tangents[position]))
        if len(given) != len(values):
            raise ValueError("the tangent must nest like its argument")
        out += list(zip(mine, values, given, strict=True))
    return out
