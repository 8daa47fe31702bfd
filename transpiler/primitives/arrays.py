"""Products of vectors and matrices.

Constructors, views and shapes are not here: the front end turns ``np.zeros``,
``.T``, ``reshape`` and their like into kinds of the IR and index paths.
"""

from __future__ import annotations

import operator

import numpy as np

from adgen.transpiler.primitives import typing as rules
from adgen.transpiler.primitives.kinds import Bilinear
from adgen.transpiler.primitives.table import primitive


def _matmul_x(g, x, y):  # type: ignore[no-untyped-def]
    if x.ndim == 1 and y.ndim == 1:
        return g * y
    if x.ndim == 1:
        return y @ g if y.ndim == 2 else np.sum(y * g.row(), axis=(y.ndim - 1,), keepdims=False)
    if y.ndim == 1:
        return np.outer(g, y) if x.ndim == 2 else g.wide() * y
    return g @ y.mT


def _matmul_y(g, x, y):  # type: ignore[no-untyped-def]
    if x.ndim == 1 and y.ndim == 1:
        return g * x
    if x.ndim == 1:
        return np.outer(x, g) if y.ndim == 2 else x.wide() * g.row()
    if y.ndim == 1:
        # along the rows of x, as the product itself runs
        return g @ x if x.ndim == 2 else x * g.wide()
    return x.mT @ g


_PRODUCT = Bilinear(_matmul_x, _matmul_y)
primitive(operator.matmul, _PRODUCT, types=rules.matmul, operands=("a", "b"), symbol="@",
          complex=True, spellings=(np.matmul, np.dot))  # fmt: skip
primitive(np.outer, Bilinear(lambda g, x, y: g @ y, lambda g, x, y: x @ g),
          types=rules.outer, operands=("a", "b"), complex=True)  # fmt: skip
