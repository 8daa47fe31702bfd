"""The functions that Autograd differentiates, by name.

``names.txt`` holds them, as ``recorded`` reads; ``installed`` walks the Autograd that is there:
what has a VJP, under the public name that a user writes, and what Autograd defines by others.
``python -m tests.coverage.autograd_names`` writes the list anew.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, MethodType

LIST = Path(__file__).with_name("names.txt")
_MODULES = {
    "autograd.numpy": "np",
    "autograd.numpy.linalg": "np.linalg",
    "autograd.numpy.fft": "np.fft",
    "autograd.scipy.special": "special",
    "autograd.scipy.linalg": "linalg",
    "autograd.scipy.signal": "signal",
    "autograd.scipy.integrate": "integrate",
    **{
        f"autograd.scipy.stats.{name}": f"stats.{name}"
        for name in (
            "beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t",
        )
    },
}  # fmt: skip
# Autograd's own: the halves of a product, a sum that it needs backward, and the like.
_INTERNAL = {
    "dot_adjoint_0", "dot_adjoint_1", "tensordot_adjoint_0", "tensordot_adjoint_1", "make_diagonal",
    "array_from_args", "concatenate_args", "untake", "truncate_pad", "parse_einsum_input",
    "wrap_intdtype", "wrap_namespace", "array_from_scalar_or_array", "stack_args",
    "wrap_if_boxes_inside",
}  # fmt: skip


def recorded() -> list[str]:
    """The names in the list."""
    return LIST.read_text(encoding="utf-8").split()


def installed() -> list[str]:
    """The names in the Autograd that is installed.  Raises ImportError where there is none."""
    return sorted({name for module, prefix in _MODULES.items() for name in _of(module, prefix)})


def _of(module: str, prefix: str) -> Iterator[str]:
    from autograd.core import primitive_vjps

    held = vars(importlib.import_module(module))
    for name, value in held.items():
        own = isinstance(value, FunctionType) and value.__module__ == "autograd.numpy.numpy_wrapper"
        known = _is_key(value, primitive_vjps) or own
        if prefix.startswith("stats."):  # not the special functions that a distribution uses
            known = known and isinstance(getattr(value, "fun", None), MethodType)
        if known and not name.startswith("_") and name not in _INTERNAL:
            yield f"{prefix}.{name}"


def _is_key(value: object, table: object) -> bool:
    try:
        return value in table  # type: ignore[operator]
    except TypeError:  # not hashable
        return False


if __name__ == "__main__":
    LIST.write_text("\n".join(installed()) + "\n", encoding="utf-8")
