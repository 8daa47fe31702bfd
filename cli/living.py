"""A file that is executed, because the user says so, and the functions that it then holds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any

from adgen.cli import limits
from adgen.differentiable import Differentiable
from adgen.transpiler.errors import AdgenError, SourceNotFound
from adgen.transpiler.source import from_function
from adgen.transpiler.static_bindings import StaticFunction, StaticModule


def executed(file: str) -> ModuleType:
    """The module that a file makes, run as an import runs it: ``__main__`` blocks are not.

    Raises SourceNotFound for a file that cannot be read, AdgenError for one that fails.
    """
    path = Path(file)
    if not path.is_file():
        reason = "it is a folder" if path.is_dir() else "there is no such file"
        raise SourceNotFound(f"cannot read {file}: {reason}")
    name = path.stem if path.stem.isidentifier() else "adgen_file"
    name = f"{name}_" if name in sys.modules else name  # not in place of a module that is in use
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SourceNotFound(f"cannot read {file}: its name does not end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (KeyboardInterrupt, limits.TooLong):
        raise
    except BaseException as error:  # SystemExit too: the file decides
        raise AdgenError(
            f"{file} fails when it is run: {type(error).__name__}: {error}",
            hint="show, build, report and check --static read files without running them",
        ) from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module


def functions_of(module: ModuleType, name: str = "") -> dict[str, Any]:
    """The functions that a module defines itself: plain ones, and differentiable objects.

    One that has several names counts once, under the name that it was defined with if it has that.
    ``name``: what is asked for, which may be a method of an object, ``model.loss``.
    """
    found: dict[str, Any] = {}
    names: dict[int, str] = {}
    for key, value in vars(module).items():
        if not isinstance(value, (FunctionType, Differentiable)):
            continue
        if getattr(value, "__module__", None) != module.__name__:
            continue
        known = names.get(id(value))
        if known is not None:
            if value.__name__ != key:
                continue
            del found[known]
        names[id(value)] = key
        found[key] = value
    method = _at(module, name) if "." in name else None
    return found if method is None else {**found, name.rpartition(".")[2]: method}


def read_living(file: str, name: str = "") -> StaticModule:
    """Like ``read_module``, of a file that is executed; ``name``: what is asked for."""
    return described(file, executed(file), name)


def described(file: str, module: ModuleType, name: str = "") -> StaticModule:
    """The functions of a module that was executed, as ``read_module`` describes them."""
    functions = functions_of(module, name)
    known = {key: _described(value) for key, value in functions.items()}
    if "." in name and _at(module, name) is not None:
        known[name] = known.pop(name.rpartition(".")[2])
    return StaticModule(file, known)


def _at(module: ModuleType, path: str) -> Any:
    """What is found below the names of a module by attributes; None if that is no function."""
    found: Any = module
    for name in path.split("."):
        found = getattr(found, name, None)
    return found if isinstance(found, (FunctionType, MethodType, Differentiable)) else None


def _described(value: Any) -> StaticFunction:
    if not isinstance(value, Differentiable):
        return StaticFunction(from_function(value), False, {})
    options = {"wrt": value.wrt, "parallel": value.options.parallel}
    return StaticFunction(from_function(value.py_func), True, options)
