"""``docs/functions.md``: a row for every function, from the table, the library and the programs.

``python -m tests.coverage.functions_page`` writes it; a test holds it against what is there.
``names_of_jax.txt`` holds the names that JAX has, too: with ``--jax`` it is written anew.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from adgen.transpiler import library
from adgen.transpiler.primitives.distributions import DISTRIBUTIONS
from adgen.transpiler.primitives.kinds import Elementwise, NoDerivative, Primitive, Unknown
from adgen.transpiler.primitives.spelling import called
from adgen.transpiler.primitives.table import entries
from tests.coverage.autograd_names import recorded
from tests.coverage.cases import named

PAGE = Path(__file__).parents[2] / "docs" / "functions.md"
OF_JAX = Path(__file__).with_name("names_of_jax.txt")
_HEAD = """# Functions

Every function of NumPy and SciPy that is differentiated, written by
`python -m tests.coverage.functions_page`; a test holds this page against the table of
primitives, the library and the programs of the tests.

- *Said by*: an `entry` of the table with a derivative of its own, the `library`, which defines it
  in Python by others, or an entry that runs as a `kernel` on whole arrays: LAPACK, or NumPy's and
  SciPy's own function, called by machine code.
- *Derivative*: `both` is reverse and forward mode, to any order; *tested* is the order that the
  programs of `tests/coverage` check. `zero`: it is piecewise constant.
- *float32*: whether the programs check that float32 stays float32.
- *Autograd*, *JAX*: whether they differentiate it (Autograd 1.9), or have it (JAX 0.10), by that
  name.

| function | said by | derivative | tested | float32 | convention | Autograd | JAX |
|---|---|---|---|---|---|---|---|
"""
_RANDOM = """
## Random numbers

Methods of `np.random.Generator` and `RandomState`, and functions of `np.random`, as far as these
have them. Their samples are constants, the same as NumPy's to the bit. Where a parameter varies,
the last column is what is to be written for the method. Beside them `integers`, `randint`, `rand`,
`randn`, `seed`, and of arrays, whose items carry their derivatives, `choice`, `permutation` and
`shuffle`; generators are made by `default_rng`, `Generator`, `RandomState` and the bit generators.

| method | parameters | samples | with parameters that vary |
|---|---|---|---|
"""
_PREFIXES = ("np.", "special.", "linalg.", "stats.", "signal.", "integrate.")


def page() -> str:
    """The page as it should be."""
    return _HEAD + "\n".join(_rows()) + "\n" + _RANDOM + "\n".join(_draws()) + "\n"


def _draws() -> Iterator[str]:
    for name, family in sorted(DISTRIBUTIONS.items()):
        samples = {"f": "floats", "i": "integers"}[family.kind]
        samples = f"vectors of {samples}" if family.event else samples
        rewrite = family.rewrite.format(rng="rng", name=name)
        listed = ", ".join(family.parameters)
        yield f"| `{name}` | {listed} | {samples} | {f'`{rewrite}`' if rewrite else ''} |"


def _rows() -> Iterator[str]:
    known: dict[str, Primitive | None] = {}
    for entry in entries():
        name = called(entry.callee)
        if name.startswith(_PREFIXES):
            known.setdefault(name, entry)
    for name in library.names():
        known.setdefault(name, None)
    of_autograd, of_jax = set(recorded()), set(OF_JAX.read_text(encoding="utf-8").split())
    for name in sorted(known):
        yield _row(name, known[name], name in of_autograd, name in of_jax)


def _row(name: str, entry: Primitive | None, autograd: bool, jax: bool) -> str:
    cases = named(name)
    said = "library" if entry is None else "kernel" if entry.shape is not None else "entry"
    kind = None if entry is None else entry.kind
    derivative = "zero" if isinstance(kind, NoDerivative) else "both"
    if isinstance(kind, Elementwise) and any(isinstance(r, Unknown) for r in kind.rules):
        derivative = "both, not by every operand"
    order = str(max(case.order for case in cases)) if cases else ""
    single = "yes" if any(case.single for case in cases) else ""
    kink = "" if entry is None else entry.kink
    yes = {True: "yes", False: ""}
    columns = [f"`{name}`", said, derivative, order, single, kink, yes[autograd], yes[jax]]
    return f"| {' | '.join(columns)} |"


def of_jax() -> list[str]:
    """The names of this page that JAX has.  Raises ImportError where there is no JAX."""
    modules = {"np": "jax.numpy", **{k: f"jax.scipy.{k}" for k in (
        "special", "linalg", "stats", "signal", "integrate", "fft", "interpolate")}}  # fmt: skip
    found = []
    for row in _rows():
        name = row.split("`")[1]
        module, *parts = name.split(".")
        try:
            held: object = importlib.import_module(modules[module])
            if module == "stats":
                held, parts = importlib.import_module(f"jax.scipy.stats.{parts[0]}"), parts[1:]
            for part in parts:
                held = getattr(held, part)
        except (ImportError, AttributeError, KeyError):
            continue
        found.append(name)
    return found


if __name__ == "__main__":
    if "--jax" in sys.argv:
        OF_JAX.write_text("\n".join(of_jax()) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
