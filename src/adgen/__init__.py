"""adgen: a source-to-source differentiation compiler for Python.

>>> from adgen import grad
>>> grad(lambda x: x * x)(3.0)
6.0
"""

from adgen.api import check_grads, differentiate, grad, hvp, jvp, value_and_grad, vjp
from adgen.checks import CheckFailed
from adgen.differentiable import Differentiable
from adgen.transpiler.errors import (
    AdgenError,
    AliasedMutation,
    InvalidIR,
    NotDifferentiable,
    SourceNotFound,
    TypeMismatch,
    UnboundName,
    UnknownPrimitive,
    UnsupportedError,
    UnsupportedSyntax,
)
from adgen.version import __version__

__all__ = [
    "AdgenError", "AliasedMutation", "CheckFailed", "Differentiable", "InvalidIR",
    "NotDifferentiable", "SourceNotFound", "TypeMismatch", "UnboundName", "UnknownPrimitive",
    "UnsupportedError", "UnsupportedSyntax", "__version__", "check_grads", "differentiate",
    "grad", "hvp", "jvp", "value_and_grad", "vjp",
]  # fmt: skip
