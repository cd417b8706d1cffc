"""What imports and other directories bring and an administrator could not write: addresses that are none.

One bad address makes one recipient's mail fail (5.1.3), not the import of all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saywhy.config.field_rules import is_address


def tolerated(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one table with a contact's target and a group's members that are no addresses set apart."""
    out = dict(values)
    external, members = out.get("external"), out.get("members")
    if kind == "contact" and isinstance(external, str) and not is_address(external):
        out["bad_external"] = out.pop("external")
    elif kind == "group" and isinstance(members, list) and all(isinstance(each, str) for each in members):
        out["members"] = [each for each in members if is_address(each)]
        bad = [each for each in members if not is_address(each)]
        if bad:
            out["bad_members"] = bad
    return out
