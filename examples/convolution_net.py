"""A small convolutional net in plain loops: convolution, pooling and batch normalisation.

Nothing here is a library of layers: each is the loop that one would write for Numba, and its
gradient is generated.  The net tells small noisy pictures of bars, crosses and rings apart.

    python examples/convolution_net.py [--out convolution_net.png] [--epochs 8]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import grad_and_aux

SIZE, CLASSES, FILTERS = 12, 4, 6


def convolved(images, kernels):
    """Each image with each kernel, where it fits: (n, h, w) and (f, k, k) to (n, f, h', w')."""
    n, height, width = images.shape
    count, k, _ = kernels.shape
    out = np.zeros((n, count, height - k + 1, width - k + 1))
    for i in range(n):
        for f in range(count):
            for r in range(height - k + 1):
                for c in range(width - k + 1):
                    total = 0.0
                    for a in range(k):
                        for b in range(k):
                            total += images[i, r + a, c + b] * kernels[f, a, b]
                    out[i, f, r, c] = total
    return out


def pooled(maps):
    """The largest of each square of two by two."""
    n, count, height, width = maps.shape
    out = np.empty((n, count, height // 2, width // 2))
    for i in range(n):
        for f in range(count):
            for r in range(height // 2):
                for c in range(width // 2):
                    best = maps[i, f, 2 * r, 2 * c]
                    for a in range(2):
                        for b in range(2):
                            best = max(best, maps[i, f, 2 * r + a, 2 * c + b])
                    out[i, f, r, c] = best
    return out


def normalised(maps, scale, shift, mean, variance):
    """Batch normalisation: each channel by its mean and variance, then scaled and shifted."""
    by_channel = (1, -1, 1, 1)
    centred = (maps - mean.reshape(by_channel)) / np.sqrt(variance.reshape(by_channel) + 1e-5)
    return centred * scale.reshape(by_channel) + shift.reshape(by_channel)


def scores(params, images, mean=None, variance=None):
    """Unnormalised log probabilities, and mean and variance of the batch if none are given."""
    maps = convolved(images, params["kernels"])
    if mean is None:
        mean, variance = np.mean(maps, axis=(0, 2, 3)), np.var(maps, axis=(0, 2, 3))
    hidden = np.maximum(normalised(maps, params["scale"], params["shift"], mean, variance), 0.0)
    flat = pooled(hidden).reshape(images.shape[0], -1)
    return flat @ params["weights"] + params["bias"], mean, variance


def loss(params, images, labels):
    """Mean cross entropy, and what the batch says of means and variances."""
    logits, mean, variance = scores(params, images)
    top = np.max(logits, axis=1)
    total = 0.0
    for i in range(len(labels)):
        shifted = logits[i] - top[i]
        total += np.log(np.sum(np.exp(shifted))) - shifted[labels[i]]
    return total / len(labels), (mean, variance)


def pictures(count, rng):
    """Bars along and across, crosses and rings at random places, in noise; and which they are."""
    images, labels = np.zeros((count, SIZE, SIZE)), rng.integers(0, CLASSES, count)
    for image, label in zip(images, labels, strict=True):
        r, c = rng.integers(3, SIZE - 3, 2)
        if label in (0, 2):
            image[r, c - 3 : c + 3] = 1.0
        if label in (1, 2):
            image[r - 3 : r + 3, c] = 1.0
        if label == 3:
            image[r - 2 : r + 3, c - 2 : c + 3] = 1.0
            image[r - 1 : r + 2, c - 1 : c + 2] = 0.0
    return images + rng.normal(0.0, 0.25, images.shape), labels


def trained(images, labels, epochs, rng):
    """Parameters after descent with momentum, running statistics, and the losses."""
    inner = ((SIZE - 2) // 2) ** 2 * FILTERS
    params = {
        "kernels": rng.normal(0.0, 0.5, (FILTERS, 3, 3)),
        "scale": np.ones(FILTERS),
        "shift": np.zeros(FILTERS),
        "weights": rng.normal(0.0, 0.1, (inner, CLASSES)),
        "bias": np.zeros(CLASSES),
    }
    velocity = {name: np.zeros_like(array) for name, array in params.items()}
    mean, variance, losses = np.zeros(FILTERS), np.ones(FILTERS), []
    gradient = grad_and_aux(loss)
    for _ in range(epochs):
        order = rng.permutation(len(labels))
        for chosen in np.array_split(order, len(order) // 32):
            bar, (batch_mean, batch_variance) = gradient(params, images[chosen], labels[chosen])
            mean, variance = 0.9 * mean + 0.1 * batch_mean, 0.9 * variance + 0.1 * batch_variance
            for name in params:
                velocity[name] = 0.9 * velocity[name] - 0.05 * bar[name]
                params[name] = params[name] + velocity[name]
        losses.append(loss(params, images[:200], labels[:200])[0])
    return params, mean, variance, losses


def main():
    """Train, print the accuracy on new pictures, and draw the kernels and the loss."""
    options = picture.options(__doc__, "convolution_net", epochs=8)
    rng = np.random.default_rng(0)
    params, mean, variance, losses = trained(*pictures(1600, rng), options.epochs, rng)
    images, labels = pictures(400, rng)
    logits, _, _ = scores(params, images, mean, variance)
    right = np.mean(np.argmax(logits, axis=1) == labels)
    print(f"loss {losses[0]:.3f} after one epoch, {losses[-1]:.3f} at the end")
    print(f"right: {100 * right:.1f} % of new pictures")
    figure, axes = plt.subplots(2, FILTERS, figsize=(9, 3.4))
    for k in range(FILTERS):
        axes[0, k].imshow(images[k], cmap="gray")
        axes[1, k].imshow(params["kernels"][k], cmap="coolwarm", vmin=-1.5, vmax=1.5)
    for axis in axes.flat:
        axis.set_axis_off()
    figure.suptitle(f"pictures and learned kernels; {100 * right:.1f} % right")
    figure.savefig(options.out, dpi=110)
    print(f"saved {options.out}")


if __name__ == "__main__":
    main()
