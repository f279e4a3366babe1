"""Every refusal there is, read from the modules that hold them."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from chalicelib.errors import AppError

LIBRARY = Path(__file__).parents[1] / "chalicelib"


def error_modules() -> list[ModuleType]:
    """The kernel's `errors.py` and each capability's own."""
    names = [
        ".".join(("chalicelib", *path.relative_to(LIBRARY).with_suffix("").parts))
        for path in sorted(LIBRARY.rglob("errors.py"))
        if path.parent.name != "aws"
    ]
    return [importlib.import_module(name) for name in names]


def errors_of(module: ModuleType) -> list[type[AppError]]:
    """The refusals that a module itself defines, their root left out."""
    found = [thing for thing in vars(module).values() if isinstance(thing, type)]
    return [
        one
        for one in found
        if issubclass(one, AppError) and one is not AppError and one.__module__ == module.__name__
    ]


def error_classes() -> Iterator[type[AppError]]:
    """All of them, but not their root."""
    for module in error_modules():
        yield from errors_of(module)
