"""A derivative of one's own: log-sum-exp as a primitive, with a rule in Autograd's shape.

python examples/logsumexp_primitive.py [--out logsumexp_primitive.png]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

import adgen
from adgen import check_grads, defvjp, grad, primitive


@primitive
def logsumexp(x):
    """Numerically stable log(sum(exp(x))); nothing is differentiated through this body."""
    max_x = np.max(x)
    return max_x + np.log(np.sum(np.exp(x - max_x)))


def make_grad_logsumexp(ans, x):
    def gradient_product(g):
        return np.full(x.shape, g) * np.exp(x - np.full(x.shape, ans))

    return gradient_product


defvjp(logsumexp, make_grad_logsumexp)


def example_func(y):
    z = y**2
    lse = logsumexp(z)
    return np.sum(lse)


def main():
    """Compare the gradient with the softmax, check it in all modes, plot."""
    chosen = picture.options(__doc__, "logsumexp_primitive")
    y = np.random.default_rng(0).normal(size=10)
    gradient = grad(example_func)(y)
    softmax = np.exp(y**2) / np.sum(np.exp(y**2))
    print("gradient:", gradient)
    np.testing.assert_allclose(gradient, 2 * y * softmax, rtol=1e-12)
    check_grads(example_func, modes=["rev"], order=2)(y)
    print(f"\nWhat was generated:\n\n{adgen.differentiate(example_func).source(y)}")
    plt.bar(np.arange(10) - 0.2, gradient, 0.4, label="by the rule")
    plt.bar(np.arange(10) + 0.2, 2 * y * softmax, 0.4, label="softmax")
    picture.save(chosen.out, "Gradient through a primitive", legend=True)


if __name__ == "__main__":
    main()
