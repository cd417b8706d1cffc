"""All operations, found by looking at the files: a module in this folder with an `OPERATION` is one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from saywhy import operations as folder
from saywhy.config.words import suggestion
from saywhy.operations.declaration import Operation, OperationError


@cache
def operations() -> Mapping[str, Operation]:
    """Name -> declaration, by name."""
    found = {}
    for info in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
        operation = getattr(importlib.import_module(info.name), "OPERATION", None)
        if isinstance(operation, Operation):
            found[operation.name] = operation
    return dict(sorted(found.items()))


def find(name: str) -> Operation:
    """OperationError when there is none of this name."""
    try:
        return operations()[name]
    except KeyError:
        cure = suggestion(name, operations()) or "`saywhy --help` lists what there is"
        raise OperationError("usage", name[:80], "there is no such operation", cure) from None
