"""The real and the imaginary part of complex arrays, which NumPy returns as views."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, type_of
from adgen.transpiler.ir.types import Array, is_complex

PARTS = (np.real, np.imag)


def is_part(op: Op) -> bool:
    """Whether an op is a part of a complex array: a cast to a real dtype is the real part."""
    if op.callee not in PARTS and op.callee != core.CAST:
        return False
    kind = type_of(op.operands[0])
    return isinstance(kind, Array) and is_complex(kind) and not is_complex(op.result.type)
