"""Loops that are products of matrices become such products, which BLAS computes.

Before::

    for i in range(n):
        for j in range(m):
            z = 0.0
            for k in range(d): z += X[i, k] * W[k, j]
            h[j] = tanh(z + b[j])
        …
        for k in range(d):
            for j in range(m): W_bar[k, j] += X[i, k] * h_bar[j]

After::

    for first in range(0, n, 128):
        end = min(first + 128, n)
        z = zeros((end - first, m))
        z += X[first:end] @ W
        for i in range(first, end):
            for j in range(m): h[i - first, j] = tanh(z[i - first, j] + b[j])
        …
        W_bar += X[first:end].T @ h_bar

``terms`` finds the additions that are part of a product, ``split`` and ``distribute`` give each of
them loops of its own, for which ``stages`` puts the rest of the body in order, ``matrices`` writes
what is then left of the product, ``nests`` tries it on the loops of a function, ``choice``
keeps the loops beside the products where small matrices would lose.
"""

from adgen.transpiler.passes.products.nests import products_of_matrices

__all__ = ["products_of_matrices"]
