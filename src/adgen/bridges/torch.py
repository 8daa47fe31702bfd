"""``torch_function(f)``: a numeric Python function as a step of a PyTorch program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from adgen.bridges import ByPosition, number_or_array
from adgen.differentiable import Differentiable


def torch_function(function: Callable[..., Any]) -> Callable[..., torch.Tensor]:
    """The same function of tensors, known to PyTorch's autograd.

    ``function``: takes numbers and arrays by position and returns one number or array.  Tensors
    on the CPU become arrays that share their memory, tensors without axes become numbers, and
    everything else is passed on as it is.  The compiled forward part keeps the residuals that the
    compiled backward part takes: nothing is computed twice.

    Raises TypeError for tensors that are elsewhere or complex, ValueError where a call without
    gradients would write to one, and RuntimeError where one was changed in place before the
    backward pass, or where second derivatives are asked of it (``create_graph=True``):
    ``adgen.hvp`` has them.
    """
    choices = ByPosition(function)

    def call(*args: Any) -> torch.Tensor:
        wanted = tuple(k for k, arg in enumerate(args) if _requires_grad(arg))
        result: torch.Tensor = _Step.apply(choices.by(wanted), wanted, *args)
        return result

    return call


def _requires_grad(arg: Any) -> bool:
    return isinstance(arg, torch.Tensor) and arg.requires_grad


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, function: Differentiable, wanted: tuple[int, ...], *args: Any) -> Any:
        given = [_array(arg) for arg in args]
        ctx.count = len(args)
        ctx.wanted = wanted
        ctx.save_for_backward(*(arg for arg in args if isinstance(arg, torch.Tensor)))
        if not wanted:
            return _tensor(function(*given))
        value, ctx.pullback = function.vjp(*given)
        return _tensor(value)

    @staticmethod
    def backward(ctx: Any, cotangent: torch.Tensor) -> Any:
        if torch.is_grad_enabled():  # PyTorch would take the gradient for a constant
            raise RuntimeError(
                "adgen.bridges.torch has no derivatives of derivatives: create_graph=True asks for "
                "them; adgen.hvp and adgen.hessian compute them"
            )
        _ = ctx.saved_tensors  # raises if one of them was changed: the residuals share its memory
        found = ctx.pullback(_array(cotangent))
        cotangents: list[Any] = [None] * ctx.count
        for k, one in zip(ctx.wanted, found, strict=True):
            cotangents[k] = _tensor(one)
        return None, None, *cotangents


def _array(arg: Any) -> Any:
    if not isinstance(arg, torch.Tensor):
        return arg
    if arg.device.type != "cpu":
        raise TypeError(f"a tensor on {arg.device}: adgen computes on the CPU; give it x.cpu()")
    return number_or_array(arg.detach().numpy())


def _tensor(value: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(value))
