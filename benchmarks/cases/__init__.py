"""The cases, in the order of the table; one file each."""

from benchmarks.cases import gmm, heat, logistic, lotka_volterra, rosenbrock, taylor

CASES = (
    logistic.CASE,
    taylor.CASE,
    rosenbrock.CASE,
    rosenbrock.FRESH,
    lotka_volterra.CASE,
    gmm.CASE,
    heat.CASE,
    heat.SLICES,
)
