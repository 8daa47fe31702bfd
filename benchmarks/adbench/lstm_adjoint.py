"""The adjoint of the LSTM objective as an expert writes it: flat loops, tapes of the gates.

Kept of each character are the outputs of the gates, tanh of the new cell, the cell before, and
the hidden vectors before and after; the logarithm's argument is recomputed from the exponentials.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


@njit(error_model="numpy")
def adjoint(
    main, extra, state, sequence,
    gates, squashed, cells, hiddens, inputs, exponentials, sums, cell, hidden,
    cell_bar, hidden_bar, x_bar, main_bar, extra_bar,
):  # fmt: skip
    """Value and gradients; ``gates`` holds forget, ingate, outgate and change."""
    layers = main.shape[0] // 2
    characters, bits = sequence.shape
    for k in range(layers):
        for j in range(bits):
            hidden[k, j], cell[k, j] = state[2 * k, j], state[2 * k + 1, j]
            hidden_bar[k, j] = cell_bar[k, j] = 0.0
    total = 0.0
    for t in range(characters - 1):
        for j in range(bits):
            inputs[t, 0, j] = sequence[t, j] * extra[0, j]
        for k in range(layers):
            w, b = 2 * k, 2 * k + 1
            for j in range(bits):
                x, h, c = inputs[t, k, j], hidden[k, j], cell[k, j]
                hiddens[t, k, j], cells[t, k, j] = h, c
                forget = 1.0 / (1.0 + math.exp(-(x * main[w, j] + main[b, j])))
                ingate = 1.0 / (1.0 + math.exp(-(h * main[w, bits + j] + main[b, bits + j])))
                outgate = 1.0 / (
                    1.0 + math.exp(-(x * main[w, 2 * bits + j] + main[b, 2 * bits + j]))
                )
                change = math.tanh(h * main[w, 3 * bits + j] + main[b, 3 * bits + j])
                c = c * forget + ingate * change
                s = math.tanh(c)
                h = outgate * s
                gates[t, k, 0, j], gates[t, k, 1, j] = forget, ingate
                gates[t, k, 2, j], gates[t, k, 3, j] = outgate, change
                squashed[t, k, j], cell[k, j], hidden[k, j], inputs[t, k + 1, j] = s, c, h, h
        s = 2.0
        dot = 0.0
        count = 0.0
        for j in range(bits):
            y = inputs[t, layers, j] * extra[1, j] + extra[2, j]
            e = math.exp(y)
            exponentials[t, j] = e
            s += e
            dot += sequence[t + 1, j] * y
            count += sequence[t + 1, j]
        sums[t, 0], sums[t, 1] = s, count
        total += dot - count * math.log(s)
    scale = -1.0 / (bits * (characters - 1))
    _clear(main_bar)
    _clear(extra_bar)
    for t in range(characters - 2, -1, -1):
        share = scale * sums[t, 1] / sums[t, 0]
        for j in range(bits):
            y_bar = scale * sequence[t + 1, j] - share * exponentials[t, j]
            extra_bar[1, j] += y_bar * inputs[t, layers, j]
            extra_bar[2, j] += y_bar
            x_bar[j] = y_bar * extra[1, j]
        for k in range(layers - 1, -1, -1):
            w, b = 2 * k, 2 * k + 1
            for j in range(bits):
                forget, ingate = gates[t, k, 0, j], gates[t, k, 1, j]
                outgate, change = gates[t, k, 2, j], gates[t, k, 3, j]
                s, x, h = squashed[t, k, j], inputs[t, k, j], hiddens[t, k, j]
                h_bar = x_bar[j] + hidden_bar[k, j]
                c_bar = cell_bar[k, j] + h_bar * outgate * (1.0 - s * s)
                o_bar = h_bar * s * outgate * (1.0 - outgate)
                f_bar = c_bar * cells[t, k, j] * forget * (1.0 - forget)
                i_bar = c_bar * change * ingate * (1.0 - ingate)
                g_bar = c_bar * ingate * (1.0 - change * change)
                cell_bar[k, j] = c_bar * forget
                main_bar[w, j] += f_bar * x
                main_bar[b, j] += f_bar
                main_bar[w, bits + j] += i_bar * h
                main_bar[b, bits + j] += i_bar
                main_bar[w, 2 * bits + j] += o_bar * x
                main_bar[b, 2 * bits + j] += o_bar
                main_bar[w, 3 * bits + j] += g_bar * h
                main_bar[b, 3 * bits + j] += g_bar
                x_bar[j] = f_bar * main[w, j] + o_bar * main[w, 2 * bits + j]
                hidden_bar[k, j] = i_bar * main[w, bits + j] + g_bar * main[w, 3 * bits + j]
        for j in range(bits):
            extra_bar[0, j] += x_bar[j] * sequence[t, j]
    return total * scale, (main_bar, extra_bar)


@njit(error_model="numpy")
def _clear(x):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = 0.0


def workspace(main: Any, extra: Any, state: Any, sequence: Any) -> tuple[Any, ...]:
    """Tapes, the present state, its cotangents, gradients."""
    layers, (characters, bits) = main.shape[0] // 2, sequence.shape
    tapes = [(layers, 4, bits), (layers, bits), (layers, bits), (layers, bits), (layers + 1, bits)]
    shapes = [(characters - 1, *rest) for rest in (*tapes, (bits,), (2,))]
    shapes += [(layers, bits)] * 4 + [(bits,)]
    return (*map(np.empty, shapes), np.empty_like(main), np.empty_like(extra))
