"""An exception inside of generated code names the line of the user's that it comes from."""

import traceback

import numpy as np
import pytest

import adgen

JIT = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])


class Refused(Exception):
    pass


def checked(x, n):
    total = 0.0
    for i in range(n):
        total += x[i] * x[i]
    if total > 100.0:
        raise ValueError(f"too large: {total:.1f}")
    if total > 50.0:
        raise Refused("large")
    assert total > 0.0, "positive"
    return total + 1 // (n - 2)


LINES = {
    "total += x[i] * x[i]": (np.ones(3), 4, IndexError, "out of bounds"),
    'raise ValueError(f"too large: {total:.1f}")': (np.full(3, 10.0), 3, ValueError, "300.0"),
    'raise Refused("large")': (np.full(3, 5.0), 3, Refused, "large"),
    'assert total > 0.0, "positive"': (np.zeros(3), 3, AssertionError, "positive"),
    "return total + 1 // (n - 2)": (np.ones(3), 2, ZeroDivisionError, "zero"),
}


def notes_of(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value, "\n".join(getattr(caught.value, "__notes__", ()))


def names_line(note, line):
    number = next(
        k for k, text in enumerate(open(__file__).read().split("\n"), 1) if text.strip() == line
    )
    return f'  File "{__file__}", line {number}\n    {line}' in note


@JIT
@pytest.mark.parametrize("member", ["grad", "value_and_grad", "__call__"])
def test_exceptions_name_the_line(jit, member):
    f = adgen.differentiate(checked, jit=jit, boundscheck=True)
    for line, (x, n, kind, said) in LINES.items():
        for _ in range(3):  # the general way, and calls that are written out
            error, note = notes_of(lambda x=x, n=n: getattr(f, member)(x, n))
            assert type(error) is kind and said in str(error), error
            assert note.startswith("This comes from the source of `checked`:\n")
            assert names_line(note, line), note
            assert note.count("This comes from") == 1


def test_exceptions_of_pullbacks_products_and_tangents_name_the_line():
    x, large = np.ones(3), np.full(3, 10.0)
    line = 'raise ValueError(f"too large: {total:.1f}")'
    for call in (
        lambda: adgen.vjp(checked, large, 3, wrt="x", jit=False),
        lambda: adgen.jvp(checked, (large, 3), (x, None), jit=False),
        lambda: adgen.hvp(checked, jit=False)(large, 3, x),
        lambda: adgen.jacobian(checked, jit=False)(large, 3),
        lambda: adgen.grad(checked, jit=False, debug_nans=True)(large, 3),
    ):
        error, note = notes_of(call)
        assert type(error) is ValueError and names_line(note, line), note


def inner(y):
    if y > 1.0:
        raise ValueError("in the inner one")
    return y * y


def outer(x):
    return inner(x) + x


def test_the_line_is_that_of_the_function_that_raises():
    _, note = notes_of(lambda: adgen.grad(outer, jit=False)(2.0))
    assert names_line(note, 'raise ValueError("in the inner one")')


def added(x, y):
    z = x * 2.0
    return np.sum(z + y)


@JIT
def test_shapes_that_differ_name_the_line(jit):
    error, note = notes_of(lambda: adgen.grad(added, jit=jit)(np.ones(3), np.ones(4)))
    assert isinstance(error, ValueError) and names_line(note, "return np.sum(z + y)"), note


def test_an_exception_before_the_generated_code_has_no_note():
    error, note = notes_of(lambda: adgen.grad(added, jit=False)(np.ones(3)))
    assert type(error) is TypeError and note == ""


def test_tracebacks_show_the_emitted_line_and_the_note():
    try:
        adgen.grad(checked, jit=False)(np.zeros(3), 3)
    except AssertionError as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        text = "".join(traceback.format_exception(error))
    assert frame.name == "checked_value_and_grad"
    assert frame.line == 'assert total > 0.0, "positive"'
    assert text.endswith('    assert total > 0.0, "positive"\n')
    assert f'File "{__file__}"' in text.rsplit("AssertionError: positive\n", 1)[1]
