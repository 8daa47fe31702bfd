"""Derivatives against finite differences of the Python function, as the user wrote it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen import pullbacks
from adgen.generator_states import States, generators_in, steady
from adgen.transpiler.errors import AdgenError, WrongDerivative
from adgen.transpiler.ir.trees import built, map_tree, tree_of

if TYPE_CHECKING:
    from adgen.differentiable import Differentiable

DIRECTIONS = 3
STEP = 1e-2  # the first of the steps that are extrapolated to zero
SHRINK = 2.0
STEPS = 9
TOLERANCE = {8: 1e-6, 4: 1e-2}  # by item size of the least precise argument


MODES = ("fwd", "rev")


def check(
    function: Differentiable,
    positions: tuple[int, ...],
    args: tuple[Any, ...],
    modes: Sequence[str] = MODES,
    order: int = 1,
) -> None:
    """Compare value, ``vjp`` and ``jvp`` with the function itself in random directions.

    ``modes``: ``"fwd"``, ``"rev"`` or both.  ``order`` 2: ``hvp`` too, with differences of the
    gradient.  Raises WrongDerivative that names what differs, and the rule of the user's own
    that is wrong.
    """
    try:
        _check(function, positions, args, modes, order)
    except WrongDerivative as error:
        from adgen.blame import wrong_rule

        compilations = function._compilations

        def plain(*given: Any) -> Any:
            by_position, by_keyword = compilations.parameters.spread(given)
            return compilations.function(*by_position, **by_keyword)

        rule = wrong_rule(plain, args, tolerance_for(args))
        if not rule:
            raise
        raise WrongDerivative(f"{rule} ({error.message})", hint="correct the rule") from None


def _check(
    function: Differentiable,
    positions: tuple[int, ...],
    args: tuple[Any, ...],
    modes: Sequence[str],
    order: int,
) -> None:
    if not set(MODES).issuperset(modes) or order not in (1, 2):
        raise AdgenError(
            f"modes={modes!r}, order={order!r} is not checked",
            hint='modes are "fwd" and "rev", the order is 1 or 2',
        )
    rng = np.random.default_rng(0)
    compilations, options = function._compilations, function.options

    def once(*given: Any) -> Any:
        by_position, by_keyword = compilations.parameters.spread(given)
        return compilations.function(*by_position, **by_keyword)

    tolerance = tolerance_for(args)
    sweep = pullbacks.vjp, compilations, positions, function.packed, options, args
    (value, pullback), states = drawing_the_same(function, args, *sweep)
    plain = steady(once, states)
    expected = plain(*copy.deepcopy(args))
    _compare("the value", floats(value), floats(expected), tolerance)
    for _ in range(DIRECTIONS):
        tangents = tuple(_direction(rng, x) if k in positions else None for k, x in enumerate(args))
        slope = difference(plain, args, tangents, tolerance)
        if "fwd" in modes:
            pushed = steady(pullbacks.jvp_of_bound, states)
            _, tangent = pushed(compilations, options, args, tangents)
            scale = floats(expected)
            _compare("the tangent (jvp)", floats(tangent), slope, tolerance, scale)
        if order == 2:
            _check_product(function, positions, args, tangents, tolerance, states)
        if "rev" not in modes:
            continue
        cotangent = random_cotangent(rng, value)
        found = pullback(cotangent)
        cotangents = found if function.packed else (found,)
        left = sum(
            float(np.vdot(dual(bar), floats(tangents[k])))
            for k, bar in zip(positions, cotangents, strict=True)
        )
        right = float(np.vdot(dual(cotangent), slope))
        terms = np.abs(dual(cotangent) * slope).sum()
        _compare("the cotangent (vjp)", np.array([left]), np.array([right]), tolerance, terms)


def _check_product(
    function: Differentiable,
    positions: tuple[int, ...],
    args: tuple[Any, ...],
    tangents: tuple[Any, ...],
    tolerance: float,
    states: States,
) -> None:
    """Compare the Hessian times a vector with the slope of the gradient along it."""
    spread = function._compilations.parameters.spread

    def gradient(*given: Any) -> Any:
        by_position, by_keyword = spread(given)
        return function.grad(*by_position, **by_keyword)

    vector = tuple(tangents[k] for k in positions)
    by_position, by_keyword = spread(args)
    gradient = steady(gradient, states)
    found = steady(function.hvp, states)(
        *by_position, vector if function.packed else vector[0], **by_keyword
    )
    slope = difference(gradient, args, tangents, tolerance)
    scale = floats(gradient(*args))
    _compare("the Hessian product (hvp)", floats(found), slope, tolerance, scale)


def drawing_the_same(
    function: Differentiable, args: tuple[Any, ...], sweep: Callable[..., Any], *given: Any
) -> tuple[Any, States]:
    """What a sweep of a function gives, and the states that it has drawn from."""
    for _ in range(2):
        known = function._compilations.streams
        states = States([*generators_in(args), *known])
        found = steady(sweep, states)(*given)
        if function._compilations.streams == known:  # compiling it has found no others
            break
    return found, states


def tolerance_for(args: tuple[Any, ...]) -> float:
    """How exact differences are, for the least precise of the arguments."""
    single = any(
        getattr(leaf, "dtype", None) in (np.float32, np.complex64) for leaf in _numbers(args)
    )
    return TOLERANCE[4 if single else 8]


def _compare(what: str, have: Any, want: Any, tolerance: float, scale: Any = 0.0) -> None:
    size = max([np.max(np.abs(want), initial=0.0), np.max(np.abs(scale), initial=0.0), 1e-8])
    error = np.max(np.abs(have - want), initial=0.0) / size
    if not error <= tolerance:  # nan too
        raise WrongDerivative(
            f"{what} differs from finite differences by {error:.1e}: {have} instead of {want}",
            hint="is the function smooth here? at a kink the two need not agree",
        )


def _numbers(value: Any) -> list[Any]:
    """The numbers and arrays in a nested value."""
    kinds = (np.ndarray, np.generic, int, float, complex)
    return [leaf for leaf in leaves(tree_of(value)) if isinstance(leaf, kinds)]


def floats(value: Any) -> np.ndarray[Any, Any]:
    """All numbers in a nested value, as one vector of float64; complex ones as two each."""
    parts = [np.ravel(np.asarray(leaf, _wide(leaf))).view(np.float64) for leaf in _numbers(value)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _wide(leaf: Any) -> type:
    return np.complex128 if np.iscomplexobj(leaf) else np.float64


def dual(value: Any) -> np.ndarray[Any, Any]:
    """The same of a cotangent: imaginary parts are negative, for it pairs by ``Re(sum(g * t))``."""
    conjugated = map_tree(lambda leaf: leaf if leaf is None else np.conjugate(leaf), tree_of(value))
    return floats(built(conjugated))


def _direction(rng: np.random.Generator, value: Any) -> Any:
    """A random tangent; None for leaves that are no floats."""

    def leaf(part: Any) -> Any:
        return _random(rng, part) if is_float_leaf(part) else None

    return built(map_tree(leaf, tree_of(value)))


def _random(rng: np.random.Generator, like: Any) -> Any:
    made = rng.normal(size=np.shape(like))[()]
    return made + 1j * rng.normal(size=np.shape(like))[()] if np.iscomplexobj(like) else made


def is_float_leaf(leaf: Any) -> bool:
    """Whether a leaf has a derivative."""
    kind = getattr(getattr(leaf, "dtype", None), "kind", "")
    return isinstance(leaf, (float, complex)) or kind in ("f", "c")


def random_cotangent(rng: np.random.Generator, value: Any) -> Any:
    """A random cotangent; zero for integers, which have none."""

    def leaf(part: Any) -> Any:
        if is_float_leaf(part):
            return _random(rng, part)
        return np.zeros(np.shape(part))[()] if _numbers(part) else None

    return built(map_tree(leaf, tree_of(value)))


def difference(
    function: Any, args: tuple[Any, ...], tangents: tuple[Any, ...], tolerance: float
) -> Any:
    """The slope of the function in a direction: central differences, extrapolated (Ridders).

    Steps shrink until two extrapolations agree ten times better than is asked for; where
    rounding keeps them from it, the pair that agrees best decides.
    """

    def slope(step: float) -> Any:
        try:
            with np.errstate(all="ignore"):
                ends = [floats(function(*_moved(args, tangents, s * step))) for s in (1.0, -1.0)]
        except (ArithmeticError, ValueError):  # outside of its domain: a smaller step may do
            return np.array([np.nan])
        return (ends[0] - ends[1]) / (2.0 * step)

    row = [slope(STEP)]
    best, least = row[0], np.inf
    for k in range(1, STEPS):
        below = [slope(STEP / SHRINK**k)]
        for order, previous in enumerate(row, 1):
            factor = SHRINK ** (2 * order)
            below.append((factor * below[-1] - previous) / (factor - 1.0))
            error = np.max(np.abs(below[-1] - np.array([below[-2], previous])), initial=0.0)
            if error < least:
                best, least = below[-1], error
        if least <= 0.1 * tolerance * np.max(np.abs(best), initial=0.0):
            break
        row = below
    return best


def _moved(args: tuple[Any, ...], tangents: tuple[Any, ...], step: float) -> tuple[Any, ...]:
    """Copies of the arguments, moved; in double precision where they move."""
    return tuple(
        copy.deepcopy(x) if t is None else _step(x, t, step)
        for x, t in zip(args, tangents, strict=True)
    )


def _step(value: Any, tangent: Any, step: float) -> Any:
    tree = tree_of(value)
    moves = iter(leaves(tree_of(tangent)))

    def leaf(part: Any) -> Any:
        move = next(moves)
        return part if move is None else np.asarray(part, _wide(part))[()] + step * move

    return built(map_tree(leaf, tree))


def leaves(tree: Any) -> list[Any]:
    """All leaves of a tree, constants too."""
    found: list[Any] = []
    map_tree(found.append, tree)
    return found
