"""Callables of adgen inside functions that the user compiles with Numba.

Generated code takes flat leaves; here it gets a wrapper with the parameters of the
user's function, whose result is an expression of ``value`` and ``cotangents``.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from adgen.builds import Wanted
from adgen.compilations import Compilations
from adgen.leaves import Leaf, leaves_of
from adgen.results import differentiated
from adgen.runtime import compile as numba_compile
from adgen.runtime import exceptions, outside
from adgen.structures import in_tuples, is_constant, places
from adgen.transpiler.errors import UnsupportedError
from adgen.transpiler.ir.trees import Node, parts_of
from adgen.transpiler.ir.types import Array
from adgen.transpiler.signature import Argument
from adgen.transpiler.source import unwrap
from adgen.transpiler.span import Span
from adgen.transpiler.surroundings import MISSING
from adgen.version import __version__
from adgen.wrt import counters, flat_wrt

if TYPE_CHECKING:
    from adgen.callables import CompiledCallable

_owners: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()


def key_of(owner: CompiledCallable, compilations: Compilations, wanted: Wanted) -> str:
    """A key that is the same in the next process, if nothing about the function has changed."""
    known: str | None = owner.__dict__.get("_numba_key")
    if known is None:
        source, function = compilations.source, compilations.function
        place = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
        facts = [place, source.text, repr(wanted), type(owner).__name__, __version__]
        facts += [repr(getattr(owner, "packed", False)), *_surroundings(compilations)]
        if wanted.options.parallel:
            facts.append(f"threads={_may_use_threads()}")
        digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]
        known = f"{place}-{digest}"
        if _owners.setdefault(known, owner) is not owner:
            known = f"{known}-{uuid.uuid4().hex}"
        owner.__dict__["_numba_key"] = known
    return known


def _surroundings(compilations: Compilations) -> list[str]:
    """The numbers that the function's own names mean; a unique text where there is more."""
    function = unwrap(compilations.function)
    if not isinstance(function, FunctionType):
        return [uuid.uuid4().hex]  # an object, a method, a partial: what they hold is not listed
    code, facts = function.__code__, []
    for name in (*code.co_freevars, *code.co_names):
        value = compilations.source.bindings.lookup(name)
        if isinstance(value, (bool, int, float, complex, str)):
            facts.append(f"{name}={value!r}")
        elif name in code.co_freevars and value is not MISSING:
            facts.append(f"{name}:{uuid.uuid4().hex}")
    return facts


def module(
    owner: CompiledCallable,
    compilations: Compilations,
    wanted: Wanted,
    samples: tuple[Any, ...],
    key: str,
) -> numba_compile.Jitted:
    """A module whose first function does what ``owner`` does, for arguments like ``samples``.

    Raises UnsupportedError for what is outside the language or has no derivative.
    """
    from adgen.any_extents import for_all_extents
    from adgen.transpiler.requests import Request

    arguments = compilations.arguments(samples)
    leaves = leaves_of(arguments)
    wrt = flat_wrt(compilations.source, arguments, leaves, wanted.positions)
    counted = counters(leaves, wanted.positions, wrt)
    request = Request(
        wanted.mode, wrt, wanted.order, "numba",
        counters=counted, vector_math=wanted.options.vector_math,
        parallel=wanted.options.parallel and _may_use_threads(),
        subgradients=wanted.options.subgradients,
        holomorphic=wanted.options.holomorphic,
    )  # fmt: skip
    generated = for_all_extents(compilations.source, arguments, request, leaves)
    compiled = generated.compiled
    for cls_key, cls in compiled.classes.items():
        exceptions.register(cls_key, cls)
    for function_key, function in compiled.outside.items():
        outside.register(function_key, function)
    wrapper = f"{compiled.names[0]}_call"
    hidden = [f"captured_{k}" for k in range(len(compiled.captures))]
    parameters = compilations.parameters
    before, ordered, after = _in_order(leaves, compiled.writes)
    call = f"{generated.names[0]}({', '.join([*ordered, *hidden])})"
    displays = _Displays(compilations.source.header)
    by = [list(arguments.values())[k] for k in wanted.positions]
    cotangents = displays.cotangents(by, getattr(owner, "packed", False)) if by else ""
    value = "value" if by else displays.value(compiled.structure)
    body = before + _body(call, after, value, cotangents, owner.numba_result())
    imports = "\n\nimport numpy as np\n" if before else ""
    text = f"{generated.text}{imports}\n\ndef {wrapper}({', '.join(parameters.names)}):\n{body}"
    defaults = tuple(p.default for p in parameters.signature.parameters.values())
    given = tuple(value for value in defaults if value is not parameters.signature.empty)
    keys = [key, numba_compile.versions(__version__), repr(given)]
    jitted = numba_compile.load_for_numba(
        text, wrapper, (wrapper, *generated.names), keys, wanted.options.numba
    )
    space = jitted.loaded.module.__dict__
    space[wrapper].__defaults__ = given or None
    if not compiled.captures and not displays.classes:
        return jitted
    space.update(zip(hidden, compiled.captures, strict=True))
    space.update(displays.classes)
    # Numba freezes global arrays into machine code, which is then no one else's
    return replace(jitted, loaded=replace(jitted.loaded, on_disk=False))


