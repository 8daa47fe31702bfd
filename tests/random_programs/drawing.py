"""Some programs draw: numbers of theirs come from a random generator instead."""

from __future__ import annotations

import ast
import random

_DRAWS = (
    "rng.random()",
    "rng.uniform(0.2, 0.9)",
    "(0.5 * np.tanh(rng.standard_normal()))",
    "np.mean(rng.random(3))",
    "np.tanh(rng.normal(0.3, 0.2, size=(2, 2)))[0, 1]",
    "(0.2 * rng.integers(1, 5))",
    "rng.choice([0.3, 0.6, 0.9])",
    "np.random.rand()",
)
_APART = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp)


def with_draws(module: ast.Module, seed: str) -> ast.Module:
    """The module, one in six times with some numbers of ``f`` drawn where they stand."""
    r = random.Random(f"draws {seed}")
    if r.random() >= 1 / 6:
        return module
    (function,) = (
        part for part in module.body if isinstance(part, ast.FunctionDef) and part.name == "f"
    )
    body = [_Drawing(r).visit(statement) for statement in function.body]
    function.body = [*ast.parse("rng = np.random.default_rng(3)\nnp.random.seed(4)").body, *body]
    return ast.fix_missing_locations(module)


class _Drawing(ast.NodeTransformer):
    """Puts draws in the place of some floats that a statement computes with."""

    def __init__(self, r: random.Random) -> None:
        self.r = r

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, _APART):
            return node  # they run later, or never
        return super().visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        for side in ("left", "right"):
            part = getattr(node, side)
            is_float = isinstance(part, ast.Constant) and isinstance(part.value, float)
            if is_float and not isinstance(node.op, ast.Pow) and self.r.random() < 0.4:
                setattr(node, side, ast.parse(self.r.choice(_DRAWS), mode="eval").body)
        return node
