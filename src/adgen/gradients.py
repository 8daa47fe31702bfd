"""The callables ``f.grad``, ``f.value_and_grad`` and ``f.hvp``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen import guesses
from adgen.builds import Build, Wanted
from adgen.callables import (
    CompiledCallable,
    Entry,
    P,
    R,
    Run,
    alias_check,
    caller,
    signature_without_annotations,
)
from adgen.directions import parts_like, tangent_like
from adgen.keys import type_key
from adgen.results import all_cotangents, differentiated, only_cotangent, value_function
from adgen.runtime.dispatchers import returns_float
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.trees import parts_of, tree_of
from adgen.transpiler.primitives.conventions import Chosen
from adgen.user_primitives import function_calling
from adgen.written_calls import Form

if TYPE_CHECKING:
    from adgen.differentiable import Differentiable


class Derivative(CompiledCallable[P, R]):
    """What ``grad``, ``value_and_grad`` and ``hvp`` have in common: a function and its ``wrt``."""

    kind = ""  # the name of the attribute of the differentiable object

    def __init__(self, owner: Differentiable[P, Any], wanted: Wanted, packed: bool) -> None:
        super().__init__(owner._compilations, wanted)
        self.owner = owner
        self.packed = packed
        # not functools.update_wrapper: `__wrapped__` would say that this computes what f does
        function = owner._compilations.function
        self.__name__ = f"{self.kind}({getattr(function, '__name__', repr(function))})"
        self.__qualname__ = self.__name__
        self.__module__ = getattr(function, "__module__", None) or "adgen"
        parameters = owner._compilations.parameters
        self.__signature__ = signature_without_annotations(parameters.signature)
        names = ", ".join(f"`{parameters.names[k]}`" for k in wanted.positions)
        self.__doc__ = f"The {self.kind} of `{parameters.function_name}` with respect to {names}."

    def __adgen_subgradients__(self) -> Chosen:
        """What is to hold at its kinks, wherever it is called."""
        return self.owner.options.subgradients

    def __adgen_derived__(self) -> tuple[str, Any, tuple[int, ...], bool, bool]:
        """What functions that are compiled take it for: a transform of a function."""
        order = self._wanted.order
        function = self.owner if order == 1 else self.owner.derivative("grad", order - 1)
        holomorphic = self.owner.options.holomorphic
        return self.kind, function, self.owner._positions, self.packed, holomorphic

    def __repr__(self) -> str:
        return f"<adgen {self.__name__}>"

    def _repr_html_(self) -> str:
        """In a notebook: the function beside its gradient."""
        return self.owner._repr_html_()

    def __reduce__(self) -> Any:
        return _member, (self.owner, self.kind, self._wanted.order)

    def _enter(self, key: Hashable, args: tuple[Any, ...]) -> Entry:
        if self._wanted.order > 1:
            (position,) = self._wanted.positions
            check_order(args, position, self._compilations.parameters.names[position])
        return super()._enter(key, args)

    def _gradient_form(self, build: Build, args: tuple[Any, ...]) -> Form:
        """The cotangents in ``out[1]`` as a gradient."""
        finish = build.cotangents(args, self.packed)
        number = [type(args[k]) for k in self._wanted.positions] == [float]
        if number and not self.packed and returns_float(build.functions[0], 1, 0):
            return Form("out[1][0]")
        if finish is all_cotangents or finish is only_cotangent:
            return Form("out[1]" if finish is all_cotangents else "out[1][0]")
        return Form("{finish}(out[1])", {"finish": finish})


def calling_derivative(derivative: Derivative[..., Any]) -> Callable[..., Any]:
    """A function with the parameters of a derivative that calls it; the same one each time."""
    made: Any = getattr(derivative, "_calling", None)
    if made is None:
        listed = dict(inspect.signature(derivative).parameters)
        if derivative.kind == "hvp":
            vector = inspect.Parameter("vector_", inspect.Parameter.POSITIONAL_OR_KEYWORD)
            listed["vector_"] = vector
        if any(p.kind is not p.POSITIONAL_OR_KEYWORD for p in listed.values()):
            raise NotDifferentiable(
                f"{derivative!r} takes more than plain arguments",
                hint=f"pass a function that calls it, as lambda x: {derivative.__name__}(x)",
            )
        name = re.sub(r"\W+", "_", derivative.__name__).strip("_")
        made = derivative._calling = function_calling(derivative, name, listed)  # type: ignore[attr-defined]
    return made  # type: ignore[no-any-return]


def _member(owner: Differentiable[..., Any], kind: str, order: int) -> Derivative[..., Any]:
    return owner.derivative(kind, order)


class Gradient(Derivative[P, Any]):
    """``f.grad(*args)``: the derivative of a function of one scalar result."""

    kind = "grad"

    def _runner(self, build: Build, args: tuple[Any, ...]) -> Run:
        call, finish = caller(build), build.cotangents(args, self.packed)
        check = alias_check(build)
        if check is None:
            return lambda given: finish(call(given)[1])

        def run(given: tuple[Any, ...]) -> Any:
            check(given)
            return finish(call(given)[1])

        return run

    def _form(self, build: Build, args: tuple[Any, ...]) -> Form:
        return self._gradient_form(build, args)

    def numba_result(self) -> str:
        """The cotangents alone."""
        return "cotangents"


class ValueAndGradient(Derivative[P, tuple[R, Any]]):
    """``f.value_and_grad(*args)``: the value and the derivative, computed together."""

    kind = "value_and_grad"

    def _runner(self, build: Build, args: tuple[Any, ...]) -> Run:
        call, finish, check = caller(build), build.cotangents(args, self.packed), alias_check(build)
        value_of = value_function(core.LEAF, build.value_types[:1])

        def run(given: tuple[Any, ...]) -> Any:
            if check is not None:
                check(given)
            value, cotangents = call(given)
            return (value_of(value) if value_of else value), finish(cotangents)

        return run

    def _form(self, build: Build, args: tuple[Any, ...]) -> Form:
        gradient = self._gradient_form(build, args)
        value_of = value_function(core.LEAF, build.value_types[:1])
        if value_of is None or (value_of is float and returns_float(build.functions[0], 0)):
            if gradient.text == "out[1]":
                return Form("out")  # a pair already
            return Form(f"(out[0], {gradient.text})", gradient.names)
        names = {**gradient.names, "value_of": value_of}
        return Form(f"({{value_of}}(out[0]), {gradient.text})", names)

    def numba_result(self) -> str:
        """Value and cotangents."""
        return "value, cotangents"


class GradientAndAuxiliary(Derivative[P, tuple[Any, R]]):
    """``(gradient, aux)`` of a function that returns a scalar and anything beside it."""

    kind = "grad_and_aux"
    _numba_type_ = None  # not for use inside functions that Numba compiles

    def _runner(self, build: Build, args: tuple[Any, ...]) -> Run:
        call, check = caller(build), alias_check(build)
        finish, value_of = build.cotangents(args, self.packed), build.finish_value

        def run(given: tuple[Any, ...]) -> Any:
            if check is not None:
                check(given)
            value, cotangents = call(given)
            return finish(cotangents), (value_of(value) if value_of else value)[1]

        return run


class HessianProduct(Derivative[..., Any]):
    """``f.hvp(*args, v)``: the Hessian times ``v``, without the Hessian."""

    kind = "hvp"
    _numba_type_ = None  # not for use inside functions that Numba compiles

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The product; the vector comes last and nests like what it multiplies."""
        if not args:
            raise TypeError(f"{self.__name__}: the vector is missing; call it with (*args, v)")
        *rest, vector = args
        bound = tuple(rest)
        if kwargs or len(bound) != self._direct:
            bound = self._compilations.parameters.bind(bound, kwargs)
        key: Hashable = tuple([type_key(value) for value in bound])
        entry = self._entries.get(key)
        if entry is None or (entry.fresh is not None and not entry.fresh()):
            entry = self._enter(key, bound)
        try:
            return entry.run((*bound, vector))
        except Exception as error:
            if not guesses.from_guard(error):
                self._explain(bound, error)
                raise

            def call(exact: Build) -> Any:
                return self._runner(exact, bound)((*bound, vector))

            compilations, wanted = self._compilations, self._wanted
            found = guesses.again(compilations, wanted, key, bound, call, entry.build, error)
            self._enter(key, bound)
            return found

    def _runner(self, build: Build, args: tuple[Any, ...]) -> Run:
        """Of the arguments, and the vector behind them."""
        function, finish = build.functions[0], build.cotangents(args, self.packed)
        check = alias_check(build)
        tangents = self._tangents(build)

        def run(given: tuple[Any, ...]) -> Any:
            *bound, vector = given
            if check is not None:
                check(tuple(bound))
            flat = build.flat(tuple(bound))
            return finish(function(*flat, *tangents(flat, vector)))

        return run

    def _tangents(self, build: Build) -> Callable[[tuple[Any, ...], Any], list[Any]]:
        """From a vector to leaves like those it multiplies.  Raises ValueError for other shapes."""
        structures = tuple(differentiated(build.arguments[k]) for k in self._wanted.positions)
        structure = structures if self.packed else structures[0]
        leaves = [(build.leaves[k], k) for k in build.wrt]

        def tangents(flat: tuple[Any, ...], vector: Any) -> list[Any]:
            parts = parts_like(structure, vector, "vector nests like what it multiplies")
            return [
                tangent_like(leaf, flat[k], part, "vector")
                for (leaf, k), part in zip(leaves, parts, strict=True)
            ]

        return tangents


def check_order(args: tuple[Any, ...], position: int, name: str) -> None:
    """Derivatives of derivatives are for one number.  Raises NotDifferentiable for others."""
    value = args[position]
    container = parts_of(tree_of(value)) is not None
    if container or np.ndim(value):
        raise NotDifferentiable(
            f"grad of grad needs a number, but `{name}` is "
            + (f"a {type(value).__name__}" if container else "an array"),
            hint="use hvp(f)(*args, v): the Hessian times a vector",
        )
