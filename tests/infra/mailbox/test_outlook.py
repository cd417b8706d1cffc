"""Outlook's .msg files, written here octet by octet."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from typing import Any

import pytest

import saywhy
from saywhy.infra.mailbox import file, outlook
from tests.archive.reports import report
from tests.infra.mailbox.compound import compound

# 2026-11-02 10:00:00 UTC in 100 ns since 1601.
MOMENT = (1_793_613_600 + 11_644_473_600) * 10_000_000


def text(**tags: str) -> dict[str, Any]:
    return {f"__substg1.0_{tag[1:]}001F": value.encode("utf-16-le") for tag, value in tags.items()}


def message(class_: str, *, recipients: list[dict[str, Any]] | None = None, **tags: str) -> dict[str, Any]:
    entry = struct.pack("<IIQ", 0x0E060040, 6, MOMENT)
    tree = {"__properties_version1.0": bytes(32) + entry, **text(x001A=class_, **tags)}
    for number, recipient in enumerate(recipients or []):
        tree[f"__recip_version1.0_#{number:08X}"] = recipient
    return tree


def test_an_exchange_report_has_its_recipients_and_what_was_said_of_each() -> None:
    said = "<mail.there.example #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found>"
    tree = message(
        "REPORT.IPM.Note.NDR",
        recipients=[text(x39FE="ann@there.example", x3001="Ann", x0C1B=said), text(x3003="bob@there.example")],
        x0037="Undeliverable: lunch", x1001="Delivery has failed to these recipients.", x6820="mail.here.example",
        x0C1A="Mail system", x5D01="postmaster@here.example",
    )  # fmt: skip
    read = outlook.message(compound(tree)).decode()
    assert "Subject: Undeliverable: lunch\n" in read
    assert "From: Mail system <postmaster@here.example>\n" in read
    assert "Date: Mon, 02 Nov 2026 10:00:00 +0000\n" in read
    assert "Reporting-MTA: dns; mail.here.example\n" in read
    assert (
        f"Final-Recipient: rfc822; ann@there.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; {said}"
        in read
    )
    assert "Final-Recipient: rfc822; bob@there.example\nAction: failed\n\n" in read
    found = saywhy.read(read.encode())
    assert (found.kind.value, found.recipients[0].recipient) == ("failed", "ann@there.example")


def test_a_report_part_that_came_as_an_attachment_is_given_back(tmp_path: Path) -> None:
    status = report(5).partition(b"message/delivery-status\n\n")[2].partition(b"--b5")[0]
    returned = {
        "__properties_version1.0": bytes(24),
        **text(x007D="From: list@here.example\r\nSubject: hello\r\n"),
    }
    tree = message(
        "IPM.Note",
        x0037="Undelivered", x1000="It did not work. " * 400,
        x007D="Received: from a\r\n\tby b\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n\tboundary=old\r\n",
    )  # fmt: skip
    tree["__attach_version1.0_#00000000"] = {
        **text(x370E="message/delivery-status"), "__substg1.0_37010102": status,
    }  # fmt: skip
    tree["__attach_version1.0_#00000001"] = {"__substg1.0_3701000D": returned}
    path = tmp_path / "bounce.msg"
    path.write_bytes(compound(tree))
    (piece,) = file.messages(str(path))
    assert piece.error == ""
    assert b"boundary=old" not in piece.data
    assert b"\n\tby b\nFrom: MAILER-DAEMON@mx.example\n" in piece.data
    assert b"text/rfc822-headers" in piece.data
    assert b"Subject: hello" in piece.data
    found = saywhy.read(piece.data)
    assert [each.recipient for each in found.recipients] == ["user5@dom5.example"]


def test_an_ordinary_message_is_no_report() -> None:
    tree = message("IPM.Note", x0037="Lunch", x1000="At noon?", x5D01="ann@a.example")
    assert saywhy.read(outlook.message(compound(tree))).kind.value == "none"


@pytest.mark.parametrize("share", range(20))
def test_a_damaged_file_is_said_to_be_and_nothing_else_is_raised(share: int) -> None:
    whole = compound(message("REPORT.IPM.Note.NDR", recipients=[text(x39FE="a@b.example")], x1001="x" * 5000))
    cut = whole[: len(whole) * share // 20]
    spoiled = whole[:512] + bytes(255 for _ in range(share * 64)) + whole[512 + share * 64 :]
    for data in (cut, spoiled):
        with contextlib.suppress(outlook.Unreadable):
            outlook.message(data)