def _may_use_threads() -> bool:
    """Whether the caller, of which nothing is known, may be one that Numba runs on threads."""
    from adgen.runtime.threads import may_be_nested

    return may_be_nested()


def _in_order(leaves: Sequence[Leaf], writes: Sequence[int]) -> tuple[str, list[str], str]:
    """Statements before the call, its arguments in C's order, and statements after it."""
    before, given, after = "", [leaf.name for leaf in leaves], ""
    for k, leaf in enumerate(leaves):
        if not isinstance(leaf.type, Array) or leaf.type.layout is None:
            continue
        given[k] = f"in_order_{k}"
        before += f"    {given[k]} = np.ascontiguousarray({leaf.name})\n"
        if k in writes:
            after += f"    {leaf.name}[:] = {given[k]}\n"
    return before, given, after


def _body(call: str, after: str, value: str, cotangents: str, result: str) -> str:
    """The statements of the call; ``result`` is an expression of ``value`` and ``cotangents``."""
    if not cotangents:
        return f"    value = {call}\n{after}    return {value}\n"
    shown = result.replace("cotangents", cotangents)
    return f"    value, flat = {call}\n    return {shown}\n"


class _Displays:
    """Expressions that build nested values, and the classes that they name."""

    def __init__(self, place: Span | None) -> None:
        self.place = place
        self.classes: dict[str, Any] = {}

    def cotangents(self, arguments: Sequence[Argument], packed: bool) -> str:
        """The gradient by some arguments, from the flat cotangents in ``flat``."""
        numbers = itertools.count()
        built = [
            self._built(differentiated(argument), lambda: f"flat[{next(numbers)}]")
            for argument in arguments
        ]
        return f"({', '.join(built)},)" if packed else built[0]

    def value(self, structure: Any) -> str:
        """The result, from the nested tuples in ``value``."""
        found = places(in_tuples(structure), "value")
        return self._built(structure, lambda: next(found))

    def _built(self, structure: Any, leaf: Callable[[], str]) -> str:
        parts = parts_of(structure)
        if parts is None:
            return self._constant(structure) if is_constant(structure) else leaf()
        inner = "".join(f"{self._built(part, leaf)}, " for part in parts)
        if not isinstance(structure, Node):
            return f"({inner})"
        cls = structure.kind.cls
        if not issubclass(cls, tuple):
            self._refuse(f"a {cls.__name__}")
        name = f"record_{len(self.classes)}"
        self.classes[name] = cls
        return f"{name}({inner})"

    def _constant(self, structure: Any) -> str:
        if structure.value is None or isinstance(structure.value, (str, bool, int, float, complex)):
            return repr(structure.value)
        self._refuse(repr(structure.value))

    def _refuse(self, what: str) -> NoReturn:
        raise UnsupportedError(
            f"inside of a function that Numba compiles, {what} is no result",
            self.place,
            hint="return tuples and named tuples of numbers and arrays",
        )
