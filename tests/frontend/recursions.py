"""Recursive programs: with scalars, trees in arrays, slices, closures, and each other."""

from __future__ import annotations

import functools

import numpy as np


def factorial(x):
    return 1.0 if x <= 1.0 else x * factorial(x - 1.0)


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def square_and_multiply(x, n):
    if n == 0:
        return 1.0
    half = square_and_multiply(x, n // 2)
    if n % 2:
        return half * half * x
    return half * half


def squaring_first(x, n):
    if n == 0:
        return 1.0
    if n % 2 == 0:
        return squaring_first(x * x, n // 2)
    return x * squaring_first(x, n - 1)


def collatz(x, n):
    if n == 1:
        return x
    if n % 2 == 0:
        return 0.5 * collatz(x, n // 2)
    return x * collatz(x, 3 * n + 1)


def horner(coefficients, x, k):
    if k == len(coefficients):
        return 0.0
    return coefficients[k] + x * horner(coefficients, x, k + 1)


def fibonacci(x, n):
    return x * n if n < 2 else fibonacci(x, n - 1) + np.sin(fibonacci(x, n - 2))


def accumulated(x, n, product):
    if n == 0:
        return product
    return accumulated(x, n - 1, product * x)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    if n == 0:
        return x * x
    return 2.0 * even(np.sin(x), n - 1)


def ackermann(x, m, n):
    if m == 0:
        return x * (n + 1)
    if n == 0:
        return ackermann(x, m - 1, 1)
    return ackermann(x, m - 1, int(ackermann(1.0, m, n - 1))) + x * x


def simpson(a, b, at_a, middle, at_b, tolerance):
    m = (a + b) / 2
    left_middle, right_middle = np.exp(np.sin((a + m) / 2)), np.exp(np.sin((m + b) / 2))
    whole = (b - a) / 6 * (at_a + 4 * middle + at_b)
    left = (m - a) / 6 * (at_a + 4 * left_middle + middle)
    right = (b - m) / 6 * (middle + 4 * right_middle + at_b)
    if abs(left + right - whole) < 15 * tolerance:
        return left + right + (left + right - whole) / 15
    return simpson(a, m, at_a, left_middle, middle, tolerance / 2) + simpson(
        m, b, middle, right_middle, at_b, tolerance / 2
    )


def integral(b):
    def f(t):
        return np.exp(np.sin(t))

    return simpson(0.0, b, f(0.0), f(b / 2), f(b), 1e-6)


def quadrature(f, a, b, tolerance):
    m = (a + b) / 2
    coarse = (b - a) * f(m)
    fine = (m - a) * f((a + m) / 2) + (b - m) * f((m + b) / 2)
    if abs(fine - coarse) < tolerance:
        return fine
    return quadrature(f, a, m, tolerance / 2) + quadrature(f, m, b, tolerance / 2)


def of_a_closure(p):
    return quadrature(lambda t: np.exp(p * t), 0.0, 1.0, 1e-3)


def taylor(x, term, k):
    if abs(term) < 1e-12:
        return 0.0
    return term + taylor(x, term * x / (k + 1), k + 1)


def exponential(x):
    return taylor(x, 1.0, 0)


def continued(x, k):
    if k > 20:
        return x
    return x + k / continued(x, k + 1)


def in_a_loop(x, n):
    total = 0.0
    for i in range(n):
        total += continued(x + i, 15)
    return total


def tree(weights, first, last, node):
    total = weights[node]
    for child in range(first[node], last[node]):
        total += tree(weights, first, last, child) * weights[node]
    return total


def summed_tree(x, first, last, node):
    children = range(first[node], last[node])
    return x[node] + sum(0.5 * summed_tree(x, first, last, child) ** 2 for child in children)


def expression(x, kind, left, right, numbers, node):
    if kind[node] == 0:
        return numbers[node]
    if kind[node] == 1:
        return x
    one = expression(x, kind, left, right, numbers, left[node])
    if kind[node] == 2:
        return np.sin(one)
    two = expression(x, kind, left, right, numbers, right[node])
    return one + two if kind[node] == 3 else one * two


def loops_with_exits(x, depth):
    if depth == 0:
        return x
    total = 0.0
    for i in range(depth):
        if i == 1:
            continue
        total += loops_with_exits(x * 0.5 + i, depth - 1)
        if total > 50.0:
            break
    else:
        total *= 2
    k = 0
    while loops_with_exits(x * 0.1, 0) * k < 0.05:
        k += 1
    return total * x + k * x


def over_a_display(x, depth):
    if depth == 0:
        return np.sin(x)
    total = 0.0
    for sign in (-1.0, 1.0):
        total += sign * over_a_display(x + sign * 0.3, depth - 1)
    return total


def over_rows(matrix, depth):
    if depth == 0:
        return np.sum(matrix * matrix)
    total = 0.0
    for row in matrix:
        total += row[0] * over_rows(matrix * 0.5, depth - 1)
    return total


def several_ifs(x, n):
    total = 0.0
    if n > 0:
        total += several_ifs(x * 0.5, n - 1)
    if n > 1:
        total += several_ifs(x * 0.6, n - 2)
    if n > 2:
        total += several_ifs(x * 0.7, n - 3)
    return total + x


def conditions(x, n):
    if n == 0 or (x > 0.5 and conditions(x * 0.5, n - 1) > 0.3):
        return x * x
    return (y := conditions(x * 0.9, n - 1)) * y if x > 0.1 else x


def pair(x, n):
    if n == 0:
        return x, 1.0
    a, b = pair(x * 0.9, n - 1)
    return a * b, a + b


def product_of_pair(x):
    a, b = pair(x, 5)
    return a * b


def weak_base(x, n):
    return 1 if n == 0 else x * weak_base(x, n - 1)


def in_place(a, i):
    if i == len(a):
        return
    a[i] = a[i - 1] * 2.0 + a[i]
    in_place(a, i + 1)


def filled_below(x):
    a = x.copy()
    in_place(a, 1)
    return np.sum(a)


def butterflies(x, low, high):
    if high - low <= 1:
        return
    m = (low + high) // 2
    butterflies(x, low, m)
    butterflies(x, m, high)
    for i in range(low, m):
        a, b = x[i], x[m + i - low]
        x[i] = a * b
        x[m + i - low] = a + b


def transformed(x):
    y = x.copy()
    butterflies(y, 0, 4)
    return np.sum(y**2)


def old_element(a, i):
    if i == 0:
        return 1.0
    a[i] += 0.1 * old_element(a, i - 1) * a[i - 1]
    return a[i]


def added_to(x):
    a = x.copy()
    return old_element(a, len(x) - 1) + np.sum(a)


def halves(x):
    if len(x) == 1:
        return x[0]
    m = len(x) // 2
    return halves(x[:m]) * halves(x[m:])


def rest(x):
    if len(x) == 0:
        return 0.0
    return x[0] ** 2 + 0.5 * rest(x[1:])


def from_both_ends(x):
    if len(x) < 2:
        return 1.0
    return x[0] * x[-1] + from_both_ends(x[1:-1])


def rows(matrix):
    if matrix.shape[0] == 0:
        return 0.0
    return np.sum(matrix[0] ** 2) + rows(matrix[1:])


def bezier(points, t):
    if len(points) == 1:
        return points[0]
    return (1 - t) * bezier(points[:-1], t) + t * bezier(points[1:], t)


def casteljau(points, t):
    if len(points) == 1:
        return points[0]
    return casteljau((1 - t) * points[:-1] + t * points[1:], t)


def spectrum(x):
    n = len(x)
    if n == 1:
        return x * 1.0
    one, two = spectrum(x[::2]), spectrum(x[1::2])
    twiddle = np.cos(np.arange(n // 2) * 0.3)
    return np.concatenate((one + twiddle * two, one - twiddle * two))


def cubes_of_spectrum(x):
    return np.sum(spectrum(x) ** 3)


def matrix_power(matrix, n):
    if n == 0:
        return np.eye(len(matrix))
    return matrix @ matrix_power(matrix, n - 1)


def sum_of_power(matrix):
    return np.sum(matrix_power(matrix, 4))


def arrays_of_calls(x, n):
    y = x * 2.0
    if n == 0:
        return np.sum(y)
    below = arrays_of_calls(y + 1.0, n - 1)
    return below * np.sum(y * y)


def changed_by_the_call(x, n):
    y = x * 1.5
    if n == 0:
        return np.sum(y)
    x[0] = x[0] * 0.5 + n
    below = changed_by_the_call(y, n - 1)
    return below + np.sum(x * x)


def changes_below(x):
    return changed_by_the_call(x.copy(), 3)


def alias_kept(x, n):
    if n == 0:
        return np.sum(x)
    a = x * 1.1
    part = a[1:3]
    below = alias_kept(x * 0.9, n - 1)
    part[0] = below
    return np.sum(a * a) + below * 0.1


def handed_back(x, n):
    if n == 0:
        return x
    return handed_back(x[1:], n - 1)


def written_through_result(x):
    y = x.copy()
    z = handed_back(y, 2)
    z[0] = 5.0 * x[1]
    return np.sum(y * y)


def counted(x):
    count = 0.0

    def go(n):
        nonlocal count
        count = count + x
        if n == 0:
            return x
        return go(n - 1) * x + count

    return go(4) + count


def reads_outer(x):
    def go(i):
        if i == len(x):
            return 0.0
        return x[i] ** 2 * 0.5 + go(i + 1)

    return go(0)


def remembered(x, n):
    cache = np.zeros(n + 1)
    seen = np.zeros(n + 1)

    def go(k):
        if k < 2:
            return x * k
        if seen[k] > 0:
            return cache[k]
        cache[k] = go(k - 1) + np.sin(go(k - 2))
        seen[k] = 1.0
        return cache[k]

    return go(n)


def lambda_of_itself(x):
    go = lambda n: x if n == 0 else np.sin(go(n - 1)) * x  # noqa: E731
    return go(4)


def applied(function, x, n):
    return function(x, n)


def through_another(x, n):
    if n == 0:
        return x
    return np.sin(applied(through_another, x, n - 1))


def tenth_more(function):
    @functools.wraps(function)
    def wrapper(x, n):
        return 1.1 * function(x, n)

    return wrapper


@tenth_more
def decorated(x, n):
    if n == 0:
        return x
    return np.sin(decorated(x, n - 1))


class Polynomial:
    def __init__(self):
        self.coefficients = np.array([1.0, 2.0, 3.0])

    def at(self, x, k):
        if k == 3:
            return 0.0
        return self.coefficients[k] + x * self.at(x, k + 1)


POLYNOMIAL = Polynomial()


def method(x):
    return POLYNOMIAL.at(x, 0)


def keeps_containers(x, n):
    if n == 0:
        return x
    numbers, both = [x * 2, x * 3], {"n": n, "x": (x, x * x)}
    below = keeps_containers(x * 0.9, n - 1)
    return below * numbers[0] + both["x"][1] * both["n"]


def keeps_functions(x, n):
    if n == 0:
        return x
    scaled = lambda t, k=n: t * k * x  # noqa: E731
    below = keeps_functions(x * 0.9, n - 1)
    return scaled(below)


def changes_a_list(x, n, sums):
    if n == 0:
        return sums[0]
    sums[0] = sums[0] + x
    return changes_a_list(x * 0.9, n - 1, sums)


def through_a_list(x, n):
    sums = [0.0]
    return changes_a_list(x, n, sums) + sums[0]


# Decided while compiling


def product_of_tree(branch):
    if isinstance(branch, tuple):
        return product_of_tree(branch[0]) * product_of_tree(branch[1])
    return np.sin(branch)


def known_tree(x):
    return product_of_tree(((x, x * 2), (3.0, (x, x))))


def layered(x, weights):
    if not weights:
        return x
    return layered(np.tanh(x * weights[0]), weights[1:])


def known_layers(x):
    return layered(x, [0.5, 0.6, 0.7])


def cube(x):
    return power(x, 3)


def hundredth_power(x):
    return power(x, 100)


def passing_on(x, n, then):
    if n == 0:
        return then(x)
    return passing_on(x, n - 1, lambda r: then(r * x))


def known_continuations(x):
    return passing_on(x, 3, lambda r: r)


def loops_over_outer_names(x, n):
    def calls(k):
        if k <= 0:
            return 1.0
        total = 0.0
        for i in range(n):
            total += x[i] * calls(k - 1)
        return total

    return calls(n)


CHILDREN = np.array([1, 3, 4, 5, 5]), np.array([3, 4, 5, 5, 5])
NODES = np.array([3, 4, 2, 1, 0, 1]), np.array([1, 3, 5, 0, 0, 0]), np.array([2, 4, 0, 0, 0, 0])
NUMBERS = np.array([0.0, 0.0, 0.0, 0.0, 2.5, 0.0])
LINE = np.array([0.3, -0.7, 1.1, 0.4])
LONG = np.array([0.3, 0.7, 1.1, 0.4, 0.9, 0.2, 0.6, 1.3])

PROGRAMS = [
    (factorial, 4.5), (power, 1.3, 7), (power, 1.3, 0), (square_and_multiply, 1.1, 13),
    (squaring_first, 1.1, 13), (collatz, 1.1, 7), (horner, LINE, 0.7, 0), (fibonacci, 0.6, 7),
    (accumulated, 1.1, 5, 2.0), (even, 0.3, 5), (ackermann, 0.7, 2, 2), (integral, 1.7),
    (of_a_closure, 0.8), (exponential, 0.7), (continued, 1.3, 1), (in_a_loop, 1.2, 3),
    (tree, LONG[:5], *CHILDREN, 0), (summed_tree, LONG[:5], *CHILDREN, 0),
    (expression, 0.7, *NODES, NUMBERS, 0), (loops_with_exits, 0.3, 3), (over_a_display, 0.7, 3),
    (over_rows, LONG.reshape(4, 2), 2), (several_ifs, 0.7, 4), (conditions, 0.9, 4),
    (product_of_pair, 0.8), (weak_base, 0.7, 3), (filled_below, LINE), (transformed, LINE),
    (added_to, LINE), (halves, LONG[:7]), (rest, LINE), (from_both_ends, LONG[:7]),
    (rows, LONG.reshape(4, 2)), (bezier, LONG[:5], 0.3), (casteljau, LONG[:5], 0.3),
    (cubes_of_spectrum, LONG), (sum_of_power, LINE.reshape(2, 2)), (arrays_of_calls, LINE, 3),
    (changes_below, LINE), (alias_kept, LINE, 2), (written_through_result, LINE), (counted, 0.7),
    (reads_outer, LINE), (remembered, 0.7, 8), (lambda_of_itself, 0.6), (through_another, 0.7, 3),
    (decorated, 0.7, 3), (method, 0.7), (keeps_containers, 0.7, 3), (keeps_functions, 0.7, 3),
    (through_a_list, 0.7, 3), (known_tree, 0.4), (known_layers, 0.7), (cube, 1.3),
    (hundredth_power, 1.01), (known_continuations, 0.7),
    (loops_over_outer_names, LINE, 3),
]  # fmt: skip
