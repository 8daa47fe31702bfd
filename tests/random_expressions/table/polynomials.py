"""Polynomials in several bases, sets, histograms, places as numbers, complex roots of reals."""

BASES = [
    "chebyshev.cheb",
    "hermite.herm",
    "hermite_e.herme",
    "laguerre.lag",
    "legendre.leg",
    "polynomial.poly",
]

REAL = [
    "np.nanargmax({x}{c}) * {y}",
    "{x}.ravel()[np.nanargmin({x})]",
    "np.isin(np.array({i}), [0, 2]) * {x}[:3]",
    "np.intersect1d({x}, {x}[:1])",
    "np.setdiff1d({x}, {x}[:1])",
    "np.setxor1d({x}, {y})",
    "np.union1d({x}, {y})",
    "np.array_equal({x}, {y}) * {y}",
    "np.array_equiv({x}, {x}) * {y}",
    "np.histogram2d({x}.ravel(), {s}.ravel(), bins=2, range=[[-2, 2], [-2, 2]])[0] * {y}.sum()",
    "np.histogramdd(np.stack(({x}.ravel(), {s}.ravel()), 1), 2, [(-2, 2), (-2, 2)])[0] * 0.2",
    "np.histogram_bin_edges({x}, bins=3, range=(-1.0, 2.0)) * {x}[0]",
    "np.packbits(np.array({w})).astype(int) * {x}[:1]",
    "np.unpackbits(np.array([5], np.uint8))[:3] * {x}[..., :1]",
    "np.einsum_path('ij,jk->ik', np.eye(2), np.eye(2))[1][:0] and {x}",
    *(f"np.lib.scimath.{name}({{x}})" for name in "sqrt log log2 log10 arcsin arccos".split()),
    "np.lib.scimath.arctanh(2.0 * {s})",
]

ANY = [
    *(f"np.polynomial.{base}val({{s}}, {{y}}.ravel()[:3])" for base in BASES),
    *(f"np.polynomial.{base}vander({{s}}, 2)" for base in BASES),
    "np.polynomial.polynomial.polyadd({x}.ravel(), {y}.ravel())",
    "np.polynomial.polynomial.polysub({x}.ravel(), {y}.ravel())",
    "np.polynomial.polynomial.polymul({x}.ravel(), {y}.ravel())",
    "np.polynomial.polynomial.polyder({x}.ravel())",
    "np.polynomial.polynomial.polyvalfromroots({s}, {y}.ravel()[:2])",
    "np.polynomial.polynomial.polyval2d({s}, {s}, np.eye(2))",
    "np.poly({x}.ravel()[:3])",
    "np.apply_over_axes(np.sum, {x}, [0])",
    "np.fromfunction(lambda n, m: n + 2.0 * m, (2, 3)) * {x}.ravel()[0]",
    "np.indices((2, 3))[1] * {x}.ravel()[0]",
    "{x}[np.index_exp[{o}, ...]]",
    "{x}[np.s_[1:, ::-1]]",
    "{x}.ravel()[np.ravel_multi_index((0, 0), {x}.shape[:2])]",
    "{x}[np.unravel_index({o}, {x}.shape)]",
    "np.unstack({x}, axis={k})[0]",
]
