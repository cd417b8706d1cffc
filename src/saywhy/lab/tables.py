"""What may be written to the laboratory, as tables: for docs/lab.md and for `saywhy lab words`."""

from __future__ import annotations

import itertools
import textwrap

from saywhy.lab.grammar import DOMAIN, HERE, WORDS
from saywhy.lab.places import PLACES
from saywhy.lab.systems import STANDARD, systems


def addresses() -> list[tuple[tuple[str, ...], str]]:
    """(what to write, what happens), for all of the laboratory's addresses."""
    rows: list[tuple[tuple[str, ...], str]] = [((f"bob@{DOMAIN}",), "is taken")]
    rows += [(tuple(f"bob+{each}@{DOMAIN}" for each in word.examples), word.says) for word in WORDS]
    rows += [((f"bob@{place.domain}",), place.says) for place in PLACES]
    rows += [
        ((f"ndr-5.2.2-a@{HERE}",), "plays that scenario of `saywhy lab list`; its report goes to the sender"),
        (("bob@nowhere.invalid",), "a domain that does not exist (5.1.2); so is every other below `.invalid`"),
        (("bob@anywhere.example",), "every other domain takes all mail"),
    ]
    return rows


def page() -> str:
    """docs/lab-addresses.md."""
    lines = ["# Addresses of the laboratory", "", "Made from `lab/grammar.py`, `places.py` and `systems/`.", ""]
    lines += ["| write to | and it |", "|---|---|"]
    lines += [f"| {'<br>'.join(f'`{each}`' for each in names)} | {says} |" for names, says in addresses()]
    lines += ["", "| system | | reports of its own |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {system.title} | {'yes' if system.template else 'no'} |"
        for name, system in systems().items()
        if name != STANDARD
    ]
    return "\n".join(lines) + "\n"


def as_text(width: int) -> str:
    rows = addresses()
    indent = max(len(name) for names, _ in rows for name in names) + 2
    lines = []
    for names, says in rows:
        told = textwrap.wrap(says.replace("`", ""), width - indent)
        lines += [f"{a:<{indent}}{b}".rstrip() for a, b in itertools.zip_longest(names, told, fillvalue="")]
    known = ", ".join(name for name in systems() if name != STANDARD)
    return "\n".join([*lines, "", *textwrap.wrap(f"Systems: {known}", width)])
