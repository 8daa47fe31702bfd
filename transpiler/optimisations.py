"""The optimisations by name, and a way to do without some: that is how their worth is measured.

The meaning of a program never depends on them, and each is left out alone: the others must not
count on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HOISTING = "hoisting out of loops"
COMMON_SUBEXPRESSIONS = "common subexpressions"
KEPT_SHAPES = "shapes of carried arrays guessed to stay"
LOCAL_WRITES = "writes that stay in their iteration"
WORK_SPACE = "work space that belongs to an iteration"
INDEPENDENT_ITERATIONS = "forward and reverse of independent iterations in one loop"
MINIMUM_CUT = "minimum cut of what is stored, against storing all"
SHARED_LOOPS = "parts of array code in shared loops"
ROWS_OUTSIDE = "loops over rows outside of those along them"
ROW_LOOPS = "loops that hand on rows merged"
NEIGHBOURING_LOOPS = "neighbouring loops merged"
SHARED_ELEMENTS = "shared elements in scalars"
MATRIX_PRODUCTS = "loops that are products of matrices"
STACKED_PRODUCTS = "products of stacks with one matrix as products of matrices"
POINTS_INNERMOST = "independent iterations innermost, in blocks"
REUSED_BUFFERS = "buffers allocated once"
FIRST_WRITES = "first additions to zeros made assignments"
VALUES_AHEAD = "values for the next trip ahead of stores"
FREE_SUMS = "sums in any order"
DISTINCT_ARRAYS = "fresh arrays known to be distinct"
ROLLED_LOOPS = "short loops in loops not unrolled"
SMALL_ARRAYS = "small arrays in scalars"
EQUAL_LOOPS = "equal loops compiled once"
CLAIMED_INDICES = "indices known not to be negative"

ALL = frozenset(
    value
    for name, value in list(globals().items())
    if name.isupper() and isinstance(value, str) and not name.startswith("_")
)

_left_out: ContextVar[frozenset[str]] = ContextVar("left_out", default=frozenset())


def enabled(name: str) -> bool:
    """Whether an optimisation is done in this compilation."""
    return name not in _left_out.get()


def left_out() -> frozenset[str]:
    """What is not done in this compilation."""
    return _left_out.get()


def all_enabled() -> bool:
    """Whether nothing is left out: only then is what is compiled worth keeping."""
    return not _left_out.get()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Leave optimisations out of what is compiled meanwhile, in this thread.

    What an object has compiled before stays as it is.  Raises ValueError for names that there
    are not.
    """
    unknown = set(names) - ALL
    if unknown:
        raise ValueError(f"no such optimisation: {', '.join(sorted(unknown))}")
    token = _left_out.set(_left_out.get() | frozenset(names))
    try:
        yield
    finally:
        _left_out.reset(token)
