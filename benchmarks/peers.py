"""How each peer is asked for a value and a gradient: compiled if it can, on its own arrays."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.case import Objective

Arguments = Sequence[Any]
Gradient = Callable[[], tuple[Any, Sequence[Any]]]


@dataclass(frozen=True)
class Framework:
    """A peer: what it is called, its module, and ``gradient(objective, arguments, positions)``."""

    title: str
    module: str
    gradient: Callable[[Objective, Arguments, tuple[int, ...]], Gradient]

    def missing(self) -> str | None:
        """Why its column is empty, or None if it is installed."""
        found = importlib.util.find_spec(self.module) is not None
        return None if found else "not installed"

    def version(self) -> str:
        """The installed version."""
        try:
            return f"{self.module} {version(self.module)}"
        except PackageNotFoundError:
            return f"{self.module} not installed"


def jax_gradient(objective: Objective, arguments: Arguments, wrt: tuple[int, ...]) -> Gradient:
    """``jax.jit(jax.value_and_grad(...))`` of arrays on the device; integers are static."""
    import jax

    jax.config.update("jax_enable_x64", True)
    static = tuple(k for k, argument in enumerate(arguments) if isinstance(argument, int))
    gradient = jax.jit(jax.value_and_grad(objective, wrt), static_argnums=static)
    given = [jax.numpy.asarray(a) if isinstance(a, np.ndarray) else a for a in arguments]
    return lambda: jax.block_until_ready(gradient(*given))


def torch_gradient(objective: Objective, arguments: Arguments, wrt: tuple[int, ...]) -> Gradient:
    """Eager PyTorch: the objective is run, then ``torch.autograd.grad``."""
    import torch

    given: list[Any] = [
        torch.from_numpy(np.array(a)) if isinstance(a, np.ndarray) or k in wrt else a
        for k, a in enumerate(arguments)
    ]
    inputs = [given[k].requires_grad_() for k in wrt]

    def gradient() -> tuple[Any, Sequence[Any]]:
        value = objective(*given)
        return value.detach(), torch.autograd.grad(value, inputs)

    return gradient


def autograd_gradient(objective: Objective, arguments: Arguments, wrt: tuple[int, ...]) -> Gradient:
    """``autograd.value_and_grad``."""
    import autograd

    gradient = autograd.value_and_grad(objective, wrt)
    return lambda: gradient(*arguments)


PEERS: Mapping[str, Framework] = {
    "jax": Framework("JAX", "jax", jax_gradient),
    "torch": Framework("PyTorch", "torch", torch_gradient),
    "autograd": Framework("Autograd", "autograd", autograd_gradient),
}


def use_one_thread() -> None:
    """What the environment cannot say: PyTorch's own number of threads."""
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
