"""Functions of NumPy that are not compiled, with what does the same."""

from __future__ import annotations

import numpy as np

from adgen.transpiler.library.registry import defines, refuse

if hasattr(np, "unstack"):  # new in NumPy 2.1

    @defines(np.unstack)
    def unstack(x, /, *, axis=0):
        refuse(
            "`np.unstack`: how many arrays come out is known too late", "unpack it: `a, b, c = x`"
        )


@defines(np.einsum_path)
def einsum_path(*operands, **options):
    refuse("`np.einsum_path`", "leave it out: the order of products is chosen while compiling")


@defines(np.packbits)
def packbits(a, /, axis=None, bitorder="big"):
    refuse("`np.packbits`", "keep the array of truth values")


@defines(np.unpackbits)
def unpackbits(a, /, axis=None, count=None, bitorder="big"):
    refuse("`np.unpackbits`", "make the array of truth values before the function is called")


@defines(
    np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10, np.emath.arccos, np.emath.arcsin,
    np.emath.arctanh,
)  # fmt: skip
def of_any_sign(x):
    refuse(
        "a function of `np.emath`, complex only where it must be: its dtype is known too late",
        "use the function of NumPy, of `x.astype(complex)` if need be",
    )
