"""The workbench of one lowering: present state, present block, present frame."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from adgen.transpiler.errors import AliasedMutation, InvalidIR, TypeMismatch, UnsupportedError
from adgen.transpiler.frontend import broadcasting, budget, dtypes, layouts, noted_shapes, shapes
from adgen.transpiler.frontend.bindings import OF_POINT, Binding, Box, Cell, Frame, Ref, Static
from adgen.transpiler.frontend.element_views import ElementViews
from adgen.transpiler.frontend.state import State
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import Array, Opaque, Scalar, Type, is_complex
from adgen.transpiler.primitives.builder import Builder, python_number
from adgen.transpiler.primitives.spelling import called
from adgen.transpiler.primitives.table import find
from adgen.transpiler.span import Span

# Integer arithmetic is computed once per place: equal indices become the same Value.
_SHARED = frozenset({operator.add, operator.sub, operator.mul, core.DIM, core.RANGELEN})


class Context:
    """Everything that the handlers of statements, expressions and calls work on."""

    def __init__(
        self,
        evaluate: Callable[..., Binding],
        execute: Callable[..., None],
        speculates: bool = True,
        exact: frozenset[Any] = frozenset(),
    ) -> None:
        self.evaluate = evaluate
        self.execute = execute
        self.speculates = speculates  # guesses that computed extents are not 1
        self.ones_known = True  # the types of arguments say which extents are 1
        self.exact = exact  # statements where aliases meet that are followed exactly
        self.doubtful: set[Any] = set()  # statements where those met that were refused
        self.suspects: set[Any] = set()  # the same of all arrays written under a doubtful name
        self.held: list[Binding] = []  # what the loops around run over
        self.given: set[Cell] = set()  # arrays that the caller sees
        self.aliases: Any = None  # the ExactLoop whose trial is being looked at
        self.builder = Builder()
        self.state = State()
        self.frame: Frame = None  # type: ignore[assignment]  # set by the first call
        self.stack: list[Any] = []  # the activations that are being lowered
        self.machines: list[Any] = []  # the recursions that are being lowered
        self.recursions: dict[Any, Any] = {}  # calls that were found to be recursive
        self.steps = 0  # that reading has taken (see budget.py)
        self.trials = 0  # how many speculative lowerings of loop bodies we are inside
        self.gaps: list[Any] = []  # names that a trial did not know yet (blocks.arms_of)
        self.captures: dict[int, tuple[Any, Binding, Value]] = {}  # by identity of the object
        self.extents = shapes.Extents()
        self.ignored: dict[str, None] = {}  # what np.errstate lets pass in the function
        self.unheard: tuple[Any, ...] = ()  # what filters of warnings ignore (see warned.py)
        self.tries: list[Any] = []  # the `try` bodies that are being lowered (see trying.py)
        self.handled: list[Any] = []  # the exceptions whose handlers are being lowered
        self.mixes: bool | None = None  # paths met with integers and floats, if anybody asks
        self.short: set[Any] = set()  # the loops around that can be written out, and
        self.counted: dict[Value, frozenset[Any]] = {}  # integers that their counters decide
        self.points: dict[Value, str] = {}  # arrays without axes: who else sees them change
        self.roomy: set[Cell] = set()  # arrays of lists with room for all that a loop appends
        self.spans: dict[Any, Span] = {}
        self.takes_none = True  # values may be None on some paths (see nullable.py)
        self.shadows: dict[int, Any] = {}  # objects of the surroundings that are changed, by id
        self.shadowed: dict[int, Box] = {}  # what stands for them
        self.shadow_of: dict[Box, Any] = {}
        self.script: Any = None  # what draws give, where that was drawn before (see scripts.py)
        self.elements = ElementViews()
        self.passed: dict[Value, Value] = {}  # arrays behind blocks of grad_of, and ahead of them

    # Places and refusals

    def span(self, node: Any) -> Span:
        """The place of a node; inside library functions that of the user's call."""
        if self.frame.place is not None:
            place: Span = self.frame.place
            return place
        key = (self.frame.source, node)
        if key not in self.spans:
            self.spans[key] = self.frame.source.span(node)
        return self.spans[key]

    def refuse(
        self,
        error: type[UnsupportedError],
        message: str,
        node: Any,
        hint: str = "",
        notes: tuple[tuple[str, Span], ...] = (),
        raises: type[Exception] | Exception | None = None,
    ) -> NoReturn:
        """Raise a refusal that points at ``node``.

        ``raises``: what CPython would raise here, whenever it comes here (see trying.py).
        """
        refusal = error(message, self.span(node), hint, notes)
        if raises is not None:
            refusal.raises = raises
            refusal.builder = self.builder
        raise refusal

    # Evaluation

    def ev(self, node: Any, name: str = "") -> Binding:
        """The binding that an expression evaluates to; ``name`` is a hint for its Value."""
        return self.evaluate(self, node, name)

    @contextmanager
    def inside(self, builder: Builder, state: State) -> Iterator[None]:
        """Lower into another block from another state; both are the caller's to collect."""
        saved = self.builder, self.state
        self.builder, self.state = builder, state
        try:
            yield
        finally:
            self.builder, self.state = saved

    # Emission

    def emit(
        self, node: Any, callee: core.Callee, *operands: Operand, name: str = "", **attrs: Any
    ) -> Operand:
        """Append an op, with guards where NumPy would broadcast, and note the shape it has.

        Raises TypeMismatch where NumPy has no such operation on these types.
        """
        budget.spend(self, node)
        self.builder.span = self.span(node)
        given = [type_of(operand) for operand in operands]
        if any(kind.dtype.kind in "cO" for kind in given):
            self.check_generators(node, given)
            self.check_complex(node, callee, operands, attrs)
        key = None
        if callee in _SHARED and all(_integral(o) for o in operands if callee != core.DIM):
            key = (callee, operands, attrs.get("axis"))
            if key in self.state.known:
                known: Operand = self.state.known[key]
                return known
        if any(kind.dtype == np.uint64 for kind in given):
            operands = dtypes.unsigned(callee, operands)
        operands = broadcasting.agreed(self, node, callee, operands)
        callee = dtypes.of_truth_values(callee, operands)
        try:
            result = self.builder.emit(callee, *operands, name=name, **attrs)
        except InvalidIR:
            raise
        except (TypeError, ValueError) as error:
            kinds = " and ".join(str(type_of(o)) for o in operands)
            self.refuse(TypeMismatch, f"NumPy has no such operation on {kinds}: {error}", node)
        dtypes.check_compiled(self, node, result)
        if self.short and isinstance(result, Value):
            loops = [
                self.counted[o] for o in operands if isinstance(o, Value) and o in self.counted
            ]
            if loops:
                self.counted[result] = frozenset().union(*loops)
        if isinstance(result, Value):
            noted_shapes.note(self, result, callee, operands, attrs)
            layouts.note_layout(self, result, callee, operands, attrs)
        if key is not None:
            self.state.known[key] = result
        return result

    def check_generators(self, node: Any, kinds: list[Type]) -> None:
        """Refuse random generators where something is computed."""
        if any(isinstance(kind, Opaque) for kind in kinds):
            self.refuse(
                TypeMismatch, "a random generator is used where a number or an array is needed",
                node, "draw from it: rng.standard_normal(...)",
            )  # fmt: skip

    def check_complex(
        self, node: Any, callee: core.Callee, operands: tuple[Operand, ...], attrs: dict[str, Any]
    ) -> None:
        """Refuse complex numbers where they would lose a part, or are not taken."""
        if callee == core.CAST and not is_complex(attrs["type"]):
            self.refuse(
                TypeMismatch, "a complex number is made a real one", node,
                "say which: `np.real(z)`, `np.imag(z)` or `np.abs(z)`",
            )  # fmt: skip
        entry = None if isinstance(callee, str) else find(callee)
        if entry is not None and not entry.complex:
            name = entry.symbol.strip() or called(callee)
            self.refuse(
                TypeMismatch, f"`{name}` takes no complex numbers", node,
                "take real ones: `np.real(z)`, `np.imag(z)` or `np.abs(z)`",
            )  # fmt: skip

    def emit_several(
        self, node: Any, callee: core.Callee, *operands: Operand, names: tuple[str, ...] = (),
        **attrs: Any,
    ) -> tuple[Value, ...]:  # fmt: skip
        """Append a call with several results."""
        self.builder.span = self.span(node)
        if any(is_complex(type_of(operand)) for operand in operands):
            self.check_complex(node, callee, operands, attrs)
        results = self.builder.emit_many(callee, *operands, names=names, **attrs)
        for k, result in enumerate(results):
            noted_shapes.note(self, result, callee, operands, attrs, k)
        return results

    def cast(self, node: Any, x: Operand, kind: Type) -> Operand:
        """``x`` as another type of the same rank; nothing if only weakness differs."""
        return convert(self, self.builder, node, x, kind)

    def check(self, node: Any, condition: Operand, kind: str, message: str) -> None:
        """Append an assertion that raises the built-in exception ``kind``."""
        if condition is True:
            return
        self.builder.span = self.span(node)
        error = Error(getattr(builtins, kind), (message,) if message else ())
        self.builder.effect(core.ASSERT, condition, error=error)

    def suppose(self, condition: Operand) -> None:
        """From here on, on this path, a truth value is true."""
        self.state.known["true", condition] = True

    def suppose_not(self, condition: Operand) -> None:
        """From here on, on this path, a truth value is false."""
        opposite = self.state.known.get(("not", condition))
        if opposite is not None:
            self.suppose(opposite)

    def holds(self, condition: Operand) -> bool:
        """Whether a truth value is certainly true on this path."""
        return condition is True or ("true", condition) in self.state.known

    # Arrays

    def new_array(self, value: Value, name: str = "") -> Ref:
        """A fresh array that nothing else refers to."""
        cell = Cell(name or value.name)
        self.state.cells[cell] = value
        return Ref(cell)

    def wrap(self, operand: Operand) -> Binding:
        """The binding of an op's result: a number as it is, an array in a fresh cell."""
        if isinstance(operand, Value) and isinstance(operand.type, Array):
            return self.new_array(operand)
        return operand

    def root(self, ref: Ref, node: Any) -> Value:
        """The present value of the whole cell of a ref.  Raises AliasedMutation when stale."""
        if ref.cell in self.state.one_of:
            whole = self.read(Ref(ref.cell), node)
            assert isinstance(whole, Value)
            return whole
        self.check_fresh(ref.cell, node)
        return self.state.cells[ref.cell]

    def check_fresh(self, cell: Cell, node: Any) -> None:
        """Refuse an array that may have been written under another name.

        Raises AliasedMutation.
        """
        if cell in self.state.stale:
            self.refuse_alias(cell, node, (("the write", self.state.stale[cell]),))

    def refuse_alias(
        self, cell: Cell, node: Any, notes: tuple[tuple[str, Span], ...] = ()
    ) -> NoReturn:
        """Refuse an array of which it is not known whether it has been written."""
        self.doubtful |= self._origins(cell) - self.exact or self.suspects
        self.refuse(
            AliasedMutation,
            "this array may or may not have been changed through another name",
            node,
            "take a copy with `.copy()` before the write, so that the two never share memory",
            notes,
        )

    def read(self, ref: Ref, node: Any, name: str = "") -> Value:
        """The present value of the part of the cell that a ref denotes."""
        if ref.cell in self.state.one_of:
            from adgen.transpiler.frontend.alternatives import read_one_of

            found = read_one_of(self, ref, node, name)
            assert isinstance(found, Value)
            return found
        value = self.root(ref, node)
        if not ref.path:
            return value
        out = self.emit(node, core.GETITEM, value, *ref.index, path=ref.path, name=name)
        assert isinstance(out, Value)
        return out

    def write(self, ref: Ref, value: Value, node: Any) -> None:
        """Let ``value`` be the new content of the whole cell; other names may become stale."""
        if ref.cell in self.state.one_of:
            from adgen.transpiler.frontend.indexing import write_part

            write_part(self, node, Ref(ref.cell), value)
            return
        if ref.cell.captured:
            self.refuse(
                AliasedMutation,
                f"`{ref.cell.name}` belongs to the surroundings of the function and is written",
                node,
                f"pass `{ref.cell.name}` as an argument, or work on `{ref.cell.name}.copy()`",
            )
        part = ref.cell.part
        if part == OF_POINT:
            self.refuse(
                AliasedMutation,
                "an array without axes is changed in place, which another name sees",
                node,
                "write into a copy of the view: `x.reshape(-1).copy()`",
            )
        if part:
            self.refuse(
                AliasedMutation, f"`{part}` of an array is written under another name", node,
                f"write `z{part}[...] = x`, or work on a copy: `z{part}.copy()`",
            )  # fmt: skip
        self.state.cells[ref.cell] = value
        others = self.state.partners(ref.cell)
        self.elements.note_write({ref.cell, *others}, self.span(node))
        if others:
            self.suspects |= self._origins(ref.cell)
        for other in others:
            self.state.stale[other] = self.span(node)

    def _origins(self, cell: Cell) -> set[Any]:
        """Where the names met of all arrays that may be the same memory."""
        found: set[Cell] = set()
        todo = [cell]
        while todo:
            cell = todo.pop()
            if cell not in found:
                found.add(cell)
                todo += self.state.partners(cell)
        return {cell.origin for cell in found} - {None}

    def kind(self, binding: Binding) -> Type:
        """The type of a number or an array."""
        if isinstance(binding, Ref):
            return shapes.ref_type(self, binding)
        return type_of(binding)

    # Names

    def bind(self, name: str, binding: Binding) -> None:
        """Let a name of the present frame, or of one around it, stand for ``binding``."""
        frame = self.frame.owner(name) or self.frame
        self.state.env[(frame, name)] = self.elements.named_binding(name, binding)
        self.state.env.pop((frame, f"$used {name}"), None)

    def flag(self, name: str) -> Operand:
        """A control flag of the present frame (see blocks.py)."""
        value: Operand = self.state.env.get((self.frame, name), False)
        return value


