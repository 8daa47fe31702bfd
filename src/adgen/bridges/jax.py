"""``jax_function(f)``: a numeric Python function as a step of a JAX program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from adgen.bridges import ByPosition, number_or_array


def jax_function(
    function: Callable[..., Any], result: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """The same function of JAX's arrays: under ``jit``, ``grad``, ``vjp`` and ``vmap``.

    ``function``: takes numbers and arrays by position and returns one number or array.
    ``result``: called with the arguments, as ``jax.ShapeDtypeStruct``, says what shape and dtype
    the result has, as such a struct; without it the result is one number of the dtype that the
    arguments have together.  The function runs on the CPU in a callback; its derivative runs it
    again, for JAX keeps arrays only from one to the other.

    Raises TypeError for complex arguments, and an error of JAX's where the function writes to one
    or where forward mode is asked of it.
    """
    choices = ByPosition(function)

    def described(*args: Any) -> Any:
        if any(jnp.iscomplexobj(arg) for arg in args):
            raise TypeError("complex numbers do not cross the bridge: give their parts")
        structs = [jax.ShapeDtypeStruct(jnp.shape(arg), jnp.result_type(arg)) for arg in args]
        if result is not None:
            return result(*structs)
        return jax.ShapeDtypeStruct((), jnp.result_type(float, *(s.dtype for s in structs)))

    @jax.custom_vjp
    def call(*args: Any) -> Any:
        expected = described(*args)

        def run(*given: Any) -> Any:
            value = choices.by(())(*map(_given, given))
            return np.asarray(value, expected.dtype)

        return jax.pure_callback(run, expected, *args, vmap_method="sequential")

    def forward(*args: Any) -> Any:
        return call(*args), args

    def backward(args: tuple[Any, ...], cotangent: Any) -> Any:
        wanted = tuple(k for k, arg in enumerate(args) if _is_real(arg))
        expected = tuple(
            jax.ShapeDtypeStruct(jnp.shape(args[k]), jnp.result_type(args[k])) for k in wanted
        )

        def pull(seed: Any, *given: Any) -> Any:
            _, pullback = choices.by(wanted).vjp(*map(_given, given))
            found = pullback(_given(seed))
            return tuple(np.asarray(one, s.dtype) for one, s in zip(found, expected, strict=True))

        found = iter(jax.pure_callback(pull, expected, cotangent, *args, vmap_method="sequential"))
        return tuple(
            next(found) if k in wanted else np.zeros(jnp.shape(a), jax.dtypes.float0)
            for k, a in enumerate(args)
        )

    call.defvjp(forward, backward)
    return call


def _given(arg: Any) -> Any:
    """An array of NumPy, or a number where there are no axes."""
    return number_or_array(np.asarray(arg))


def _is_real(arg: Any) -> bool:
    return bool(jnp.issubdtype(jnp.result_type(arg), jnp.floating))
