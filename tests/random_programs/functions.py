"""Random statements about functions as values and objects."""

from __future__ import annotations

from tests.random_programs.containers import Containers
from tests.random_programs.scope import Var

HOLDER = """
class Base:
    scale = 0.5

    def __init__(self, a):
        self.a = a

    def mix(self, t):
        return self.a * self.scale + t

    def __neg__(self):
        return Holder(-self.a, 0.25)


class Holder(Base):
    def __init__(self, a, b=0.5):
        super().__init__(a)
        self.b = b

    def mix(self, t):
        if self.b > 0.3:
            return super().mix(t) * self.b
        return math.sin(self.a * t)

    def shift(self, by):
        self.a += 0.5 * by
        return self

    @property
    def both(self):
        return 0.5 * self.a + math.tanh(self.b)

    @both.setter
    def both(self, value):
        self.b = 0.5 * value

    @staticmethod
    def of(t):
        return Holder(t, math.sin(t))

    def __call__(self, t):
        self.b = math.tanh(self.b + t)
        return self.b

    def __add__(self, other):
        if isinstance(other, Holder):
            return Holder(0.5 * (self.a + other.a), math.tanh(self.b - other.b))
        return Holder(0.5 * (self.a + other), self.b)

    __radd__ = __add__

    def __lt__(self, other):
        return self.a < other


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 0.5 * function(*args, **kwargs)

    return wrapper


@doubled
@doubled
def damped(t, k=0.5, *, shift=0.25):
    return math.sin(t * k) + shift


TABLE = {"sin": math.sin, "damped": damped, "square": lambda t: 0.5 * t * t}
"""


class Functions(Containers):
    """Each maker returns the lines of one statement; ``HOLDER`` is in the module."""

    holds = False  # whether a program needs the classes and functions of ``HOLDER``

    def make_object(self) -> list[str]:
        """An object, by its class, by a static method or by an operator."""
        self.holds = True
        forms = [f"Holder({self.bounded(1)}, {self.bounded(1)})", f"Holder({self.bounded(1)})",
                 f"Holder.of({self.bounded(1)})"]  # fmt: skip
        known = self.scope.pick(self.r, "object")
        if known:
            forms += [f"{known.name} + {self.bounded(1)}", f"-{known.name}", known.name,
                      f"{known.name} + Holder({self.bounded(0)})"]  # fmt: skip
        name = self.scope.fresh("p")
        line = f"{name} = {self.r.choice(forms)}"
        self.scope.bind(Var(name, "object", fixed=True))
        return [line]

    def use_object(self) -> list[str]:
        """Attributes and methods, read and changed."""
        known = self.scope.pick(self.r, "object")
        if not known:
            return self.make_object()
        name, value = known.name, self.bounded(1)
        changes = [f"{name}.a = {value}", f"{name}.b += 0.1 * {value}", f"{name}.shift({value})",
                   f"{name}.both = {value}", f"{name}({value})"]  # fmt: skip
        if self.r.random() < 0.5:
            return [self.r.choice(changes)]
        target = self.scope.fresh("a")
        reads = [
            f"{name}.mix({value})",
            f"{name}.both",
            f"{name}.shift({value}).a",
            f"{name}({value}) + {name}.b",
            f"(0.5 if {name} < {self.literal()} else {name}.b)",
        ]
        line = f"{target} = 0.5 * {self.r.choice(reads)}"  # fmt: skip
        self.scope.bind(Var(target, "float"))
        return [line]

    def rebind_outer(self) -> list[str]:
        """A nested function that changes a number of the function around it."""
        level, inner = self.scope.fresh("a"), self.scope.fresh("bump")
        lines = [f"{level} = {self.bounded(1)}", f"def {inner}(q0):", f"    nonlocal {level}"]
        lines += [f"    {level} = 0.5 * {level} + {self.r.choice(['q0', 'math.sin(q0)'])}"]
        lines += [f"    return {self.r.choice([level, 'q0'])}"]
        self.scope.bind(Var(level, "float", fixed=True))
        for _ in range(self.r.randint(1, 2)):
            lines += [f"{inner}({self.bounded(1)})"]
        if self.r.random() < 0.5:
            lines += [f"for _ in range({self.r.randint(1, 3)}):", f"    {inner}({self.bounded(1)})"]
        return lines

    def chosen_function(self) -> list[str]:
        """A function that a condition, a key or a partial application has chosen."""
        self.holds = True
        name, value = self.scope.fresh("pick"), self.scope.fresh("a")
        own = f"(lambda u: 0.5 * u + {self.bounded(0)})"
        forms = [
            f"math.sin if {self.cond(1)} else {own}",
            f"functools.partial(lambda u, v: 0.5 * u * v, {self.bounded(1)})",
            f"functools.partial(damped, k={self.bounded(0)})",
            f'TABLE["{self.r.choice(["sin", "damped", "square"])}"]',
            f"{{1: math.tanh, 2: {own}}}[{self.r.randint(1, 2)}]",
            f"functools.reduce(lambda f, g: lambda u: 0.5 * g(f(u)), [math.sin, {own}, damped])",
        ]
        lines = [f"{name} = {self.r.choice(forms)}", f"{value} = {name}({self.bounded(1)})"]
        self.scope.bind(Var(value, "float"))
        return lines
