"""Sixty functions, written once in the style of NumPy: JAX is given the same text.

``SCALAR``: of one number.  ``LOSSES``: with a number as result.  ``MAPS``: with an array as result.
Arguments are made of the names and shapes in the tables below.
"""

import numpy as np

# Of one number: derivatives of orders 1 to 5


def cubic(x):
    return x**3 - 2.0 * x * x + 0.5 * x - 1.0


def wave_packet(x):
    return np.exp(-x * x) * np.sin(3.0 * x)


def nested_sines(x):
    return np.sin(x + np.sin(x + np.sin(x)))


def logistic_map(x):
    for _ in range(6):
        x = 3.1 * x * (1.0 - x)
    return x


def horner(x):
    total = 0.0
    for k in range(8):
        total = total * x + (k - 3.5) / (k + 1)
    return total


def continued_fraction(x):
    value = x + 2.0
    for k in range(7, 0, -1):
        value = k + x / value
    return value


def root_by_newton(x):
    guess = x + 1.0
    for _ in range(9):
        guess = 0.5 * (guess + (x * x + 1.0) / guess)
    return guess


def halved_while_large(x):
    y = x * x + 9.0
    while y > 1.0:
        y = 0.5 * y * np.cos(0.1 * x)
    return y


def piecewise(x):
    if x > 0.5:
        return np.tanh(2.0 * x) + x**4
    return x * np.exp(x)


def softened_step(x):
    return 1.0 / (1.0 + np.exp(-4.0 * x)) + np.log1p(x * x)


def rational(x):
    return (1.0 + x * x) / (2.0 + np.cos(x))


def inverse_functions(x):
    return np.arctan(x) + np.arcsinh(2.0 * x) - np.arcsin(0.5 * x)


def powers(x):
    return x**2.5 + 2.0**x + x**x


def selected(x):
    return np.where(x > 0.0, np.sqrt(x * x + 1.0), x) * np.cosh(x)


def alternating(x):
    total = 0.0
    sign = 1.0
    for k in range(1, 8):
        if k % 3 == 0:
            total = total + sign * x**k / k
        else:
            total = total - sign * np.sin(k * x)
        sign = -sign
    return total


# With a number as result


