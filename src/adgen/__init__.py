"""adgen: a source-to-source differentiation compiler for Python."""

from adgen import optimizers
from adgen.aliases import (
    hessian_tensor_product,
    hessian_vector_product,
    make_hvp,
    make_jvp,
    make_vjp,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from adgen.containers import register_container
from adgen.controls import checkpoint, checkpointed, grad_of, stop_gradient
from adgen.differentiable import Differentiable
from adgen.flattening import flatten
from adgen.matrices import (
    deriv,
    elementwise_grad,
    gauss_newton_vp,
    hessian,
    jacfwd,
    jacobian,
    jacrev,
)
from adgen.named_gradients import grad_named, multigrad_dict
from adgen.notebooks import load_ipython_extension
from adgen.specialisations import RespecialisationWarning
from adgen.texts import from_source
from adgen.transforms import (
    check_grads,
    differentiate,
    grad,
    grad_and_aux,
    hvp,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)
from adgen.transpiler.errors import (
    AdgenError,
    AliasedMutation,
    InvalidIR,
    NotDifferentiable,
    NotFinite,
    SourceNotFound,
    TypeMismatch,
    UnboundName,
    UnknownPrimitive,
    UnsupportedError,
    UnsupportedSyntax,
    WrongDerivative,
)
from adgen.user_primitives import (
    custom_jvp,
    custom_vjp,
    defjvp,
    deflinear,
    defvjp,
    primitive,
)
from adgen.version import __version__

__all__ = [
    "AdgenError",
    "AliasedMutation",
    "Differentiable",
    "InvalidIR",
    "NotDifferentiable",
    "NotFinite",
    "RespecialisationWarning",
    "SourceNotFound",
    "TypeMismatch",
    "UnboundName",
    "UnknownPrimitive",
    "UnsupportedError",
    "UnsupportedSyntax",
    "WrongDerivative",
    "__version__",
    "check_grads",
    "checkpoint",
    "checkpointed",
    "custom_jvp",
    "custom_vjp",
    "defjvp",
    "deflinear",
    "defvjp",
    "deriv",
    "differentiate",
    "elementwise_grad",
    "flatten",
    "from_source",
    "gauss_newton_vp",
    "grad",
    "grad_and_aux",
    "grad_named",
    "grad_of",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "load_ipython_extension",
    "make_hvp",
    "make_jvp",
    "make_vjp",
    "multigrad_dict",
    "optimizers",
    "primitive",
    "register_container",
    "stop_gradient",
    "tensor_jacobian_product",
    "value_and_grad",
    "vector_jacobian_product",
    "vjp",
]
