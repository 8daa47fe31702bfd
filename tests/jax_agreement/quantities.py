"""What is asked of each function: arguments, directions, and what JAX says.

``python -m tests.jax_agreement.quantities`` writes ``reference.json``, with JAX in the environment.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.jax_agreement import functions

REFERENCE = Path(__file__).with_name("reference.json")
ORDERS = 5
POINTS = (0.7, 0.3)  # where functions of one number are taken
Quantities = dict[str, Any]


def given() -> Iterator[tuple[Callable[..., Any], str, tuple[Any, ...]]]:
    """Every function, of what kind it is, and arguments."""
    for function in functions.SCALAR:
        yield function, "scalar", (POINTS[0],)
    for kind, table in (("loss", functions.LOSSES), ("map", functions.MAPS)):
        for function, *shapes in table:
            yield function, kind, drawn(function.__name__, *shapes)


def drawn(name: str, *shapes: tuple[int, ...]) -> tuple[Any, ...]:
    """Floats of such shapes, the same for a name wherever they are drawn."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return tuple(
        np.round(rng.uniform(0.2, 1.5, shape) * rng.choice([-1.0, 1.0], shape), 3)
        if shape
        else round(float(rng.uniform(0.4, 1.2)), 3)
        for shape in shapes
    )


def directions(name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """A tangent for each argument."""
    return drawn(f"{name} moved", *(np.shape(arg) for arg in args))


def weights(name: str, value: Any) -> Any:
    """A cotangent of the value."""
    return drawn(f"{name} weighed", np.shape(value))[0]


def by_jax(function: Callable[..., Any], kind: str, args: tuple[Any, ...]) -> Quantities:
    """What JAX gives, in double precision."""
    import jax

    name, by = function.__name__, tuple(range(len(args)))
    f = _in_jax(name)
    value = f(*args)
    tangents, cotangent = directions(name, args), weights(name, value)
    ones = jax.tree.map(np.ones_like, args[0])
    rest = args[1:]
    alone = lambda x: f(x, *rest)  # noqa: E731
    found: Quantities = {"value": value}
    found["jvp"] = jax.jvp(f, args, tangents)[1]
    found["vjp"] = jax.vjp(f, *args)[1](cotangent)
    found["jacobian"] = jax.jacrev(f, by)(*args)
    found["deriv"] = jax.jvp(alone, (args[0],), (ones * 1.0,))[1]
    found["elementwise_grad"] = jax.vjp(alone, args[0])[1](np.ones(np.shape(value)))[0]
    moved = jax.jvp(alone, (args[0],), (tangents[0],))[1]
    found["gauss_newton"] = jax.vjp(alone, args[0])[1](moved)[0]
    if kind != "map":
        found["hessian"] = jax.hessian(f, by)(*args)
        found["hvp"] = jax.jvp(jax.grad(f, by), args, tangents)[1]
    if kind == "scalar":
        found["orders"] = []
        for at in POINTS:
            nth = f
            for _ in range(ORDERS):
                nth = jax.grad(nth)
                found["orders"].append(nth(at))
    return {key: plain(value) for key, value in found.items()}


def _in_jax(name: str) -> Callable[..., Any]:
    """The same text with ``jax.numpy`` for NumPy."""
    import jax

    jax.config.update("jax_enable_x64", True)
    if not _namespace:
        text = Path(functions.__file__).read_text(encoding="utf-8")
        exec(text.replace("import numpy as np", "import jax.numpy as np"), _namespace)
    found: Callable[..., Any] = _namespace[name]
    return found


_namespace: dict[str, Any] = {}


def plain(value: Any) -> Any:
    """Numbers and lists of them, as JSON has it."""
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    return np.asarray(value, dtype=float).tolist()


def main() -> None:
    """Write what JAX says of all functions."""
    lines = [
        f"{json.dumps(function.__name__)}: {json.dumps(by_jax(function, kind, args))}"
        for function, kind, args in given()
    ]
    REFERENCE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
