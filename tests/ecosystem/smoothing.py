"""The function that the bridges carry over."""

from __future__ import annotations

import numpy as np


def smooth(x, weight):
    """A loop that carries what it has computed: slow in PyTorch and JAX."""
    out = np.empty_like(x)
    level = 0.0
    for k in range(len(x)):
        level = weight * level + (1.0 - weight) * np.tanh(x[k])
        out[k] = level
    return out
