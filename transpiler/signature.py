"""Descriptions of arguments: from values, from annotations, from the text of ``--args``."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from adgen.transpiler.dialects import plain_container
from adgen.transpiler.errors import AdgenError, UnsupportedError
from adgen.transpiler.guess import guess_arguments
from adgen.transpiler.ir.layout import layout_of_array
from adgen.transpiler.ir.trees import DICT, LIST, Keys, Kind, Node, kind_of
from adgen.transpiler.ir.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    Array,
    Opaque,
    Point,
    Scalar,
    Static,
    array,
    is_generator,
    is_generator_class,
    opaque,
    real_dtype,
)
from adgen.transpiler.source import Source
from adgen.transpiler.surroundings import MISSING

Argument = Union[Scalar, Array, Static, "tuple[Argument, ...]", Node]

DTYPES: Mapping[str, str] = {
    **{code: code for code in ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")},
    **{f"float{bits}": f"f{bits // 8}" for bits in (32, 64)},
    **{f"int{bits}": f"i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"u{bits // 8}" for bits in (8, 16, 32, 64)},
    **{"c8": "c8", "c16": "c16", "complex64": "c8", "complex128": "c16", "complex": "c16"},
    **{"single": "f4", "double": "f8", "intp": "i8", "int_": "i8"},
    **{"bool": "?", "bool_": "?", "boolean": "?", "b1": "?", "float": "f8", "int": "i8"},
}
WEAK: Mapping[str, Scalar] = {"f8": FLOAT, "i8": INT, "?": BOOL, "c16": COMPLEX}
STATIC_TYPES = (str, bytes, type(None), type, types.FunctionType, types.BuiltinFunctionType)
STATIC_KINDS = (*STATIC_TYPES, types.ModuleType, np.ufunc, np.dtype, slice, range)

GENERATORS = ("Generator", "RandomState")
MOST_PARTS = 256  # of one container

ARRAY_OF_ANY_RANK = "an array"
_FOREIGN = "not understood"


def argument_of(value: Any) -> Argument:
    """How a value given for a parameter is described to the compiler.

    Raises UnsupportedError for things that are neither numbers, arrays, containers of
    them, nor constants to specialise on.

    >>> str(argument_of(2.0))
    'py.f8'
    """
    if isinstance(value, np.ndarray):
        return _argument_of_array(value)
    if isinstance(value, np.generic):
        return Scalar(_checked(value.dtype))
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise UnsupportedError(f"the integer {value} does not fit into 64 bits")
        return INT
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, complex):
        return COMPLEX
    if is_generator(value):
        return opaque(type(value))
    if type(value) is tuple:
        _check_parts("tuple", value)
        return tuple(argument_of(item) for item in value)
    container = None if _is_of_the_compiler(value) else kind_of(type(value))
    if container is not None:
        keys, parts = container.take(value)
        _check_parts(type(value).__name__, parts)
        return Node(container, keys, tuple(argument_of(part) for part in parts))
    plain = plain_container(type(value))
    if plain is not None:
        kind = type(value).__name__
        raise UnsupportedError(f"an argument is a `numba.typed.{kind}`",
                               hint=f"pass a {plain.__name__}: {plain.__name__}(xs)")  # fmt: skip
    known = isinstance(value, (*STATIC_KINDS, Source)) or callable(value)
    if known or _is_plain_object(value):
        return Static(value)
    name = type(value).__name__
    hint = f"if it holds numbers and arrays, register it: adgen.register_container({name}, ...)"
    raise UnsupportedError(f"an argument of type `{name}` is not supported", hint=hint)


def _is_of_the_compiler(value: Any) -> bool:
    """Whether a value stands for a function: of a file that is read, or a transform."""
    return type(value).__module__.startswith("adgen.transpiler.")


def _is_plain_object(value: Any) -> bool:
    """Whether a value is an object of a class in Python that is read by its attributes."""
    made_by = type(value).__module__.split(".")[0]
    return (
        hasattr(value, "__dict__")
        and not hasattr(value, "__array__")
        and made_by not in sys.stdlib_module_names
    )


def _check_parts(name: str, parts: tuple[Any, ...]) -> None:
    """Refuse containers of data: each part becomes a parameter, each loop over them is unrolled."""
    if len(parts) > MOST_PARTS:
        raise UnsupportedError(
            f"a {name} of {len(parts)} parts is more than adgen unrolls ({MOST_PARTS})",
            hint="pass data as an array: np.array(...) of the numbers, np.stack(...) of arrays",
        )


def _argument_of_array(value: np.ndarray[Any, Any]) -> Argument:
    if isinstance(value, (np.matrix, np.ma.MaskedArray)):
        raise UnsupportedError(
            f"`{type(value).__name__}` has operators of its own", hint="pass np.asarray(x)"
        )
    if value.ndim == 0:
        return Point(_checked(value.dtype))
    ones = tuple(extent == 1 for extent in value.shape)
    return Array(_checked(value.dtype), ones, layout_of_array(value))


def _checked(dtype: np.dtype[Any]) -> np.dtype[Any]:
    if dtype.kind not in "biufc" or real_dtype(dtype).itemsize > 8 or dtype == np.float16:
        fields = "pass a dict of its fields: {name: x[name] for name in x.dtype.names}"
        raise UnsupportedError(
            f"arrays of dtype {dtype} are not supported",
            hint=fields if dtype.names else "convert with x.astype(np.float64)",
        )
    if not dtype.isnative:
        raise UnsupportedError(
            f"dtype {dtype.str} has the byte order of another machine",
            hint="convert with x.astype(x.dtype.newbyteorder('='))",
        )
    return dtype


@dataclass(frozen=True)
class Signature:
    """Descriptions of all parameters of a function, and where each comes from."""

    arguments: Mapping[str, Argument]
    guessed: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(f"{name}: {show(arg)}" for name, arg in self.arguments.items())


def show(argument: Argument) -> str:
    """An argument as ``--args`` would have it.

    >>> show(array("f4", 2))
    'f4[:, :]'
    """
    if isinstance(argument, tuple):
        inner = ", ".join(show(part) for part in argument)
        return f"({inner},)" if len(argument) == 1 else f"({inner})"
    if isinstance(argument, Node):
        return _show_node(argument)
    if isinstance(argument, Static):
        return f"static {_shown(argument.value)}"
    if isinstance(argument, Opaque):
        return str(argument)
    code = "bool" if argument.dtype.kind == "b" else argument.dtype.str[1:]
    if isinstance(argument, Array):
        return f"{code}[{', '.join('1' if one else ':' for one in argument.ones)}]"
    return {FLOAT: "float", INT: "int", BOOL: "bool", COMPLEX: "complex"}.get(argument, code)


def _shown(value: Any) -> str:
    """A constant as headers have it; without an address, which differs in every process."""
    text = str(getattr(value, "__name__", repr(value)))
    return type(value).__name__ if " object at 0x" in text else text


def _show_node(node: Node) -> str:
    inner = [show(part) for part in node.parts]
    if node.kind is LIST:
        return f"[{', '.join(inner)}]"
    if node.kind.access == "attribute":
        fields = ", ".join(f"{k}={part}" for k, part in zip(node.keys, inner, strict=True))
        return f"{node.kind.cls.__name__}({fields})"
    return f"{{{', '.join(f'{k!r}: {part}' for k, part in zip(node.keys, inner, strict=True))}}}"


def parse_arguments(text: str) -> dict[str, Argument]:
    """The descriptions in ``"w: f8[:], n: i8, p: (f8, f8[:, :]), q: {'a': [f8, f8]}"``.

    Raises AdgenError that names the part that is not understood.
    """
    try:
        (definition,) = ast.parse(f"def _(\n{text}\n): ...").body
    except (SyntaxError, ValueError) as error:
        raise _bad_text(text) from error
    last = text.count("\n") + 3  # the body is there unless the text closes the parenthesis
    if not isinstance(definition, ast.FunctionDef) or definition.body[0].lineno != last:
        raise _bad_text(text)
    parsed: dict[str, Argument] = {}
    for arg in (*definition.args.posonlyargs, *definition.args.args):
        argument = _annotation(arg.annotation, None) if arg.annotation else _FOREIGN
        if isinstance(argument, str):
            raise _bad_text(ast.unparse(arg))
        parsed[arg.arg] = argument
    return parsed


def _bad_text(part: str) -> AdgenError:
    return AdgenError(
        f"`{part}` does not describe arguments",
        hint='write names and types: "w: f8[:], X: f8[:, :], n: i8, p: (f8, f8)"',
    )


def signature_of(source: Source, given: Mapping[str, Argument]) -> Signature:
    """What is known of the parameters of a function without calling it.

    Taken from ``given``, else from annotations, else from defaults, else guessed from use.
    Raises AdgenError for a name in ``given`` that is no parameter.
    """
    source = source.wrapped or source
    parameters = parameters_of(source)
    names = [parameter.arg for parameter in parameters]
    for name in given:
        if name not in names:
            raise AdgenError(
                f"`{source.name}` has no parameter `{name}`",
                source.header,
                hint=f"its parameters are {', '.join(f'`{n}`' for n in names)}",
            )
    guesses = guess_arguments(source)
    stars = {star.arg for star in _stars(source)}
    arguments: dict[str, Argument] = {}
    guessed: list[str] = []
    for parameter in parameters:
        name = parameter.arg
        note = None if name in stars else parameter.annotation
        if name in stars and name not in given:
            raise UnsupportedError(
                f"the parameter `{name}` takes any number of arguments",
                source.span(parameter),
                hint=f'say which: --args "{name}: (f8, f8)"',
            )
        known = given[name] if name in given else _annotation(note, source) if note else _FOREIGN
        if known == _FOREIGN and source.defaults.get(name, MISSING) is not MISSING:
            known = argument_of(source.defaults[name])
        if isinstance(known, str):
            guess = guesses[name]
            if known == ARRAY_OF_ANY_RANK and isinstance(guess, Scalar):
                guess = array("f8", 1)
            known = guess
            guessed.append(name)
        arguments[name] = known
    return Signature(arguments, tuple(guessed))


def parameters_of(source: Source) -> list[ast.arg]:
    """The parameters of a function in the order of a call, but for those given before."""
    args = (source.wrapped or source).node.args
    star, stars = ([args.vararg] if args.vararg else []), ([args.kwarg] if args.kwarg else [])
    listed = [*args.posonlyargs, *args.args, *star, *args.kwonlyargs, *stars]
    return [arg for arg in listed if arg.arg not in source.given]


def _stars(source: Source) -> list[ast.arg]:
    """The parameters ``*args`` and ``**kwargs``."""
    given = source.node.args
    return [star for star in (given.vararg, given.kwarg) if star]


def _annotation(node: ast.expr, source: Source | None) -> Argument | str:
    """The meaning of an annotation; ARRAY_OF_ANY_RANK or _FOREIGN where it does not say all."""
    match node:
        case ast.Constant(value=str(text)):
            try:
                return _annotation(ast.parse(text, mode="eval").body, source)
            except SyntaxError:
                return _FOREIGN
        case ast.Constant(value=None):
            return Static(None)
        case ast.Tuple(elts=parts):
            return _tuple([_annotation(part, source) for part in parts])
        case ast.List(elts=parts):
            return _node(LIST, tuple(range(len(parts))), parts, source)
        case ast.Dict(keys=keys, values=parts) if all(isinstance(k, ast.Constant) for k in keys):
            return _node(DICT, tuple(k.value for k in keys), parts, source)  # type: ignore
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _annotation(left, source)
        case ast.Subscript(value=base, slice=index):
            return _subscript(base, index, source)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if name in DTYPES:
                return _scalar(name)
            if name in ("ndarray", "NDArray", "ArrayLike"):
                return ARRAY_OF_ANY_RANK
            if name in GENERATORS and _is_of_numpy(node, source):
                return opaque(getattr(np.random, name))
            return _named(source.bindings.lookup(name)) if source else _FOREIGN
    return _FOREIGN


def _is_of_numpy(node: ast.expr, source: Source | None) -> bool:
    """Whether an annotation means a generator of random numbers, and no other class of its name."""
    if isinstance(node, ast.Attribute):
        return ast.unparse(node.value).endswith("random")
    named = source.bindings.lookup(ast.unparse(node)) if source else None
    return source is None or (isinstance(named, type) and is_generator_class(named))


def _scalar(name: str) -> Scalar:
    code = DTYPES[name]
    return WEAK.get(code) or Scalar(np.dtype(code))


def _tuple(parts: list[Argument | str]) -> Argument | str:
    known = tuple(part for part in parts if not isinstance(part, str))
    return known if len(known) == len(parts) else _FOREIGN


def _node(kind: Kind, keys: Keys, parts: list[ast.expr], source: Source | None) -> Argument | str:
    inner = _tuple([_annotation(part, source) for part in parts])
    return inner if isinstance(inner, str) else Node(kind, keys, inner)  # type: ignore[arg-type]


def _named(value: object) -> Argument | str:
    """An alias in the module: ``Vector = np.ndarray``."""
    origin = getattr(value, "__origin__", value)
    if origin is np.ndarray:
        return ARRAY_OF_ANY_RANK
    return _scalar(value.__name__) if value in (float, int, bool, complex) else _FOREIGN  # type: ignore


def _subscript(base: ast.expr, index: ast.expr, source: Source | None) -> Argument | str:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if name in ("tuple", "Tuple"):
        return _tuple([_annotation(part, source) for part in parts])
    if name in ("Optional", "Annotated", "Final"):
        return _annotation(parts[0], source)
    if name == "NDArray":
        return ARRAY_OF_ANY_RANK
    if name == "ndarray":
        return ARRAY_OF_ANY_RANK
    if name not in DTYPES:
        return _FOREIGN
    ones = []
    for part in parts:
        if not isinstance(part, ast.Slice) and not (
            isinstance(part, ast.Constant) and part.value == 1
        ):
            return _FOREIGN
        ones.append(not isinstance(part, ast.Slice))
    return Array(np.dtype(DTYPES[name]), tuple(ones))
