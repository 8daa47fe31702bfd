"""Everything compiled from one Python function, kept with the function."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from types import FunctionType, MethodType
from typing import Any

from adgen.building import Building
from adgen.builds import Build, Wanted
from adgen.locks import compiling, plain_lock
from adgen.parameters import Parameters
from adgen.runtime import compile as numba_compile
from adgen.specialisations import Latest, Respecialisations
from adgen.transpiler.ir.types import is_generator
from adgen.transpiler.signature import Argument, argument_of
from adgen.transpiler.source import Source, from_function, open_callable, unwrap

_ATTRIBUTE = "__adgen_compilations__"
MOST_KEPT = 64
_kept: dict[tuple[int, ...], Compilations] = {}  # in the order of use


class Compilations:
    """The source and the parameters of a function, and what has been compiled from it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        opened = open_callable(function)
        self.parameters = Parameters(opened.function.__name__, opened.signature)
        self.builds: Latest[Build] = Latest()
        self.respecialisations = Respecialisations(self.parameters.function_name)
        self.objects: dict[Hashable, Any] = {}  # differentiable objects that transforms made
        self.unguessed: set[Hashable] = set()  # type keys of arguments for which a guess failed
        self.latest: dict[str, Argument] | None = None  # what was asked for last
        self.streams: tuple[Any, ...] = ()  # random generators of the surroundings

    def __reduce__(self) -> Any:
        """A pickle of the function, whose attribute this is, leaves it behind."""
        return type(None), ()

    @cached_property
    def source(self) -> Source:
        """The text of the function."""
        return from_function(self.function)

    def build(
        self, wanted: Wanted, key: Hashable, args: tuple[Any, ...], speculates: bool = True
    ) -> Build:
        """What is wanted, compiled for arguments like these; ``key`` is their type key.

        ``speculates``: with guesses (see guesses.py) unless one has failed for such arguments.
        Raises UnsupportedError for what is outside the language or has no derivative.
        """
        jit = wanted.options.compiles
        speculates = speculates and key not in self.unguessed
        place = wanted, jit, speculates, key
        known = self._known(place)
        if known is None:
            with compiling(jit):
                known = self._known(place)  # another thread may have been here
                if known is None:
                    outdated = self.builds.get(place)
                    with numba_compile.collector_paused():
                        self.latest = self.arguments(args)
                        building = Building(
                            self.function, self.source, wanted, self.latest, jit, speculates
                        )
                        known = self.builds[place] = building.build(args)
                    self.streams = tuple(filter(is_generator, known.compiled.captures))
                    self.respecialisations.note(
                        (wanted, jit, speculates), self.latest, outdated.fresh if outdated else None
                    )
        return known

    def _known(self, place: Hashable) -> Build | None:
        """What is compiled already and still holds."""
        known = self.builds.get(place)
        if known is None or known.fresh is None or known.fresh():
            return known
        again = known.with_arrays_of_now()
        if again is not None:
            self.builds[place] = again
        return again

    def arguments(self, args: tuple[Any, ...]) -> dict[str, Argument]:
        """Descriptions of arguments in the order of the parameters."""
        return {
            name: argument_of(value)
            for name, value in zip(self.parameters.names, args, strict=True)
        }


def compilations_of(function: Callable[..., Any]) -> Compilations:
    """The one that belongs to a function.

    It lives and dies with a function of Python; of the methods, the partials and the callable
    objects, which are made anew at every use, those that were used last are kept.
    """
    below = unwrap(function)
    if not isinstance(below, FunctionType):
        return _recent(function)
    known = below.__dict__.get(_ATTRIBUTE)
    # functools.wraps copies attributes: the one found may belong to another function
    if isinstance(known, Compilations) and known.function is function:
        return known
    made = below.__dict__[_ATTRIBUTE] = Compilations(function)
    return made


def _recent(function: Callable[..., Any]) -> Compilations:
    """The compilations of a callable that cannot hold them itself."""
    method = isinstance(function, MethodType)
    parts = (function.__func__, function.__self__) if method else (function,)  # type: ignore[attr-defined]
    key = tuple(map(id, parts))  # theirs as long as the entry holds the function
    with plain_lock:
        known = _kept.pop(key, None) or Compilations(function)
        _kept[key] = known
        while len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
    return known
