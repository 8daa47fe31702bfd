"""The parameters of the user's function: calls bound to positions, ``wrt`` resolved."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from adgen.transpiler.errors import AdgenError

Wrt = int | str | tuple[int | str, ...] | list[int | str]


class Parameters:
    """The signature of a function, as positions."""

    def __init__(self, function_name: str, signature: inspect.Signature) -> None:
        self.function_name = function_name
        self.signature = signature
        self.names = tuple(self.signature.parameters)
        kinds = [parameter.kind for parameter in self.signature.parameters.values()]
        star = inspect.Parameter.VAR_POSITIONAL
        self.star = kinds.index(star) if star in kinds else None
        # a call with that many positional arguments needs no binding
        by_position = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
        self.direct = len(kinds) if by_position.issuperset(kinds) else -1

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        """All arguments in the order of the parameters, defaults filled in.

        What ``*args`` takes is one tuple, what ``**kwargs`` takes is one dict.
        Raises TypeError as Python does for a call that does not fit.
        """
        if not kwargs and len(args) == self.direct:
            return args
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.function_name}(): {error}") from None
        bound.apply_defaults()
        return tuple(bound.arguments.values())

    def packed(self, args: Sequence[Any]) -> tuple[Any, ...]:
        """Positional arguments as parameters: those of ``*args`` as one tuple."""
        if self.star is None or len(args) < self.star:
            return tuple(args)
        return *args[: self.star], tuple(args[self.star :])

    def spread(self, args: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """Arguments as ``bind`` gives them, as a call takes them: by position, by keyword."""
        by_position: list[Any] = []
        by_keyword: dict[str, Any] = {}
        for parameter, value in zip(self.signature.parameters.values(), args, strict=True):
            if parameter.kind is parameter.VAR_POSITIONAL:
                by_position += value
            elif parameter.kind is parameter.VAR_KEYWORD:
                by_keyword |= value
            elif parameter.kind is parameter.KEYWORD_ONLY:
                by_keyword[parameter.name] = value
            else:
                by_position.append(value)
        return by_position, by_keyword

    def positions(self, wrt: Wrt) -> tuple[int, ...]:
        """The positions that ``wrt`` means.

        Raises AdgenError for what is no parameter, and for one that is named twice.
        """
        return positions_of(self.function_name, self.names, wrt)

    def check_differentiable(self, wrt: Wrt) -> None:
        """Refuse positions among the arguments that ``*args`` takes.  Raises AdgenError."""
        for item in wrt if isinstance(wrt, (tuple, list)) else (wrt,):
            if self.star is not None and isinstance(item, int) and not 0 <= item < self.star:
                star = self.names[self.star]
                raise AdgenError(
                    f"wrt={item!r} is one of the arguments that `*{star}` of "
                    f"`{self.function_name}` takes",
                    hint=f"wrt={star!r} differentiates by all of them: the gradient is a tuple",
                )


def positions_of(function_name: str, names: Sequence[str], wrt: Wrt) -> tuple[int, ...]:
    """The positions in ``names``, the parameters of a function, that ``wrt`` means.

    Raises AdgenError for what is no parameter, and for one that is named twice.
    """
    wanted = tuple(wrt) if isinstance(wrt, (tuple, list)) else (wrt,)
    positions = tuple(_position(function_name, names, item) for item in wanted)
    if not positions or len(set(positions)) != len(positions):
        raise AdgenError(f"wrt={wrt!r} must name each parameter once", hint=_listing(names))
    return positions


def _position(function_name: str, names: Sequence[str], wrt: int | str) -> int:
    if isinstance(wrt, str) and wrt in names:
        return names.index(wrt)
    if isinstance(wrt, int) and not isinstance(wrt, bool):
        if -len(names) <= wrt < len(names):
            return wrt % len(names)
    near = difflib.get_close_matches(str(wrt), names, 1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise AdgenError(
        f"wrt={wrt!r} is no parameter of `{function_name}`{meant}", hint=_listing(names)
    )


def _listing(names: Sequence[str]) -> str:
    listed = ", ".join(f"{k}: {name}" for k, name in enumerate(names))
    return f"the parameters are {listed}" if names else "the function has no parameters"
