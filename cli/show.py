"""``adgen show``: the gradients of functions in a file that is read, never executed."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from adgen.listing import Listed, listing
from adgen.options import Options
from adgen.parameters import Wrt, positions_of
from adgen.transpiler.errors import AdgenError, UnsupportedError
from adgen.transpiler.signature import (
    Argument,
    parameters_of,
    parse_arguments,
    signature_of,
)
from adgen.transpiler.static_module import StaticFunction, read_module


def text(target: str, wrt: str, args: str, stage: str, parallel: bool = False) -> str:
    """What ``adgen show`` prints.

    Raises AdgenError for a file, a function or options that do not fit, and for a function
    without derivative.
    """
    file, _, name = target.partition("::")
    given = parse_arguments(args) if args else {}
    module = read_module(file)
    chosen = module.choose(name or None)
    _check_given(chosen, given)
    asked = _parse_wrt(wrt)
    if name or len(chosen) == 1 or any(function.decorated for function in chosen):
        items = [_listed(function, asked, given, parallel) for function in chosen]
        return listing(items, stage)
    return _all_that_can_be(chosen, asked, given, stage, parallel)


def _all_that_can_be(
    functions: Sequence[StaticFunction],
    asked: Wrt | None,
    given: Mapping[str, Argument],
    stage: str,
    parallel: bool,
) -> str:
    """The functions of a file that asks for none in particular: those that have a derivative.

    Says on standard error what was left out.  Raises the first refusal if nothing is left.
    """
    shown: list[Listed] = []
    refusals: list[UnsupportedError] = []
    for function in functions:
        try:
            item = _listed(function, asked, given, parallel)
            listing([item], stage)
        except UnsupportedError as error:
            refusals.append(error)
            print(f"left out `{function.source.name}`: {error.message}", file=sys.stderr)
        else:
            shown.append(item)
    if not shown:
        raise refusals[0]
    return listing(shown, stage)


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


def _listed(
    function: StaticFunction, asked: Wrt | None, given: Mapping[str, Argument], parallel: bool
) -> Listed:
    """A function with its argument types, and where each comes from."""
    source = function.source
    names = [parameter.arg for parameter in parameters_of(source)]
    own = {name: argument for name, argument in given.items() if name in names}
    signature = signature_of(source, own)
    wrt = asked if asked is not None else function.options.get("wrt", 0)
    origin = {
        name: "--args"
        if name in own
        else "guessed from use"
        if name in signature.guessed
        else _origin(function, name)
        for name in names
    }
    positions = positions_of(source.name, names, wrt)  # type: ignore[arg-type]
    place = f"{source.file}:{source.first_line}"
    options = Options(parallel=parallel or function.options.get("parallel") is True)
    return Listed(source, signature.arguments, positions, origin, place, options)


def _origin(function: StaticFunction, name: str) -> str:
    """Whether a type that is not guessed was written as annotation or is that of the default."""
    for parameter in parameters_of(function.source):
        if parameter.arg == name and parameter.annotation is not None:
            return "annotation"
    return "default"
