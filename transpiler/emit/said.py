"""Prints and exceptions as statements: what CPython runs, and what Numba is given."""

from __future__ import annotations

from collections.abc import Sequence

import gast

from adgen.transpiler.emit import classes, nodes
from adgen.transpiler.emit.expressions import Expressions
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.printing import print_expression
from adgen.transpiler.ir.core import Op, Operand, Value, type_of
from adgen.transpiler.ir.templates import Error, Field, Items, Template, Text, places, places_of
from adgen.transpiler.ir.types import Scalar, Type
from adgen.transpiler.ir.voices import Voice, Warned


class Said:
    """Writes them for one planned function.

    Numba is given a piece of Python that CPython runs (``runtime/in_cpython.py``), with the
    values as arguments, for all but exceptions of constants: what is said is then the same.
    """

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        plan = expressions.plan
        self.numba = plan.style.numba
        self.taken = None if self.numba else frozenset(plan.naming.values.values())

    def printed(self, op: Op) -> Stmt:
        """``print(...)``, or who else says it (``ir/voices.py``)."""
        ends = {
            name: nodes.load(f"sys.{value}") if name == "file" else nodes.constant(value)
            for name, value in op.attrs.get("ends", {}).items()
        }
        values = self._values(op.operands)
        parts = self._arguments(op.attrs["template"], values, list(op.operands))
        said = (
            self._voiced(op, parts) if "voice" in op.attrs else nodes.call("print", *parts, **ends)
        )
        return nodes.statement(self._run(said, op.operands) if self.numba else said)

    def _voiced(self, op: Op, parts: list[Expr]) -> Expr:
        voice: Voice = op.attrs["voice"]
        if isinstance(voice, Warned):
            plain = voice.category is UserWarning
            category = [] if plain else [classes.expression(voice.category, self.taken)]
            return nodes.call("warnings.warn", *parts, *category)
        if voice.logger is None:
            return nodes.call(f"logging.{voice.method}", *parts)
        names = [nodes.constant(voice.logger)] if voice.logger else []
        logger = nodes.call("logging.getLogger", *names)
        return nodes.call(nodes.attribute(logger, voice.method), *parts)

    def raised(self, error: Error, operands: Sequence[Operand]) -> Stmt:
        """``raise ...``."""
        if self.numba and not _is_constant(error):
            return nodes.statement(self._run(self._thrown(error, operands), operands))
        exception, *causes = self._chain(error, operands)
        cause = causes[0] if causes else None
        if error.silent and cause is None and not self.numba:
            cause = nodes.constant(None)
        bare = isinstance(exception.func, gast.Name) and not exception.args + exception.keywords
        return gast.Raise(exception.func if bare else exception, cause)

    def message(self, error: Error, operands: Sequence[Operand]) -> Expr | None:
        """What follows the comma of an ``assert``, if that is all there is to the error."""
        if self.numba and not _is_constant(error):
            return None
        values = self._values(operands)
        parts = self._arguments(error.template, values, list(operands))
        return parts[0] if parts else None

    def _thrown(self, error: Error, operands: Sequence[Operand]) -> Expr:
        chain = self._chain(error, operands)
        if error.silent and error.cause is None:
            chain.append(nodes.constant(None))
        return nodes.call("throw", *chain)

    def _chain(self, error: Error, operands: Sequence[Operand]) -> list[Expr]:
        """The exception and its cause, if it has one, as calls of their classes."""
        values, left = self._values(operands), list(operands)
        out = [self._made(error, values, left)]
        if error.cause is not None:
            out.append(self._made(error.cause, values, left))
        return out

    def _made(self, error: Error, values: list[Expr], operands: list[Operand]) -> Expr:
        parts = self._arguments(error.template, values, operands)
        count = len(parts) - len(error.keywords)
        named = dict(zip(error.keywords, parts[count:], strict=True))
        cls = classes.expression(error.cls, self.taken)
        return nodes.call(cls, *parts[:count], **named)

    # Values

    def _values(self, operands: Sequence[Operand]) -> list[Expr]:
        """The values as they are named where the template is run."""
        if self.numba:
            return [nodes.load(name) for name in self._parameters(operands)]
        return self.expressions.operands(operands)

    def _parameters(self, operands: Sequence[Operand]) -> list[str]:
        """Names for values: their own where they have one."""
        names: list[str] = []
        for operand in operands:
            name = (operand.name if isinstance(operand, Value) else "") or "value"
            while name in names or name in classes.RESERVED:
                name += "_"
            names.append(name)
        return names

    def _run(self, said: Expr, operands: Sequence[Operand]) -> Expr:
        """The call that lets CPython evaluate an expression of values."""
        text = f"lambda {', '.join(self._parameters(operands))}: ".replace("lambda :", "lambda:")
        source = nodes.constant(text + print_expression(said))
        return nodes.call("in_cpython", source, *self.expressions.operands(operands))

    def _arguments(
        self, template: Template, values: list[Expr], operands: list[Operand]
    ) -> list[Expr]:
        """The arguments that a template says; takes its values off the front of the lists."""
        out = []
        for entry in template:
            if isinstance(entry, Items):
                inner = self._arguments(entry.entries, values, operands)
                out.append(nodes.constant(None) if entry.nothing else nodes.tuple_(inner))
            elif isinstance(entry, tuple):
                out.append(self._text(entry, values, operands))
            elif entry is None:
                out.append(self._plain(values.pop(0), type_of(operands.pop(0))))
            else:
                out.append(nodes.constant(entry))
        return out

    def _text(self, text: Text, values: list[Expr], operands: list[Operand]) -> Expr:
        parts = []
        for piece in text:
            if isinstance(piece, str):
                parts.append(nodes.constant(piece))
            else:
                value, kind = values.pop(0), type_of(operands.pop(0))
                parts.append(self._field(piece, value, kind))
        return gast.JoinedStr(parts)

    def _field(self, field: Field, value: Expr, kind: Type) -> Expr:
        if field.conversion == "%":
            value = gast.BinOp(nodes.constant(field.spec), gast.Mod(), nodes.tuple_([value]))
            return gast.FormattedValue(value, -1, None)
        value = self._plain(value, kind)
        spec = gast.JoinedStr([nodes.constant(field.spec)]) if field.spec else None
        conversion = ord(field.conversion) if field.conversion else -1
        return gast.FormattedValue(value, conversion, spec)

    def _plain(self, value: Expr, kind: Type) -> Expr:
        """A value as it is: Numba makes Python's numbers of NumPy's."""
        numpys = isinstance(kind, Scalar) and not kind.weak
        return nodes.call(nodes.dtype(kind.dtype), value) if self.numba and numpys else value


def _is_constant(error: Error) -> bool:
    """Whether Numba can raise it by itself."""
    plain = classes.is_builtin(error.cls) and not error.keywords and error.cause is None
    return plain and places(error.template) == places_of(error) == 0
