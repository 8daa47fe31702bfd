"""What each kind of op demands of its operands, results and regions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.templates import places, places_of
from adgen.transpiler.ir.types import Array, Opaque, Scalar, Type

Problem = str | None


def problem_of(op: Op) -> Problem:
    """Why an op breaks the rules of its kind, or None."""
    if not isinstance(op.callee, str):
        return _call(op)
    if op.callee not in core.KINDS:
        return f"there is no kind {op.callee!r}"
    if op.callee not in core.REGION_KINDS:
        if op.regions:
            return "only if, for and while have regions"
        results = 0 if op.callee in core.EFFECTS else 1
        if op.callee == core.DRAW:
            results = int(op.attrs["call"].result is not None)
        if len(op.results) != results:
            return f"it has {len(op.results)} results instead of {results}"
    rule = _RULES.get(op.callee)
    return rule(op) if rule else None


def fits(operand: Operand, kind: Type) -> bool:
    """Whether an operand may be carried as a value of that type.

    Constants fit every dtype that holds them exactly; weak and strong scalars mix;
    an axis of length 1 may be forgotten but not invented.
    """
    have = type_of(operand)
    if isinstance(have, Array) or isinstance(kind, Array):
        if not isinstance(have, Array) or not isinstance(kind, Array):
            return False
        known = all(mine or not one for mine, one in zip(have.ones, kind.ones, strict=False))
        return have.dtype == kind.dtype and have.ndim == kind.ndim and known
    if isinstance(have, Opaque) or isinstance(kind, Opaque):
        return have == kind
    if isinstance(operand, Value):
        return have.dtype == kind.dtype
    return "bifc".index(have.dtype.kind) <= "bifc".index(kind.dtype.kind)


def _call(op: Op) -> Problem:
    if op.regions:
        return "a call has no regions"
    return None if op.results else "a call has one result at least"


def _integers(operands: Sequence[Operand]) -> bool:
    return all(isinstance(k, Scalar) and k.dtype.kind in "iu" for k in map(type_of, operands))


def _is_bool(operand: Operand) -> bool:
    kind = type_of(operand)
    return isinstance(kind, Scalar) and kind.dtype.kind == "b"


# Regions


def _if(op: Op) -> Problem:
    if len(op.operands) != 1 or not _is_bool(op.operands[0]):
        return "its one operand must be a truth value"
    if len(op.regions) != 2:
        return "it needs two regions"
    for arm in op.regions:
        if arm.args:
            return "an arm takes no arguments"
        problem = _carries(arm.yields, op.results, "an arm yields")
        if problem:
            return problem
    return None


def _carries(operands: Sequence[Operand], values: Sequence[Value], what: str) -> Problem:
    if len(operands) != len(values):
        return f"{what} {len(operands)} values instead of {len(values)}"
    for operand, value in zip(operands, values, strict=True):
        if not fits(operand, value.type):
            return f"{what} {operand!r} for {value!r}"
    return None


def _loop(op: Op, fixed: int, regions: int) -> Problem:
    """The common part of for and while: inits, arguments, yields and results agree."""
    if len(op.regions) != regions:
        return f"it needs {regions} regions"
    body = op.regions[-1]
    inits, carried = op.operands[fixed:], body.args[1 if fixed else 0 :]
    exits = bool(op.attrs.get("exits"))
    if exits and (not body.yields or not _is_bool(body.yields[0])):
        return "its body must first yield whether to stop"
    return (
        _carries(inits, carried, "it starts with")
        or _carries(body.yields[exits:], carried, "its body yields")
        or _carries(carried, op.results, "it carries")
    )


def _for(op: Op) -> Problem:
    if len(op.operands) < 3 or not _integers(op.operands[:3]):
        return "start, stop and step must be ints"
    if op.operands[2] == 0 and not isinstance(op.operands[2], Value):
        return "step is 0"
    if not op.regions or not op.regions[0].args or not _integers(op.regions[0].args[:1]):
        return "the first argument of its body must be the int index"
    return _loop(op, 3, 1)


def _while(op: Op) -> Problem:
    problem = _loop(op, 0, 2)
    if problem:
        return problem
    condition, body = op.regions
    if [arg.type for arg in condition.args] != [arg.type for arg in body.args]:
        return "its condition and its body take different arguments"
    if len(condition.yields) != 1 or not _is_bool(condition.yields[0]):
        return "its condition must yield one truth value"
    return None


# Arrays


def _path(op: Op, fixed: int) -> tuple[Problem, Type | None]:
    """The part of an array that a path selects, if operands and path agree."""
    base = type_of(op.operands[0]) if op.operands else None
    if not isinstance(base, Array):
        return "its first operand must be an array", None
    path = op.attrs.get("path")
    if not path:
        return "it has no path", None
    index = op.operands[fixed:]
    if len(index) != paths.path_operands(path):
        return f"its path needs {paths.path_operands(path)} operands, not {len(index)}", None
    if not _integers(index):
        return "index operands must be ints", None
    ones = base.ones
    for step in path:
        if not _step_fits(step, len(ones)):
            return f"{step} does not fit {len(ones)} axes", None
        ones = paths.result_ones(ones, (step,))
    part = Array(base.dtype, ones) if ones else Scalar(base.dtype)
    return None, part


def _step_fits(step: paths.Element, ndim: int) -> bool:
    if isinstance(step, paths.Transpose):
        return sorted(step.perm) == list(range(ndim))
    if isinstance(step, paths.Reshape):
        return not step.ones or len(step.ones) == step.ndim
    return sum(item != paths.NEW for item in step.items) == ndim


def _getitem(op: Op) -> Problem:
    return _path(op, 1)[0]


def _setitem(op: Op) -> Problem:
    if len(op.operands) < 2:
        return "it needs an array and a value"
    problem, part = _path(op, 2)
    if problem:
        return problem
    value = type_of(op.operands[1])
    if isinstance(value, Array):
        if not isinstance(part, Array) or value.ndim > part.ndim:
            return f"{value} does not fit the part {part}"
    return None


def _addproduct(op: Op) -> Problem:
    if len(op.operands) < 3:
        return "it needs an array and two factors"
    problem, part = _path(op, 3)
    if problem:
        return problem
    kinds = [part, *map(type_of, op.operands[1:3])]
    if not all(isinstance(kind, Array) and kind.ndim == 2 for kind in kinds):
        return "the part and both factors must be matrices"
    return None


def _accum(op: Op) -> Problem:
    if len(op.operands) != 2:
        return "it needs two operands"
    first, second = map(type_of, op.operands)
    rank = [kind.ndim if isinstance(kind, Array) else 0 for kind in (first, second)]
    return None if rank[0] == rank[1] else f"{first} and {second} differ in shape"


def _dim(op: Op) -> Problem:
    kind = type_of(op.operands[0]) if len(op.operands) == 1 else None
    if not isinstance(kind, Array):
        return "its one operand must be an array"
    return None if 0 <= op.attrs.get("axis", -1) < kind.ndim else "there is no such axis"


def _extents(op: Op, fixed: int) -> Problem:
    extents = op.operands[fixed:]
    if not _integers(extents):
        return "extents must be ints"
    result = op.results[0].type
    if not isinstance(result, Array) or result.ndim != len(extents):
        return f"{len(extents)} extents make no {result}"
    return None


def _broadcast(op: Op) -> Problem:
    if not op.operands:
        return "it needs an operand"
    source, target = type_of(op.operands[0]), op.results[0].type
    if isinstance(source, Array) and isinstance(target, Array):
        aligned = target.ones[target.ndim - source.ndim :] if source.ndim <= target.ndim else ()
        if source.ndim > target.ndim or any(
            one and not mine for mine, one in zip(source.ones, aligned, strict=True)
        ):
            return f"{source} does not broadcast to {target}"
    return _extents(op, 1)


def _sumto(op: Op) -> Problem:
    kind = type_of(op.operands[0]) if len(op.operands) == 1 else None
    if not isinstance(kind, Array):
        return "its one operand must be an array"
    axes, keep = op.attrs.get("axes", ()), op.attrs.get("keep", ())
    if not set(axes) <= set(range(kind.ndim)) or not set(keep) <= set(axes):
        return f"axes {axes} (kept: {keep}) are none of {kind}"
    return None


def _ints(count: int) -> Callable[[Op], Problem]:
    def rule(op: Op) -> Problem:
        good = len(op.operands) == count and _integers(op.operands)
        return None if good else f"it needs {count} int operands"

    return rule


def _one_operand(op: Op) -> Problem:
    return None if len(op.operands) == 1 else "it needs one operand"


def _assert(op: Op) -> Problem:
    if not op.operands or not _is_bool(op.operands[0]):
        return "its first operand must be a truth value"
    wanted = places_of(op.attrs["error"]) if "error" in op.attrs else 0
    return None if wanted == len(op.operands) - 1 else f"its error has {wanted} places"


def _print(op: Op) -> Problem:
    wanted = places(op.attrs.get("template", ()))
    return None if wanted == len(op.operands) else f"its template has {wanted} places"


def _draw(op: Op) -> Problem:
    call = op.attrs["call"]
    if len(op.operands) != call.places:
        return f"its call takes {call.places} operands"
    owner = type_of(op.operands[0]) if call.bound else None
    return (
        "its first operand is no generator"
        if call.bound and not isinstance(owner, Opaque)
        else None
    )


_RULES: dict[str, Callable[[Op], Problem]] = {
    core.IF: _if,
    core.FOR: _for,
    core.WHILE: _while,
    core.GETITEM: _getitem,
    core.SETITEM: _setitem,
    core.ADDITEM: _setitem,
    core.ADDPRODUCT: _addproduct,
    core.ACCUM: _accum,
    core.DIM: _dim,
    core.ZEROS: lambda op: _extents(op, 0),
    core.EMPTY: lambda op: _extents(op, 0),
    core.FULL_: lambda op: _extents(op, 1),
    core.BROADCAST: _broadcast,
    core.SUMTO: _sumto,
    core.COPY: _one_operand,
    core.CAST: _one_operand,
    core.RANGELEN: _ints(3),
    core.GUARD: _ints(2),
    core.ASSERT: _assert,
    core.PRINT: _print,
    core.DRAW: _draw,
}
