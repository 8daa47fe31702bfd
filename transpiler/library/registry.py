"""Which Python text defines which NumPy function."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any, NoReturn, TypeVar

import numpy as np

Definition = TypeVar("Definition", bound=Callable[..., Any])

_DEFINITIONS: dict[Any, Callable[..., Any]] = {}
_SHARING: set[Callable[..., Any]] = set()
_MAKING: set[Callable[..., Any]] = set()


def defines(*functions: Any) -> Callable[[Definition], Definition]:
    """Let the decorated function say what calls of these NumPy functions compute."""

    def enter(definition: Definition) -> Definition:
        for function in functions:
            _DEFINITIONS[function] = definition
        return definition

    return enter


def is_defined(function: Any) -> bool:
    """Whether a function has a definition by now."""
    return function in _DEFINITIONS


def definition_of(function: Any) -> Callable[..., Any] | None:
    """The definition of a NumPy function, or None."""
    try:
        if isinstance(function, MethodType):
            function = MethodType(function.__func__, _original(function.__self__))
        known = _DEFINITIONS.get(function)
        if known is None and function in _OTHERWISE:
            importlib.import_module(_OTHERWISE[function])
        if known is None and _load_scipy(function):
            return _DEFINITIONS.get(function)
        return known
    except TypeError:  # not hashable
        return None


def _original(own: Any) -> Any:
    """The distribution of ``scipy.stats`` of which a frozen one holds a copy."""
    if not type(own).__module__.startswith("scipy.stats."):
        return own
    public: Any = getattr(sys.modules["scipy.stats"], str(getattr(own, "name", "")), None)
    if public is own or type(public) is not type(own) or not hasattr(own, "_updated_ctor_param"):
        return own
    return public if own._updated_ctor_param() == public._updated_ctor_param() else own


def shown_method(own: Any, name: str) -> str:
    """A method of a distribution of ``scipy.stats`` as users write it; nothing for others."""
    family = getattr(own, "name", "") if type(own).__module__.startswith("scipy.stats.") else ""
    return f"stats.{family}.{name}" if family else ""


def shares_memory(definition: Any) -> bool:
    """Whether NumPy's result is a read-only view of the first argument, and ours a copy of it."""
    return definition in _SHARING


def view_in_numpy(definition: Definition) -> Definition:
    """Mark a definition whose result NumPy returns as a read-only view of the first argument."""
    _SHARING.add(definition)
    return definition


def makes_array(definition: Any) -> bool:
    """Whether the result is an array even without axes, where NumPy mostly gives a number."""
    return definition in _MAKING


def array_in_scipy(definition: Definition) -> Definition:
    """Mark a definition whose result is an array even without axes."""
    _MAKING.add(definition)
    return definition


def owns(function: Any) -> bool:
    """Whether a function is part of the library's own text."""
    return (getattr(function, "__module__", "") or "").startswith("adgen.transpiler.library")


def names() -> list[str]:
    """The functions that have a definition, as users write them, in the order of the files."""
    _load_all()
    return [_shown(function) for function in _DEFINITIONS if not _is_plain_method(function)]


def _is_plain_method(function: Any) -> bool:
    """Whether a function is that of a class: users call it by their objects, which they make."""
    if not isinstance(function, FunctionType) or "." not in function.__qualname__:
        return False
    return function.__name__ != "__init__" or "frozen" in function.__qualname__


def near_matches(name: str) -> list[str]:
    """Names in the library that resemble ``name``, for an error message; none of SciPy's."""
    known = sorted({f.__name__ for f in _DEFINITIONS if not _shown(f).startswith(_SCIPY)})
    return difflib.get_close_matches(name, known, n=3, cutoff=0.75)


_SCIPY = (
    "special.",
    "linalg.",
    "stats.",
    "signal.",
    "integrate.",
    "interpolate.",
    "fft.",
    "ndimage.",
)


_IN_BRACKETS = ("mgrid", "ogrid", "r_", "c_", "s_", "index_exp")


def _shown(function: Any) -> str:
    if isinstance(function, MethodType):
        in_brackets = [name for name in _IN_BRACKETS if function.__self__ is getattr(np, name)]
        if in_brackets:
            return f"np.{in_brackets[0]}"
    if isinstance(function, MethodType):  # of one of SciPy's distributions
        held = vars(sys.modules["scipy.stats"]).items()
        own = next(name for name, value in held if value is function.__self__)
        return f"stats.{own}.{function.__name__}"
    if isinstance(function, BuiltinMethodType) and isinstance(function.__self__, np.ufunc):
        return f"np.{function.__self__.__name__}.{function.__name__}"
    module = (getattr(function, "__module__", "") or "numpy").split(".")
    short = ["np"] if module[0] == "numpy" else []
    public = [*short, *(part for part in module[1:] if not part.startswith("_"))]
    made = function.__name__ == "__init__"
    return ".".join([*public, function.__qualname__.split(".")[0] if made else function.__name__])


