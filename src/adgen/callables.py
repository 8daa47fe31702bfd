"""Callables with the parameters of a function that are compiled for each kind of arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from adgen import guesses, inside_numba, raised
from adgen.builds import Build, Wanted
from adgen.compilations import Compilations
from adgen.keys import type_key
from adgen.lookups import Fresh
from adgen.recognition import recogniser
from adgen.specialisations import MOST_KEPT, Latest
from adgen.written_calls import MOST_KINDS, Form, Kind, class_of_its_own, looks_of

Run = Callable[[tuple[Any, ...]], Any]
P = ParamSpec("P")  # the parameters of the user's function
R = TypeVar("R")  # what a call returns


@dataclass(frozen=True)
class Entry:
    """How arguments of one kind are served."""

    run: Run
    fresh: Fresh | None
    build: Build


class CompiledCallable(Generic[P, R]):
    """Base of the differentiable object, of its ``grad`` and of its ``value_and_grad``."""

    __name__: str
    numba_members: tuple[str, ...] = ()

    def __init__(self, compilations: Compilations, wanted: Wanted) -> None:
        self._compilations = compilations
        self._wanted = wanted
        self._direct = compilations.parameters.direct
        self._entries: Latest[Entry] = Latest()
        self._kinds: dict[Hashable, Kind] = {}  # those whose calls are written out
        self._tried: set[Hashable] = set()

    def __call__(self, *given: P.args, **kwargs: P.kwargs) -> R:
        """Call what is compiled for such arguments; compile it if nothing is."""
        args: tuple[Any, ...] = given
        if kwargs or len(args) != self._direct:
            args = self._compilations.parameters.bind(args, kwargs)
        key = tuple(map(type_key, args))
        entry = self._entries.get(key)
        if entry is None or (entry.fresh is not None and not entry.fresh()):
            entry = self._enter(key, args)
        elif key not in self._tried:
            self._write_out(key, entry.build, args)
        try:
            result: R = entry.run(args)
            return result
        except Exception as error:
            if not guesses.from_guard(error):
                self._explain(args, error)
                raise
            return self._after_guard(args, error)  # type: ignore[no-any-return]

    def _explain(self, args: tuple[Any, ...], error: Exception) -> None:
        """Note on an exception that a call has raised which line of the user's it is from."""
        entry = self._entries.get(tuple(map(type_key, args)))
        if entry is not None:
            raised.explain(error, entry.build.written)

    def _after_guard(self, args: tuple[Any, ...], error: Exception) -> Any:
        """The result of a call in which a guard has raised ``error``."""
        key = tuple(map(type_key, args))
        entry = self._entries.get(key) or self._enter(key, args)
        return self._again(key, args, entry.build, error)

    def _enter(self, key: Hashable, args: tuple[Any, ...]) -> Entry:
        build = self._compilations.build(self._wanted, key, args)
        entry = self._entries[key] = Entry(self._runner(build, args), build.fresh, build)
        self._tried.discard(key)
        if self._kinds.pop(key, None):
            self._write_class()
        return entry

    def _write_out(self, key: Hashable, build: Build, args: tuple[Any, ...]) -> None:
        """Let further calls with arguments like these go straight to what is compiled."""
        if len(self._tried) > MOST_KEPT:
            self._tried.clear()
        self._tried.add(key)
        compiled, form, looks = build.compiled, self._form(build, args), looks_of(args)
        recognise = recogniser(args) if looks is None else None
        if len(args) != self._direct:  # what is bound is not what is given
            return
        known = looks is not None or recognise is not None
        if form is None or not known or compiled.writes or compiled.updates:
            return
        self._kinds[key] = Kind(
            len(args), looks, recognise, build.functions[0], build.captures, form, build.fresh
        )
        while len(self._kinds) > MOST_KINDS:
            self._kinds.pop(next(iter(self._kinds)), None)
        self._write_class()

    def _write_class(self) -> None:
        self.__class__ = class_of_its_own(type(self), tuple(self._kinds.values()))

    def _form(self, build: Build, args: tuple[Any, ...]) -> Form | None:
        """What a call with arguments like ``args`` returns, if that is short to say."""
        return None

    def _again(self, key: Hashable, args: tuple[Any, ...], build: Build, error: Exception) -> Any:
        """The call without guesses; if it succeeds, so are the calls that follow."""

        def call(exact: Build) -> Any:
            return self._runner(exact, args)(args)

        result = guesses.again(self._compilations, self._wanted, key, args, call, build, error)
        self._enter(key, args)
        return result

    def _runner(self, build: Build, args: tuple[Any, ...]) -> Run:
        """How calls with arguments like ``args`` are served by what was compiled for them."""
        raise NotImplementedError

    # Inside functions that Numba compiles

    @property
    def _numba_type_(self) -> Any:
        """What ``numba.typeof`` asks for."""
        from adgen.runtime.numba_types import type_of_callable

        return type_of_callable(self)

    @property
    def numba_key(self) -> str:
        """What tells this callable from all others, also in the disk caches of callers."""
        return inside_numba.key_of(self, self._compilations, self._wanted)

    @property
    def numba_signature(self) -> inspect.Signature:
        """The parameters, as Numba folds a call."""
        return self._compilations.parameters.signature

    def numba_result(self) -> str:
        """The expression of what a call returns, given ``value`` and ``cotangents``."""
        raise NotImplementedError

    def numba_module(self, samples: tuple[Any, ...], key: str) -> Any:
        """A module whose first function does what this callable does."""
        return inside_numba.module(self, self._compilations, self._wanted, samples, key)


def caller(build: Build) -> Run:
    """The call of the first compiled function with the least that is to be done."""
    function, flatten, captures = build.functions[0], build.flatten, build.captures
    if captures:
        return lambda args: function(*(flatten(args) if flatten else args), *captures)
    if flatten:
        return lambda args: function(*flatten(args))
    return lambda args: function(*args)


def alias_check(build: Build) -> Run | None:
    """The check that an argument that the function writes to overlaps no other, if needed."""
    if not build.compiled.writes and not build.compiled.updates:
        return None
    return build.effects.check_aliases


def signature_without_annotations(signature: inspect.Signature) -> inspect.Signature:
    """The parameters of a derivative: those of the function; what it returns is another thing."""
    return signature.replace(return_annotation=inspect.Signature.empty)