def quadratic_form(x, A):
    return 0.5 * x @ A @ x


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_in_a_loop(x):
    total = 0.0
    for i in range(x.shape[0] - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def logistic_loss(w, X, y):
    return np.mean(np.log1p(np.exp(-y * (X @ w))))


def logistic_loss_in_loops(w, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = 0.0
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


def two_layers(W, V, x):
    return np.sum(np.tanh(V @ np.tanh(W @ x)) ** 2)


def softmax_loss(W, x):
    z = W @ x
    return np.log(np.sum(np.exp(z - np.max(z)))) + np.max(z) - z[0]


def gaussian_energy(x, m, s):
    return np.sum(((x - m) / s) ** 2) + 2.0 * x.shape[0] * np.log(s)


def distances(X):
    total = 0.0
    for i in range(X.shape[0]):
        for j in range(i):
            d = X[i] - X[j]
            total += 1.0 / (0.1 + np.sum(d * d))
    return total


def spring_chain(x, k):
    total = 0.0
    for i in range(1, x.shape[0]):
        stretch = x[i] - x[i - 1] - 1.0
        if stretch > 0.0:
            total += 0.5 * k * stretch**2
        else:
            total += 0.1 * k * stretch**4
    return total


def norm_ratio(x, y):
    return np.linalg.norm(x - y) / (1.0 + np.linalg.norm(x))


def log_determinant(A):
    return np.linalg.slogdet(A @ A.T + np.eye(A.shape[0]))[1]


def solved(A, b):
    return b @ np.linalg.solve(A @ A.T + np.eye(A.shape[0]), b)


def cholesky_trace(A):
    L = np.linalg.cholesky(A @ A.T + 2.0 * np.eye(A.shape[0]))
    return np.sum(np.log(np.diagonal(L))) + L[1, 0]


def largest_eigenvalue(A):
    return np.linalg.eigvalsh(A + A.T)[-1]


def power_iteration(A, x):
    for _ in range(5):
        x = A @ x
        x = x / np.sqrt(np.sum(x * x))
    return x @ A @ x


def oscillator(state, c):
    position, velocity = state[0], state[1]
    for _ in range(12):
        velocity = velocity - 0.1 * (np.sin(position) + c * velocity)
        position = position + 0.1 * velocity
    return position * position + 0.5 * velocity


def diffusion(u, kappa):
    for _ in range(5):
        left = np.concatenate((u[:1], u[:-1]))
        right = np.concatenate((u[1:], u[-1:]))
        u = u + kappa * (left - 2.0 * u + right)
    return np.sum(u**3)


def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(2.0)
    weights = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    weights = weights / np.sum(weights, axis=1, keepdims=True)
    return np.sum((weights @ V) ** 2)


def variance_ratio(X):
    return np.sum(np.var(X, axis=0)) / (1.0 + np.mean(X) ** 2)


def smallest_gap(x):
    gaps = np.abs(x[1:] - x[:-1])
    return np.min(gaps) + 0.1 * np.prod(gaps)


def polynomial_fit(c, t, y):
    residual = c[0] + t * (c[1] + t * (c[2] + t * c[3])) - y
    return np.sum(residual * residual)


# With an array as result


def polar(r, angle):
    return np.stack((r * np.cos(angle), r * np.sin(angle)))


def lorenz(x):
    return np.stack(
        (10.0 * (x[1] - x[0]), x[0] * (28.0 - x[2]) - x[1], x[0] * x[1] - 8.0 / 3.0 * x[2])
    )


def lorenz_steps(x):
    for _ in range(4):
        dx = np.stack(
            (10.0 * (x[1] - x[0]), x[0] * (28.0 - x[2]) - x[1], x[0] * x[1] - 8.0 / 3.0 * x[2])
        )
        x = x + 0.01 * dx
    return x


def affine(W, x, b):
    return W @ x + b


def layer(W, x, b):
    return np.tanh(W @ x + b)


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def normalised(x):
    return x / np.sqrt(np.sum(x * x))


def outer_product(x, y):
    return np.outer(x, np.sin(y))


def running_sums(x):
    return np.cumsum(x * x) / np.arange(1.0, x.shape[0] + 1.0)


def elementwise(x):
    return np.sin(x) * np.exp(-0.5 * x * x) + np.abs(x)


def clipped(x):
    return np.clip(2.0 * x, -1.0, 1.5) * np.maximum(x, 0.3)


def inverse(A):
    return np.linalg.inv(A @ A.T + np.eye(A.shape[0]))


def gram(X):
    return X.T @ X / X.shape[0]


def convolved(x, k):
    n = x.shape[0] - k.shape[0] + 1
    total = np.zeros(n)
    for j in range(k.shape[0]):
        total = total + k[j] * x[j : j + n]
    return total


def rotated(x, angle):
    c, s = np.cos(angle), np.sin(angle)
    first = np.stack((c, -s))
    second = np.stack((s, c))
    return np.stack((first @ x[:2], second @ x[:2])) + x[2:4]


def residuals_of_a_fit(c, t, y):
    return c[0] * np.exp(-c[1] * t) + c[2] * np.sin(c[3] * t) - y


def recurrence(W, h, X):
    for k in range(X.shape[0]):
        h = np.tanh(W @ h + X[k])
    return h


def gated(W, x):
    z = W @ x
    return z / (1.0 + np.exp(-z))


def tanh_by_a_branch(x):
    if np.sum(x) > 0.0:
        return np.tanh(x) * x[0]
    return np.exp(x) + x[1]


def differences(X):
    return X[1:] ** 2 - X[:-1] * X[1:]


def moved_axes(T):
    return np.sum(np.transpose(T, (2, 0, 1)) * np.transpose(T, (2, 0, 1)), axis=1)


def kernel_matrix(X, length):
    squares = np.sum(X * X, axis=1)
    d = squares[:, None] + squares[None, :] - 2.0 * X @ X.T
    return np.exp(-0.5 * d / length**2)


SCALAR = (
    cubic, wave_packet, nested_sines, logistic_map, horner, continued_fraction, root_by_newton,
    halved_while_large, piecewise, softened_step, rational, inverse_functions, powers, selected,
    alternating,
)  # fmt: skip

A, X, V4, V3 = (3, 3), (4, 3), (4,), (3,)
LOSSES = (
    (quadratic_form, V3, A), (rosenbrock, V4), (rosenbrock_in_a_loop, V4), (log_sum_exp, V4),
    (logistic_loss, V3, X, V4), (logistic_loss_in_loops, V3, X, V4), (two_layers, X, (2, 4), V3),
    (softmax_loss, A, V3), (gaussian_energy, V4, V4, ()), (distances, X), (spring_chain, V4, ()),
    (norm_ratio, V3, V3), (log_determinant, A), (solved, A, V3), (cholesky_trace, A),
    (largest_eigenvalue, A), (power_iteration, A, V3), (oscillator, (2,), ()),
    (diffusion, (5,), ()), (attention, (2, 2), (3, 2), (3, 2)), (variance_ratio, X),
    (smallest_gap, V4), (polynomial_fit, V4, (5,), (5,)),
)  # fmt: skip
MAPS = (
    (polar, (), ()), (lorenz, V3), (lorenz_steps, V3), (affine, (2, 3), V3, (2,)),
    (layer, (2, 3), V3, (2,)), (softmax, V4), (normalised, V4), (outer_product, V3, (2,)),
    (running_sums, V4), (elementwise, (2, 3)), (clipped, V4), (inverse, A), (gram, X),
    (convolved, (5,), (2,)), (rotated, V4, ()), (residuals_of_a_fit, V4, (5,), (5,)),
    (recurrence, A, V3, (2, 3)), (gated, A, V3), (tanh_by_a_branch, V3), (differences, X),
    (moved_axes, (2, 3, 2)), (kernel_matrix, X, ()),
)  # fmt: skip
