"""The differentiable object: a function, compiled, with its derivatives as attributes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType
from typing import Any, Concatenate, ParamSpec, Self, overload

from adgen import checking, guesses, listing, pickles, pullbacks
from adgen.builds import Build, Wanted
from adgen.callables import CompiledCallable, P, R, Run, caller
from adgen.compilations import compilations_of
from adgen.gradients import (
    Derivative,
    Gradient,
    GradientAndAuxiliary,
    HessianProduct,
    ValueAndGradient,
)
from adgen.options import Options
from adgen.parameters import Wrt
from adgen.residual_bytes import ResidualBytes, residual_bytes
from adgen.runtime.dispatchers import returns_float
from adgen.transpiler.primitives.conventions import Chosen
from adgen.updates import update
from adgen.written_calls import Form

Rest = ParamSpec("Rest")  # the parameters of a method without ``self``
MEMBERS: dict[str, type[Derivative[..., Any]]] = {
    kind.kind: kind for kind in (Gradient, ValueAndGradient, GradientAndAuxiliary, HessianProduct)
}


class Differentiable(CompiledCallable[P, R]):
    """What ``@differentiate`` makes of a function.

    A call runs the compiled function, with the effects that Python would have.
    """

    numba_members = ("grad", "value_and_grad")
    is_derivative = False  # of another function: that is what it shows

    def __init__(self, function: Callable[P, R], wrt: Wrt, options: Options) -> None:
        # first: a function that wraps a differentiable object has copies of all its attributes
        functools.update_wrapper(self, function)
        super().__init__(compilations_of(function), Wanted("primal", options=options))
        self.wrt = wrt
        self.options = options
        self._all_positions = self._compilations.parameters.positions(wrt)
        self._derivatives: dict[tuple[str, int], Derivative[..., Any]] = {}

    # Among members, as `f.jacobian` is one, mypy asks for the type of a method too.
    @overload
    def __get__(
        self, instance: Differentiable[..., Any] | None, owner: type | None = None
    ) -> Self: ...
    @overload
    def __get__(
        self: Differentiable[Concatenate[Any, Rest], R], instance: object, owner: type | None = None
    ) -> Differentiable[Rest, R]: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """The method of an object: ``wrt`` then counts the parameters without ``self``."""
        if instance is None:
            return self
        method = MethodType(self._compilations.function, instance)
        objects = compilations_of(method).objects
        key = "method", repr(self.wrt), self.options
        if key not in objects:
            objects[key] = Differentiable(method, self.wrt, self.options)
        return objects[key]

    @property
    def py_func(self) -> Callable[P, R]:
        """The Python function, as a Numba dispatcher names it."""
        return self._compilations.function

    @property
    def grad(self) -> Derivative[P, Any]:
        """``f.grad(*args)``: the gradient with respect to ``wrt``; a tuple if that is one."""
        return self.derivative("grad")

    @property
    def value_and_grad(self) -> Derivative[P, tuple[R, Any]]:
        """``f.value_and_grad(*args)``: ``(value, gradient)``."""
        return self.derivative("value_and_grad")

    @property
    def hvp(self) -> Derivative[..., Any]:
        """``f.hvp(*args, v)``: the Hessian times ``v``."""
        return self.derivative("hvp")

    @property
    def jacobian(self) -> Differentiable[P, Any]:
        """``f.jacobian(*args)``: the Jacobian by ``wrt``, in the mode with fewer sweeps."""
        return self._composed("jacobian")

    @property
    def hessian(self) -> Differentiable[P, Any]:
        """``f.hessian(*args)``: the matrix of second derivatives by ``wrt``."""
        return self._composed("hessian")

    def _composed(self, name: str) -> Any:
        from adgen.composed import composed

        return composed(name, self._compilations.function, self.wrt, self.options)

    def vjp(self, *args: P.args, **kwargs: P.kwargs) -> tuple[R, pullbacks.Pullback]:
        """``(value, pullback)``; the pullback maps a cotangent of the value to those of ``wrt``."""
        parameters = self._compilations.parameters
        return pullbacks.vjp(
            self._compilations, self._positions, self.packed, self.options,
            parameters.bind(args, kwargs),
        )  # fmt: skip

    def jvp(self, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[R, Any]:
        """``(value, tangent)`` in the direction ``tangents``, one per primal; None is zero."""
        return pullbacks.jvp(self._compilations, self.options, primals, tangents)

    def source(self, *args: Any, stage: str = "array", **kwargs: Any) -> str:
        """The generated source for such arguments.

        Without arguments: for those of the last compilation, else for what annotations and
        use in the function say.  ``stage``: ``array`` is what people read, ``numba`` what
        Numba is given, ``all`` every stage of the compiler.  With ``parallel=True`` its head
        says which loops run on threads, and why others do not.
        """
        bound = self._compilations.parameters.bind(args, kwargs) if args or kwargs else None
        return listing.source_of(
            self._compilations, self._positions, bound, stage, self.options, self.is_derivative
        )

    def show(self, *args: Any, stage: str = "array", **kwargs: Any) -> None:
        """Print ``source(...)``."""
        print(self.source(*args, stage=stage, **kwargs))

    def _repr_html_(self) -> str:
        """In a notebook: the function beside its gradient."""
        from adgen.notebooks import picture

        return picture(self._compilations, self._positions, self.options, self.is_derivative)

    def residual_bytes(self, *args: P.args, **kwargs: P.kwargs) -> ResidualBytes:
        """How many bytes the gradient stores between its sweeps for such arguments.

        Nothing of the function is run.  The number has a ``formula``, and says whether it is
        ``exact`` or a lower bound.
        """
        bound = self._compilations.parameters.bind(args, kwargs)
        return residual_bytes(self._compilations, self._positions, self.options, bound)

    def check(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Compare the derivatives with finite differences of the Python function.

        Raises WrongDerivative if they differ.
        """
        parameters = self._compilations.parameters
        checking.check(self, self._positions, parameters.bind(args, kwargs))

    def derivative(self, kind: str, order: int = 1) -> Any:
        """The member of that name; ``order`` counts how often ``grad`` was taken."""
        known = self._derivatives.get((kind, order))
        if known is None:
            made = MEMBERS[kind](self, self._wanted_for(kind, order), self.packed)
            known = self._derivatives.setdefault((kind, order), made)
        return known

    @property
    def _positions(self) -> tuple[int, ...]:
        """The parameters that are differentiated by, once that is asked for."""
        self._compilations.parameters.check_differentiable(self.wrt)
        return self._all_positions

    @property
    def packed(self) -> bool:
        """Whether derivatives come as a tuple."""
        return isinstance(self.wrt, (tuple, list))

    def _wanted_for(self, kind: str, order: int) -> Wanted:
        alone = kind in ("hvp", "grad_and_aux")
        assert order == 1 or not (self.packed or alone)
        mode = kind if alone else "value_and_grad" if order == 1 else "derivative"
        return Wanted(mode, self._positions, order, self.options)

    def _runner(self, build: Build, args: tuple[Any, ...]) -> Run:
        finish = build.finish_value
        if build.compiled.writes or build.compiled.updates:
            return _mutating(build, finish)
        call = caller(build)
        return call if finish is None else lambda given: finish(call(given))

    def _form(self, build: Build, args: tuple[Any, ...]) -> Form:
        finish = build.finish_value
        if finish is None or (finish is float and returns_float(build.functions[0])):
            return Form("out")
        return Form("{finish}(out)", {"finish": finish})

    def numba_result(self) -> str:
        """The value."""
        return "value"

    def __adgen_subgradients__(self) -> Chosen:
        """What is to hold at its kinks, wherever it is called."""
        return self.options.subgradients

    def __adgen_wrt__(self) -> Wrt:
        """By what functions that are compiled differentiate it, if they do not say."""
        return self.wrt

    def __repr__(self) -> str:
        name = getattr(self, "__qualname__", repr(self._compilations.function))
        options = "" if self.options.jit else ", jit=False"
        return f"<differentiable {name}, wrt={self.wrt!r}{options}>"

    def __reduce__(self) -> Any:
        if pickles.has_name(self):
            return getattr(self, "__qualname__")  # noqa: B009  (mypy knows it not)
        return _restored, (pickles.carry(self._compilations.function), self.wrt, self.options)


def _restored(carried: Any, wrt: Wrt, options: Options) -> Differentiable:
    """The object of a pickle: that of this process, if it has one for the same function."""
    function = pickles.function_of(carried)
    named = pickles.found(function.__module__ or "", function.__qualname__)
    if isinstance(named, Differentiable) and named.py_func is function:
        if (named.wrt, named.options) == (wrt, options):
            return named
    return Differentiable(function, wrt, options)


def _mutating(build: Build, finish: Callable[[Any], Any] | None) -> Run:
    """Calls of a function that changes its arguments."""
    effects, updates = build.effects, build.compiled.updates
    call = guesses.undoing(build)

    def run(args: tuple[Any, ...]) -> Any:
        effects.check_writable(args)
        effects.check_aliases(args)
        flat = build.flat(args)
        value = call(flat)
        effects.restore(args, flat)
        value = finish(value) if finish else value
        if updates:
            value, *held = value
            update(args, updates, held)
        return value

    return run
