"""Whether two blocks compute the same of the same values, under other names inside."""

from __future__ import annotations

from typing import Any

from adgen.transpiler.ir.core import Block, Op, Operand, Slot, Value

_IDENTITIES = frozenset({"label", "mirror"})


def blocks_alike(first: Block, second: Block, names: dict[Any, Any] | None = None) -> bool:
    """Op by op; ``names``: what stands in the second block for values and slots of the first."""
    names = {} if names is None else names
    if len(first.args) != len(second.args) or len(first.ops) != len(second.ops):
        return False
    names.update(zip(first.args, second.args, strict=True))
    return all(
        _ops_alike(one, two, names) for one, two in zip(first.ops, second.ops, strict=True)
    ) and _operands_alike(first.yields, second.yields, names)


def _ops_alike(first: Op, second: Op, names: dict[Any, Any]) -> bool:
    one, two = first.callee, second.callee
    made_for_the_place = type(one) is type(two) and hasattr(one, "name")  # Derivation, Custom
    if one is not two and not (one == two or (made_for_the_place and one.name == two.name)):  # type: ignore[union-attr]
        return False
    if len(first.regions) != len(second.regions) or len(first.results) != len(second.results):
        return False
    if not _operands_alike(first.operands, second.operands, names):
        return False
    if first.attrs.keys() != second.attrs.keys():
        return False
    for name, value in first.attrs.items():
        other = second.attrs[name]
        if isinstance(value, Slot):
            other = value if names.setdefault(value, other) is other else None
        if name not in _IDENTITIES and value != other:
            return False
    regions = zip(first.regions, second.regions, strict=True)
    names.update(zip(first.results, second.results, strict=True))
    return all(blocks_alike(a, b, names) for a, b in regions)


def _operands_alike(
    first: tuple[Operand, ...], second: tuple[Operand, ...], names: dict[Any, Any]
) -> bool:
    return len(first) == len(second) and all(
        names.get(a, a) is b if isinstance(a, Value) else type(a) is type(b) and repr(a) == repr(b)
        for a, b in zip(first, second, strict=True)
    )
