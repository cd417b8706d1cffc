"""Bring the catalogues of src/saywhy/why/words up to date (`python tools/words.py`; see docs/languages.md).

Takes the sentences out of the sources and the causes, adds and removes them in each `.po`, compiles the `.mo`
beside it and writes docs/languages/*.md.  Tests fail when the result is not what is checked in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from saywhy.why import catalogue

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "src/saywhy/why/words"
DOCS = ROOT / "docs/languages"
SOURCES = (
    "src/saywhy/flow/report/phrases.py",
    "src/saywhy/why/explain.py",
    "src/saywhy/why/facts.py",
    "src/saywhy/why/units.py",
    "src/saywhy/why/verdicts.py",
    "src/saywhy/why/words/__init__.py",
)
KEYWORDS = {"mark": None, "mark_both": (1, 2)}
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a date of the day would make every run a change


def languages() -> list[str]:
    return sorted(path.parents[1].name for path in WORDS.glob("*/LC_MESSAGES/saywhy.po"))


def po_file(language: str) -> Path:
    return WORDS / language / "LC_MESSAGES/saywhy.po"


def causes() -> list[str]:
    """The causes whose words to senders are translated: the table in docs/languages.md."""
    return re.findall(r"(?m)^\| `([a-z0-9-]+)` \|", (ROOT / "docs/languages.md").read_text("utf-8"))


def cause_texts(id_: str) -> tuple[str, ...]:
    """What a cause says to the sender, paragraph by paragraph."""
    cause = catalogue.cause(id_)
    return tuple(filter(None, (cause.title, cause.happened, cause.waiting, *cause.sender)))


def template() -> Catalog:
    """Everything that is to be translated, without translations."""
    out = Catalog(charset="utf-8")
    for name in SOURCES:
        with (ROOT / name).open("rb") as source:
            for _, msgid, _, _ in extract("python", source, keywords=KEYWORDS):
                out.add(msgid, locations=[(name, None)])
    for id_ in causes():
        for text in cause_texts(id_):
            out.add(text, locations=[(f"src/saywhy/why/causes/{id_}.toml", None)])
    return out


def read(language: str) -> Catalog:
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"))


def updated(language: str) -> Catalog:
    """The catalogue with the sentences of today; what was translated stays."""
    old, new = (
        read(language),
        Catalog(locale=language.replace("-", "_"), charset="utf-8", project="saywhy", version="1"),
    )
    new.header_comment = (
        f"# What saywhy says to senders, in {old.locale.english_name if old.locale else language}."
    )
    new.creation_date = new.revision_date = MADE
    new.last_translator, new.language_team, new.fuzzy = "saywhy", language, False
    for message in template():
        if message.id:
            known = old.get(message.id)
            new.add(
                message.id,
                known.string if known else "",
                locations=message.locations,
                user_comments=comments(known) if known else (),
            )
    return new


def name_of(found: Catalog) -> str:
    return str(found.locale.english_name) if found.locale else ""


def po(found: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, found, width=0, include_lineno=False)
    return out.getvalue()


def mo(found: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, found)
    return out.getvalue()


def remark(message: Message, name: str) -> str:
    """`back` or `differs` of a message: a comment in the .po."""
    return next((text.partition(": ")[2] for text in comments(message) if text.startswith(f"{name}: ")), "")


def comments(message: Message) -> list[str]:
    """The comments above a message, each on one line again: Babel folds them."""
    out: list[str] = []
    for line in message.user_comments:
        if out and not line.startswith(("back: ", "differs: ")):
            out[-1] += f" {line}"
        else:
            out.append(line)
    return out


def table(found: Catalog, language: str) -> str:
    """The page docs/languages/<language>.md."""
    rows = [message for message in found if message.id]
    differing = [message for message in rows if remark(message, "differs")]
    lines = [
        f"# {name_of(found)} (`{language}`), translated back",
        "",
        f"Made by `tools/words.py` from the catalogue: {len(rows)} paragraphs, {len(differing)} that differ.",
        "",
        "## What differs",
        "",
        *(f"- {_cell(_first(message.id))}: {remark(message, 'differs')}" for message in differing),
        *([] if differing else ["Nothing that a reader would act on differently."]),
        "",
        "## All of it",
        "",
        "`=` stands where the translation came back with the meaning and all but the words of the English.",
        "",
        "| English | Translation | Back | Difference |",
        "|---|---|---|---|",
        *_rows(rows),
    ]
    return "\n".join(lines) + "\n"


def _rows(messages: list[Message]) -> Iterator[str]:
    for message in messages:
        translation = message.string if isinstance(message.string, str) else " / ".join(message.string)
        back, differs = remark(message, "back"), remark(message, "differs")
        english = message.id if isinstance(message.id, str) else " / ".join(message.id)
        yield f"| {_cell(english)} | {_cell(translation)} | {_cell(back)} | {_cell(differs)} |"


def _first(msgid: str | tuple[str, ...]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").strip()


def main() -> None:
    for language in languages():
        found = updated(language)
        missing = sum(not (message.string and all(message.string)) for message in found if message.id)
        po_file(language).write_bytes(po(found))
        po_file(language).with_suffix(".mo").write_bytes(mo(found))
        (DOCS / f"{language}.md").write_text(table(found, language), encoding="utf-8")
        print(f"{language}: {len(found)} paragraphs, {missing} without translation")


if __name__ == "__main__":
    main()
