"""Functions of ``scipy.special`` near those of Bessel (DLMF 9.2, 10.51, 10.61, 11.4).

Those of Bessel themselves are in ``special.py``, which others are made of.
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp
from scipy.special import _ufuncs as hidden

from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.primitives.kinds import (
    POSITIVE,
    REAL,
    Domain,
    Elementwise,
    Explicit,
    Refused,
    Unknown,
)
from adgen.transpiler.primitives.table import primitive

NO_ORDER = Unknown("the order of a Bessel function is a parameter")
ORDER = Domain(0, 3, integer=True)


def _of_order(function, rule, orders=POSITIVE, **facts):  # type: ignore[no-untyped-def]
    primitive(function, Elementwise(NO_ORDER, rule), domain=(orders, POSITIVE), **facts)


# Struve's functions (DLMF 11.4.27, 11.4.29), those of Hankel (10.6.1)

_of_order(sp.struve, lambda t, z, v, x: t * (sp.struve(v - 1, x) - v / x * z))
_of_order(sp.modstruve, lambda t, z, v, x: t * (sp.modstruve(v - 1, x) - v / x * z))
for _function in (sp.hankel1, sp.hankel2):
    _of_order(_function, lambda t, z, v, x, f=_function: t * 0.5 * (f(v - 1, x) - f(v + 1, x)),
              complex=True)  # fmt: skip

# Spherical Bessel functions (DLMF 10.51.2, 10.51.5)

for _function in (hidden._spherical_jn, hidden._spherical_yn, hidden._spherical_kn):
    _of_order(_function, lambda t, z, n, x, f=_function: t * (n / x * z - f(n + 1, x)), ORDER,
              kink="nan at 0")  # fmt: skip
_of_order(hidden._spherical_in,
          lambda t, z, n, x: t * (n / x * z + hidden._spherical_in(n + 1, x)), ORDER,
          kink="nan at 0")  # fmt: skip

# Kelvin's functions, the parts of one solution of an equation of second order (DLMF 10.61.3)

for _first, _second, _slope_1, _slope_2 in (
    (sp.ber, sp.bei, sp.berp, sp.beip), (sp.ker, sp.kei, sp.kerp, sp.keip),
):  # fmt: skip
    primitive(_first, Elementwise(lambda t, y, x, f=_slope_1: t * f(x)), domain=POSITIVE)
    primitive(_second, Elementwise(lambda t, y, x, f=_slope_2: t * f(x)), domain=POSITIVE)
    primitive(_slope_1, Elementwise(lambda t, y, x, f=_second: t * (-f(x) - y / x)),
              domain=POSITIVE)  # fmt: skip
    primitive(_slope_2, Elementwise(lambda t, y, x, f=_first: t * (f(x) - y / x)),
              domain=POSITIVE)  # fmt: skip

# Several results for each element


def _several(function, slopes, results, **facts):  # type: ignore[no-untyped-def]
    """``slopes(x, *results)``: the derivative of each result, by the results themselves."""
    count = len(results)

    def kinds(types, attrs):  # type: ignore[no-untyped-def]
        x = types[-1]
        if x.dtype.kind == "c" and not facts.get("complex"):
            raise Refused("of complex numbers it is not compiled", "take a function of real ones")
        dtype = x.dtype if x.dtype.char in "fFD" else np.dtype(np.float64)
        return (Array(dtype, x.ones) if isinstance(x, Array) else Scalar(dtype),) * count

    def vjp(gs, ys, x):  # type: ignore[no-untyped-def]
        parts = [g * s for g, s in zip(gs, slopes(x, *ys), strict=True) if g is not None]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return (total,)

    def jvp(ts, ys, x, wanted):  # type: ignore[no-untyped-def]
        return tuple(ts[0] * slope for slope in slopes(x, *ys))

    primitive(function, Explicit(jvp, vjp), types=kinds, operands=("x",), results=results,
              domain=REAL, shape=lambda shapes, attrs: (shapes[0],) * count, **facts)  # fmt: skip


_several(sp.airy, lambda x, a, ap, b, bp: (ap, x * a, bp, x * b), ("ai", "aip", "bi", "bip"),
         formula="(t * special.airy(x)[1], t * x * special.airy(x)[0], "
                 "t * special.airy(x)[3], t * x * special.airy(x)[2])",
         complex=True)  # fmt: skip
_several(sp.itj0y0, lambda x, j, y: (sp.j0(x), sp.y0(x)), ("ij0", "iy0"),
         formula="(t * special.j0(x), t * special.y0(x))")  # fmt: skip
