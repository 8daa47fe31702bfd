"""One function of the user and everything that is compiled from it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, ModuleType
from typing import Any

import numpy as np

from adgen.leaves import Leaf, flatten_function, leaves_of
from adgen.parameters import Parameters
from adgen.runtime.compile import Options, compile_functions, plain_functions
from adgen.transpiler.compiler import Compiled, Request, compile_source
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir.core import leaves as count_leaves
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.types import Type, is_float
from adgen.transpiler.signature import Argument, Signature, argument_of, signature_of
from adgen.transpiler.source import (
    Lookup,
    Source,
    from_function,
    observed_lookups,
    unwrap,
    value_of,
)
from adgen.version import __version__

_LOCK = threading.RLock()
_CONSTANT = (ModuleType, BuiltinFunctionType, np.ufunc, type)


def jit_wanted(jit: bool | None) -> bool:
    """Whether to compile with Numba: as asked, else unless ``ADGEN_JIT=0``."""
    return os.environ.get("ADGEN_JIT", "1") != "0" if jit is None else jit


@dataclass(frozen=True, eq=False, slots=True)
class Made:
    """Generated functions for one kind of arguments.

    ``functions``: dispatchers, or plain functions.  ``flatten``: arguments to leaves, None
    if they are the leaves.  ``depends``: names whose meaning has gone into the code.
    """

    compiled: Compiled
    functions: tuple[Callable[..., Any], ...]
    leaves: tuple[Leaf, ...]
    flatten: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None
    depends: tuple[Lookup, ...]

    @property
    def value_types(self) -> list[Type]:
        """The types of the leaves of the function's own result."""
        count = count_leaves(self.compiled.structure)
        return [type_of(y) for y in self.compiled.functions[0].body.yields[:count]]

    def flat(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The leaves of the arguments, then the captured arrays."""
        values = args if self.flatten is None else self.flatten(args)
        return (*values, *self.compiled.captures)

    def is_current(self) -> bool:
        """Whether the names that the code was made from still mean the same."""
        return all(value_of(d.function, d.name) is d.value for d in self.depends)


class Engine:
    """A Python function, its source, and how it is compiled."""

    def __init__(self, function: Callable[..., Any], jit: bool | None, options: Options) -> None:
        self.function = function
        self.plain = unwrap(function)
        self.source: Source = from_function(function)
        self.parameters = Parameters(self.plain)
        self.jit = jit
        self.options = options
        self.latest: dict[str, Argument] | None = None

    def arguments(self, args: Sequence[Any]) -> dict[str, Argument]:
        """Descriptions of the arguments, by parameter."""
        return {
            name: argument_of(value)
            for name, value in zip(self.parameters.names, args, strict=True)
        }

    def signature(self) -> Signature:
        """The argument types of the last call, else what the source tells."""
        if self.latest is not None:
            return Signature(self.latest, ())
        return signature_of(self.source, {})

    def flat_wrt(self, leaves: Sequence[Leaf], wrt: Sequence[int]) -> tuple[int, ...]:
        """Indices of the flat parameters that belong to the parameters in ``wrt``.

        Raises NotDifferentiable for an argument without floating leaves.
        """
        found: list[int] = []
        for position in wrt:
            mine = [k for k, leaf in enumerate(leaves) if leaf.position == position]
            name = self.parameters.names[position]
            for k in mine:
                if not is_float(leaves[k].type):
                    raise NotDifferentiable(
                        f"argument `{name}` is of type {leaves[k].type.dtype}: "
                        "it has no derivative",
                        self.source.header,
                        hint=f"pass it as a float: float({name}), or "
                        f"{name}.astype(np.float64); or leave it out of wrt",
                    )
            if not mine:
                raise NotDifferentiable(
                    f"argument `{name}` is no number and no array", self.source.header,
                    hint="leave it out of wrt",
                )  # fmt: skip
            found += mine
        return tuple(found)

    def make(self, mode: str, wrt: Sequence[int], args: tuple[Any, ...], order: int = 1) -> Made:
        """Compile for arguments like these.  Raises UnsupportedError before any work."""
        with _LOCK:
            arguments = self.arguments(args)
            leaves = leaves_of(arguments)
            jit = jit_wanted(self.jit)
            flatten = flatten_function(leaves, args, jit)
            request = Request(
                mode, self.flat_wrt(leaves, wrt), order, "numba" if jit else "array"
            )  # fmt: skip
            with observed_lookups() as seen:
                compiled = compile_source(self.source, arguments, request)
            self.latest = arguments
            values = (*(args if flatten is None else flatten(args)), *compiled.captures)
            functions = self.load(compiled, values, jit, request)
            depends = tuple(d for d in seen if not isinstance(d.value, _CONSTANT))
            return Made(compiled, functions, tuple(leaves), flatten, depends)

    def load(
        self, compiled: Compiled, values: tuple[Any, ...], jit: bool, request: Request
    ) -> tuple[Callable[..., Any], ...]:
        """Generated text to functions."""
        if not jit:
            return tuple(plain_functions(compiled.text, self.source.name, compiled.names))
        if request.mode in ("jvp", "hvp"):
            values = (*values, *(values[k] for k in request.wrt))
        made = compile_functions(
            compiled.text, self.source.name, compiled.names, values, __version__, self.options
        )
        return tuple(made)
