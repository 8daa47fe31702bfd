"""``scipy.integrate.odeint``, by the method of Dormand and Prince; loaded only where it is used.

The steps are chosen by the estimated error and then count as constants: the derivative is that of
the steps that were made.  Time is counted from 0 to 1 between two points of ``t``, so there are
derivatives by these points too.
"""

from __future__ import annotations

import numpy as np
from scipy import integrate

from adgen.transpiler.library.registry import constant, defines, refuse

_USUAL = 1.49012e-8  # SciPy's tolerance
_STAGES = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_TIMES = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


@defines(integrate.odeint)
def odeint(
    func, y0, t, args=(), Dfun=None, col_deriv=0, full_output=0, ml=None, mu=None, rtol=None,
    atol=None, tcrit=None, h0=0.0, hmax=0.0, hmin=0.0, ixpr=0, mxstep=0, mxhnil=0, mxordn=12,
    mxords=5, printmessg=0, tfirst=False,
):  # fmt: skip
    if full_output or tcrit is not None:
        refuse("`odeint` with `full_output` or `tcrit`", "leave them out")
    more = args if isinstance(args, tuple) else (args,)
    rtol, atol = _USUAL if rtol is None else rtol, _USUAL if atol is None else atol
    t = np.asarray(t, np.float64)
    y = np.copy(np.atleast_1d(np.asarray(y0, np.float64)))
    found = np.empty((t.shape[0], y.shape[0]))
    found[0] = y
    for k in range(1, t.shape[0]):
        y = _advanced(func, tfirst, more, y, t[k - 1], t[k] - t[k - 1], 0.1 * rtol, 0.1 * atol)
        found[k] = y
    return found


def _slope(func, tfirst, more, y, t, span):
    """The derivative by the part of the span that has gone by."""
    return span * np.asarray(func(t, y, *more) if tfirst else func(y, t, *more))


def _advanced(func, tfirst, more, y, t, span, rtol, atol):
    """The solution when the span has gone by."""
    gone, step = 0.0, 0.1
    while gone < 1.0:
        step = min(step, 1.0 - gone)
        slopes = (_slope(func, tfirst, more, y, t + gone * span, span),)
        point = y
        for weights, part in zip(_STAGES, _TIMES):
            point = y + step * _combined(weights, slopes)
            at = t + (gone + part * step) * span
            slopes = (*slopes, _slope(func, tfirst, more, point, at, span))
        allowed = atol + rtol * np.maximum(np.abs(y), np.abs(point))
        error = constant(np.max(np.abs(step * _combined(_ERROR, slopes)) / allowed))
        if error <= 1.0:
            gone = gone + step
            y = point
        step = step * min(max(0.9 * max(error, 1e-10) ** -0.2, 0.2), 5.0)
    return y


def _combined(weights, slopes):
    total = 0.0
    for weight, slope in zip(weights, slopes):
        total = total + weight * slope
    return total
