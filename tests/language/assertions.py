"""A program with assertions, in a file whose assertions pytest leaves as they are."""


def asserted(x: float, n: int) -> float:
    assert n < 3
    assert n != 2, "two"
    assert x > 0, f"{n=} {x:8.3f}"
    return x * x
