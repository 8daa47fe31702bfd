"""Functions that ask for derivatives themselves, as users write them."""

import numpy as np

from adgen import (
    deriv,
    elementwise_grad,
    gauss_newton_vp,
    grad,
    grad_and_aux,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    value_and_grad,
    vjp,
)

X = np.array([0.3, -0.5, 0.9, 1.2])
Y = np.array([0.7, 0.4, -0.6, 0.2])
W = np.array([[0.1, -0.3, 0.4, 0.2], [0.5, 0.6, -0.7, 0.1], [-0.2, 0.3, 0.8, -0.9]])


def polynomial(x, a):
    total = 0.0
    for i in range(3):
        total = total + np.sin(a * x) * x**i
    return total


def net(W, x):
    return np.sum(np.tanh(W @ x))


def loss(params, x):
    return np.sum((params["w"] * x + params["b"]) ** 2)


def energy(q, p):
    return np.sum(p * p) / 2 + np.sum(q**4) / 4 + q[0] * q[1]


def wave(t, w):
    total = 0.0
    for i in range(4):
        total = total + np.sin(w[i] * t) * w[i]
    return total


def two_values(x, y):
    return np.tanh(x * y), x * x


def residuals(x, y):
    out = np.zeros(5)
    for i in range(5):
        out[i] = np.sin(x[i % 3]) * y[i % 4] + x[0] * x[1]
    return out


def with_branches(x):
    if x[0] > 0.0:
        return np.sum(x**3)
    return np.sum(np.exp(x))


def until_large(x):
    y = x
    while y < 5.0:
        y = y * y + 0.5
    return y


def ready_made(x, a):
    return SLOPE(x, a) * BOTH(x, a)[0]


SLOPE = grad(polynomial)
BOTH = value_and_grad(polynomial)


def gradient_of_a_loop(x, a):
    g = grad(polynomial)(x, a)
    return g * g + a


def gradient_penalty(W, x):
    g = grad(net, 1)(W, x)
    return np.sum(g * g)


def second_derivative_of_a_closure(W, x):
    def u(t):
        return np.sum(np.tanh(W @ (x * t)))

    slope = grad(u)
    return grad(slope)(0.3) ** 2 + slope(0.1)


def third_derivative(W, x):
    return grad(grad(grad(lambda t: np.sum(np.tanh(W @ (x * t)) ** 3))))(0.3)


def steps_of_adaptation(w, x):
    params = {"w": w, "b": 0.3}
    for _ in range(2):
        g = grad(loss)(params, x)
        params = {"w": params["w"] - 0.1 * g["w"], "b": params["b"] - 0.1 * g["b"]}
    return loss(params, 2.0 * x)


def residual_of_an_equation(w, times):
    total = 0.0
    for k in range(times.shape[0]):
        value, slope = value_and_grad(wave)(times[k], w)
        total = total + (grad(grad(wave))(times[k], w) + value * slope) ** 2
    return total


def symplectic_steps(q, p):
    for _ in range(6):
        p = p - 0.1 * grad(energy, 0)(q, p)
        q = q + 0.1 * grad(energy, 1)(q, p)
    return np.sum(q * q)


def tangent_inside(x, y):
    value, tangent = jvp(lambda a: np.sum(a * a * y) + a[0] * y[1], (x,), (np.sin(y),))
    return tangent * tangent + value


def pullback_inside(x, y):
    (first, second), pullback = vjp(lambda a: two_values(a, y), x)
    (g,) = pullback((first * 2.0, np.cos(second)))
    return np.sum(g * g * y)


def hessian_product_inside(x, y):
    return np.sum(hvp(lambda a: np.sum(a**3) + a[0] * a[1] * a[2])(x, y) * np.sin(y))


def by_several_arguments(q, p):
    gq, gp = grad(energy, (0, 1))(q, p)
    return np.sum(gq * gp)


def by_name(q, p):
    return np.sum(grad(energy, "p")(q, p) * q)


def with_something_beside(x, y):
    g, beside = grad_and_aux(lambda a: (np.sum(a**3), a * 2.0))(x)
    return np.sum(g * beside * y)


def jacobian_inside(x, y):
    return np.sum(jacobian(residuals)(x, y) ** 2)


def jacobian_forwards(x, y):
    return np.sum(jacfwd(residuals)(x, y) ** 2)


def jacobian_backwards(x, y):
    return np.sum(jacrev(residuals)(x, y) ** 2)


def hessian_inside(q, p):
    return np.sum(hessian(energy)(q, p) ** 2)


def of_each_element(x, y):
    return np.sum(elementwise_grad(lambda a: np.tanh(a) * y)(x) ** 2)


def derivative_of_a_curve(x, y):
    return np.sum(deriv(lambda t: np.sin(t * x))(0.4) * y)


def gauss_newton_inside(x, y):
    return np.sum(gauss_newton_vp(lambda a: two_values(a, y)[0])(x, y) * x)


def under_a_branch(x, y):
    if y[0] > 0.0:
        return np.sum(grad(with_branches)(x) ** 2)
    return np.sum(x)


def of_a_while_loop(x, y):
    return grad(until_large)(x[0] + 1.0) * y[0]


def of_the_same_twice(x, y):
    g = grad(with_branches)
    return np.sum(g(x) * g(y))


def in_a_list(x, y):
    slopes = [grad(lambda t, k=k: np.sin(t * (k + 1.0))) for k in range(3)]
    return sum(slope(x[0]) for slope in slopes) * y[0]


def of_rows(A, w):
    total = 0.0
    for i in range(A.shape[0]):
        row = A[i]
        g, h = grad(lambda a, b, i=i: np.sum(a * a * b) * w[i], (0, 1))(row[1:], row[:-1])
        total = total + np.sum(g * h) + g[0]
    return total


def blocks_of_a_jacobian(A, w):
    blocks = np.empty((A.shape[0], 3, A.shape[1]))
    for i in range(A.shape[0]):
        three = lambda a, i=i: np.stack((a[0] * a[1], np.sin(a[2]) * w[i], a[3] ** 2))  # noqa: E731
        blocks[i] = jacobian(three)(A[i])
    return np.sum(blocks**3)


PROGRAMS = [
    (of_rows, (W, X)),
    (blocks_of_a_jacobian, (W, X)),
    (ready_made, (0.5, 1.2)),
    (gradient_of_a_loop, (0.5, 1.2)),
    (gradient_penalty, (W, X)),
    (second_derivative_of_a_closure, (W, X)),
    (third_derivative, (W, X)),
    (steps_of_adaptation, (X, Y)),
    (residual_of_an_equation, (X, Y[:3])),
    (symplectic_steps, (X, Y)),
    (tangent_inside, (X, Y)),
    (pullback_inside, (X, Y)),
    (hessian_product_inside, (X, Y)),
    (by_several_arguments, (X, Y)),
    (by_name, (X, Y)),
    (with_something_beside, (X, Y)),
    (jacobian_inside, (X, Y)),
    (jacobian_forwards, (X, Y)),
    (jacobian_backwards, (X, Y)),
    (hessian_inside, (X, Y)),
    (of_each_element, (X, Y)),
    (derivative_of_a_curve, (X, Y)),
    (gauss_newton_inside, (X, Y)),
    (under_a_branch, (X, Y)),
    (of_a_while_loop, (X, Y)),
    (of_the_same_twice, (X, Y)),
    (in_a_list, (X, Y)),
]
