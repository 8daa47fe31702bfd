"""Which numbers an array holds; the front end decides it while compiling."""

from __future__ import annotations

import numpy as np


def counts(a):
    """Whether an array holds integers or truth values."""
    return np.asarray(a).dtype.kind in "biu"


def check_cast(values, a, rule):
    """Raise what NumPy raises where values of their dtype are not put into an array by a rule."""
    if not np.can_cast(np.asarray(values).dtype, a.dtype, rule):
        raise TypeError(
            f"the values cannot be cast to the dtype of the array, by the rule '{rule}'"
        )


def floating(dtype):
    """The dtype of numbers between those of a dtype: that of ``np.sqrt``."""
    return np.result_type(dtype, np.float16)
