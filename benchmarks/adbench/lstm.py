"""The prediction of text by a stack of LSTM cells whose gates have diagonal weights.

The state of a layer is a hidden vector h and a cell c, both as long as a character has bits. Of an
input x, with weights w and biases b of its own for each of four gates,

    forget = σ(x w_0 + b_0),   ingate = σ(h w_1 + b_1),
    outgate = σ(x w_2 + b_2),  change = tanh(h w_3 + b_3),
    c ← forget c + ingate change,   h ← outgate tanh(c),

all elementwise, and h is the input of the next layer.  A character, scaled elementwise by
``extra[0]``, enters the first layer; from the hidden vector of the last one the next character is
predicted as y = h ``extra[1]`` + ``extra[2]``.  With the normalised y - log(2 + Σ exp y), the loss
is the mean of its products with the bits of the character that follows, negative.

``main`` has two rows per layer, the weights of the four gates one behind the other and the biases;
``state`` has two rows per layer, hidden vector and cell.
"""

from __future__ import annotations

import numpy as np


def loss_loops(main, extra, state, sequence):
    layers = main.shape[0] // 2
    characters, bits = sequence.shape
    state = state.copy()
    x = np.zeros(bits)
    total = 0.0
    for t in range(characters - 1):
        for j in range(bits):
            x[j] = sequence[t, j] * extra[0, j]
        for layer in range(layers):
            w, b = 2 * layer, 2 * layer + 1
            for j in range(bits):
                hidden, cell = state[w, j], state[b, j]
                forget = sigmoid(x[j] * main[w, j] + main[b, j])
                ingate = sigmoid(hidden * main[w, bits + j] + main[b, bits + j])
                outgate = sigmoid(x[j] * main[w, 2 * bits + j] + main[b, 2 * bits + j])
                change = np.tanh(hidden * main[w, 3 * bits + j] + main[b, 3 * bits + j])
                cell = cell * forget + ingate * change
                hidden = outgate * np.tanh(cell)
                state[w, j], state[b, j] = hidden, cell
                x[j] = hidden
        normaliser = 2.0
        for j in range(bits):
            x[j] = x[j] * extra[1, j] + extra[2, j]
            normaliser += np.exp(x[j])
        normaliser = np.log(normaliser)
        for j in range(bits):
            total += sequence[t + 1, j] * (x[j] - normaliser)
    return -total / (bits * (characters - 1))


def loss_arrays(main, extra, state, sequence):
    layers = main.shape[0] // 2
    hidden = [state[2 * layer] for layer in range(layers)]
    cells = [state[2 * layer + 1] for layer in range(layers)]
    total = 0.0
    for t in range(sequence.shape[0] - 1):
        x = sequence[t] * extra[0]
        for layer in range(layers):
            x, cells[layer] = step(
                main[2 * layer], main[2 * layer + 1], hidden[layer], cells[layer], x
            )
            hidden[layer] = x
        y = x * extra[1] + extra[2]
        total += np.sum(sequence[t + 1] * (y - np.log(2.0 + np.sum(np.exp(y)))))
    return -total / (sequence.shape[1] * (sequence.shape[0] - 1))


def step(weight, bias, hidden, cell, x):
    bits = x.shape[0]
    forget = sigmoid(x * weight[:bits] + bias[:bits])
    ingate = sigmoid(hidden * weight[bits : 2 * bits] + bias[bits : 2 * bits])
    outgate = sigmoid(x * weight[2 * bits : 3 * bits] + bias[2 * bits : 3 * bits])
    change = np.tanh(hidden * weight[3 * bits :] + bias[3 * bits :])
    cell = cell * forget + ingate * change
    return outgate * np.tanh(cell), cell


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))
