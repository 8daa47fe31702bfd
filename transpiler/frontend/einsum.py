"""``np.einsum``: its subscripts are read here, and become products of matrices of the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.arguments import refuse_keyword, static_value
from adgen.transpiler.frontend.bindings import Binding, Method, Static
from adgen.transpiler.frontend.calls import call
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.table_calls import operand_of_binding, strong
from adgen.transpiler.ir.core import type_of
from adgen.transpiler.ir.types import Array

_SPARE = [chr(code) for code in range(0x3B1, 0x3CA)]  # letters for the axes of an ellipsis


@dataclass(frozen=True)
class _Term:
    """An array and the letters of its axes."""

    array: Binding
    letters: str


@known(np.einsum)
def _einsum(cx: Context, request: Call) -> Binding:
    for name in request.kwargs:
        if name != "optimize":  # the order in which it multiplies
            refuse_keyword(cx, request, name, ("optimize",))
    first, *arrays = _as_text(cx, request)
    if not isinstance(first, Static) or not isinstance(first.value, str):
        cx.refuse(
            UnsupportedSyntax, "`np.einsum` without a constant string of subscripts", request.node,
            'write the subscripts as a string: np.einsum("ij,jk->ik", a, b)',
        )  # fmt: skip
    node = request.node
    operands = [strong(cx, node, operand_of_binding(cx, array, node)) for array in arrays]
    ranks = [k.ndim if isinstance(k := type_of(o), Array) else 0 for o in operands]
    inputs, output = _read(cx, request.node, first.value, ranks)
    _agree(cx, request.node, list(zip(operands, inputs, strict=True)))
    terms = [_Term(cx.wrap(o), letters) for o, letters in zip(operands, inputs, strict=True)]
    found = _Contraction(cx, request.node).run(terms, output)
    dtype = np.result_type(*(type_of(o).dtype for o in operands))
    if dtype.kind not in "biu" or cx.kind(found).dtype == dtype:
        return found
    return call(cx, node, Method(found, "astype"), (Static(dtype.type),), {})  # as the operands


def _as_text(cx: Context, request: Call) -> tuple[Binding | None, ...]:
    """The subscripts as a string, and the arrays; they may be given as lists of numbers."""
    args = request.args or (None,)
    if isinstance(args[0], Static) and isinstance(args[0].value, str) or len(args) < 2:
        return args
    numbers = [static_value(cx, part, request.node, "subscripts") for part in args[1::2]]
    output = static_value(cx, args[-1], request.node, "subscripts") if len(args) % 2 else None
    letters = {number: chr(ord("A") + k) for k, number in enumerate(
        sorted({number for part in (*numbers, output or ()) for number in part} - {...})
    )}  # fmt: skip
    written = ["".join(letters.get(number, "...") for number in part) for part in numbers]
    text = ",".join(written)
    if output is not None:
        text += "->" + "".join(letters.get(number, "...") for number in output)
    return Static(text), *args[: 2 * len(numbers) : 2]


def _read(cx: Context, node: Any, text: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The letters of the axes of each array and of the result, ellipses written out."""
    left, arrow, output = text.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ranks):
        cx.refuse(TypeMismatch, f"`np.einsum` has subscripts for {len(inputs)} arrays, not "
                  f"{len(ranks)}", node, "name the axes of each array")  # fmt: skip
    widest = 0
    for letters, rank in zip(inputs, ranks, strict=True):
        named = len(letters.replace("...", ""))
        if named != rank if "..." not in letters else named > rank:
            cx.refuse(TypeMismatch, f"the subscripts `{letters}` of `np.einsum` are for another "
                      f"number of axes than {rank}", node,
                      "name each axis by a letter")  # fmt: skip
        widest = max(widest, rank - named) if "..." in letters else widest
    spare = "".join(_SPARE[:widest])

    def written(letters: str, count: int) -> str:
        return letters.replace("...", spare[len(spare) - count :])

    full = [
        written(letters, rank - len(letters.replace("...", "")))
        for letters, rank in zip(inputs, ranks, strict=True)
    ]
    if not arrow:
        once = sorted(c for c in set("".join(full)) - set(spare) if "".join(full).count(c) == 1)
        return full, spare + "".join(once)
    output = written(output, len(spare))
    if not set(output) <= set("".join(full)) or len(set(output)) < len(output):
        cx.refuse(TypeMismatch, f"the subscripts `{output}` of the result of `np.einsum`", node,
                  "name each axis of the result once, by a letter of an array")  # fmt: skip
    return full, output


