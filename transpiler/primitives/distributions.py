"""What the methods of NumPy's random generators take and give.

Both kinds of generator are here: a method that one of them lacks is refused by asking the class.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.templates import places


@dataclass(frozen=True, slots=True)
class Distribution:
    """A family of samples.

    ``parameters``: those that say which of the family, the last ``optional`` of which have
    defaults; ``size`` follows them, then the ``options``, which are known while compiling.
    ``kind``: of the samples, as of a dtype.  ``event``: the rank of one sample.
    ``rewrite``: the same with samples that do not depend on the parameters (only on those that
    are not ``moved``, if these are named), where that can be.
    """

    parameters: tuple[str, ...] = ()
    optional: int = 0
    kind: str = "f"
    event: int = 0
    options: tuple[str, ...] = ()
    rewrite: str = ""
    moved: tuple[str, ...] = ()


def _continuous(parameters: str = "", optional: int = 0, rewrite: str = "") -> Distribution:
    return Distribution(tuple(parameters.split()), optional, rewrite=rewrite)


def _discrete(parameters: str, optional: int = 0) -> Distribution:
    return Distribution(tuple(parameters.split()), optional, kind="i")


_LOCATED = "loc + scale * {rng}.{name}(size=...)"
_STANDARD = ("dtype", "out")

DISTRIBUTIONS: Mapping[str, Distribution] = {
    "random": Distribution(options=_STANDARD),
    "random_sample": Distribution(),
    "standard_normal": Distribution(options=_STANDARD),
    "standard_exponential": Distribution(options=("dtype", "method", "out")),
    "standard_gamma": Distribution(("shape",), options=_STANDARD),
    "standard_cauchy": _continuous(),
    "standard_t": _continuous("df"),
    "normal": _continuous("loc scale", 2, "loc + scale * {rng}.standard_normal(...)"),
    "uniform": _continuous("low high", 2, "low + (high - low) * {rng}.random(...)"),
    "exponential": _continuous("scale", 1, "scale * {rng}.standard_exponential(...)"),
    "gamma": Distribution(
        ("shape", "scale"), 1, rewrite="scale * {rng}.standard_gamma(shape, ...)",
        moved=("scale",),
    ),
    "laplace": _continuous("loc scale", 2, _LOCATED),
    "logistic": _continuous("loc scale", 2, _LOCATED),
    "gumbel": _continuous("loc scale", 2, _LOCATED),
    "lognormal": _continuous(
        "mean sigma", 2, "np.exp(mean + sigma * {rng}.standard_normal(...))"
    ),
    "rayleigh": _continuous("scale", 1, "scale * {rng}.rayleigh(size=...)"),
    "weibull": _continuous("a", 0, "{rng}.standard_exponential(...) ** (1 / a)"),
    "pareto": _continuous("a", 0, "np.expm1({rng}.standard_exponential(...) / a)"),
    "beta": _continuous("a b"),
    "chisquare": _continuous("df"),
    "noncentral_chisquare": _continuous("df nonc"),
    "f": _continuous("dfnum dfden"),
    "noncentral_f": _continuous("dfnum dfden nonc"),
    "power": _continuous("a"),
    "triangular": _continuous("left mode right"),
    "vonmises": _continuous("mu kappa"),
    "wald": _continuous("mean scale"),
    "binomial": _discrete("n p"),
    "negative_binomial": _discrete("n p"),
    "poisson": _discrete("lam", 1),
    "geometric": _discrete("p"),
    "hypergeometric": _discrete("ngood nbad nsample"),
    "logseries": _discrete("p"),
    "zipf": _discrete("a"),
    "dirichlet": Distribution(("alpha",), event=1),
    "multinomial": Distribution(("n", "pvals"), kind="i", event=1),
    "multivariate_hypergeometric": Distribution(
        ("colors", "nsample"), kind="i", event=1, options=("method",)
    ),
    "multivariate_normal": Distribution(
        ("mean", "cov"), event=1, options=("check_valid", "tol", "method"),
        rewrite="mean + np.linalg.cholesky(cov) @ {rng}.standard_normal(len(mean))",
    ),
}  # fmt: skip


def varied_parameter(op: Op, varies: Callable[[Operand], bool]) -> tuple[str, str]:
    """Why a draw some of whose operands vary has no derivative, and what to write for it."""
    call = op.attrs["call"]
    owner = op.operands[0].name if call.bound and isinstance(op.operands[0], Value) else ""
    rng = (owner or "rng") if call.bound else "np.random"
    message = (
        f"`{rng}.{call.name}` draws from a distribution that depends on what is differentiated by"
    )
    known = DISTRIBUTIONS.get(call.name)
    if known is not None and known.rewrite:
        names = {name for name, operand in _named(op, known) if varies(operand)}
        if names <= set(known.moved or known.parameters):
            rewrite = known.rewrite.format(rng=rng, name=call.name)
            return message, f"let the samples be constants: {rewrite}"
    return message, "let the samples be constants: draw them by stop_gradient(...) of it"


def _named(op: Op, family: Distribution) -> Iterator[tuple[str, Operand]]:
    """The operands of a draw by the names of its parameters."""
    call, operands = op.attrs["call"], iter(op.operands[op.attrs["call"].bound :])
    positional = len(call.template) - len(call.keywords)
    names = (*family.parameters, "size")[:positional]
    for name, entry in zip((*names, *call.keywords), call.template, strict=True):
        for operand in itertools.islice(operands, places((entry,))):
            yield name, operand
