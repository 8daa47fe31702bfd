"""Everything compiled from one Python function, kept with the function."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from adgen.debugging import Watch
from adgen.generator_states import undone
from adgen.guesses import from_guard
from adgen.leaves import Leaf, WriteBack, flatten_function, leaves_of
from adgen.locks import compiling, plain_lock
from adgen.lookups import Fresh, freshness
from adgen.options import Options
from adgen.parameters import Parameters
from adgen.raised import Written, file_of
from adgen.remembered import recall_or_derive
from adgen.results import (
    cotangent_function,
    maker_of_value,
    tangent_function,
    value_function,
)
from adgen.runtime import compile as numba_compile
from adgen.runtime import exceptions, outside
from adgen.runtime.dispatchers import entry_point
from adgen.runtime.streams import Stream
from adgen.specialisations import Latest, Respecialisations
from adgen.structures import Make, Take, in_tuples, taker
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.ir.types import Type, is_generator
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import Argument, argument_of, show
from adgen.transpiler.source import Source, from_function, open_callable, unwrap
from adgen.transpiler.surroundings import observed_readings
from adgen.version import __version__
from adgen.wrt import counters, flat_wrt
from adgen.zero_division import Functions, forgiving, from_zero_division

if TYPE_CHECKING:
    from adgen.transpiler.emit.origins import Lines
    from adgen.transpiler.ir.core import Function
    from adgen.transpiler.requests import Compiled

_ATTRIBUTE = "__adgen_compilations__"
MOST_KEPT = 64
_kept: dict[tuple[int, ...], Compilations] = {}  # in the order of use


@dataclass(frozen=True)
class Wanted:
    """What is to be compiled: the mode of the compiler, parameters by position, how."""

    mode: str
    positions: tuple[int, ...] = ()
    order: int = 1
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class Build:
    """Compiled functions and what is needed to call them with arguments of one kind."""

    functions: tuple[Callable[..., Any], ...]
    compiled: Compiled
    arguments: tuple[Argument, ...]
    positions: tuple[int, ...]  # of the parameters that are differentiated by
    leaves: tuple[Leaf, ...]
    wrt: tuple[int, ...]  # the leaves that are differentiated by
    flatten: Take | None
    fresh: Fresh | None
    watch: Watch | None = None  # with debug_nans
    written: Written | None = None  # the module that the functions are of
    jit: bool = False

    def with_arrays_of_now(self) -> Build | None:
        """The same for arrays that have replaced others of their type; None if more has changed."""
        moved = self.fresh.moved() if self.fresh else None
        if moved is None:
            return None
        fresh, arrays = moved
        captures = tuple(arrays.get(id(array), array) for array in self.compiled.captures)
        if len(set(map(id, captures))) != len(captures):
            return None
        return replace(self, compiled=replace(self.compiled, captures=captures), fresh=fresh)

    @cached_property
    def captures(self) -> tuple[Any, ...]:
        """What is captured, as generated code takes it."""
        captured = self.compiled.captures
        return tuple(Stream(x) if self.jit and is_generator(x) else x for x in captured)

    @property
    def value_types(self) -> list[Type]:
        """Types of the leaves of the function's value."""
        return list(self.compiled.value_types)

    @cached_property
    def finish_value(self) -> Make | None:
        """What to do with a value that generated code returns, if anything."""
        return value_function(self.compiled.structure, self.value_types)

    @cached_property
    def finish_tangent(self) -> Make | None:
        """The same for a tangent of the value."""
        return tangent_function(self.compiled.structure, self.value_types)

    @cached_property
    def take_value(self) -> Take:
        """From a value that generated code returns to its leaves."""
        return taker(in_tuples(self.compiled.structure))

    @cached_property
    def make_value(self) -> Make:
        """From leaves to the value."""
        return maker_of_value(self.compiled.structure, self.value_types)

    @cached_property
    def effects(self) -> WriteBack:
        """What plain calls do about arguments that the function mutates."""
        compiled = self.compiled
        return WriteBack(
            self.leaves, self.arguments, compiled.writes, compiled.captures, compiled.updates
        )

    def cotangents(self, args: tuple[Any, ...], packed: bool) -> Make:
        """How flat cotangents become a gradient by arguments like these; ``packed``: a tuple."""
        made = self._cotangents.get(packed)
        if made is None:
            arguments = [self.arguments[k] for k in self.positions]
            examples = [args[k] for k in self.positions]
            made = self._cotangents[packed] = cotangent_function(arguments, examples, packed)
        return made

    @cached_property
    def _cotangents(self) -> dict[bool, Make]:
        return {}

    def flat(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Arguments as generated code takes them, captured arrays at the end."""
        leaves = self.flatten(args) if self.flatten else args
        return (*leaves, *self.captures)


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
                        known = self.builds[place] = self._build(wanted, args, jit, speculates)
                    assert self.latest is not None
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

    def _build(self, wanted: Wanted, args: tuple[Any, ...], jit: bool, speculates: bool) -> Build:
        arguments = self.latest = self.arguments(args)
        leaves = tuple(leaves_of(arguments))
        wrt = flat_wrt(self.source, arguments, leaves, wanted.positions)
        stage = "numba" if jit else "array"
        counted = () if wanted.mode == "jvp" else counters(leaves, wanted.positions, wrt)
        request = Request(
            wanted.mode, wrt, wanted.order, stage, speculates, extents_guessed=True,
            counters=counted, vector_math=wanted.options.vector_math,
            parallel=wanted.options.parallel, subgradients=wanted.options.subgradients,
            holomorphic=wanted.options.holomorphic,
        )  # fmt: skip
        header = run_header(arguments)

        def derive() -> Compiled:
            from adgen.transpiler.compiler import compile_source

            return compile_source(self.source, arguments, request, header)

        def lines() -> Lines:
            from adgen.transpiler.compiler import compile_source
            from adgen.transpiler.emit.origins import Origins

            origins = Origins()
            with compiling(jit):
                again = compile_source(self.source, arguments, request, header, origins)
            return origins.lines(again.text) if again.text == compiled.text else {}

        with observed_readings() as readings:
            if jit:
                wanted_text = repr(request), header
                compiled = recall_or_derive(self.function, arguments, wanted_text, derive)
            else:
                compiled = derive()
        described = tuple(arguments.values())
        flatten = flatten_function(described, args, jit)
        made = Build(
            (), compiled, described, wanted.positions, leaves, wrt, flatten, freshness(readings),
            jit=jit,
        )  # fmt: skip
        sample = made.flat(args)
        if wanted.mode in ("jvp", "hvp"):
            sample = (*sample, *[sample[k] for k in wrt])
        try:
            functions = _load(compiled, sample, wanted.options if jit else None)
        except numba_compile.CompilationFailed as error:
            raise AdgenError(
                f"Numba does not compile what adgen has generated for `{self.source.name}`, which "
                f"is a mistake of adgen: {error}",
                self.source.header,
                hint="jit=False runs the same derivative without Numba",
            ) from error
        written = Written(self.source.name, file_of(functions[0]), lines)
        if wanted.mode != "primal" and not jit and not wanted.options.debug:
            if compiled.draws:
                functions = (undone(functions[0], from_zero_division), *functions[1:])
            functions = forgiving(functions, lambda: self._forgiving(arguments, request))
        self.streams = tuple(filter(is_generator, compiled.captures))
        if any(isinstance(x, Stream) for x in sample):  # Numba would ask for its type each time
            functions = (entry_point(functions[0]), *functions[1:])
        if compiled.draws and compiled.guesses:
            functions = (undone(functions[0], from_guard), *functions[1:])
        made = replace(made, functions=functions, written=written)
        if not wanted.options.debug_nans:
            return made

        def look_into(mode: str) -> Function:
            from adgen.transpiler.compiler import to_look_into

            return to_look_into(self.source, arguments, replace(request, mode=mode))

        watch = Watch(compiled, wanted.mode, look_into)
        functions = (watch.watching(functions[0]), *functions[1:])
        return replace(made, functions=functions, watch=watch)

    def _forgiving(self, arguments: dict[str, Argument], request: Request) -> Functions:
        """What runs where a derivative has divided by zero."""
        from adgen.transpiler.compiler import compile_source

        with compiling(False):
            again = compile_source(
                self.source, arguments, replace(request, forgiving=True), run_header(arguments)
            )
        return _load(again, (), None)


def _load(
    compiled: Compiled, sample: tuple[Any, ...], options: Options | None
) -> tuple[Callable[..., Any], ...]:
    """The functions of a generated module; ``options`` for Numba, or None for CPython."""
    text, names = compiled.text, compiled.names
    for key, cls in compiled.classes.items():
        exceptions.register(key, cls)
    for key, function in compiled.outside.items():
        outside.register(key, function)
    if options is None:
        return tuple(numba_compile.plain_functions(text, names[0], names))
    return tuple(
        numba_compile.compile_functions(text, names[0], names, sample, __version__, options.numba)
    )


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


def run_header(arguments: Mapping[str, Argument]) -> str:
    """The first line of a module that runs; without places, for its text names its file."""
    listed = ", ".join(f"{name}: {show(argument)}" for name, argument in arguments.items())
    return f"generated by adgen {__version__} for {listed or 'no arguments'}"
