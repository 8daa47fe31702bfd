"""What errors print, and what they can be caught as."""

from __future__ import annotations

import pytest

from adgen.transpiler import errors
from adgen.transpiler.errors import AdgenError, InvalidIR, UnsupportedError
from adgen.transpiler.span import Span

LINE = "    total += open(path)"
SPAN = Span("model.py", 12, 13, 12, 23, LINE)
REFUSALS = {
    errors.UnsupportedSyntax: SyntaxError,
    errors.UnknownPrimitive: NotImplementedError,
    errors.NotDifferentiable: TypeError,
    errors.AliasedMutation: ValueError,
    errors.UnboundName: NameError,
    errors.SourceNotFound: OSError,
    errors.TypeMismatch: TypeError,
}


def test_place_line_caret_reason_and_rewrite() -> None:
    error = AdgenError("open() is no function of numbers", SPAN, hint="pass the data as arrays")
    assert str(error) == (
        "model.py:12:14: open() is no function of numbers\n"
        "        total += open(path)\n"
        "                 ^^^^^^^^^^\n"
        "  help: pass the data as arrays"
    )


def test_notes_point_at_other_places() -> None:
    other = Span("model.py", 9, 4, 9, 8, "    row = M[i]")
    text = str(AdgenError("row may have changed", SPAN, notes=(("it is bound here", other),)))
    assert "model.py:9:5: note: it is bound here\n        row = M[i]\n" in text


def test_an_error_without_a_place_is_its_message() -> None:
    assert str(AdgenError("no such parameter")) == "no such parameter"


def test_a_span_over_several_lines_marks_the_rest_of_the_first() -> None:
    span = Span("model.py", 3, 4, 5, 1, "    y = np.sin(")
    assert span.excerpt() == "        y = np.sin(\n        ^^^^^^^^^^^"


def test_a_span_without_text_shows_none() -> None:
    assert Span("model.py", 3, 4, 3, 5).excerpt() == ""


@pytest.mark.parametrize("refusal, builtin", REFUSALS.items(), ids=lambda kind: kind.__name__)
def test_refusals_are_built_in_errors_too(refusal: type, builtin: type) -> None:
    with pytest.raises(builtin) as caught:
        raise refusal("no", SPAN)
    assert isinstance(caught.value, UnsupportedError)
    assert str(caught.value).startswith("model.py:12:14: no")


def test_every_refusal_is_listed() -> None:
    assert set(UnsupportedError.__subclasses__()) >= set(REFUSALS)


def test_our_own_mistakes_are_no_refusals() -> None:
    assert not issubclass(InvalidIR, UnsupportedError) and issubclass(InvalidIR, AssertionError)
