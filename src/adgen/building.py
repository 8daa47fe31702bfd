"""Compiles a function for arguments of one kind: derives, loads what is generated, wraps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adgen.builds import Build, Wanted
from adgen.debugging import Watch
from adgen.generator_states import undone
from adgen.guesses import from_guard
from adgen.leaves import Leaf, flatten_function, leaves_of
from adgen.locks import compiling
from adgen.lookups import Fresh, freshness
from adgen.options import Options
from adgen.raised import Written, file_of
from adgen.remembered import recall_or_derive
from adgen.runtime import compile as numba_compile
from adgen.runtime import exceptions, outside
from adgen.runtime.dispatchers import entry_point
from adgen.runtime.streams import Stream
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import Argument, show
from adgen.transpiler.source import Source
from adgen.transpiler.surroundings import observed_readings
from adgen.version import __version__
from adgen.wrt import counters, flat_wrt
from adgen.zero_division import Functions, forgiving, from_zero_division

if TYPE_CHECKING:
    from adgen.transpiler.emit.origins import Lines, Origins
    from adgen.transpiler.ir.core import Function
    from adgen.transpiler.requests import Compiled


@dataclass(frozen=True)
class Building:
    """What is wanted of a function, for arguments that are described."""

    function: Callable[..., Any]
    source: Source
    wanted: Wanted
    arguments: dict[str, Argument]
    jit: bool
    speculates: bool

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves of the arguments."""
        return tuple(leaves_of(self.arguments))

    @cached_property
    def request(self) -> Request:
        """What is asked of the compiler."""
        wanted, leaves = self.wanted, self.leaves
        wrt = flat_wrt(self.source, self.arguments, leaves, wanted.positions)
        counted = () if wanted.mode == "jvp" else counters(leaves, wanted.positions, wrt)
        return Request(
            wanted.mode, wrt, wanted.order, "numba" if self.jit else "array", self.speculates,
            extents_guessed=True, counters=counted, vector_math=wanted.options.vector_math,
            parallel=wanted.options.parallel, subgradients=wanted.options.subgradients,
            holomorphic=wanted.options.holomorphic,
        )  # fmt: skip

    def build(self, args: tuple[Any, ...]) -> Build:
        """Compile; ``args`` are of the kind that is described.

        Raises UnsupportedError for what is outside the language or has no derivative.
        """
        compiled, fresh = self._compiled()
        described = tuple(self.arguments.values())
        made = Build(
            (), compiled, described, self.wanted.positions, self.leaves, self.request.wrt,
            flatten_function(described, args, self.jit), fresh, jit=self.jit,
        )  # fmt: skip
        sample = made.flat(args)
        if self.wanted.mode in ("jvp", "hvp"):
            sample = (*sample, *[sample[k] for k in made.wrt])
        functions = self._loaded(compiled, sample)
        written = Written(
            self.source.name, file_of(functions[0]), lambda: self._lines(compiled.text)
        )
        functions = self._wrapped(functions, compiled, sample)
        if not self.wanted.options.debug_nans:
            return replace(made, functions=functions, written=written)
        watch = Watch(compiled, self.wanted.mode, self._to_look_into)
        functions = (watch.watching(functions[0]), *functions[1:])
        return replace(made, functions=functions, written=written, watch=watch)

    def _compiled(self) -> tuple[Compiled, Fresh | None]:
        """What is generated, and whether what the derivation has read is still the same."""
        asked = repr(self.request), run_header(self.arguments)
        with observed_readings() as readings:
            if self.jit:
                compiled = recall_or_derive(self.function, self.arguments, asked, self._derived)
            else:
                compiled = self._derived()
        return compiled, freshness(readings)

    def _derived(self, forgiving: bool = False, origins: Origins | None = None) -> Compiled:
        from adgen.transpiler.compiler import compile_source

        request = replace(self.request, forgiving=True) if forgiving else self.request
        header = run_header(self.arguments)
        return compile_source(self.source, self.arguments, request, header, origins)

    def _loaded(self, compiled: Compiled, sample: tuple[Any, ...]) -> Functions:
        try:
            return _load(compiled, sample, self.wanted.options if self.jit else None)
        except numba_compile.CompilationFailed as error:
            raise AdgenError(
                f"Numba does not compile what adgen has generated for `{self.source.name}`, which "
                f"is a mistake of adgen: {error}",
                self.source.header,
                hint="jit=False runs the same derivative without Numba",
            ) from error

    def _wrapped(
        self, functions: Functions, compiled: Compiled, sample: tuple[Any, ...]
    ) -> Functions:
        """The functions as they are called: with what is done where they fail."""
        if self.wanted.mode != "primal" and not self.jit and not self.wanted.options.debug:
            if compiled.draws:
                functions = (undone(functions[0], from_zero_division), *functions[1:])
            functions = forgiving(functions, self._forgiving)
        if any(isinstance(x, Stream) for x in sample):  # Numba would ask for its type each time
            functions = (entry_point(functions[0]), *functions[1:])
        if compiled.draws and compiled.guesses:
            functions = (undone(functions[0], from_guard), *functions[1:])
        return functions

    def _forgiving(self) -> Functions:
        """What runs where a derivative has divided by zero."""
        with compiling(False):
            return _load(self._derived(forgiving=True), (), None)

    def _lines(self, text: str) -> Lines:
        """Where each line of the generated text comes from: found by generating it once more."""
        from adgen.transpiler.emit.origins import Origins

        origins = Origins()
        with compiling(self.jit):
            again = self._derived(origins=origins)
        return origins.lines(again.text) if again.text == text else {}

    def _to_look_into(self, mode: str) -> Function:
        from adgen.transpiler.compiler import to_look_into

        return to_look_into(self.source, self.arguments, replace(self.request, mode=mode))


def _load(compiled: Compiled, sample: tuple[Any, ...], options: Options | None) -> Functions:
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


def run_header(arguments: Mapping[str, Argument]) -> str:
    """The first line of a module that runs; without places, for its text names its file."""
    listed = ", ".join(f"{name}: {show(argument)}" for name, argument in arguments.items())
    return f"generated by adgen {__version__} for {listed or 'no arguments'}"
