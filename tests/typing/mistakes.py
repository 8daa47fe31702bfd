# pyright: strict
"""Calls that checkers of types are to flag: each line with the mark, and no other."""

import adgen


@adgen.differentiate
def area(width: float, height: float) -> float:
    return width * height


@adgen.primitive
def clip(x: float) -> float:
    return x


def outer() -> None:
    area(1.0)  # wrong
    area.grad(1.0, 2.0, 3.0)  # wrong
    area.grad(1.0, "2")  # wrong
    area.value_and_grad(1.0, depth=2.0)  # wrong
    area.jacobian(1.0)  # wrong
    adgen.grad(area)(1.0)  # wrong
    adgen.value_and_grad(area)(1.0, 2.0, 3.0)  # wrong
    adgen.grad(area, jitt=False)  # wrong
    adgen.differentiate(area, jit="no")  # wrong
    adgen.grad(3.0)  # wrong
    clip("x")  # wrong
    area.gradient(1.0, 2.0)  # wrong
