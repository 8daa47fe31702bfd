"""``FILE[::FUNCTION]``: the functions that are asked for, and those that are left out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from adgen.cli import living
from adgen.listing import Listed
from adgen.options import Options
from adgen.parameters import Wrt, positions_of
from adgen.transpiler.errors import AdgenError, NotDifferentiable, UnsupportedError
from adgen.transpiler.signature import (
    Argument,
    parameters_of,
    parse_arguments,
    show,
    signature_of,
)
from adgen.transpiler.static_bindings import StaticFunction, StaticModule
from adgen.transpiler.static_module import read_module
from adgen.transpiler.visible import visible

Made = TypeVar("Made")


@dataclass(frozen=True)
class Asked:
    """What the user says of functions: where they are, by what to differentiate, which types.

    ``run``: the file is executed, so that functions see what it computes.
    """

    target: str
    wrt: str = ""
    args: str = ""
    parallel: bool = False
    run: bool = False

    @property
    def file(self) -> str:
        """The file alone."""
        return self.target.partition("::")[0]

    @property
    def name(self) -> str:
        """The function alone; empty if none is named."""
        return self.target.partition("::")[2]


@dataclass(frozen=True)
class LeftOut:
    """A function of the file that cannot be done, and why."""

    name: str
    error: AdgenError


@dataclass(frozen=True)
class Target:
    """A function that is asked for; ``explicitly``: by its name or by ``@differentiate``."""

    function: StaticFunction
    explicitly: bool
    asked: Wrt | None
    given: Mapping[str, Argument]
    parallel: bool

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.source.name

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters."""
        return _names(self.function)

    def listed(self) -> Listed:
        """The function with its argument types, and where each comes from.

        Raises UnsupportedError for what has no derivative, AdgenError for a wrong ``--wrt``.
        """
        source = self.function.source
        names = [parameter.arg for parameter in parameters_of(source)]
        if not names:
            raise NotDifferentiable(
                f"`{source.name}` takes nothing that it could be differentiated by",
                source.header,
                hint="the function has no parameters",
            )
        own = {name: argument for name, argument in self.given.items() if name in names}
        signature = signature_of(source, own)
        wrt = self.asked if self.asked is not None else self.function.options.get("wrt", 0)
        origin = {
            name: "--args"
            if name in own
            else "guessed from use"
            if name in signature.guessed
            else _origin(self.function, name)
            for name in names
        }
        positions = positions_of(source.name, names, wrt)  # type: ignore[arg-type]
        place = f"{Path(source.file).as_posix()}:{source.first_line}"
        said = self.function.options
        options = Options(parallel=self.parallel or said.get("parallel") is True)
        options = options.changed({"subgradients": said.get("subgradients")})  # type: ignore[typeddict-item]
        return Listed(source, signature.arguments, positions, origin, place, options)


def targets(asked: Asked, module: StaticModule | None = None) -> list[Target]:
    """The functions that are asked for: the named one, else those decorated with
    ``@differentiate``, else all of the file.

    ``module``: the file, if it was read before.  Raises AdgenError for a file, a function or
    types that do not fit.
    """
    given = parse_arguments(asked.args) if asked.args else {}
    if module is None:
        module = (
            living.read_living(asked.file, asked.name) if asked.run else read_module(asked.file)
        )
    chosen = module.choose(asked.name or None)
    _check_given(chosen, given)
    wrt = _parse_wrt(asked.wrt)
    explicitly = bool(asked.name) or len(chosen) == 1 or any(f.decorated for f in chosen)
    return [Target(function, explicitly, wrt, given, asked.parallel) for function in chosen]


def done(
    wanted: Sequence[Target], do: Callable[[Listed], Made]
) -> tuple[list[tuple[Listed, Made]], list[LeftOut]]:
    """``do`` for each function, and what is left out because it has no derivative.

    What is asked for explicitly is not left out: its refusal is raised.
    """
    made: list[tuple[Listed, Made]] = []
    left: list[LeftOut] = []
    for target in wanted:
        try:
            item = target.listed()
            with types_in_hint(item):
                made.append((item, do(item)))
        except UnsupportedError as error:
            if target.explicitly:
                raise
            left.append(LeftOut(target.name, error))
    if not made:
        raise left[0].error
    return made, left


@contextlib.contextmanager
def types_in_hint(item: Listed) -> Iterator[None]:
    """A number where another type is wanted may be a guess that does not hold: it says so."""
    try:
        yield
    except UnsupportedError as error:
        about_number = "a number" in error.message or "a Python number" in error.message
        if about_number and "guessed from use" in item.origin.values():
            types = ", ".join(f"{name}: {show(kind)}" for name, kind in item.arguments.items())
            said = f'types are guessed from use; if they are others, --args "{types}"'
            error.hint = f"{error.hint}; {said}" if error.hint else said
        raise


def tell(left: Sequence[LeftOut]) -> None:
    """Say on standard error what was left out."""
    for one in left:
        print(visible(f"left out `{one.name}`: {one.error.message}"), file=sys.stderr)


def place_of(error: AdgenError) -> dict[str, Any]:
    """Where a refusal points, for scripts."""
    span = error.span
    return {} if span is None else {"file": span.file, "line": span.line, "column": span.col + 1}


def _parse_wrt(text: str) -> Wrt | None:
    """``"w,b"`` or ``"0,1"``; None if nothing is asked for."""
    if not text.strip():
        return None
    parts = [part.strip() for part in text.split(",")]
    items = tuple(int(part) if part.lstrip("-").isdigit() else part for part in parts)
    return items if len(items) > 1 else items[0]


def _check_given(functions: Sequence[StaticFunction], given: Mapping[str, Argument]) -> None:
    """Every name in ``--args`` must be a parameter of some function that is shown."""
    known = [_names(function) for function in functions]
    for name in given:
        if not any(name in names for names in known):
            listed = ", ".join(f"`{n}`" for n in dict.fromkeys(sum(known, [])))
            raise AdgenError(
                f"--args: there is no parameter `{name}`", hint=f"the parameters are {listed}"
            )


def _names(function: StaticFunction) -> list[str]:
    try:
        return [parameter.arg for parameter in parameters_of(function.source)]
    except UnsupportedError:  # *args: refused when the function is shown
        return []


def _origin(function: StaticFunction, name: str) -> str:
    """Whether a type that is not guessed was written as annotation or is that of the default."""
    for parameter in parameters_of(function.source):
        if parameter.arg == name and parameter.annotation is not None:
            return "annotation"
    return "default"
