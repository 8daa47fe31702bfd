"""Densities and distribution functions of ``scipy.stats`` inside of their supports."""

from scipy import stats

from adgen.transpiler import library

# Families by where their points are drawn from, with parameters of shape
_FAMILIES = {
    "{x}": "norm laplace cauchy logistic gumbel_r gumbel_l moyal hypsecant t:4.0 skewnorm:1.3 "
           "exponnorm:1.7 gennorm:2.6 loggamma:1.7 genlogistic:1.7 vonmises:1.7 "
           "johnsonsu:0.4,1.3 truncnorm:-8.0,9.0",
    "{p}": "expon rayleigh maxwell halfnorm halfcauchy halflogistic wald levy gamma:1.7 chi2:2.7 "
           "chi:2.7 lognorm:0.7 invgamma:3.3 weibull_min:1.7 invweibull:1.7 nakagami:1.7 "
           "invgauss:0.8 rice:1.2 fisk:1.7 lomax:1.7 gompertz:0.8 genpareto:0.2 genextreme:-0.2 "
           "betaprime:1.7,2.2 f:3.2,7.4",
    "{u}": "uniform powerlaw:1.7 triang:0.4 beta:1.7,2.2",
    "(0.5 + {u})": "loguniform:0.4,2.6",
    "(1.0 + {p})": "pareto:2.6",
}  # fmt: skip
_COUNTED = "bernoulli:1,{u} poisson:2,{p} geom:2,{u} nbinom:2,{p},{u} binom:2,5,{u}"
_POINTS, _PARTS = ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf"), ("ppf", "isf")
_MOMENTS = ("mean", "var", "std", "median", "entropy")


def _forms(points: str, family: str) -> list[str]:
    name, _, given = family.partition(":")
    known, shapes = getattr(stats, name), given.replace(",", ", ")
    ahead = f"{shapes}, " if shapes else ""
    behind = f", {shapes}" if shapes else ""
    texts = {m: f"stats.{name}.{m}({points}{behind})" for m in _POINTS}
    texts |= {m: f"stats.{name}.{m}({{u}}{behind}, scale={{q}})" for m in _PARTS}
    texts |= {m: f"stats.{name}.{m}({ahead}loc={{x}}, scale={{q}})" for m in _MOMENTS}
    found = [text for m, text in texts.items() if library.definition_of(getattr(known, m))]
    return [*found, f"stats.{name}({ahead}scale={{q}}).logpdf({points})"]


def _of_counts(family: str) -> list[str]:
    name, _, given = family.partition(":")
    shapes = given.partition(",")[2]
    texts = {m: f"stats.{name}.{m}({given})" for m in ("logpmf", "pmf", "cdf", "sf")}
    texts |= {m: f"stats.{name}.{m}({shapes})" for m in _MOMENTS}
    known = getattr(stats, name)
    return [t for m, t in texts.items() if library.definition_of(getattr(known, m))]


REAL = [
    *(
        form
        for points, families in _FAMILIES.items()
        for family in families.split()
        for form in _forms(points, family)
    ),
    *(form for family in _COUNTED.split() for form in _of_counts(family)),
    "stats.betabinom.logpmf(2, 5, {p}, {q})",
    "stats.betabinom.pmf(2, 5, {p}, {q})",
    "stats.logser.logpmf(2, {u})",
    "stats.logser.mean({u})",
    "stats.multivariate_t.logpdf({x}, np.zeros({e}), np.eye({e}) + 0.2, {q})",
    "stats.multivariate_t.pdf({x}, np.zeros({e}), np.eye({e}) + 0.2, 3.0)",
    "stats.dirichlet.mean({p})",
    "stats.dirichlet.var({p})",
    "stats.bernoulli.logpmf(1, {u})",
    "stats.bernoulli.logpmf(0, {u})",
    "stats.binom.logpmf(2, 5, {u})",
    "stats.poisson.logpmf(2, {p})",
    "stats.poisson.pmf(np.array([0, 1, 3]), {p})",
    "stats.poisson.cdf(2, {p})",
    "stats.beta.logpdf({u}, {q}, 2.0)",
    "stats.beta.pdf({u}, 1.5, {q})",
    "stats.beta.cdf({u}, 1.5, 2.5)",
    "stats.cauchy.logpdf({x}, {y}, {p})",
    "stats.chi2.logpdf({p}, {q})",
    "stats.chi2.pdf({p}, 3.0)",
    "stats.chi2.cdf({p}, 3.0)",
    "stats.dirichlet.logpdf({u} / np.sum({u}), 1.0 + np.arange({n}))",
    "stats.dirichlet.pdf({u} / np.sum({u}), {p})",
    "stats.expon.logpdf({p}, 0.1, {q})",
    "stats.expon.pdf({p}, scale={q})",
    "stats.expon.cdf({p})",
    "stats.gamma.logpdf({p}, {q})",
    "stats.gamma.pdf({p}, 1.7, 0.05, {q})",
    "stats.gamma.cdf({p}, 2.0, scale={q})",
    "stats.gumbel_l.logpdf({s}, {t}, {p})",
    "stats.gumbel_r.logpdf({s}, {t})",
    "stats.halfnorm.logpdf({p}, scale={q})",
    "stats.invgamma.logpdf({p}, {q})",
    "stats.laplace.logpdf({x}, {y}, {p})",
    "stats.logistic.logpdf({x}, {y})",
    "stats.lognorm.logpdf({p}, {q})",
    "stats.multivariate_normal.logpdf({x}, np.zeros({e}), np.eye({e}) + 0.2)",
    "stats.multivariate_normal.pdf({x}, {x} * 0.3, np.eye({e}))",
    "stats.multivariate_normal.logpdf({x}[0], {x}[-1], {m})",
    "stats.multivariate_normal.entropy(np.zeros({n}), {m})",
    "stats.norm.logpdf({x}, {y}, {p})",
    "stats.norm.pdf({x}, loc={y})",
    "stats.norm.cdf({x}, {y}, {q})",
    "stats.norm.logcdf({x}, scale={q})",
    "stats.norm.sf({x}, {y})",
    "stats.norm.logsf({x})",
    "stats.pareto.logpdf(1.0 + {p}, {q})",
    "stats.rayleigh.logpdf({p}, scale={q})",
    "stats.t.logpdf({x}, {q})",
    "stats.t.pdf({x}, 3.0, {y}, {p})",
    "stats.t.cdf({x}, 3.0)",
    "stats.t.logcdf({x}, 4.0)",
    "stats.uniform.logpdf({u}, 0.0, {q} + 1.0) + {y}",
    "stats.weibull_min.logpdf({p}, {q})",
]
ANY: list[str] = []
