"""What derivatives beyond the gradient cost: Hessian products, dense Jacobians, Jacobian blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from benchmarks.adbench import instances
from benchmarks.adbench.ba import project
from benchmarks.adbench.hand import pose_arrays, pose_loops
from benchmarks.cases import logistic, rosenbrock
from benchmarks.timing import Timing, interleaved

CAMERAS, POINTS, OBSERVATIONS = 49, 7776, 31843


@dataclass(frozen=True)
class Comparison:
    """One derivative beside what it is held against; ``aim``: the most that the ratio is to be."""

    name: str
    ours: Timing
    against: str
    theirs: Timing
    aim: float

    @property
    def ratio(self) -> float:
        """Time of ours over time of theirs."""
        return self.ours.median / self.theirs.median


def measure(quick: bool = False) -> Iterator[Comparison]:
    """All comparisons, both sides of each in turns; those with JAX only where it is installed."""
    yield hessian_product("Hessian product, Rosenbrock, n = 1000", rosenbrock_of_a_thousand())
    x, *data = logistic.data()
    loss = logistic.CASE.styles["loops"]
    yield hessian_product("Hessian product, logistic loss", (loss, (x, *data)))
    yield dense_jacobian()
    try:
        import jax
    except ImportError:
        return
    jax.config.update("jax_enable_x64", True)
    yield bundle_adjustment(OBSERVATIONS // 10 if quick else OBSERVATIONS)
    yield from hand_tracking()


def _compared(
    name: str, ours: Callable[[], Any], against: str, theirs: Callable[[], Any], aim: float
) -> Comparison:
    times = interleaved({"ours": ours, "theirs": theirs}, rounds=21)
    return Comparison(name, times["ours"], against, times["theirs"], aim)


# Second derivatives


def rosenbrock_of_a_thousand() -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A loop over neighbours, long enough that calls do not count."""
    x = np.random.default_rng(0).uniform(-1.0, 1.0, 1000)
    return rosenbrock.CASE.styles["loops"], (x,)


def hessian_product(name: str, given: tuple[Callable[..., Any], tuple[Any, ...]]) -> Comparison:
    """The Hessian times a vector, against value and gradient."""
    function, args = given
    vector = np.random.default_rng(1).normal(size=np.shape(args[0]))
    product, gradient = adgen.hvp(function), adgen.value_and_grad(function)
    return _compared(
        name, lambda: product(*args, vector), "the gradient", lambda: gradient(*args), 3.0
    )


# A dense Jacobian


def sums_of_waves(x: Any, phases: Any) -> Any:
    """From 50 numbers to 200: each of them meets all others."""
    out = np.zeros(phases.shape[0])
    for i in range(phases.shape[0]):
        total = 0.0
        for j in range(x.shape[0]):
            total += np.sin(x[j] * phases[i]) * x[j]
        out[i] = total * total
    return out


def dense_jacobian() -> Comparison:
    """All columns at once, against one call for each."""
    x = np.linspace(0.1, 1.0, 50)
    phases = np.linspace(0.5, 2.0, 200)
    jacobian = adgen.jacobian(sums_of_waves)
    units = list(np.eye(50))

    def columns() -> list[Any]:
        return [adgen.jvp(sums_of_waves, (x, phases), (unit, None))[1] for unit in units]

    np.testing.assert_allclose(jacobian(x, phases), np.stack(columns(), axis=1), rtol=1e-12)
    return _compared(
        "Jacobian from 50 to 200 numbers", lambda: jacobian(x, phases), "50 calls of jvp", columns,
        0.3,
    )  # fmt: skip


# Blocks of a sparse Jacobian


def reprojection(camera: Any, point: Any, weight: Any, feature: Any) -> Any:
    """The two residuals of one observation."""
    u, v = project(camera, point)
    return weight * (u - feature[0]), weight * (v - feature[1])


def blocks(cameras: Any, points: Any, weights: Any, observations: Any, features: Any) -> Any:
    """For each observation its two residuals by camera, point and weight."""
    n = observations.shape[0]
    out = np.empty((n, 2, 15))
    for i in range(n):
        camera, point = cameras[observations[i, 0]], points[observations[i, 1]]
        _, pullback = adgen.vjp(reprojection, camera, point, weights[i], features[i])
        for k in range(2):
            of_camera, of_point, of_weight, _ = pullback((1.0 - k, 1.0 * k))
            out[i, k, :11] = of_camera
            out[i, k, 11:14] = of_point
            out[i, k, 14] = of_weight
    return out


