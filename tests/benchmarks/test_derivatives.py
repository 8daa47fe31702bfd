"""What the section on derivatives beyond the gradient compares is the same thing on both sides."""

import numpy as np
import pytest

import adgen
from benchmarks import derivatives, tables
from benchmarks.timing import Timing


def test_blocks_are_jacobians():
    cameras, points, weights, seen, features = derivatives._scene(7)
    found = adgen.differentiate(derivatives.blocks, jit=False)(
        cameras, points, weights, seen, features
    )
    for i, (camera, point) in enumerate(seen):
        args = cameras[camera], points[point], weights[i], features[i]
        by_all = adgen.jacobian(derivatives.reprojection, (0, 1, 2), jit=False)(*args)
        rows = [np.concatenate([np.ravel(of[k]) for of in by_all]) for k in range(2)]
        np.testing.assert_allclose(found[i], rows, rtol=1e-12)


@pytest.mark.jit
def test_dense_jacobian():
    row = derivatives.dense_jacobian()
    assert row.ratio < 1.0


def test_the_table():
    row = derivatives.Comparison("product", Timing(4.0, 4.0), "the gradient", Timing(1.0, 1.0), 3.0)
    assert "| product | the gradient | 1 s | 4 s | **4.00** | 3 |" in tables.derivatives([row])
