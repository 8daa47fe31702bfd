"""Values, ops, blocks, functions: the whole IR on one screen.

Everything is pure SSA with structured regions.  Equality is identity.  The
callee of an op is the Python object it calls (``np.sin``, ``operator.add``) or
the name of one of the control and array kinds below.

===========  ==========================  ==============  ==================================
kind         operands                    attrs           regions
===========  ==========================  ==============  ==================================
if           cond                        label           then(), else()
for          start, stop, step, *init    label, exits?   body(i, *carried)
while        *init                       label, exits?   cond(*carried), body(*carried)
getitem      x, *index                   path            -> view or element of x (a value)
setitem      x, v, *index                path            -> x with the part replaced by v
additem      x, g, *index                path            -> x with g added to the part
accum        x, g (same shape)           -               -> x + g
addproduct   x, a, b, *index             path, ordered?  -> x with a @ b added to the part;
                                                         ``ordered``: term after term
dim          x                           axis            -> int, the extent of an axis
zeros/empty  *extents                    dtype           -> fresh array
full         v, *extents                 dtype           -> fresh array filled with v
broadcast    x, *extents                 ones            -> x broadcast (axes aligned right)
sumto        x                           axes, keep      -> x summed over axes (the adjoint
                                                         of broadcasting); axes in `keep`
                                                         stay with length 1, others go
copy         x                           -               -> a fresh array
cast         x                           type            -> float(x), int(x), x.astype(dtype)
rangelen     start, stop, step           -               -> len(range(...))
guard        a, b                        broadcast?,     raises ValueError unless a == b
                                                         (extents of arrays that meet);
                                                         ``broadcast``: NumPy stretches if
                                                         one is 1, but that none is is
                                                         ``known`` or ``guessed``; ``square``:
                                                         of a matrix, LinAlgError; no result
assert       cond, *values               error           no result (templates.py)
print        *values                     template, ends  no result
draw         *values                     call            -> what a random generator gives (the
                                                         first operand, or that of ``np.random``),
                                                         or no result (draws.py)
declare      *extents                    slot            storage of a slot; no result
reserve      counter                     slot            no result; room for that trip
save         v, *counters[, *indices]    slot            no result
load         *counters                   slot            -> v
===========  ==========================  ==============  ==================================

``if``: results[k] <-> then.yields[k], else.yields[k].
``for``/``while``: results[k] <-> init k <-> carried block argument k <-> yield k.
With ``exits`` the body yields a leading bool, evaluated after the body: the
loop stops when it is true (the yields are taken over first).  A ``while`` runs
``cond`` (yields one bool), then ``body``, each with its own block arguments.
The loop index of a ``for`` is args[0] of its body.
``print``, ``assert`` and ``draw`` have effects: they stay in order and are never removed.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adgen.transpiler.ir.trees import Update, parts_of
from adgen.transpiler.ir.types import Scalar, Type, type_of_constant
from adgen.transpiler.span import Span

IF, FOR, WHILE = "if", "for", "while"
GETITEM, SETITEM, ADDITEM, ACCUM = "getitem", "setitem", "additem", "accum"
ADDPRODUCT = "addproduct"
DIM, ZEROS, EMPTY, FULL_, COPY, CAST = "dim", "zeros", "empty", "full", "copy", "cast"
BROADCAST, SUMTO, RANGELEN = "broadcast", "sumto", "rangelen"
GUARD, ASSERT, PRINT, DRAW = "guard", "assert", "print", "draw"
DECLARE, RESERVE, SAVE, LOAD = "declare", "reserve", "save", "load"

REGION_KINDS = frozenset({IF, FOR, WHILE})
EFFECTS = frozenset({GUARD, ASSERT, PRINT, DRAW, DECLARE, RESERVE, SAVE})
KINDS = (
    REGION_KINDS
    | EFFECTS
    | frozenset(
        {GETITEM, SETITEM, ADDITEM, ACCUM, ADDPRODUCT, DIM, ZEROS, EMPTY, FULL_, COPY, CAST}
        | {BROADCAST, SUMTO, RANGELEN, LOAD}
    )
)

NOT_SQUARE = "Last 2 dimensions of the array must be square"  # what NumPy's LinAlgError says
MISMATCH = "operands could not be broadcast together"  # what a guard says

PRIMAL, ADJOINT, TANGENT = "primal", "adjoint", "tangent"

Callee = str | Callable[..., Any]
Constant = bool | int | float
_labels = itertools.count(1)


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """The result of an op or the argument of a block.  ``name`` is a hint for emission."""

    type: Type
    name: str = ""

    def __repr__(self) -> str:
        return f"%{self.name or hex(id(self))[-5:]}:{self.type}"


_KEPT: Any = object()  # a field that a copy has in common with the original
Operand = Value | bool | int | float  # NumPy scalars too, for typed constants, and complex


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """One operation.  ``role`` says which sweep it belongs to; ``span`` is the user's line."""

    callee: Callee
    operands: tuple[Operand, ...]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    regions: tuple[Block, ...] = ()
    results: tuple[Value, ...] = ()
    span: Span | None = None
    role: str = PRIMAL

    @property
    def result(self) -> Value:
        """The only result."""
        (value,) = self.results
        return value

    def with_(
        self,
        *,
        callee: Any = _KEPT,
        operands: Any = _KEPT,
        attrs: Any = _KEPT,
        regions: Any = _KEPT,
        results: Any = _KEPT,
        span: Any = _KEPT,
        role: Any = _KEPT,
    ) -> Op:
        """A copy with some fields changed (results keep their identity).

        Passes do little else, and `dataclasses.replace` costs ten times as much.  Operands and
        regions that are all the same make no copy.
        """
        if (
            callee is attrs is results is span is role is _KEPT
            and (operands is _KEPT or are_same(operands, self.operands))
            and (regions is _KEPT or are_same(regions, self.regions))
        ):
            return self
        return Op(
            self.callee if callee is _KEPT else callee,
            self.operands if operands is _KEPT else operands,
            self.attrs if attrs is _KEPT else attrs,
            self.regions if regions is _KEPT else regions,
            self.results if results is _KEPT else results,
            self.span if span is _KEPT else span,
            self.role if role is _KEPT else role,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A straight list of ops with arguments and yielded operands.

    ``settled``: what ``passes/pipeline.py`` notes of bodies: which passes leave them as they are.
    """

    args: tuple[Value, ...]
    ops: tuple[Op, ...]
    yields: tuple[Operand, ...]
    _free: Mapping[Value, None] | None = field(default=None, init=False, repr=False)
    settled: frozenset[object] = field(default=frozenset(), init=False, repr=False)

    def with_(
        self, *, args: Sequence[Value] | None = None, ops: Sequence[Op] | None = None,
        yields: Sequence[Operand] | None = None,
    ) -> Block:  # fmt: skip
        """A copy with some fields changed; the block itself if they are what they were."""
        given = (args, self.args), (ops, self.ops), (yields, self.yields)
        if all(new is None or are_same(new, old) for new, old in given):
            return self
        return Block(*(old if new is None else tuple(new) for new, old in given))  # type: ignore[arg-type]

    def settle(self, run: object) -> None:
        """Note that a pass, or a run of passes, has nothing to do about this block."""
        object.__setattr__(self, "settled", self.settled | {run})


def are_same(first: Sequence[object], second: Sequence[object]) -> bool:
    """Whether two sequences hold the same objects."""
    return first is second or (len(first) == len(second) and all(map(operator.is_, first, second)))


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """Storage of a residual between the forward and the backward sweep.

    kind ``local``: one value, saved in an arm of an ``if`` and loaded in its mirror.
    kind ``tape``: preallocated by ``declare`` with the trip counts as extents (then the
    extents of the value, if it is an array), indexed by trip counters.  In a ``while``
    the first extent is a first guess, and ``reserve`` at the start of the body grows it.
    At the loop level an array is saved by elements, its indices after the counters.
    kind ``stack``: last in, first out; grows; ``save`` pushes, ``load`` pops.  Recursive
    functions have stacks of their own, before any derivative is taken.
    """

    kind: str
    type: Type
    name: str = ""

    def twin(self, suffix: str) -> Slot:
        """A slot for the derivatives of what this one holds: ``x_stack``, ``x_bar_stack``."""
        base = self.name.removesuffix("stack").removesuffix("_")
        named = f"{base}{suffix}" if base else suffix.lstrip("_")
        return Slot(self.kind, self.type, named if base == self.name else f"{named}_stack")


LEAF = None  # the leaf of a result structure


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """A function over flat leaves.

    ``structure``: how ``body.yields`` (but for those of ``writes``) nest into the result:
    LEAF for one value; containers and constants as ``ir/trees.py`` has them.
    ``writes``: indices of parameters that the function mutates; their final
    values are the last ``len(writes)`` yields.
    ``updates``: containers among the arguments that the function changes; the leaves of
    what they hold then are yielded between the result and those.
    ``captures``: arrays of the surroundings, the arguments for the last parameters.
    ``ignored``: floating-point errors that NumPy is not to warn of while it runs.
    ``points``: leaves of the result that are arrays without axes.
    ``disturbs``: classes of objects of the surroundings whose attributes a plain call assigns.
    ``residuals_out``: of a forward function ``f_forward(args) -> (value, residuals)``:
    what it hands over.  ``residuals_in``: of a backward function
    ``f_backward(residuals, *params)``: values and slots that are defined on entry.
    """

    name: str
    body: Block
    structure: Any = LEAF
    writes: tuple[int, ...] = ()
    doc: str = ""
    span: Span | None = None
    captures: tuple[object, ...] = ()
    residuals_out: tuple[Operand | Slot, ...] = ()
    residuals_in: tuple[Value | Slot, ...] = ()
    updates: tuple[Update, ...] = ()
    ignored: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    disturbs: tuple[str, ...] = ()

    @property
    def params(self) -> tuple[Value, ...]:
        """The parameters; their ``name`` is the user's."""
        return self.body.args


def type_of(operand: Operand) -> Type:
    """The type of an operand, be it a value or a constant."""
    return operand.type if isinstance(operand, Value) else type_of_constant(operand)


def new_label() -> int:
    """A label that ties a region op to its mirror in the backward sweep (attrs ``mirror``)."""
    return next(_labels)


def walk(block: Block) -> Iterator[tuple[Block, Op]]:
    """Every op of a block and of all regions in it, outer before inner, in order."""
    open_blocks = [(block, iter(block.ops))]  # generators in generators would pass on each op
    while open_blocks:
        block, ops = open_blocks[-1]
        for op in ops:
            yield block, op
            if op.regions:
                open_blocks += [(region, iter(region.ops)) for region in reversed(op.regions)]
                break
        else:
            open_blocks.pop()


def free_values(block: Block) -> Mapping[Value, None]:
    """Values that a block uses but does not define, in order of first use."""
    if block._free is None:  # every pass asks, and a block never changes
        object.__setattr__(block, "_free", _free_values(block))
    assert block._free is not None
    return block._free


def _free_values(block: Block) -> dict[Value, None]:
    defined = set(block.args)
    free: dict[Value, None] = {}

    def use(operands: Iterable[Operand]) -> None:
        for operand in operands:
            if isinstance(operand, Value) and operand not in defined:
                free[operand] = None

    for op in block.ops:
        use(op.operands)
        for region in op.regions:
            use(free_values(region))
        defined.update(op.results)
    use(block.yields)
    return free


def uses_of(op: Op) -> list[Value]:
    """All values that an op needs: its operands and what its regions use from outside."""
    used = [operand for operand in op.operands if isinstance(operand, Value)]
    for region in op.regions:
        used += free_values(region)
    return used


def leaves(structure: Any) -> int:
    """Number of leaves in a result structure."""
    parts = parts_of(structure)
    return int(structure is LEAF) if parts is None else sum(leaves(part) for part in parts)


def returning_updates(function: Function) -> Function:
    """The function with what it leaves in containers as further results."""
    if not function.updates:
        return function
    structures = (function.structure, *(update.structure for update in function.updates))
    return replace(function, structure=structures, updates=())


def is_scalar(operand: Operand) -> bool:
    """Whether an operand is a number rather than an array."""
    return not isinstance(operand, Value) or isinstance(operand.type, Scalar)
