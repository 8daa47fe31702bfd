"""Which elementary functions of several numbers at once this machine has, and where.

They come from a library: Intel's SVML where it is installed (the package
``intel-cmplr-lib-rt``), else libmvec of the GNU C library.  A library is loaded, and all symbols
that machine code may name are made known to LLVM, when this module is asked for the first time;
machine code must not be loaded before, because a symbol that is missing ends the process.
Machine code knows the functions by names that are the same for every library.
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
ARITY_OF = ARITIES | {f"{name}f": arity for name, arity in ARITIES.items()}
_SIZES = dict.fromkeys(ARITIES, 8) | {f"{name}f": 4 for name in ARITIES}  # of a number in bytes


@dataclass(frozen=True)
class Variant:
    """A function of C that does several numbers of ``size`` bytes at once: ``width`` bytes."""

    function: str
    width: int
    size: int

    @property
    def lanes(self) -> int:
        """How many numbers."""
        return self.width // self.size

    @property
    def symbol(self) -> str:
        """Its name in machine code, by the vector ABI of x86-64, whichever library it is from."""
        return _mangled(self, alias(self.function))


@dataclass(frozen=True)
class Library:
    """A library of vector functions: its files in the order of loading, how it names them."""

    name: str
    files: tuple[str, ...]
    symbol: Callable[[Variant], str]

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


def _mangled(variant: Variant, function: str) -> str:
    """By the vector ABI of x86-64: b is SSE4, d AVX2, e AVX-512; a v for each operand."""
    letter = {16: "b", 32: "d", 64: "e"}[variant.width]
    return f"_ZGV{letter}N{variant.lanes}{'v' * ARITY_OF[variant.function]}_{function}"


def _symbol_of_libmvec(variant: Variant) -> str:
    return _mangled(variant, variant.function)


def _symbol_of_svml(variant: Variant) -> str:
    return f"__svml_{variant.function}{variant.lanes}"


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

    if sys.platform != "linux" or platform.machine() != "x86_64":
        return ()
    chosen = getattr(config, "CPU_FEATURES", None)  # wider vectors would be passed in another way
    features = (get_host_cpu_features() if chosen is None else chosen).split(",")
    processor = getattr(config, "CPU_NAME", None) or llvm.get_host_cpu_name()
    if "+avx512dq" in features and processor.startswith("znver"):
        return 16, 32, 64
    return (16, 32) if "+avx2" in features else (16,)


@functools.cache
def variants() -> dict[str, tuple[Variant, ...]]:
    """All vector functions there are, by the scalar one: ``exp``, ``expf``."""
    import llvmlite.binding as llvm

    wanted = widths()
    library = next((library for library in _libraries() if wanted and library.load()), None)
    if library is None:
        return {}
    found = {}
    for function, size in scalars().items():
        offered = [Variant(function, width, size) for width in wanted]
        addresses = [llvm.address_of_symbol(library.symbol(variant)) for variant in offered]
        present = {variant: a for variant, a in zip(offered, addresses, strict=True) if a}
        for variant, address in present.items():
            llvm.add_symbol(variant.symbol, address)
        if present:
            found[function] = tuple(present)
    return found


@functools.cache
def scalars() -> dict[str, int]:
    """The functions of C's library, made known to LLVM, and the bytes of their numbers."""
    import llvmlite.binding as llvm

    try:
        library = ctypes.CDLL("libm.so.6")
    except OSError:  # another C library, which has all in one
        library = ctypes.CDLL(None)
    known = {}
    for function, size in _SIZES.items():
        if hasattr(library, function):
            address = ctypes.cast(getattr(library, function), ctypes.c_void_p).value
            llvm.add_symbol(alias(function), address)
            known[function] = size
    return known


def alias(function: str) -> str:
    """The name under which generated code calls a function of C's library.

    Under its own LLVM would take it for one that it knows, and rewrite calls of it.
    """
    return f"adgen_{function}"


def description() -> str:
    """All of this that machine code depends on."""
    listed = sorted({variant.symbol for group in variants().values() for variant in group})
    return f"vector_math={' '.join(listed)}"