def convert(cx: Context, builder: Builder, node: Any, x: Operand, kind: Type) -> Operand:
    """``x`` as another type of the same rank, emitted into ``builder``."""
    have = type_of(x)
    if have.dtype == kind.dtype:
        return x
    if is_complex(have) and not is_complex(kind):
        cx.check_complex(node, core.CAST, (x,), {"type": kind})
    if not isinstance(x, Value) and isinstance(kind, Scalar):
        python = python_number(x, kind)
        strong = not kind.weak and kind.dtype.str[1:] not in ("f8", "i8", "b1", "c16")
        return kind.dtype.type(python) if strong else python
    builder.span = cx.span(node)
    wanted = kind if isinstance(kind, Scalar) else Array(kind.dtype, have.ones)  # type: ignore[union-attr]
    out = builder.emit(core.CAST, x, type=wanted, name=x.name if isinstance(x, Value) else "")
    if isinstance(out, Value) and isinstance(x, Value):
        noted_shapes.note(cx, out, core.CAST, (x,), {})
    return out


def _integral(operand: Operand) -> bool:
    kind = type_of(operand)
    return isinstance(kind, Scalar) and kind.weak and kind.dtype.kind == "i"


def static(binding: Binding, value: Any) -> bool:
    """Whether a binding is that very object."""
    return isinstance(binding, Static) and binding.value is value
