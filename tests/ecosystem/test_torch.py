"""A compiled function as a step of a PyTorch program."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from adgen import differentiate  # noqa: E402
from adgen.bridges.torch import torch_function  # noqa: E402
from tests.ecosystem.smoothing import smooth  # noqa: E402


def reference(x, weight):
    level, out = torch.zeros((), dtype=x.dtype), []
    for k in range(len(x)):
        level = weight * level + (1.0 - weight) * torch.tanh(x[k])
        out.append(level)
    return torch.stack(out)


def test_gradients_are_those_of_pytorch():
    step = torch_function(differentiate(smooth, jit=False))
    results = []
    for function in (step, reference):
        x = torch.linspace(-1.0, 2.0, 7, dtype=torch.float64, requires_grad=True)
        weight = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
        (function(x * 2.0, weight) ** 2).sum().backward()
        results.append((x.grad.numpy(), weight.grad.numpy()))
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_gradcheck_and_single_precision():
    step = torch_function(differentiate(smooth, jit=False))
    x = torch.linspace(-1.0, 1.0, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: step(x, 0.4), (x,))
    single = torch.ones(3, requires_grad=True)
    step(single, np.float32(0.5)).sum().backward()
    assert single.grad.dtype == torch.float32


def test_without_gradients_there_is_none():
    step = torch_function(differentiate(smooth, jit=False))
    assert not step(torch.ones(3, dtype=torch.float64), 0.5).requires_grad


def test_second_derivatives_are_refused():
    step = torch_function(differentiate(lambda x: x * x, jit=False))
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    with pytest.raises(RuntimeError, match="no derivatives of derivatives"):
        torch.autograd.grad(step(x), x, create_graph=True)


def test_other_devices_are_refused():
    step = torch_function(differentiate(lambda x: x * x, jit=False))
    with pytest.raises(TypeError, match="adgen computes on the CPU"):
        step(torch.ones(2, device="meta", requires_grad=True))


def test_what_a_gradient_would_be_wrong_for_is_refused():
    """Complex pairings differ from PyTorch's; shared memory must be what the forward pass saw."""
    step = torch_function(differentiate(lambda x: np.sum(x * x), jit=False))
    with pytest.raises(TypeError, match="complex numbers do not cross the bridge"):
        step(torch.ones(2, dtype=torch.complex128, requires_grad=True))
    x = torch.ones(3, dtype=torch.float64, requires_grad=True)
    value = step(x)
    with torch.no_grad():
        x += 1.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        value.backward()


def test_tensors_are_not_written_to():
    def clears(x):
        x[0] = 0.0
        return np.sum(x * x)

    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    step = torch_function(differentiate(clears, jit=False))
    step(x).backward()  # gradients never write to what they are given
    assert x.grad.tolist() == [0.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        step(x.detach())
    assert x.tolist() == [1.0, 1.0]
