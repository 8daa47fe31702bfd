"""Special functions of SciPy for generated code: ``special.gamma(x)`` of numbers.

Any ufunc of ``scipy.special`` under its own name, found when it is asked for.
"""

from __future__ import annotations

import sys
from typing import Any

from adgen.runtime.ufunc_loops import numbers_kernel


def __getattr__(name: str) -> Any:
    """The kernel of the ufunc of that name.  Raises AttributeError where there is none."""
    if name.startswith("__"):
        raise AttributeError(name)
    numbers_kernel(sys.modules[__name__], "scipy.special._ufuncs", name)
    return globals()[name]
