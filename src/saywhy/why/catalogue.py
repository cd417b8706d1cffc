"""The catalogue of codes and causes: data files of this package, read when first asked for (house.md, Values).

`causes/<id>.toml` and `codes/<x.y.z>.toml` are parsed by `schema` into the values of `entries`, each file at most
once.  Nothing is read at import.
"""

from __future__ import annotations

from saywhy.why.entries import Act, Cause, Code, Scope

__all__ = ["Act", "Cause", "Code", "Scope", "Unknown", "cause", "causes", "code", "codes"]


class Unknown(LookupError):
    """No such cause or code in the catalogue."""


def cause(id_: str) -> Cause:
    """The cause `id_`; Unknown if there is no such file."""
    raise Unknown(id_)


def code(status: str) -> Code:
    """The code `x.y.z`; Unknown if there is no such file."""
    raise Unknown(status)


def causes() -> tuple[str, ...]:
    """The ids of all causes, sorted."""
    return ()


def codes() -> tuple[str, ...]:
    """All codes, in the order of their numbers."""
    return ()
