"""What the operations on remote domains share: their switches, and in which form mail goes there."""

from __future__ import annotations

from typing import Any

from saywhy.config.object_docs import DOCS
from saywhy.model.form import ContentType
from saywhy.operations import report_switches
from saywhy.operations.declaration import Parameter

NONE = "none"
_SWITCHES = ("ndr", "delivery_reports", "diagnostics", "tnef")


def parameters() -> tuple[Parameter, ...]:
    """Left out, each stays as it is."""
    docs = DOCS["remote-domain"]
    return (
        *report_switches.parameters("remote-domain", *_SWITCHES),
        Parameter("content_type", docs["content_type"], choices=tuple(each.value for each in ContentType)),
        Parameter("character_set", f"{docs['character_set']}  `{NONE}` takes it back."),
    )


def values(given: dict[str, str]) -> dict[str, Any]:
    """Those that were given, as values of the fields."""
    out: dict[str, Any] = {**report_switches.values({name: given.get(name, "") for name in _SWITCHES})}
    if given.get("content_type"):
        out["content_type"] = ContentType(given["content_type"])
    if given.get("character_set"):
        out["character_set"] = "" if given["character_set"] == NONE else given["character_set"]
    return out
