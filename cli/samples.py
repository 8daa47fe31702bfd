"""Arguments for functions that nobody has given any: random numbers of the right types.

Which extents belong together (the columns of X and the entries of w) is taken from the IR of the
function, whose guards say it; where that is not enough all extents are equal.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adgen.differentiable import Differentiable
from adgen.leaves import leaves_of
from adgen.listing import Listed
from adgen.structures import maker
from adgen.transpiler.errors import AdgenError, UnsupportedError
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.types import Array, Opaque, Scalar
from adgen.transpiler.signature import argument_of

Axis = tuple[int, int]  # which parameter, which axis
SMALL = 3  # the extents of arrays whose every entry is checked
FIXED = (2, 4, 1)  # what programs expect that take points of a plane or states of an equation
MOST_TRIPS = 10


@dataclass(frozen=True)
class Plan:
    """How arguments are drawn: extents of arrays, numbers between ``low`` and ``high``."""

    extents: Mapping[Axis, int]
    usual: int
    trips: int  # what a whole number is, which may count trips or be an index
    low: float
    high: float


def plans(function: Function, size: int = SMALL) -> Iterator[Plan]:
    """What is tried, in order, until the function can be called with it."""
    told = extents(function, size)
    for low, high in ((-1.0, 1.0), (0.2, 0.8), (1.1, 2.0)):
        yield Plan(told, size, min(size, MOST_TRIPS), low, high)
        for usual in (size, *FIXED):
            yield Plan({}, usual, min(usual, MOST_TRIPS), low, high)


def arguments(item: Listed, plan: Plan, given: Mapping[str, Any], seed: int = 0) -> tuple[Any, ...]:
    """Arguments for a function, by position; what is ``given`` is taken, the rest is drawn."""
    rng = np.random.default_rng(seed)
    described = item.arguments
    drawn = [_drawn(rng, leaf.type, k, plan) for k, leaf in enumerate(leaves_of(described))]
    whole = maker(tuple(described.values()), [None] * len(drawn))(tuple(drawn))
    return tuple(given.get(name, value) for name, value in zip(described, whole, strict=True))


def parsed_inputs(text: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """The values in ``"w=np.ones(3), n=4"``, computed with NumPy and the names of the file.

    Raises AdgenError for a text that is no list of named values.
    """
    if not text.strip():
        return {}
    try:
        values: dict[str, Any] = eval(f"dict({text}\n)", {"np": np, **names})
    except Exception as error:
        raise AdgenError(
            f"--inputs: {type(error).__name__}: {error}",
            hint='write values by name: --inputs "w=np.ones(3), n=4"',
        ) from error
    return values


def _drawn(rng: np.random.Generator, kind: Scalar | Array, leaf: int, plan: Plan) -> Any:
    if isinstance(kind, Opaque):
        return np.random.default_rng(leaf) if kind.cls is np.random.Generator else kind.cls(leaf)
    if isinstance(kind, Scalar):
        number = _numbers(rng, kind.dtype, (), plan)
        return number.item() if kind.weak else number[()]
    shape = tuple(
        1 if one else plan.extents.get((leaf, axis), plan.usual)
        for axis, one in enumerate(kind.ones)
    )
    return _numbers(rng, kind.dtype, shape, plan)


def _numbers(rng: np.random.Generator, dtype: np.dtype, shape: tuple[int, ...], plan: Plan) -> Any:
    """Floats between the bounds; whole numbers that are trip counts, or may be indices."""
    if dtype.kind == "f":
        return np.asarray(rng.uniform(plan.low, plan.high, shape), dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if shape == ():
        return np.asarray(plan.trips, dtype)
    return rng.integers(0, 2, shape).astype(dtype)


def extents(function: Function, size: int) -> dict[Axis, int]:
    """Extents of the arrays among the parameters, different ones where nothing ties them."""
    position = {param: k for k, param in enumerate(function.params)}
    axis_of: dict[Value, Axis] = {}
    groups: dict[Axis, Axis] = {}

    def root(axis: Axis) -> Axis:
        while groups.setdefault(axis, axis) != axis:
            axis = groups[axis]
        return axis

    for _, op in core.walk(function.body):
        array = op.operands[0] if op.operands else None
        if op.callee == core.DIM and isinstance(array, Value) and array in position:
            axis_of[op.result] = position[array], op.attrs["axis"]
            root(axis_of[op.result])
    for _, op in core.walk(function.body):
        if op.callee == core.GUARD:
            tied = [axis_of[o] for o in op.operands if isinstance(o, Value) and o in axis_of]
            for first, second in zip(tied, tied[1:], strict=False):
                groups[root(first)] = root(second)
    roots = list(dict.fromkeys(root(axis) for axis in sorted(groups)))
    return {axis: size + roots.index(root(axis)) for axis in groups}


def with_types_of(item: Listed, given: Mapping[str, Any]) -> Listed:
    """The function for arguments of the types of what is given."""
    arguments = {**item.arguments, **{n: argument_of(value) for n, value in given.items()}}
    return replace(item, arguments=arguments)


def by_position(function: Differentiable) -> Callable[..., Any]:
    """The Python function of a differentiable object; takes all arguments by position."""
    parameters = function._compilations.parameters

    def plain(*args: Any) -> Any:
        positional, keyword = parameters.spread(args)
        return function.py_func(*positional, **keyword)

    return plain


def optimised(item: Listed) -> Function:
    """The IR of a function, from which its extents are read.  Raises UnsupportedError."""
    from adgen.transpiler.compiler import prepare

    return prepare(item.source, item.arguments)


def called(
    function: Any,
    item: Listed,
    given: Mapping[str, Any],
    tried: Sequence[Plan],
    finite: bool = True,
) -> tuple[tuple[Any, ...], BaseException | None]:
    """The first arguments with which the function returns numbers, or the last ones and why not.

    ``finite``: nan and infinity do not count.
    """
    failure: BaseException | None = None
    args: tuple[Any, ...] = ()
    for plan in tried:
        args = arguments(item, plan, given)
        try:
            with np.errstate(all="ignore"):
                value = function(*copy.deepcopy(args))
        except UnsupportedError:
            raise
        except (Exception, SystemExit) as error:  # a function may end the program that calls it
            failure = error
            continue
        if not finite or _is_finite(value):
            return args, None
        failure = ValueError("it returns nan or infinity")
    return args, failure


def _is_finite(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_is_finite, value))
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, (float, np.floating, np.ndarray)):
        return bool(np.all(np.isfinite(value))) if np.asarray(value).dtype.kind in "fc" else True
    return True
