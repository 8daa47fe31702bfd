"""Which rule of the user's own is wrong, when a derivative does not agree with differences."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen import checking, transforms
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.user_primitives import CustomDerivative, UserPrimitive, calls_noted

MOST_ENTRIES = 50  # of an argument that are compared, the first ones


def wrong_rule(plain: Callable[..., Any], args: tuple[Any, ...], tolerance: float) -> str:
    """What is wrong with a rule of a function that ``plain`` calls; "" where all seem right."""
    with calls_noted() as calls:
        plain(*copy.deepcopy(args))
    for called, given in calls:
        for k in range(len(given)):
            found = _wrong(called, given, k, tolerance)
            if found:
                return found
    return ""


def _wrong(
    called: UserPrimitive | CustomDerivative, given: tuple[Any, ...], k: int, tolerance: float
) -> str:
    if not _is_real(given[k]) or k in getattr(called, "nondiff", ()):
        return ""
    value = called.function(*copy.deepcopy(given))
    if not _is_real(value):
        return ""
    weights = np.random.default_rng(0).normal(size=np.shape(value)) if np.ndim(value) else 1.0

    before, after = given[:k], given[k + 1 :]

    def weighted(x: Any) -> Any:
        return np.sum(called(*before, x, *after) * weights)

    for rule, derivative in _rules(called, k, weighted):
        places = list(np.ndindex(np.shape(given[k])))[:MOST_ENTRIES]
        try:
            have = np.array(derivative(given[k], places))
        except AdgenError:
            continue  # no rule for this mode
        want = np.array([_slope(weighted, given[k], place, tolerance) for place in places])
        errors = np.abs(have - want)
        worst = int(np.argmax(errors)) if not np.isnan(errors).any() else 0
        size = max(float(np.max(np.abs(want), initial=0.0)), 1e-8)
        if not errors[worst] <= tolerance * size:
            entry = f"entry {list(places[worst])}" if places[worst] else "it"
            return (
                f"the {rule} of `{called.__name__}` for {_argument(called, k)} is wrong: "
                f"{entry} is {have[worst]:.6g} instead of {want[worst]:.6g}"
            )
    return ""


def _is_real(value: Any) -> bool:
    return bool(checking.is_float_leaf(value)) and not np.iscomplexobj(value)


def _rules(
    called: UserPrimitive | CustomDerivative, k: int, weighted: Callable[..., Any]
) -> list[tuple[str, Callable[..., Any]]]:
    """The rules for an argument by name, and what each gives for entries of it."""

    def backward(x: Any, places: Sequence[tuple[int, ...]]) -> Any:
        found = np.asarray(transforms.grad(weighted, jit=False)(x))
        return [found[place] for place in places]

    def forward(x: Any, places: Sequence[tuple[int, ...]]) -> Any:
        units = [_unit(x, place) for place in places]
        return [transforms.jvp(weighted, (x,), (unit,), jit=False)[1] for unit in units]

    if isinstance(called, CustomDerivative):
        return [(f"def{called.mode}", backward if called.mode == "vjp" else forward)]
    rules = [("defvjp", backward)] if k in called.vjps else []
    rules += [("defjvp", forward)] if k in called.jvps else []
    return rules or [("deflinear", forward)]


def _unit(x: Any, place: tuple[int, ...]) -> Any:
    direction = np.zeros(np.shape(x), getattr(x, "dtype", np.float64))
    direction[place] = 1.0
    return direction[()]


def _slope(weighted: Callable[..., Any], x: Any, place: tuple[int, ...], tolerance: float) -> float:
    return float(checking.difference(weighted, (x,), (_unit(x, place),), tolerance)[0])


def _argument(called: UserPrimitive | CustomDerivative, k: int) -> str:
    try:
        name = list(inspect.signature(called.function).parameters)[k]
    except (ValueError, TypeError, IndexError):
        return f"its argument {k}"
    return f"its argument {k} (`{name}`)"