def refuse(message: str, hint: str) -> NoReturn:
    """In a definition: what is asked for is not compiled.  The front end makes it a refusal."""
    raise NotImplementedError(f"{message}: {hint}")


def as_usual(*given: Any) -> None:
    """In a definition: parameters like ``dtype`` and ``out`` that are accepted only as None."""
    for parameter in given:
        if parameter is not None:
            refuse("this function with `dtype` or `out`", "write `.astype(...)`, or `out[:] = ...`")


def alike(a: Any, b: Any) -> bool:
    """In a definition: whether two arrays that broadcast together have one shape.

    The front end decides it.
    """
    return bool(a.shape == b.shape)


def constant(a: Any) -> Any:
    """In a definition: ``a`` as something by which nothing is differentiated.

    The front end sees to it.  Only for what does not change the result.
    """
    return a


def of_table(function: Any, *operands: Any, **static: Any) -> Any:
    """In a definition: a call of an entry of the table, where the library defines more of it.

    The front end sees to it.
    """
    return function(*operands, **static)


def is_one(a: Any, axis: int) -> bool:
    """In a definition: whether an axis is known to have length 1.  The front end decides it."""
    return bool(a.shape[axis] == 1)


def fits(a: Any, axis: int, count: int) -> None:
    """In a definition: raise ValueError unless an axis has that length.

    The front end makes it a guard, from which what follows knows the length.
    """
    if a.shape[axis] != count:
        raise ValueError("the length of an axis does not fit")


def surely_equal(a: Any, b: int) -> bool:
    """In a definition: whether a number is known to be this one.  The front end decides it."""
    return bool(a == b)


def length_of(sequence: Any) -> int:
    """In a definition: how many items there are, of what gives no ``len`` too."""
    return len(sequence)


def item_of(sequence: Any, place: int) -> Any:
    """In a definition: an item at a place that is there.  The front end leaves out the check."""
    return sequence[place]


def gauss_legendre(n: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """In a definition: points and weights of Gauss's rule, for a number that is known."""
    points, weights = np.polynomial.legendre.leggauss(n)
    return tuple(points.tolist()), tuple(weights.tolist())


# Definitions of functions that a program has only if it has imported their module: importing it
# here would take longer than most compilations.
_OF_SCIPY = {
    "numpy.fft": ("fourier",), "numpy.polynomial": ("polynomial_series",),
    "scipy.fft": ("scipy_fft", "scipy_fft_of_reals"), "scipy.signal": ("scipy_signal",),
    "scipy.special": ("special",), "scipy.linalg": (
        "scipy_linalg", "scipy_decompositions", "scipy_matrices", "scipy_banded",
        "scipy_matrix_functions",
    ),
    "scipy.stats": (
        "scipy_stats_normal", "scipy_stats_of_reals", "scipy_stats_of_positives",
        "scipy_stats_of_intervals", "scipy_stats_of_extremes", "scipy_stats_of_counts",
        "scipy_stats_of_vectors", "scipy_stats_frozen", "scipy_stats_of_samples",
    ),
    "scipy.integrate": ("scipy_integrate", "scipy_integrate_samples"),
    "scipy.ndimage": ("scipy_ndimage",),
    "scipy.interpolate": ("scipy_interpolate", "scipy_interpolate_bases"),
}  # fmt: skip
# Functions of NumPy that are some of SciPy: what defines them is loaded when they are met.
_OTHERWISE = {np.i0: "scipy.special"}
_loaded: set[str] = set()


def _load_scipy(function: Any = None) -> bool:
    """Add what the program may have of SciPy; whether there was anything new.

    Of a function of a module that is none of these nothing is loaded: that takes time.
    """
    module: Any = getattr(function, "__module__", None)
    of_any = not isinstance(module, str) or module.startswith("scipy") or function in _OTHERWISE
    missing = [
        name
        for name in _OF_SCIPY
        if name in sys.modules and name not in _loaded and (of_any or module.startswith(name))
    ]
    for name in missing:
        for part in _OF_SCIPY[name]:
            importlib.import_module(f"adgen.transpiler.library.{part}")
        _loaded.add(name)
    return bool(missing)


def _load_all() -> None:
    for name in _OF_SCIPY:
        importlib.import_module(name)
    _load_scipy()
