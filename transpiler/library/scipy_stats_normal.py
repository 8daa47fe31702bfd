"""The density of the normal distribution, which much code is about: no more than it takes."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from adgen.transpiler.library.registry import defines

_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


@defines(stats.norm.logpdf)
def norm_logpdf(x, loc=0, scale=1):
    z = np.asarray((x - loc) / scale, np.float64)
    return -0.5 * z * z - _LOG_ROOT_2PI - np.log(np.asarray(scale, np.float64))


@defines(stats.norm.pdf)
def norm_pdf(x, loc=0, scale=1):
    return np.exp(norm_logpdf(x, loc, scale))
