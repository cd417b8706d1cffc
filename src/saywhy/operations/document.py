"""docs/operations.md, written from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

from saywhy.operations.declaration import Operation, Parameter, Type
from saywhy.operations.registry import operations

HEAD = """\
<!-- Written by `make docs` from the declarations in operations/: change those, not this. -->
# Operations

Everything that an administrator can do, as `saywhy` commands. They reach a running server through its control
socket (mode 0600: its own user and root). Without a server, most work on the store itself, under the lock of the
data directory; those that need the running queue say so below.

Each takes `--config FILE` (the server's settings; default: `SAYWHY_CONFIG`, `./saywhy.toml`,
`/etc/saywhy/saywhy.toml`) or `--socket PATH`, and `--json`, which prints `{"rows": [...], "text": "..."}`. Those
that take something away ask first when they are called from a terminal; `--yes` answers.

Status 0: done. 1: refused, or there is no such thing; standard error says why and what to do. 2: wrong usage. 3:
no server answers, and the operation needs one. Every change is an `OPERATION` event, and an `ORGANISATION` event
for each object that it puts or removes (docs/events.md).
"""


def page() -> str:
    return HEAD + "".join(part for operation in operations().values() for part in _operation(operation))


def _operation(operation: Operation) -> Iterator[str]:
    yield f"\n## {operation.name}\n\n{operation.help}"
    if operation.needs_server:
        yield " Needs a running server."
    yield f"\n\n    {operation.example}\n"
    options = [parameter for parameter in operation.parameters if parameter.type is not Type.SECRET]
    if options:
        yield "\n| parameter | | |\n|---|---|---|\n"
        yield from (f"| `{option.label}` | {_nature(option)} | {option.help} |\n" for option in options)
    if operation.columns:
        yield "\n| result | |\n|---|---|\n"
        yield from (f"| `{column.name}` | {column.help} |\n" for column in operation.columns)


def _nature(parameter: Parameter) -> str:
    words = [", ".join(parameter.choices) or parameter.type.value]
    if parameter.required:
        words.append("required")
    if parameter.repeated:
        words.append("may be repeated")
    if parameter.default:
        words.append(f"default {parameter.default}")
    return "; ".join(words)
