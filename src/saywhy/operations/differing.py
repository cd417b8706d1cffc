"""What differs between two states of an object, in words."""

from __future__ import annotations

import dataclasses

from saywhy.model.organisation import OrganisationObject
from saywhy.model.record import dump

SECRET_FIELDS = {"password"}


def fields(old: OrganisationObject, new: OrganisationObject) -> list[str]:
    """`max_hops: 30 -> 100` for each field that differs; secrets are not shown."""
    out = []
    for field in dataclasses.fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after:
            hidden = field.name in SECRET_FIELDS
            out.append(field.name if hidden else f"{field.name}: {text(before)} -> {text(after)}")
    return out


def text(value: object) -> str:
    """A value as administrators read it; what is not there is `none`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    plain = dump(value)
    if isinstance(plain, list):
        return " ".join(map(str, plain)) or "none"
    return "none" if plain in (None, "") else str(plain)
