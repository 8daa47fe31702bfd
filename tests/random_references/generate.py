"""Programs of references: names, views, elements, lists, dicts, objects, and writes through them.

Every array has two elements, every matrix is 2 by 2, and every list has two items or more, so that
any statement fits any variable of its kind.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from tests.random_programs.generate import Program

HEAD = """
import numpy as np
from collections import namedtuple


class Holder:
    def __init__(self, a, e):
        self.a = a
        self.e = e

    def scale(self, c):
        self.a *= c
        return self.a


Pair = namedtuple("Pair", "a e")


def same(v):
    return v


def tail(v):
    return v[::-1]


def bump(v, c):
    v[0] += c
    return v[1]


def put(l, v):
    l.append(v)


def swapped(p, q):
    return q, p
"""
KINDS = "AMELFTDO"  # array, matrix, element, list of arrays, list of elements, tuple, dict, object


class Generator:
    """Builds one program from a seed."""

    def __init__(self, seed: str) -> None:
        self.r = random.Random(seed)
        self.names: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.count = 0
        self.depth = 0

    # Names

    def fresh(self, kind: str) -> str:
        """A name of a kind: mostly a new one, now and then one that is bound again."""
        if self.names[kind] and (self.depth or self.r.random() < 0.3):
            return self.r.choice(self.names[kind])
        self.count += 1
        return f"{kind.lower()}{self.count}"

    def bound(self, kind: str, name: str) -> None:
        if name not in self.names[kind]:
            self.names[kind].append(name)

    def has(self, kinds: str) -> bool:
        return all(self.names[kind] for kind in kinds)

    def any(self, kind: str) -> str:
        return self.r.choice(self.names[kind])

    # Expressions

    def number(self) -> str:
        """A float, and no view."""
        k = self.r.randrange(3)
        options = [f"x[{k}]", f"{self.r.uniform(0.5, 1.5):.2f}", f"np.sin(x[{k}])"]
        if self.has("A"):
            options += [f"1.1 * {self.any('A')}[{k % 2}]", f"np.sum({self.any('A')}) * 0.3"]
        if self.has("E"):
            options += [f"0.5 * {self.any('E')}", f"float({self.any('E')})"]
        return self.r.choice(options)

    def condition(self) -> str:
        return f"x[{self.r.randrange(3)}] {self.r.choice('<>')} {self.r.uniform(0.2, 1.2):.2f}"

    def array(self) -> str:
        """An array of two elements: a fresh one, or another name or view of one."""
        r, pick = self.r, self.any
        options = [
            f"np.array([{self.number()}, {self.number()}])",
            f"np.array([x[0], x[2]]) * {self.number()}",
            "np.zeros(2)",
        ]
        if self.has("A"):
            a, b = pick("A"), pick("A")
            options += [
                a, f"{a}[:]", f"{a}[::-1]", f"np.asarray({a})", f"{a}.copy()", f"same({a})",
                f"tail({a})", f"{a}.reshape(2)", f"{a}.ravel()", f"np.atleast_1d({a})",
                f"({a} if {self.condition()} else {b})", f"swapped({a}, {b})[0]",
                f"np.array({a})", f"{a}.T",
            ]  # fmt: skip
        if self.has("M"):
            m = pick("M")
            options += [f"{m}[0]", f"{m}[:, 1]", f"{m}.T[1]"]
            options += [f"{m}.ravel()[1:3]", f"{m}.reshape(4)[::2]"]
        if self.has("L"):
            options += [f"{pick('L')}[{r.choice([0, 1, -1])}]"] * 3
        if self.has("T"):
            options += [f"{pick('T')}[0]"] * 2
        if self.has("D"):
            options += [f'{pick("D")}["a"]'] * 2
        if self.has("O"):
            options += [f"{pick('O')}.a"] * 2
        return r.choice(options)

    def element(self) -> str:
        """An element: a number, or a view of one."""
        r, pick = self.r, self.any
        options = [self.number()]
        if self.has("A"):
            a = pick("A")
            options += [f"{a}[..., 0]", f"{a}[1]", f"np.squeeze({a}[:1])", f"{a}[1:].squeeze()"]
            options += [f"({a}[..., 1] if {self.condition()} else {self.number()})"]
            options += [f"bump({a}, {self.number()})"]
        if self.has("E"):
            e = pick("E")
            options += [e, f"same({e})", f"+{e}", f"np.float64({e})"]
        if self.has("M"):
            options += [f"{pick('M')}[..., 0, 1]"]
        if self.has("F"):
            options += [f"{pick('F')}[{r.choice([0, 1, -1])}]"] * 2
        if self.has("T"):
            options += [f"{pick('T')}[1]"]
        if self.has("D"):
            options += [f'{pick("D")}["e"]']
        if self.has("O"):
            options += [f"{pick('O')}.e"]
        return r.choice(options)

    # Statements

    def bind_array(self) -> list[str]:
        text = self.array()
        name = self.fresh("A")
        self.bound("A", name)
        return [f"{name} = {text}"]

    def bind_matrix(self) -> list[str]:
        options = [f"np.outer(x[:2], x[1:]) * {self.number()}", "np.ones((2, 2))"]
        if self.has("M"):
            m = self.any("M")
            options += [m, f"{m}.T", f"{m}[::-1]", f"{m}.copy()", f"{m}.reshape(2, 2)"]
        if self.has("A"):
            options += [f"np.array([{self.array()}, {self.array()}])"]
        text = self.r.choice(options)
        name = self.fresh("M")
        self.bound("M", name)
        return [f"{name} = {text}"]

    def bind_element(self) -> list[str]:
        text = self.element()
        name = self.fresh("E")
        self.bound("E", name)
        return [f"{name} = {text}"]

    def bind_list(self) -> list[str]:
        options = [f"[{self.array()}, {self.array()}]"] * 2
        if self.has("L"):
            one = self.any("L")
            options += [
                one, f"list({one})", f"{one}[:]", f"{one} + [{self.array()}]",
                f"[v for v in {one}]", f"[v * 1.0 for v in {one}]", f"same({one})", f"{one}[::-1]",
            ]  # fmt: skip
        if self.has("A"):
            options += [f"[{self.any('A')}] * 2"]
        if self.has("M"):
            options += [f"list({self.any('M')})", f"[row for row in {self.any('M')}]"]
        text = self.r.choice(options)
        name = self.fresh("L")
        self.bound("L", name)
        return [f"{name} = {text}"]

    def bind_elements(self) -> list[str]:
        options = [f"[{self.element()}, {self.element()}]"] * 2
        if self.has("F"):
            one = self.any("F")
            options += [one, f"list({one})", f"{one} + [{self.element()}]", f"{one}[::-1]"]
        if self.has("L"):
            options += [f"[v[..., 0] for v in {self.any('L')}]"]
        text = self.r.choice(options)
        name = self.fresh("F")
        self.bound("F", name)
        return [f"{name} = {text}"]

    def bind_tuple(self) -> list[str]:
        maker = self.r.choice(["", "Pair"])
        text = f"{maker}({self.array()}, {self.element()})"
        name = self.fresh("T")
        self.bound("T", name)
        return [f"{name} = {text}"]

    def bind_dict(self) -> list[str]:
        options = [f'{{"a": {self.array()}, "e": {self.element()}}}']
        options += [f"dict(a={self.array()}, e={self.element()})"]
        if self.has("D"):
            options += [self.any("D"), f"dict({self.any('D')})", f"{self.any('D')}.copy()"]
        text = self.r.choice(options)
        name = self.fresh("D")
        self.bound("D", name)
        return [f"{name} = {text}"]

    def bind_object(self) -> list[str]:
        options = [f"Holder({self.array()}, {self.element()})"]
        if self.has("O"):
            options += [self.any("O")]
        text = self.r.choice(options)
        name = self.fresh("O")
        self.bound("O", name)
        return [f"{name} = {text}"]

    def unpack(self) -> list[str]:
        if not self.has("A"):
            return self.bind_array()
        both = f"{self.array()}, {self.array()}"
        text = self.r.choice([both, f"swapped({self.any('A')}, {self.array()})"])
        one = self.fresh("A")
        self.bound("A", one)
        two = self.fresh("A")
        self.bound("A", two)
        return [f"{one}, {two} = {text}"]

    def write_array(self) -> list[str]:
        a, k = self.any("A"), self.r.randrange(2)
        return [
            self.r.choice(
                [
                    f"{a}[{k}] = {self.number()}",
                    f"{a}[:] = {self.number()}",
                    f"{a}[:] = {self.array()}",
                    f"{a} += {self.number()}",
                    f"{a}[{k}] *= {self.number()}",
                    f"{a} *= {self.array()}",
                    f"bump({a}, {self.number()})",
                    f"{a}[::-1] += {self.number()}",
                    f"{a}[[1, 0]] = {self.array()}",
                ]  # fmt: skip
            )
        ]

    def write_matrix(self) -> list[str]:
        m = self.any("M")
        return [
            self.r.choice(
                [
                    f"{m}[0] = {self.array()}",
                    f"{m}[1, 0] = {self.number()}",
                    f"{m} *= {self.number()}",
                    f"{m}[:, 0] += {self.number()}",
                    f"{m}.T[0] = {self.array()}",
                ]  # fmt: skip
            )
        ]

    def write_element(self) -> list[str]:
        return [f"{self.any('E')} {self.r.choice(['+=', '*='])} {self.number()}"]

    def write_list(self) -> list[str]:
        one, k = self.any("L"), self.r.randrange(2)
        return [
            self.r.choice(
                [
                    f"{one}[{k}] = {self.array()}",
                    f"{one}.append({self.array()})",
                    f"{one}[{k}][0] = {self.number()}",
                    f"{one}[{k}] += {self.number()}",
                    f"{one}[{k}] *= {self.array()}",
                    f"put({one}, {self.array()})",
                    f"{one}[0], {one}[1] = {one}[1], {one}[0]",
                    f"{one} += [{self.array()}]",
                    f"{one}.insert(0, {self.array()})",
                    f"bump({one}[{k}], {self.number()})",
                    f"{one}.reverse()",
                ]  # fmt: skip
            )
        ]

    def write_elements(self) -> list[str]:
        one, k = self.any("F"), self.r.randrange(2)
        return [
            self.r.choice(
                [
                    f"{one}[{k}] = {self.element()}",
                    f"{one}.append({self.element()})",
                    f"{one}[{k}] += {self.number()}",
                    f"put({one}, {self.element()})",
                    f"{one}.reverse()",
                ]  # fmt: skip
            )
        ]

    def write_holder(self) -> list[str]:
        kind = self.r.choice([k for k in "TDO" if self.names[k]])
        name = self.any(kind)
        part = {"T": f"{name}[0]", "D": f'{name}["a"]', "O": f"{name}.a"}[kind]
        options = [f"{part}[0] = {self.number()}", f"{part}[:] = {self.array()}"]
        options += [f"bump({part}, 0.2)"]
        if kind != "T":
            other = {"D": f'{name}["e"]', "O": f"{name}.e"}[kind]
            options += [
                f"{part} = {self.array()}", f"{part} += {self.number()}",
                f"{other} = {self.element()}", f"{other} += {self.number()}",
            ]  # fmt: skip
        if kind == "O":
            options += [f"{name}.scale({self.number()})"]
        return [self.r.choice(options)]

    def branch(self) -> list[str]:
        lines = [f"if {self.condition()}:", *self.block()]
        return [*lines, "else:", *self.block()] if self.r.random() < 0.5 else lines

    def loop(self) -> list[str]:
        heads = ["for i in range(n):", "for i in range(2):", "for i in range(3):"]
        if self.has("L"):
            heads += [f"for v in {self.any('L')}[:2]:"]
        head = self.r.choice(heads)
        body = self.block()
        if "v in" in head:
            body = [f"    v[0] {self.r.choice(['=', '+='])} {self.number()}", *body]
        return [head, *body]

    def block(self) -> list[str]:
        self.depth += 1
        lines = [line for _ in range(self.r.randint(1, 3)) for line in self.statement()]
        self.depth -= 1
        return [f"    {line}" for line in lines]

    def statement(self) -> list[str]:
        made: list[tuple[int, Callable[[], list[str]], str]] = [
            (3, self.bind_array, "A"), (1, self.bind_matrix, "M"), (2, self.bind_element, "E"),
            (2, self.bind_list, "L"), (1, self.bind_elements, "F"), (1, self.bind_tuple, "T"),
            (1, self.bind_dict, "D"), (1, self.bind_object, "O"),
        ]  # fmt: skip
        if self.depth:  # a name that is first bound in a block may be unbound behind it
            made = [entry for entry in made if self.names[entry[2]]]
        written: list[tuple[int, Callable[[], list[str]], str]] = [
            (5, self.write_array, "A"), (2, self.write_matrix, "M"), (2, self.write_element, "E"),
            (4, self.write_list, "L"), (2, self.write_elements, "F"),
        ]  # fmt: skip
        options = made + [entry for entry in written if self.names[entry[2]]]
        if self.has("T") or self.has("D") or self.has("O"):
            options.append((3, self.write_holder, ""))
        if self.depth < 2 and self.has("A"):
            options += [(2, self.branch, ""), (2, self.loop, "")]
        if not self.depth:
            options.append((1, self.unpack, ""))
        weights = [weight for weight, *_ in options]
        return self.r.choices(options, weights)[0][1]()

    def result(self) -> str:
        """A number that depends on everything that is still there."""
        terms = []
        for kind in KINDS:
            for name in self.names[kind]:
                c = f"{self.r.uniform(0.3, 2.0):.2f}"
                terms += {
                    "A": [f"{c} * ({name}[0] - 0.7 * {name}[1])"],
                    "M": [f"{c} * np.sum({name}[0] * [1.0, 2.0] - {name}[1])"],
                    "E": [f"{c} * {name}"],
                    "L": [f"{c} * sum((k + 1) * v[0] - v[1] for k, v in enumerate({name}))"],
                    "F": [f"{c} * sum((k + 1) * v for k, v in enumerate({name}))"],
                    "T": [f"{c} * ({name}[0][0] - {name}[0][1] + {name}[1])"],
                    "D": [f'{c} * ({name}["a"][0] - {name}["a"][1] + {name}["e"])'],
                    "O": [f"{c} * ({name}.a[0] - {name}.a[1] + {name}.e)"],
                }[kind]
        self.r.shuffle(terms)
        return " + ".join(terms) or "x[0]"

    def module(self) -> str:
        lines = self.bind_array()
        for _ in range(self.r.randint(4, 10)):
            lines += self.statement()
        body = [*lines, f"return {self.result()}"]
        return "\n".join([HEAD, "", "def f(x, n):", *(f"    {line}" for line in body)]) + "\n"


def generate(seed: str) -> Program:
    """The program of a seed."""
    generator = Generator(seed)
    text = generator.module()
    x = np.array([generator.r.uniform(0.3, 1.4) for _ in range(3)])
    return Program(seed, text, (x, generator.r.choice([1, 2, 3])))
