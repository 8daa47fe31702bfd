"""``f.residual_bytes(*args)``: the memory that a gradient takes between its sweeps, beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adgen.compilations import Compilations
from adgen.keys import type_key
from adgen.leaves import flatten_function
from adgen.listing import Listed, derive_for_people
from adgen.options import Options
from adgen.transpiler.nesting import walks_deep
from adgen.transpiler.primitives.conventions import following

if TYPE_CHECKING:
    from adgen.transpiler.autodiff.footprint import Footprint


class ResidualBytes(int):
    """A number of bytes.

    ``formula``: the same as an expression in the arguments.  ``exact``: it is not more than
    that; it may be where a ``while`` loop or a recursion decides how much is stored.
    """

    formula: str
    exact: bool

    def __new__(cls, count: int, formula: str, exact: bool) -> ResidualBytes:
        """The number ``count`` with what is known of it."""
        made = super().__new__(cls, count)
        made.formula, made.exact = formula, exact
        return made

    def __reduce__(self) -> Any:
        return ResidualBytes, (int(self), self.formula, self.exact)


@walks_deep
def residual_bytes(
    compilations: Compilations, positions: tuple[int, ...], options: Options, args: tuple[Any, ...]
) -> ResidualBytes:
    """What the gradient by the parameters at ``positions`` stores for such arguments."""
    arguments = compilations.arguments(args)
    key = "residual_bytes", positions, options, *map(type_key, args)
    known = compilations.objects.get(key)
    if known is None:
        known = compilations.objects[key] = _analysed(compilations, positions, options, arguments)
    footprint, captures = known
    flatten = flatten_function(tuple(arguments.values()), args, options.compiles)
    leaves = (*(flatten(args) if flatten else args), *captures)
    return ResidualBytes(footprint.bytes(leaves), footprint.formula, footprint.exact)


def _analysed(
    compilations: Compilations, positions: tuple[int, ...], options: Options, arguments: Any
) -> tuple[Footprint, tuple[object, ...]]:
    """The footprint of the joint function, and the arrays of the surroundings that it is given."""
    from adgen.transpiler.autodiff.footprint import Footprint
    from adgen.transpiler.compiler import prepare, to_loops, to_read

    listed = Listed(compilations.source, arguments, positions, {}, options=options)
    with following(options.subgradients):
        primal = prepare(compilations.source, arguments)
    derived = derive_for_people(listed, primal)[0]
    finished = to_loops(derived, guessing=False) if options.compiles else to_read(derived)
    return Footprint(finished), primal.captures