def _agree(cx: Context, node: Any, terms: Sequence[tuple[Any, str]]) -> None:
    """Guard that axes of one letter are equally long."""
    known_as: dict[str, Any] = {}
    for operand, letters in terms:
        kind = type_of(operand)
        ones = kind.ones if isinstance(kind, Array) else ()
        for letter, extent, one in zip(letters, cx.extents.of(operand), ones, strict=True):
            if not one:
                shapes.require(cx, node, known_as.setdefault(letter, extent), extent)


class _Contraction:
    """Multiplies arrays from left to right and sums what nobody needs any more."""

    def __init__(self, cx: Context, node: Any) -> None:
        self.cx, self.node = cx, node

    def run(self, terms: Sequence[_Term], output: str) -> Binding:
        """The result, its axes in the order of ``output``."""
        wide = self._stretched([self._with_diagonals(term) for term in terms])
        rest = ["".join(term.letters for term in wide[k + 1 :]) + output for k in range(len(wide))]
        total = self._summed(wide[0], rest[0])
        for term, needed in zip(wide[1:], rest[1:], strict=True):
            total = self._product(total, self._summed(term, needed + total.letters), needed)
        return self._ordered(self._summed(total, output), output).array

    def _call(self, function: Any, *args: Binding, **kwargs: Binding) -> Binding:
        return call(self.cx, self.node, Static(function), args, kwargs)

    def _with_diagonals(self, term: _Term) -> _Term:
        """Of a letter that stands twice, the diagonal."""
        for letter in dict.fromkeys(term.letters):
            while term.letters.count(letter) > 1:
                first, second = term.letters.index(letter), term.letters.rindex(letter)
                letters = term.letters.replace(letter, "", 1)
                letters = letters[: second - 1] + letters[second:] + letter
                array = call_definition(
                    self.cx, self.node, library.diagonal_of, (term.array, first, second), {}
                )
                term = _Term(array, letters)
        return term

    def _stretched(self, terms: Sequence[_Term]) -> list[_Term]:
        """Axes of length 1 are taken out where another array has more of that letter."""
        long: set[str] = set()
        for term in terms:
            long |= {c for c, one in zip(term.letters, self._ones(term), strict=True) if not one}
        return [self._without_ones(term, long) for term in terms]

    def _ones(self, term: _Term) -> tuple[bool, ...]:
        kind = type_of(operand_of_binding(self.cx, term.array, self.node))
        return kind.ones if isinstance(kind, Array) else ()

    def _without_ones(self, term: _Term, long: set[str]) -> _Term:
        ones = self._ones(term)
        gone = tuple(k for k, c in enumerate(term.letters) if ones[k] and c in long)
        if not gone:
            return term
        kept = "".join(c for k, c in enumerate(term.letters) if k not in gone)
        return _Term(self._call(np.squeeze, term.array, axis=gone), kept)

    def _summed(self, term: _Term, needed: str) -> _Term:
        """Summed over the axes that nobody needs."""
        axes = tuple(k for k, c in enumerate(term.letters) if c not in needed)
        if not axes:
            return term
        kept = "".join(c for c in term.letters if c in needed)
        return _Term(self._call(np.sum, term.array, axis=axes), kept)

    def _ordered(self, term: _Term, letters: str) -> _Term:
        if term.letters == letters:
            return term
        perm = tuple(term.letters.index(c) for c in letters)
        return _Term(self._call(np.transpose, term.array, perm), letters)

    def _product(self, a: _Term, b: _Term, needed: str) -> _Term:
        """The product, summed over letters of both that nobody else needs."""
        if not a.letters or not b.letters:
            product = self._call(np.multiply, a.array, b.array)
            return _Term(product, a.letters or b.letters)
        both = [c for c in a.letters if c in b.letters]
        stack = "".join(c for c in both if c in needed)
        inner = "".join(c for c in both if c not in needed)
        left = "".join(c for c in a.letters if c not in both)
        right = "".join(c for c in b.letters if c not in both)
        x = self._ordered(a, stack + left + inner).array
        y = self._ordered(b, stack + inner + right).array
        counts = (len(stack), len(left), len(inner), len(right))
        product = call_definition(
            self.cx, self.node, library.contracted, (x, y, *counts), {}
        )  # fmt: skip
        return _Term(product, stack + left + right)
