"""The parameters of the user's function: calls bound to positions, ``wrt`` resolved."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from adgen.transpiler.errors import AdgenError, UnsupportedError

Wrt = int | str | tuple[int | str, ...] | list[int | str]


class Parameters:
    """The signature of a function, as positions."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function_name = getattr(function, "__name__", repr(function))
        self.signature = inspect.signature(function, follow_wrapped=False)
        parameters = self.signature.parameters.values()
        self.names = tuple(self.signature.parameters)
        self.variadic = [p.name for p in parameters if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        keyword_only = any(p.kind is p.KEYWORD_ONLY for p in parameters)
        # a call with that many positional arguments needs no binding
        self.direct = -1 if self.variadic or keyword_only else len(self.names)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        """All arguments in the order of the parameters, defaults filled in.

        Raises TypeError as Python does for a call that does not fit.
        """
        if self.variadic:
            raise UnsupportedError(
                f"`{self.function_name}` takes any number of arguments (`{self.variadic[0]}`)",
                hint="name each parameter, or take one tuple",
            )
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.function_name}(): {error}") from None
        bound.apply_defaults()
        return tuple(bound.arguments.values())

    def positions(self, wrt: Wrt) -> tuple[int, ...]:
        """The positions that ``wrt`` means.

        Raises AdgenError for what is no parameter, and for one that is named twice.
        """
        wanted = tuple(wrt) if isinstance(wrt, (tuple, list)) else (wrt,)
        positions = tuple(self._position(item) for item in wanted)
        if not positions or len(set(positions)) != len(positions):
            raise AdgenError(f"wrt={wrt!r} must name each parameter once", hint=self._listing())
        return positions

    def _position(self, wrt: int | str) -> int:
        if isinstance(wrt, str) and wrt in self.names:
            return self.names.index(wrt)
        if isinstance(wrt, int) and not isinstance(wrt, bool):
            if -len(self.names) <= wrt < len(self.names):
                return wrt % len(self.names)
        near = difflib.get_close_matches(str(wrt), self.names, 1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise AdgenError(
            f"wrt={wrt!r} is no parameter of `{self.function_name}`{meant}", hint=self._listing()
        )

    def _listing(self) -> str:
        names = ", ".join(f"{k}: {name}" for k, name in enumerate(self.names))
        return f"the parameters are {names}" if names else "the function has no parameters"
