"""The small cases, in the order of the table; one file each."""

from benchmarks.cases import (
    black_scholes,
    heat,
    logistic,
    lotka_volterra,
    mlp,
    rosenbrock,
    taylor,
)

CASES = (
    logistic.CASE,
    mlp.CASE,
    black_scholes.CASE,
    lotka_volterra.CASE,
    taylor.CASE,
    rosenbrock.CASE,
    heat.CASE,
)
