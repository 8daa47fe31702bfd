"""Random statements of the rarer kinds: ``match``, ``:=``, guards that raise, ``try``, stars."""

from __future__ import annotations

from typing import Any

from tests.random_programs.scope import Var
from tests.random_programs.statements import Statements


class Syntax(Statements):
    """Each maker returns the lines of one statement; blocks come from ``Control``."""

    block: Any
    leaving: Any

    def match_of_int(self) -> list[str]:
        """Literals, alternatives, a guard; a name that captures what is left."""
        name = self.scope.fresh("k")
        lines = [f"match ({self.integer(1)}) % 4:"]
        cases = [f"case {self.r.randint(0, 1)}:", "case 2 | 3:", f"case _ if {self.cond(1)}:"]
        for head in self.r.sample(cases, self.r.randint(1, 3)):
            lines += [f"    {head}", *(f"    {line}" for line in self.block(self.r.randint(1, 2)))]
        if self.r.random() < 0.6:
            self.scope.enter()
            self.scope.bind(Var(name, "int", fixed=True))
            body = self.block(1)
            self.scope.leave()
            lines += [f"    case {name}:", *(f"    {line}" for line in body)]
        return lines

    def match_of_tuple(self) -> list[str]:
        """A tuple taken apart; what is in it decides at run time."""
        first, second = self.scope.fresh("a"), self.scope.fresh("a")
        lines = [f"match ({self.integer(1)}, {self.bounded(1)}, {self.bounded(0)}):"]
        lines += [f"    case ({self.r.randint(-1, 1)}, {first}, *_):"]
        self.scope.enter()
        self.scope.bind(Var(first, "float"))
        lines += [f"    {line}" for line in self.block(self.r.randint(1, 2))]
        self.scope.leave()
        lines += [f"    case (_, *_, {second}) if {second} > {self.literal()}:"]
        self.scope.enter()
        self.scope.bind(Var(second, "float"))
        lines += [f"    {line}" for line in self.block(1)]
        self.scope.leave()
        return lines

    def walrus(self) -> list[str]:
        """Names bound in a condition: the first always, the second where it is asked for."""
        first, second = self.scope.fresh("a"), self.scope.fresh("a")
        one, two = self.bounded(1), self.bounded(1)
        self.scope.bind(Var(first, "float"))
        word = self.r.choice(["and", "or"])
        test = f"({first} := {one}) > {self.literal()} {word} ({second} := {two}) < {first}"
        if self.r.random() < 0.3:
            test = f"not ({test})"
        self.scope.enter()
        if word == "and" and not test.startswith("not"):
            self.scope.bind(Var(second, "float"))
        lines = [f"if {test}:", *self.block(self.r.randint(1, 2))]
        self.scope.leave()
        if self.r.random() < 0.5:
            lines += ["else:", *self.block(1)]
        return lines

    def guard(self) -> list[str]:
        """A check that the numbers of these programs pass, with a message of values."""
        var = self.scope.pick(self.r, "float")
        if not var:
            return ["pass"]
        said = self.r.choice([f'f"{var.name} = {{{var.name}:.3f}}"', '"too large"', var.name])
        return self.r.choice([
            [f"if abs({var.name}) > 1e6:", f"    raise ValueError({said})"],
            [f"assert {var.name} < 1e6, {said}"],
            [f"if not abs({var.name}) < 1e6:", "    raise ArithmeticError"],
        ])  # fmt: skip

    def attempt(self) -> list[str]:
        """A ``try`` whose arm is known."""
        lines = ["try:", *self.block(self.r.randint(1, 2), exits=self.r.random() < 0.5)]
        leaves = ("return", "break", "continue")
        certain = not any(line.lstrip().startswith(leaves) for line in lines)
        raised = self.r.random() < 0.3 and certain
        lines += ["    raise KeyError"] if raised else []
        lines += ["except KeyError:", *self.block(1)]
        if self.r.random() < 0.3:
            lines += ["else:", *self.block(1)]
        return lines

    def stars(self) -> list[str]:
        """A tuple unpacked with a star, and a list spread again."""
        first, rest, total = (self.scope.fresh(kind) for kind in ("a", "rest", "a"))
        lines = [f"{first}, *{rest} = ({self.bounded(1)}, {self.bounded(0)}, {self.bounded(1)})"]
        lines += [f"{total} = 0.5 * sum([*{rest}, {self.literal()}]) + 0.1 * max(*{rest})"]
        for name in (first, total):
            self.scope.bind(Var(name, "float"))
        return lines