def bundle_adjustment(observations: int) -> Comparison:
    """One compiled loop over the observations, against JAX's vmapped Jacobian."""
    data = _scene(observations)
    ours = adgen.differentiate(blocks)
    theirs, given = _blocks_in_jax(), [_in_jax(array) for array in data]
    found, expected = ours(*data), np.asarray(theirs(*given))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.max(np.abs(expected)))
    return _compared(
        f"bundle adjustment, {observations} blocks of 2 x 15", lambda: ours(*data),
        "jax.vmap(jax.jacrev)", lambda: theirs(*given).block_until_ready(), 0.2,
    )  # fmt: skip


def _scene(observations: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    cameras = 0.1 * rng.normal(size=(CAMERAS, 11)) + np.eye(11)[6] - 6.0 * np.eye(11)[5]
    return (
        cameras, rng.normal(size=(POINTS, 3)), rng.uniform(0.5, 1.0, observations),
        np.stack([rng.integers(0, CAMERAS, observations),
                  rng.integers(0, POINTS, observations)], axis=1),
        rng.normal(size=(observations, 2)),
    )  # fmt: skip


def _in_jax(array: Any) -> Any:
    import jax.numpy as jnp

    return jnp.asarray(array)


def _blocks_in_jax() -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    def residuals(p: Any, feature: Any) -> Any:
        turn, x = p[:3], p[11:14] - p[3:6]
        squared = jnp.sum(turn**2)
        angle = jnp.sqrt(jnp.where(squared > 0.0, squared, 1.0))
        axis = turn / angle
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        turned = cosine * x + sine * jnp.cross(axis, x) + (1.0 - cosine) * (axis @ x) * axis
        seen = jnp.where(squared > 0.0, turned, x + jnp.cross(turn, x))
        plane = seen[:2] / seen[2]
        radius = jnp.sum(plane**2)
        shown = p[6] * (1.0 + p[9] * radius + p[10] * radius**2) * plane + p[7:9]
        return p[14] * (shown - feature)

    def all_blocks(cameras: Any, points: Any, weights: Any, seen: Any, features: Any) -> Any:
        p = jnp.concatenate((cameras[seen[:, 0]], points[seen[:, 1]], weights[:, None]), axis=1)
        return jax.vmap(jax.jacrev(residuals))(p, features)

    compiled: Callable[..., Any] = jax.jit(all_blocks)
    return compiled


# A dense Jacobian in forward mode


def loops_of_the_hand(
    theta: Any, parents: Any, bases: Any, to_bones: Any, vertices: Any, weights: Any,
    correspondences: Any, points: Any,
) -> Any:  # fmt: skip
    """The residuals of hand tracking, the surface in loops."""
    surface = pose_loops(theta, parents, bases, to_bones, vertices, weights)
    return points - surface[correspondences]


def arrays_of_the_hand(
    theta: Any, parents: Any, bases: Any, to_bones: Any, vertices: Any, weights: Any,
    correspondences: Any, points: Any,
) -> Any:  # fmt: skip
    """The same, the surface as arrays."""
    surface = pose_arrays(theta, parents, bases, to_bones, vertices, weights)
    return points - surface[correspondences]


def hand_tracking() -> Iterator[Comparison]:
    """From 26 angles to 300 residuals, against JAX's forward mode."""
    import jax

    from benchmarks.adbench import in_jax

    args = instances.hand(points=100, vertices=100)

    def residuals(theta: Any, parents: Any, *rest: Any) -> Any:
        return rest[-1] - in_jax._surface(theta, *rest[:-2])[rest[-2]]

    theirs = jax.jit(jax.jacfwd(residuals))
    given = [_in_jax(array) for array in args]
    expected = np.asarray(theirs(*given))
    for style, function in (("loops", loops_of_the_hand), ("NumPy", arrays_of_the_hand)):
        ours = adgen.jacfwd(function)
        np.testing.assert_allclose(ours(*args), expected, rtol=1e-8, atol=1e-10)
        yield _compared(
            f"hand tracking, from 26 to 300, as {style}", lambda ours=ours: ours(*args),  # type: ignore[misc]
            "jax.jacfwd", lambda: theirs(*given).block_until_ready(), 1.0,
        )  # fmt: skip


def main() -> None:
    """Print the comparisons."""
    for row in measure():
        print(f"{row.name}: {row.ratio:.2f} x {row.against} (aim {row.aim:g})", flush=True)


if __name__ == "__main__":
    main()
