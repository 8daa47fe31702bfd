"""Which elementary functions of several numbers at once this machine has, and where.

They come from a library: Intel's SVML where it is installed (the package
``intel-cmplr-lib-rt``), else libmvec of the GNU C library.  A library is loaded, and all symbols
that machine code may name are made known to LLVM, when this module is asked for the first time;
machine code must not be loaded before, because a symbol that is missing ends the process.
"""

from __future__ import annotations

import ctypes
import functools
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# The functions of C's library, by the number of their operands.
ARITIES = {
    **dict.fromkeys(("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt"), 1),
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "erf", "erfc"), 1),
    **dict.fromkeys(("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"), 1),
    **dict.fromkeys(("pow", "atan2", "hypot"), 2),
}
_ARITIES = ARITIES | {f"{name}f": arity for name, arity in ARITIES.items()}
_SIZES = dict.fromkeys(ARITIES, 8) | {f"{name}f": 4 for name in ARITIES}  # of a number in bytes


@dataclass(frozen=True)
class Variant:
    """A function that does ``lanes`` numbers at once."""

    lanes: int
    symbol: str


@dataclass(frozen=True)
class Library:
    """A library of vector functions: its files in the order of loading, how it names them."""

    name: str
    files: tuple[str, ...]
    symbol: Callable[[str, int, int], str]  # of a function of C, lanes, bytes of a number

    def load(self) -> bool:
        """Make its symbols known to LLVM; False if it is not there."""
        import llvmlite.binding as llvm

        try:
            for file in self.files:
                ctypes.CDLL(file, mode=ctypes.RTLD_GLOBAL)
                llvm.load_library_permanently(file)
        except (OSError, RuntimeError):
            return False
        return True


def _symbol_of_libmvec(function: str, lanes: int, size: int) -> str:
    """By the vector ABI of x86-64: b is SSE4, d AVX2, e AVX-512; a v for each operand."""
    letter = {16: "b", 32: "d", 64: "e"}[lanes * size]
    return f"_ZGV{letter}N{lanes}{'v' * _ARITIES[function]}_{function}"


def _symbol_of_svml(function: str, lanes: int, size: int) -> str:
    return f"__svml_{function}{lanes}"


def _libraries() -> tuple[Library, ...]:
    folder = Path(sys.prefix) / "lib"
    svml = tuple(str(folder / file) for file in ("libintlc.so.5", "libsvml.so"))
    return (
        Library("svml", svml, _symbol_of_svml),
        Library("libmvec", ("libmvec.so.1",), _symbol_of_libmvec),
    )


def widths() -> tuple[int, ...]:
    """Sizes in bytes of the vectors that LLVM makes for this machine.

    Where there are 64 bytes, it still makes 32 for Intel's processors.
    """
    import llvmlite.binding as llvm
    from numba import config
    from numba.core.codegen import get_host_cpu_features

    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ()
    features = get_host_cpu_features().split(",")
    processor = getattr(config, "CPU_NAME", None) or llvm.get_host_cpu_name()
    if "+avx512dq" in features and processor.startswith("znver"):
        return 16, 32, 64
    return (16, 32) if "+avx2" in features else (16,)


@functools.cache
def variants() -> dict[str, tuple[Variant, ...]]:
    """All vector functions there are, by the scalar one: ``exp``, ``expf``."""
    import llvmlite.binding as llvm

    wanted = widths() if sys.platform == "linux" else ()
    library = next((library for library in _libraries() if wanted and library.load()), None)
    if library is None:
        return {}
    found = {
        function: tuple(
            variant
            for width in wanted
            if llvm.address_of_symbol((variant := _variant(library, function, width, size)).symbol)
        )
        for function, size in _SIZES.items()
        if llvm.address_of_symbol(function)
    }
    for function in found:
        llvm.add_symbol(alias(function), llvm.address_of_symbol(function))
    return {function: present for function, present in found.items() if present}


def alias(function: str) -> str:
    """The name under which generated code calls a function of C's library.

    Under its own LLVM would take it for one that it knows, and rewrite calls of it.
    """
    return f"adgen_{function}"


def description() -> str:
    """All of this that machine code depends on."""
    listed = sorted({variant.symbol for group in variants().values() for variant in group})
    return f"vector_math={' '.join(listed)}"


def _variant(library: Library, function: str, width: int, size: int) -> Variant:
    return Variant(width // size, library.symbol(function, width // size, size))
