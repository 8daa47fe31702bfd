"""A scikit-learn estimator whose loss is a few lines of NumPy: Huber regression in a pipeline.

    pip install scikit-learn
    python examples/ecosystem/sklearn_estimator.py

The estimator gives its compiled ``value_and_grad`` to SciPy's optimiser; scikit-learn scales the
data, chooses the parameters by cross validation, and runs the fits in processes of its own.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from adgen import differentiate


@differentiate
def loss(w, x, y, delta, ridge):
    """Mean Huber loss of a linear model; the last weight is the intercept."""
    total = 0.0
    for i in range(len(y)):
        off = w[-1] - y[i]
        for j in range(x.shape[1]):
            off += w[j] * x[i, j]
        size = abs(off)
        total += 0.5 * off * off if size < delta else delta * (size - 0.5 * delta)
    return total / len(y) + ridge * np.sum(w[:-1] ** 2)


class HuberRegression(RegressorMixin, BaseEstimator):
    """Linear regression that outliers do not move far.

    ``delta``: from which distance on, in units of the target, errors count linearly.
    ``ridge``: the weight of the penalty on the squared coefficients.
    """

    def __init__(self, delta: float = 50.0, ridge: float = 1e-3) -> None:
        self.delta = delta
        self.ridge = ridge

    def fit(self, x, y):
        """Fit by L-BFGS."""
        x, y = validate_data(self, x, y, y_numeric=True, dtype=float)
        start = np.zeros(x.shape[1] + 1)
        given = x, np.asarray(y, float), self.delta, self.ridge
        found = minimize(loss.value_and_grad, start, given, "L-BFGS-B", jac=True)
        self.coef_, self.intercept_ = found.x[:-1], found.x[-1]
        return self

    def predict(self, x):
        """The values of the line."""
        check_is_fitted(self)
        x = validate_data(self, x, reset=False, dtype=float)
        return x @ self.coef_ + self.intercept_


def main(jobs: int = 2) -> float:
    """Choose the parameters by cross validation; print and return the score on held-out data."""
    x, y = load_diabetes(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), HuberRegression()),
        {"huberregression__delta": [20.0, 50.0, 100.0], "huberregression__ridge": [1e-3, 0.1, 1.0]},
        n_jobs=jobs,
    )
    search.fit(x, y)
    score = search.score(x_test, y_test)
    print(f"{search.best_params_}: R² of {score:.3f} on held-out data")
    return score


if __name__ == "__main__":
    main()
