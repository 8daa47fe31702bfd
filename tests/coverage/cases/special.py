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
        case(lambda a, b: special.betainc(a, b, 0.3), spread(*POSITIVE, (3,)), 1.4),
    ],
    "special.gammainc": [
        case(lambda x: special.gammainc(1.5, x), spread(*POSITIVE, (4,))),
        case(lambda x: special.gammainc(0.7, x), spread(*POSITIVE, (2, 3))),
        case(lambda x: special.gammainc(3.0, x), spread(*POSITIVE)),
        case(lambda a, x: special.gammainc(a, x), spread(*POSITIVE, (2, 3)), 1.2),
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


def by_point(function, *shape, domain=POSITIVE, **facts):
    """Functions of parameters of shape, and of a number."""
    return [
        case(lambda x: function(*shape, x), spread(*domain, (4,)), **facts),
        case(lambda x: function(*shape, x), spread(*domain, (2, 3)), **facts),
        case(lambda x: function(*shape, x), spread(*domain), **facts),
    ]


def of_degree(function, *shape, **facts):
    """Polynomials of a degree, of degree 0 too."""
    degrees = np.array([0, 1, 3])
    return [
        case(lambda x: function(3, *shape, x), spread(*UNIT, (4,)), **facts),
        case(lambda x: function(degrees, *shape, x), spread(*UNIT, (2, 3)), single=False),
        case(lambda x: function(0, *shape, x) + function(1, *shape, x), NUMBER, **facts),
    ]


CASES |= {
    f"special.{_name}": of_degree(getattr(special, _name))
    for _name in ("eval_legendre", "eval_chebyt", "eval_chebyu", "eval_laguerre")
}
CASES |= {
    f"special.{_name}": of_degree(getattr(special, _name), single=False)
    for _name in ("eval_hermite", "eval_hermitenorm")
}
CASES |= {
    f"special.{_name}": unary(getattr(special, _name), *POSITIVE)
    for _name in "ber bei ker kei berp beip kerp keip wrightomega".split()
}
CASES |= {
    f"special.{_name}": binary(getattr(special, _name), POSITIVE, POSITIVE)
    for _name in "boxcox boxcox1p inv_boxcox inv_boxcox1p powm1".split()
}
CASES |= {
    f"special.spherical_{_name}": [
        case(lambda x, f=_function: f(2, x), spread(*POSITIVE, (4,))),
        case(lambda x, f=_function: f(np.array([0, 1, 3]), x), spread(*POSITIVE, (2, 3))),
        case(lambda x, f=_function: f(1, x, True), spread(*POSITIVE)),
        case(lambda x, f=_function: f(0, x, derivative=True), spread(*POSITIVE, (3,))),
    ]
    for _name, _function in (
        ("jn", special.spherical_jn), ("yn", special.spherical_yn),
        ("in", special.spherical_in), ("kn", special.spherical_kn),
    )
}  # fmt: skip
CASES |= {
    f"special.{_function.__name__}": [
        case(lambda x, f=_function: f(1, x), spread(*POSITIVE, (4,)), single=False),
        case(lambda x, f=_function: f(0.5, x, 2), spread(*POSITIVE, (2, 3)), single=False),
        case(lambda x, f=_function: f(2, x, 3) + f(1, x, 0), NUMBER),
    ]
    for _function in (special.jvp, special.yvp, special.ivp, special.kvp)
}
CASES |= {
    "special.eval_genlaguerre": of_degree(special.eval_genlaguerre, 0.5),
    "special.eval_gegenbauer": of_degree(special.eval_gegenbauer, 0.7),
    "special.eval_jacobi": of_degree(special.eval_jacobi, 0.7, 1.2),
    "special.hyp2f1": by_point(special.hyp2f1, 0.5, 1.5, 2.0, domain=UNIT),
    "special.hyperu": by_point(special.hyperu, 0.5, 1.5),
    "special.struve": by_point(special.struve, 1.5),
    "special.modstruve": by_point(special.modstruve, 0.5),
    "special.hankel1": by_point(lambda v, x: special.hankel1(v, x).real, 0.5),
    "special.hankel2": by_point(lambda v, x: special.hankel2(v, x).imag, 1),
    "special.chdtr": by_point(special.chdtr, 1.7),
    "special.chdtrc": by_point(special.chdtrc, 1.7),
    "special.chdtri": by_point(special.chdtri, 1.7, domain=PART),
    "special.fdtr": by_point(special.fdtr, 1.7, 2.3),
    "special.fdtrc": by_point(special.fdtrc, 1.7, 2.3),
    "special.fdtri": by_point(special.fdtri, 1.7, 2.3, domain=PART),
    "special.stdtrit": by_point(special.stdtrit, 2.5, domain=PART),
    "special.betainccinv": by_point(special.betainccinv, 2.5, 1.2, domain=PART),
    "special.gdtr": by_point(special.gdtr, 1.2, 2.3),
    "special.gdtrc": by_point(special.gdtrc, 1.2, 2.3),
    "special.pdtr": by_point(special.pdtr, 2),
    "special.pdtrc": by_point(special.pdtrc, 2),
    "special.cotdg": by_point(special.cotdg, domain=(20.0, 70.0)),
    "special.lambertw": [
        case(lambda x: special.lambertw(x).real, spread(*POSITIVE, (4,))),
        case(lambda x: special.lambertw(-x, -1).real, spread(0.05, 0.3, (2, 3))),
        case(lambda x: special.lambertw(x, k=1).imag, NUMBER),
    ],
    "special.wofz": [
        case(lambda x: np.real(special.wofz(x + 0.5j)), spread(*REAL, (4,))),
        case(lambda x, y: np.imag(special.wofz(x + 1j * y)), spread(*REAL, (2, 3)), NUMBER),
        case(lambda x: special.wofz(1j * x).real, NUMBER),
    ],
    "special.voigt_profile": [
        case(lambda x, s, g: special.voigt_profile(x, s, g), spread(*REAL, (4,)), 0.8, 0.4),
        case(lambda s, g: special.voigt_profile(0.5, s, g), spread(*POSITIVE, (3,)), NUMBER),
        case(lambda x: special.voigt_profile(x, 1.2, 0.6), NUMBER),
    ],
    "special.airy": [
        case(lambda x: special.airy(x)[0] * special.airy(x)[2], spread(*REAL, (4,))),
        case(lambda x: special.airy(x)[1] + special.airy(x)[3], spread(*REAL, (2, 3))),
        case(lambda x: special.airy(x)[1], NUMBER),
    ],
    "special.itj0y0": [
        case(lambda x: special.itj0y0(x)[0], spread(*POSITIVE, (4,))),
        case(lambda x: special.itj0y0(x)[1], spread(*POSITIVE, (2, 3))),
        case(lambda x: special.itj0y0(x)[0] * special.itj0y0(x)[1], NUMBER),
    ],
    "special.factorial": by_point(special.factorial, single=False),
    "special.comb": [
        *CASES["special.comb"],
        case(lambda n, k: special.comb(n, k), spread(3.0, 5.0, (3,)), 1.5),
        case(lambda n: special.comb(n, 2, repetition=True), spread(*POSITIVE, (4,))),
        case(lambda n: special.comb(n, 7.0), 3.5),
    ],
    "special.perm": [
        case(lambda n: special.perm(n, 2), spread(3.0, 5.0, (3,))),
        case(lambda n, k: special.perm(n, k), spread(3.0, 5.0, (2, 2)), 1.5),
        case(lambda n: special.perm(n, 7), 3.5),
    ],
}
if hasattr(special, "softplus"):
    CASES["special.softplus"] = unary(special.softplus, *REAL)
