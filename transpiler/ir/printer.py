"""IR as text, readable enough to be a golden file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.paths import Index, Path, Reshape, Slice, Transpose
from adgen.transpiler.ir.types import Array, Scalar


class Names:
    """Names that are unique in what is printed: ``x``, ``x1``, ``x2``; ``t1``, ``t2`` for no name.

    They depend only on the order in which values are met, so equal IR prints equally.
    """

    def __init__(self) -> None:
        self.given: dict[Value | Slot, str] = {}
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = {}

    def of(self, thing: Value | Slot) -> str:
        """The name of a value or a slot."""
        if thing not in self.given:
            self.given[thing] = self._fresh(thing.name)
        return self.given[thing]

    def _fresh(self, wanted: str) -> str:
        base = name = wanted or "t"
        while not wanted or name in self.taken:
            self.numbers[base] = self.numbers.get(base, 0) + 1
            name = wanted = f"{base}{self.numbers[base]}"
        self.taken.add(name)
        return name

    def operand(self, operand: Operand) -> str:
        """A value by its name, a constant as it is."""
        return f"%{self.of(operand)}" if isinstance(operand, Value) else repr(operand)


def print_function(function: Function, names: Names | None = None) -> str:
    """The whole function.

    One line per op: ``results = callee operands {attrs} : types``; regions are indented.
    ``names``: of values that were printed before, which keep theirs.
    """
    names = names or Names()
    params = ", ".join(f"%{names.of(p)}: {p.type}" for p in function.params)
    lines = [f"func {function.name}({params}) {{"]
    lines += _block(names, function.body, "  ", "return")
    return "\n".join([*lines, "}"])


def print_op(op: Op, names: Names | None = None) -> str:
    """The first line of one op on its own, for error messages."""
    return next(_op(names or Names(), op, ""))


def print_block(block: Block) -> str:
    """One block on its own, for error messages."""
    return "\n".join(_block(Names(), block, "", "yield"))


def _block(names: Names, block: Block, pad: str, last: str) -> Iterator[str]:
    for op in block.ops:
        yield from _op(names, op, pad)
    yield f"{pad}{last} {', '.join(names.operand(y) for y in block.yields)}".rstrip()


def _op(names: Names, op: Op, pad: str) -> Iterator[str]:
    left = ", ".join(f"%{names.of(r)}" for r in op.results)
    callee = op.callee if isinstance(op.callee, str) else callee_name(op.callee)
    operands = ", ".join(names.operand(o) for o in op.operands)
    types = ", ".join(str(r.type) for r in op.results)
    text = f"{pad}{left}{' = ' if left else ''}{callee}({operands}){_attrs(names, op.attrs)}"
    text += f" : {types}" if types else ""
    role = "" if op.role == core.PRIMAL else f"  # {op.role}"
    if not op.regions:
        yield text + role
        return
    yield text + " {" + role
    for number, region in enumerate(op.regions):
        if number:
            yield f"{pad}}} {{"
        if region.args:
            yield f"{pad}  ^({', '.join(f'%{names.of(a)}: {a.type}' for a in region.args)})"
        yield from _block(names, region, pad + "  ", "yield")
    yield f"{pad}}}"


def callee_name(callee: Any) -> str:
    """``np.sin``, ``operator.add``: a short dotted name of a Python callable."""
    module = getattr(callee, "__module__", None) or "numpy"
    name = getattr(callee, "__name__", repr(callee))
    short = {"numpy": "np", "_operator": "operator", "builtins": ""}.get(module, module)
    return f"{short}.{name}" if short else name


def _attrs(names: Names, attrs: Mapping[str, Any]) -> str:
    shown = []
    for key, value in attrs.items():
        if key == "path":
            shown.append(print_path(value))
        elif isinstance(value, Slot):
            shown.append(f"{value.kind} ${names.of(value)}: {value.type}")
        elif isinstance(value, (Array, Scalar)):
            shown.append(str(value))
        elif key == "label":
            continue
        elif key == "mirror":
            shown.append("mirror")
        else:
            shown.append(f"{key}={value}")
    return f" {{{', '.join(shown)}}}" if shown else ""


def print_path(path: Path) -> str:
    """``[_, :, _:]``: an underscore stands for each operand."""
    return "".join(_element(step) for step in path)


def _element(step: Index | Transpose | Reshape) -> str:
    if isinstance(step, Transpose):
        return f".T{list(step.perm)}"
    if isinstance(step, Reshape):
        return f".reshape({', '.join('_' * step.ndim)})"
    return f"[{', '.join(_item(item) for item in step.items)}]"


def _item(item: str | Slice) -> str:
    if isinstance(item, Slice):
        text = f"{'_' if item.start else ''}:{'_' if item.stop else ''}"
        return text + (":_" if item.step else "")
    return {"int": "_", "new": "None"}.get(item, item)
