"""A complex field found from brightness alone: what light passes, and how it is delayed.

A detector behind an object counts photons: it sees the absolute values of a Fourier transform, and
loses the phases. With a few known masks before the object, the field can be found again. It is
a complex parameter, and its gradient is that of JAX and Autograd, so that a step of descent is
`z - step * conj(gradient)`.

    python examples/phase_retrieval.py [--out phase_retrieval.png] [--iterations 120]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import differentiate

SIZE, MASKS = 48, 8


@differentiate
def misfit(z, masks, measured):
    """How far the brightness of a field is from what was measured, for all masks together."""
    seen = np.abs(np.fft.fft2(masks * z, norm="ortho"))
    return 0.5 * np.sum((seen - measured) ** 2)


def field():
    """Two blobs of glass: brightness, and a delay that grows with their thickness."""
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    glass = np.zeros((SIZE, SIZE))
    for cx, cy, r in ((-0.25, 0.2, 0.5), (0.45, -0.3, 0.35)):
        glass += np.sqrt(np.maximum(r**2 - (x - cx) ** 2 - (y - cy) ** 2, 0.0)) / r
    return (1.0 - 0.5 * glass) * np.exp(2j * glass)


def aligned(z, truth):
    """The field with its phase turned as a whole, of which brightness says nothing."""
    return z * np.exp(-1j * np.angle(np.vdot(truth, z)))


def main():
    """Find the field by descent with momentum, and plot it beside the true one."""
    chosen = picture.options(__doc__, "phase_retrieval", iterations=120)
    rng = np.random.default_rng(0)
    truth = field()
    masks = np.exp(2j * np.pi * rng.random((MASKS, SIZE, SIZE)))
    measured = np.abs(np.fft.fft2(masks * truth, norm="ortho"))

    z = rng.normal(size=truth.shape) + 1j * rng.normal(size=truth.shape)
    velocity, errors = np.zeros_like(z), []
    for _ in range(chosen.iterations):
        gradient = misfit.grad(z + 0.8 * velocity, masks, measured)
        velocity = 0.8 * velocity - np.conj(gradient) / MASKS
        z = z + velocity
        errors.append(np.linalg.norm(aligned(z, truth) - truth) / np.linalg.norm(truth))
    print(f"relative error after {chosen.iterations} steps: {errors[-1]:.1e}")
    misfit.check(z[:6, :6], masks[:2, :6, :6], measured[:2, :6, :6])
    assert chosen.iterations < 120 or errors[-1] < 1e-3

    _, axes = plt.subplots(1, 4, figsize=(12, 3))
    found = aligned(z, truth)
    pictures = (("measured, first mask", np.log(measured[0] + 0.01)), ("brightness", np.abs(found)),
                ("delay", np.angle(found)))  # fmt: skip
    for axis, (title, image) in zip(axes, pictures, strict=False):
        axis.imshow(image)
        axis.set_title(title)
        axis.axis("off")
    axes[3].semilogy(errors)
    picture.save(chosen.out, "relative error", "step")


if __name__ == "__main__":
    main()
