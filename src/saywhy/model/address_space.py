"""Address spaces: a domain, `*.` and a domain (its subdomains at any depth, not the domain itself), or `*`.

Send connectors and remote domains are chosen by them; the most specific space that covers a domain wins.  Those
of other kinds of address (`FAX:*`) are model/foreign's.
"""

from __future__ import annotations

from collections.abc import Iterator

from saywhy.model.address import domain_key

EVERYTHING = "*"


def key(space: str) -> str:
    """What two spellings of a space share; ValueError when it has a character that no domain may have."""
    if space.startswith("*."):
        return "*." + domain_key(space[2:])
    return domain_key(space)


def covering(domain: str) -> Iterator[str]:
    """The keys of the spaces that cover a domain key, most specific first.  A literal has no parents."""
    yield domain
    if not domain.startswith("["):
        rest = domain
        while "." in rest:
            rest = rest.partition(".")[2]
            yield "*." + rest
    yield EVERYTHING
