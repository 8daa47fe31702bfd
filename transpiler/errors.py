"""The tree of errors.  Every refusal names a place, a reason and a rewrite that works."""

from __future__ import annotations

from adgen.transpiler.span import Span
from adgen.transpiler.visible import visible


class AdgenError(Exception):
    """Base of all errors raised by adgen.

    Prints ``file:line:col``, the source line, a caret, the reason and, where
    there is one, the rewrite that works.
    """

    def __init__(
        self,
        message: str,
        span: Span | None = None,
        hint: str = "",
        notes: tuple[tuple[str, Span], ...] = (),
    ) -> None:
        self.message = message
        self.span = span
        self.hint = hint
        self.notes = notes
        super().__init__(self.render())

    def render(self) -> str:
        """The whole message: place, source line, caret, reason, notes, rewrite."""
        parts = []
        if self.span is not None:
            parts.append(f"{self.span}: {self.message}\n{self.span.excerpt()}")
        else:
            parts.append(self.message)
        parts += [f"{span}: note: {text}\n{span.excerpt()}" for text, span in self.notes]
        if self.hint:
            parts.append(f"  help: {self.hint}")
        return visible("\n".join(parts))

    def __str__(self) -> str:
        return self.render()


class UnsupportedError(AdgenError):
    """Base of every refusal: the program is outside what adgen compiles or differentiates.

    ``raises``: the exception that CPython would raise there for certain, or its class, where
    it is that.  ``builder``: the block that was being lowered (see frontend/trying.py).
    """

    raises: type[Exception] | Exception | None = None
    builder: object = None


class UnsupportedSyntax(UnsupportedError, SyntaxError):
    """A construct of the language that adgen does not compile."""


class UnknownPrimitive(UnsupportedError, NotImplementedError):
    """A function that is neither in the table of primitives nor readable Python."""


class NotDifferentiable(UnsupportedError, TypeError):
    """A derivative was asked of something that has none."""


class AliasedMutation(UnsupportedError, ValueError):
    """A name is read whose array may or may not have been written through another name."""


class UnboundName(UnsupportedError, NameError):
    """A name is read that may be unbound on some path."""


class SourceNotFound(UnsupportedError, OSError):
    """The source text of a function cannot be found."""


class TypeMismatch(UnsupportedError, TypeError):
    """Two paths give a name types that no one type holds."""


class WrongDerivative(AdgenError, AssertionError):
    """A derivative does not agree with differences of the function."""


class NotFinite(AdgenError, FloatingPointError):
    """With ``debug_nans=True``: a value or a derivative is infinite or no number."""


class Unrun:
    """Mixed into classes that stand for exceptions of a file that is read, not run.

    They are named in generated code, and never raised.
    """


class InvalidIR(AdgenError, AssertionError):
    """adgen itself is wrong: a pass produced IR that breaks its own rules."""
