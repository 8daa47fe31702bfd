"""Random statements with dicts and lists: nested, shared, changed, growing, comprehended."""

from __future__ import annotations

from tests.random_programs.scope import Var
from tests.random_programs.syntax import Syntax


class Containers(Syntax):
    """Each maker returns lines that end in a number or an array taken out of a container."""

    def _number(self, text: str) -> str:
        name = self.scope.fresh("a")
        self.scope.bind(Var(name, "float"))
        return f"{name} = np.tanh({text})"

    def dict_of_numbers(self) -> list[str]:
        """Items read, added and updated by keys; all of them walked over."""
        name = self.scope.fresh("d")
        lines = [f"{name} = {{'a': {self.bounded(1)}, 'b': {self.bounded(1)}}}"]
        changes = [
            f"{name}['a'] += 0.3 * {name}['b']",
            f"{name}['c'] = {name}['a'] * {self.num(1)}",
            f"{name}.update(b={self.bounded(1)}, e=0.5)",
            f"{name}['a'], {name}['b'] = {name}['b'], {name}['a']",
            f"if {self.cond(1)}: {name}['b'] = {self.bounded(1)}",
            f"{name} = {{key: 0.5 * item for key, item in {name}.items()}}",
        ]
        lines += self.r.sample(changes, self.r.randint(1, 4))
        taken = self.r.choice([
            f"sum({name}.values())", f"{name}['a'] * {name}.get('b', 1.0)",
            f"{name}.pop('a') - {name}.get('z', 0.25) * len({name})",
            f"sum([item * (k + 1) for k, item in enumerate({name}.values())])",
        ])  # fmt: skip
        return [*lines, self._number(taken)]

    def list_of_arrays(self) -> list[str]:
        """Arrays in a list that are changed through it, and through a second name."""
        name, other, each = self.scope.fresh("l"), self.scope.fresh("l"), self.scope.fresh("u")
        shape = self.new_shape()
        items = ", ".join(self.fresh_array(shape, 1) for _ in range(self.r.randint(2, 3)))
        lines = [f"{name} = [{items}]", f"{other} = {name}"]
        changes = [
            f"{other}[0] *= {self.num(1)}",
            f"{name}[-1] = 0.5 * {other}[0]",
            f"{other}.append({name}[0] * {name}[1])",
            f"{name}[0], {name}[1] = {name}[1], {name}[0]",
            f"for {each} in {other}: {each} += 0.1 * {self.num(0)}",
            f"{name}.reverse()",
            f"{other}[1][0] = {self.num(1)}",
        ]
        lines += self.r.sample(changes, self.r.randint(1, 4))
        taken = self.r.choice([
            f"sum([np.sum({each}) for {each} in {name}])", f"np.sum({name}[0] * {other}[-1])",
            f"np.sum({name}.pop()) * len({other})",
        ])  # fmt: skip
        return [*lines, self._number(taken)]

    def nested(self) -> list[str]:
        """A dict of a list and a number, with a second name for the list."""
        name, inner = self.scope.fresh("d"), self.scope.fresh("l")
        lines = [
            f"{name} = {{'w': [{self.bounded(1)}, {self.bounded(1)}], 's': {self.bounded(1)}}}",
            f"{inner} = {name}['w']",
            f"{inner}[{self.r.randint(-2, 1)}] {self.r.choice(['=', '+=', '*='])} {self.num(1)}",
        ]
        if self.r.random() < 0.5:
            lines += [f"{name}['w'] = [{inner}[1], {self.bounded(1)}]", f"{inner}[0] = 0.5"]
        taken = f"{name}['w'][0] * {name}['s'] + {name}['w'][-1] * {inner}[1]"
        return [*lines, self._number(taken)]

    def growing_list(self) -> list[str]:
        """A list that a loop makes longer, perhaps not in every round."""
        name, i = self.scope.fresh("l"), self.scope.fresh("i")
        rounds = self.r.choice(["3", "4", f"({self.integer(1)}) % 3 + 2"])
        grow = f"{name}.append(np.tanh({self.num(1)} + 0.1 * {i}))"
        if self.r.random() < 0.4:
            grow = f"if {i} % 2 == 0: {grow}"
        lines = [f"{name} = [{self.bounded(0)}]", f"for {i} in range({rounds}):", f"    {grow}"]
        if self.r.random() < 0.3:
            lines += [f"    if len({name}) > 4: {name}.pop()"]
        lines += self.r.choice([
            [], [f"{name}[0] += {name}[-1]"], [f"{name}[len({name}) // 2] = {self.num(0)}"],
        ])  # fmt: skip
        taken = self.r.choice([
            f"sum({name})", f"{name}[0] * {name}[-1]", f"{name}.pop() + 0.1 * len({name})",
        ])  # fmt: skip
        return [*lines, self._number(taken)]
