"""Summaries of samples in ``scipy.stats``."""

from __future__ import annotations

import numpy as np
from scipy import stats

from adgen.transpiler.library.registry import defines, refuse


def _samples(a, axis, nan_policy="propagate"):
    """The samples, along an axis."""
    if nan_policy != "propagate":
        refuse("a summary of samples that leaves out nan", "leave them out: x[~np.isnan(x)]")
    a = np.asarray(a)
    a = a if a.dtype.kind == "f" else a.astype(np.float64)
    return (a.reshape(-1), 0) if axis is None else (a, axis)


def _central(a, axis, order, keepdims=False):
    away = a - np.mean(a, axis=axis, keepdims=True)
    return np.mean(away**order, axis=axis, keepdims=keepdims)


@defines(stats.zscore)
def zscore(a, axis=0, ddof=0, nan_policy="propagate"):
    flat, k = _samples(a, axis, nan_policy)
    scores = (flat - np.mean(flat, axis=k, keepdims=True)) / np.std(flat, axis=k, ddof=ddof,
                                                                    keepdims=True)  # fmt: skip
    return scores.reshape(np.shape(a)) if axis is None else scores


@defines(stats.gmean)
def gmean(a, axis=0, dtype=None, weights=None, *, nan_policy="propagate", keepdims=False):
    if dtype is not None or weights is not None or keepdims:
        refuse("`gmean` with `dtype`, `weights` or `keepdims`", "write np.exp(np.average(...))")
    a, axis = _samples(a, axis, nan_policy)
    return np.exp(np.mean(np.log(a), axis=axis))


@defines(stats.hmean)
def hmean(a, axis=0, dtype=None, *, weights=None, nan_policy="propagate", keepdims=False):
    if dtype is not None or weights is not None or keepdims:
        refuse("`hmean` with `dtype`, `weights` or `keepdims`", "write 1 / np.average(1 / x, ...)")
    a, axis = _samples(a, axis, nan_policy)
    return 1.0 / np.mean(1.0 / a, axis=axis)


@defines(stats.sem)
def sem(a, axis=0, ddof=1, nan_policy="propagate", *, keepdims=False):
    a, axis = _samples(a, axis, nan_policy)
    count = a.shape[axis]
    return np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / np.sqrt(count).astype(a.dtype)


@defines(stats.skew)
def skew(a, axis=0, bias=True, nan_policy="propagate", *, keepdims=False):
    if not bias:
        refuse("`skew` without bias", "times np.sqrt(n * (n - 1)) / (n - 2)")
    a, axis = _samples(a, axis, nan_policy)
    return _central(a, axis, 3, keepdims) / _central(a, axis, 2, keepdims) ** 1.5


@defines(stats.kurtosis)
def kurtosis(a, axis=0, fisher=True, bias=True, nan_policy="propagate", *, keepdims=False):
    if not bias:
        refuse("`kurtosis` without bias", "leave it out, and correct the result")
    a, axis = _samples(a, axis, nan_policy)
    ratio = _central(a, axis, 4, keepdims) / _central(a, axis, 2, keepdims) ** 2
    return ratio - 3 if fisher else ratio
