"""The small cases, in the order of the table; one file each."""

from benchmarks.cases import (
    asian_option,
    black_scholes,
    heat,
    logistic,
    lotka_volterra,
    mlp,
    rosenbrock,
    taylor,
    two_products,
)

CASES = (
    logistic.CASE,
    mlp.CASE,
    black_scholes.CASE,
    lotka_volterra.CASE,
    taylor.CASE,
    rosenbrock.CASE,
    heat.CASE,
    two_products.CASE,
    asian_option.CASE,
)
