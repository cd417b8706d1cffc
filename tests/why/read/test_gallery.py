"""docs/gallery.md shows what is read today."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import saywhy
from saywhy.why import catalogue
from saywhy.why.read.values import Recipient

FILE = Path(__file__).parents[3] / "docs/gallery.md"
_PAIR = re.compile(r"```text\n(.*?)```\n\n```yaml\n(.*?)```", re.S)


def says(raw: str) -> str:
    """The few lines that the gallery shows of a report."""
    report = saywhy.read(raw.encode())
    lines = [f"kind: {report.kind.value}", *(line for each in report.recipients for line in _lines(each))]
    return "\n".join(lines) + "\n"


def _lines(found: Recipient) -> list[str]:
    why = found.why
    shown = {
        "original recipient": found.original_recipient,
        "action": found.action.value if found.action else "",
        "status": found.status,
        "reply": found.reply_code,
        "cause": f"{why.cause}: {catalogue.cause(why.cause).title}",
        "sure": f"{why.confidence.value}, {why.grounds}",
        "who must act": why.act,
        "suppress the address": "yes" if why.hard_bounce else "no",
        "said": found.diagnostic,
    }
    return [f"recipient: {found.recipient}", *(f"  {name}: {value}" for name, value in shown.items() if value)]


def test_the_gallery_shows_what_is_read() -> None:
    text = FILE.read_text(encoding="utf-8")
    pairs = _PAIR.findall(text)
    assert len(pairs) == 10
    if os.environ.get("SAYWHY_UPDATE_GALLERY"):
        FILE.write_text(_PAIR.sub(lambda pair: f"```text\n{pair[1]}```\n\n```yaml\n{says(pair[1])}```", text))
        pytest.skip("written anew")
    for raw, shown in pairs:
        assert says(raw) == shown
