"""Special functions of SciPy."""

from __future__ import annotations

import numpy as np
from scipy import special

from tests.coverage.case import Table, case
from tests.coverage.cases.elementwise import binary, unary
from tests.coverage.cases.samples import MATRIX, NUMBER, TENSOR, VECTOR, spread

REAL, POSITIVE, UNIT, PART = (-2.0, 2.0), (0.4, 3.0), (-0.9, 0.9), (0.1, 0.9)


def ordered(function, low, high):
    """Functions of an order, which is an integer, and of a number."""
    return [
        case(lambda x: function(2, x), spread(low, high)),
        case(lambda x: function(1, x), spread(low, high, (4,))),
        case(lambda x: function(np.array([0, 1, 2]), x), spread(low, high, (2, 3))),
    ]


CASES: Table = {}
for _domain, _names in {
    REAL: "erf erfc erfcx erfi dawsn expit log_expit ndtr log_ndtr i0 i1 i0e j0 j1 exp2 exp10 "
    "expm1 exprel cosm1 sindg cosdg",
    POSITIVE: "gamma gammaln loggamma rgamma psi digamma y0 y1 k0 k1 k0e k1e entr expi exp1 cbrt "
    "log1p gammasgn",
    UNIT: "erfinv ellipe ellipk",
    PART: "logit ndtri erfcinv",
    (1.1, 3.0): "spence",
}.items():
    for _name in _names.split():
        CASES[f"special.{_name}"] = unary(getattr(special, _name), *_domain)
for _domains, _names in {
    (POSITIVE, POSITIVE): "beta betaln xlogy rel_entr kl_div",
    (POSITIVE, REAL): "xlog1py pseudo_huber",
}.items():
    for _name in _names.split():
        CASES[f"special.{_name}"] = binary(getattr(special, _name), *_domains)
for _name in "jn jv yn yv iv ive kn kv expn".split():
    CASES[f"special.{_name}"] = ordered(getattr(special, _name), *POSITIVE)
CASES["special.xlog1py"] = binary(special.xlog1py, POSITIVE, UNIT)

CASES |= {
    "special.betainc": [
        case(lambda x: special.betainc(2.0, 1.5, x), spread(*PART, (4,))),
        case(lambda x: special.betainc(0.7, 2.5, x), spread(*PART, (2, 3))),
        case(lambda x: special.betainc(3.0, 0.5, x), spread(*PART)),
    ],
    "special.gammainc": [
        case(lambda x: special.gammainc(1.5, x), spread(*POSITIVE, (4,))),
        case(lambda x: special.gammainc(0.7, x), spread(*POSITIVE, (2, 3))),
        case(lambda x: special.gammainc(3.0, x), spread(*POSITIVE)),
    ],
    "special.gammaincc": [
        case(lambda x: special.gammaincc(1.5, x), spread(*POSITIVE, (4,))),
        case(lambda x: special.gammaincc(0.7, x), spread(*POSITIVE, (2, 3))),
        case(lambda x: special.gammaincc(3.0, x), spread(*POSITIVE)),
    ],
    "special.polygamma": ordered(special.polygamma, *POSITIVE),
    "special.multigammaln": [
        case(lambda x: special.multigammaln(x, 3), 3.7),
        case(lambda x: special.multigammaln(x, 2), spread(1.0, 4.0, (3,))),
        case(lambda x: special.multigammaln(x, 1), spread(1.0, 4.0, (2, 3))),
    ],
    "special.logsumexp": [
        case(lambda x: special.logsumexp(x), VECTOR),
        case(lambda x: special.logsumexp(x, axis=-1), MATRIX),
        case(lambda x, b: special.logsumexp(x, axis=0, b=b), MATRIX, np.exp(MATRIX)),
        case(lambda x: special.logsumexp(x, axis=(0, 2), keepdims=True), TENSOR),
        case(lambda x: special.logsumexp(x, b=-1.5, return_sign=True)[0], VECTOR),
    ],
    "special.softmax": [
        case(lambda x: special.softmax(x), VECTOR),
        case(lambda x: special.softmax(x, axis=1), MATRIX),
        case(lambda x: special.softmax(x, axis=(0, 2)), TENSOR),
    ],
    "special.log_softmax": [
        case(lambda x: special.log_softmax(x), VECTOR),
        case(lambda x: special.log_softmax(x, axis=0), MATRIX),
        case(lambda x: special.log_softmax(x, axis=-1), TENSOR),
    ],
    "special.sici": [
        case(lambda x: special.sici(x)[0], spread(0.3, 3.0, (4,))),
        case(lambda x: special.sici(x)[1], spread(0.3, 3.0, (2, 3))),
        case(lambda x: special.sici(x)[0] * special.sici(x)[1], NUMBER),
    ],
    "special.shichi": [
        case(lambda x: special.shichi(x)[0], spread(0.3, 3.0, (4,))),
        case(lambda x: special.shichi(x)[1], spread(0.3, 3.0, (2, 3))),
        case(lambda x: special.shichi(x)[0] * special.shichi(x)[1], NUMBER),
    ],
    "special.fresnel": [
        case(lambda x: special.fresnel(x)[0], VECTOR),
        case(lambda x: special.fresnel(x)[1], MATRIX),
        case(lambda x: special.fresnel(x)[0] * special.fresnel(x)[1], NUMBER),
    ],
    "special.zeta": [
        case(lambda q: special.zeta(2.0, q), spread(*POSITIVE, (4,))),
        case(lambda q: special.zeta(3.5, q), spread(*POSITIVE, (2, 3))),
        case(lambda q: special.zeta(1.5, q), NUMBER),
    ],
    "special.huber": [
        case(lambda x: special.huber(0.8, x), VECTOR),
        case(lambda d, x: special.huber(d, x), 0.9, MATRIX),
        case(lambda x: special.huber(0.5, x), NUMBER),
    ],
    "special.comb": [
        case(lambda n: special.binom(n, 2.0), spread(3.0, 5.0, (3,))),
        case(lambda n, k: special.binom(n, k), spread(3.0, 5.0, (3,)), spread(0.5, 2.5, (3,))),
        case(lambda n: special.poch(n, 2.5), spread(3.0, 5.0, (2, 2))),
    ],
}
