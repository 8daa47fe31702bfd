"""Differentiable objects inside functions that the user compiles with Numba.

``f(x)``, ``f.grad(x)``, ``f.value_and_grad(x)`` are typed by asking the object for a
module made for the argument types at hand; the call then goes straight to it.
"""

from __future__ import annotations

import inspect
import weakref
from typing import Any, Protocol

import numpy as np
from numba.core import errors, types
from numba.core.datamodel import register_default
from numba.core.datamodel.models import OpaqueModel
from numba.core.imputils import lower_constant, lower_getattr_generic
from numba.core.registry import cpu_target
from numba.core.typing.templates import AttributeTemplate, fold_arguments, infer_getattr
from numba.extending import NativeValue, unbox
from numpy.lib.stride_tricks import as_strided

from adgen.runtime.compile import Jitted


class Compilable(Protocol):
    """What this module asks of a callable object of adgen."""

    numba_members: tuple[str, ...]

    @property
    def numba_key(self) -> str:
        """Tells the object from all others."""
        ...

    @property
    def numba_signature(self) -> inspect.Signature:
        """The parameters of a call."""
        ...

    def numba_module(self, samples: tuple[Any, ...], key: str) -> Jitted:
        """A module whose first function has the signature of the object and does what it does.

        ``samples`` are values of the argument types; ``key`` tells the Numba types apart.
        """
        ...


_registry: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()


def type_of_callable(owner: Compilable) -> CallableType:
    """The Numba type of a callable object of adgen."""
    _registry[owner.numba_key] = owner
    return CallableType(owner.numba_key, owner)


def _type_from_key(key: str) -> CallableType:
    """Unpickles a type that a cached caller mentions; its object may be gone."""
    return CallableType(key, _registry.get(key))


class CallableType(types.Callable, types.Opaque):
    """The type of one callable object: of a differentiable function or of its ``grad``."""

    def __init__(self, key: str, owner: Any) -> None:
        self.owner = owner
        self.owner_key = key
        super().__init__(f"adgen({key})")

    @property
    def key(self) -> str:
        """Two types are one when their objects have the same key."""
        return self.owner_key

    def __reduce__(self) -> Any:
        return _type_from_key, (self.owner_key,)

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        """Compile for these argument types and say what comes back."""
        dispatcher = self._dispatcher(args, dict(kws))
        template, pysig, args, kws = dispatcher.get_call_template(args, kws)
        signature = template(context).apply(args, kws)
        if signature is None:
            return None
        _implementations[(self.key, signature.args)] = dispatcher
        return signature.replace(pysig=pysig)

    def get_call_signatures(self) -> tuple[list[Any], bool]:
        """Any signature may be asked for."""
        return [], True

    def get_impl_key(self, signature: Any) -> Any:
        """The machine code for a signature that ``get_call_type`` has given."""
        return _implementations[(self.key, signature.args)].get_overload(signature.args)

    def _dispatcher(self, args: Any, kws: dict[str, Any]) -> Any:
        folded = fold_arguments(
            self.owner.numba_signature,
            tuple(args),
            kws,
            lambda index, param, value: value,
            lambda index, param, default: types.Omitted(default),
            lambda index, param, values: types.Tuple(values),
        )
        key = self.key, folded
        if key not in _dispatchers:
            samples = tuple(sample(kind) for kind in folded)
            module = self.owner.numba_module(samples, repr(folded))
            _dispatchers[key] = module.dispatchers(cache=module.loaded.on_disk)[0]
        return _dispatchers[key]


_dispatchers: dict[Any, Any] = {}  # guarded by Numba's compiler lock, as typing always is
_implementations: dict[Any, Any] = {}


def sample(kind: Any) -> Any:
    """A value of a Numba type; sizes are unknown there, so arrays get extents other than 1.

    Raises Numba's TypingError for types that adgen has no arguments of.
    """
    if isinstance(kind, types.Omitted):
        return kind.value
    if isinstance(kind, types.Array):
        made = np.zeros((2,) * kind.ndim, _dtype(kind.dtype))
        # an array whose elements overlap is one of which nothing is known
        return made if kind.layout == "C" else as_strided(made, strides=(1,) * kind.ndim)
    if isinstance(kind, types.BaseTuple):
        parts: Any = kind
        made_parts = [sample(part) for part in parts.types]
        record = getattr(kind, "instance_class", None)  # of named tuples
        return record(*made_parts) if record else tuple(made_parts)
    if isinstance(kind, types.StringLiteral):
        return kind.literal_value
    if isinstance(kind, types.Literal):
        return sample(kind.literal_type)
    if isinstance(kind, types.NoneType):
        return None
    if isinstance(kind, types.Dispatcher):
        return kind.dispatcher.py_func
    if isinstance(kind, CallableType):
        return kind.owner
    if isinstance(kind, types.Boolean):
        return False
    if kind == types.int64:
        return 0
    if isinstance(kind, types.Number):
        return _dtype(kind).type(0)
    raise errors.TypingError(f"adgen cannot take an argument of Numba type {kind}")


def _dtype(kind: Any) -> np.dtype[Any]:
    from numba.np.numpy_support import as_dtype

    try:
        made: np.dtype[Any] = as_dtype(kind)
    except errors.NumbaError as error:
        raise errors.TypingError(f"adgen cannot take arrays of Numba type {kind}") from error
    return made


register_default(CallableType)(OpaqueModel)


@infer_getattr
class _Members(AttributeTemplate):
    """``f.grad`` and ``f.value_and_grad``."""

    key = CallableType

    def generic_resolve(self, value: Any, attr: str) -> Any:  # type: ignore[override]
        if attr in value.owner.numba_members:
            return type_of_callable(getattr(value.owner, attr))
        return None


@lower_getattr_generic(CallableType)
def _lower_member(context: Any, builder: Any, kind: Any, value: Any, attribute: str) -> Any:
    return context.get_dummy_value()


@lower_constant(CallableType)
def _lower_constant(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.get_dummy_value()


@unbox(CallableType)
def _unbox(kind: Any, value: Any, c: Any) -> NativeValue:
    return NativeValue(c.context.get_dummy_value())


# The first of our objects is often met while Numba types its caller: too late for what
# Numba registers at the start of a compilation.
cpu_target.typing_context.refresh()
cpu_target.target_context.refresh()
