"""Which parameters are random generators, and what rank their samples have: from their methods.

No array and no number has a method of these names.
"""

from __future__ import annotations

import ast

import numpy as np

from adgen.transpiler.ir.types import Opaque, opaque

_OF_BOTH = frozenset(
    {"random", "standard_normal", "normal", "uniform", "exponential", "standard_exponential",
     "gamma", "beta", "poisson", "binomial", "permutation", "shuffle", "laplace", "lognormal",
     "multivariate_normal", "dirichlet", "chisquare", "logistic", "gumbel", "standard_gamma"}
)  # fmt: skip
_OF_GENERATORS = frozenset({"integers", "permuted"})
_LEGACY = frozenset({"randn", "rand", "randint", "random_sample"})
_SIZED = {"random": 0, "standard_normal": 0, "standard_exponential": 0, "random_sample": 0}


class Streams:
    """The names that were seen to be generators."""

    def __init__(self) -> None:
        self.names: dict[str, bool] = {}  # whether it is one of the legacy class

    def look(self, node: ast.Call) -> None:
        """Take in what a call shows."""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            name, method = node.func.value.id, node.func.attr
            if method in _LEGACY:
                self.names[name] = True
            elif method in _OF_BOTH | _OF_GENERATORS:
                self.names.setdefault(name, False)

    def type_of(self, name: str) -> Opaque | None:
        """The type of a parameter that is a generator."""
        if name not in self.names:
            return None
        return opaque(np.random.RandomState if self.names[name] else np.random.Generator)

    def size_of(self, node: ast.Call) -> ast.expr | None:
        """What a draw says its size is."""
        if not isinstance(node.func, ast.Attribute):
            return None
        method = node.func.attr
        if method not in _OF_BOTH | _OF_GENERATORS | _LEGACY:
            return None
        for keyword in node.keywords:
            if keyword.arg == "size":
                return keyword.value
        place = _SIZED.get(method)
        return node.args[place] if place is not None and len(node.args) > place else None
