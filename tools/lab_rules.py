"""The rules that a finished report can show: RFC 3461 to 3464, 5321, 5322, 6522 and 6533 as R1 to R27 of the
specification name them, and its sections B1 to B5.  Nothing of saywhy is imported.

`faults(case)` is a list of sentences; none when the report is as it must be.
"""

from __future__ import annotations

import base64
import email.utils
import quopri
import re
import tomllib
from collections.abc import Callable, Iterator

from lab_case import CODES, OURS, Case, Group, folded, groups, original, status_part, value, xtext

STATUS = re.compile(r"(2|4|5)\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})")
CLASSES = {"failed": "45", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}
PREFIX = {
    "failed": "Undeliverable: ",
    "delayed": "Delivery delayed: ",
    "delivered": "Delivered: ",
    "relayed": "Relayed: ",
    "expanded": "Expanded: ",
}
# RFC 3464 sections 2.2 and 2.3, RFC 2852 section 5: the order of the grammar; extensions last.
PER_MESSAGE = ["original-envelope-id", "reporting-mta", "dsn-gateway", "received-from-mta", "arrival-date", "deliver-by-date"]  # fmt: skip  # noqa: E501
PER_RECIPIENT = [
    "original-recipient",
    "final-recipient",
    "action",
    "status",
    "remote-mta",
    "diagnostic-code",
    "last-attempt-date",
    "final-log-id",
    "will-retry-until",
]
ONCE = ["from", "to", "subject", "date", "message-id", "auto-submitted", "content-language", "mime-version", "content-type"]  # fmt: skip  # noqa: E501
DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}")
FULL_LIMIT = 10 * 1024 * 1024


def faults(case: Case) -> list[str]:
    found: list[str] = []
    for rule in RULES:
        try:
            found += rule(case)
        except (IndexError, KeyError, ValueError, AttributeError, TypeError) as error:
            found.append(f"{rule.__name__}: cannot be read: {type(error).__name__}: {error}")
    return found


def recipient_of_report(case: Case) -> str:
    return email.utils.parseaddr(str(case.message["To"]))[1]


def is_internal(case: Case) -> bool:
    return recipient_of_report(case).lower().endswith(f"@{OURS}")


# -- the message --


def r2_null_reverse_path(case: Case) -> Iterator[str]:
    """RFC 5321 section 4.5.5; erratum 27: NOTIFY=NEVER alone goes along, and no RET."""
    to = recipient_of_report(case)
    mailbox = str(case.expect.get("mailbox", "ann"))
    if not mailbox.startswith("@"):
        if case.message.get_all("Return-Path") != ["<>"]:
            yield "R2: the report was not sent from <>"
        return
    sent = re.findall(r"C: MAIL FROM:<>(.*)\n(?:S: .*\n)?C: RCPT TO:<([^>]*)>(.*)", case.sessions)
    if not sent:
        yield "R2: no session of the remote host has MAIL FROM:<>"
    for mail, address, rcpt in sent:
        if address != to:
            yield f"R3: RCPT TO:<{address}>, and the report says To: {to}"
        if "RET=" in mail or "NOTIFY=NEVER" not in rcpt:
            yield "B2: a report goes on with NOTIFY=NEVER and without RET"


def r3_to_the_reverse_path(case: Case) -> Iterator[str]:
    to = recipient_of_report(case)
    if to not in {sender.address for sender in case.senders}:
        yield f"R3: the report goes to {to}, which no message of the scenario came from"
    if len(email.utils.getaddresses([str(case.message["To"])])) != 1:
        yield "B2: To holds more than the reverse-path"


def b2_header(case: Case) -> Iterator[str]:
    message = case.message
    for name in ONCE:
        if len(message.get_all(name, [])) != 1:
            yield f"B2: {name} stands {len(message.get_all(name, []))} times"
    if message["Auto-Submitted"] != "auto-replied":
        yield "RFC 3834 section 5: Auto-Submitted is not auto-replied"
    if message["MIME-Version"] != "1.0":
        yield "B2: MIME-Version is not 1.0"
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>", str(message["Message-ID"])):
        yield f"B2: the Message-ID is {message['Message-ID']}"
    if not email.utils.parseaddr(str(message["From"]))[1].startswith("postmaster@"):
        yield f"B2: From is {message['From']}"
    if not DATE.fullmatch(str(case.message.get("Date", ""))):
        yield "RFC 5322: the Date is no date with a zone"


def b2_about_the_original(case: Case) -> Iterator[str]:
    message, kind = case.message, action(case)
    if bool(message["X-SayWhy-Message-Is-Ndr"]) is not (kind == "failed"):
        yield "B2: X-SayWhy-Message-Is-Ndr stands with failed reports, and with no others"
    subject = str(original(case).get("Subject", ""))
    if str(message["Subject"])[:255] != folded(PREFIX[kind] + (subject or "(no subject)"))[:255]:
        yield f"B1: the Subject is {message['Subject']}"
    first = original(case).get("Message-ID")
    for name in ("In-Reply-To", "References"):
        if message[name] != first:
            yield f"B2: {name} is {message[name]}, the original's Message-ID {first}"


def r12_parts(case: Case) -> Iterator[str]:
    message = case.message
    if message.get_content_type() != "multipart/report" or message.get_param("report-type") != "delivery-status":
        yield "R12: not multipart/report with report-type=delivery-status"
        return
    parts = list(message.iter_parts())
    if len(parts) != 3:
        yield f"R12: {len(parts)} parts"
        return
    human, status, returned = (part.get_content_type() for part in parts)
    if human not in ("text/plain", "multipart/alternative"):
        yield f"R12: the first part is {human}"
    if human == "multipart/alternative" and [p.get_content_type() for p in parts[0].iter_parts()] != ["text/plain", "text/html"]:  # fmt: skip  # noqa: E501
        yield "B3: the first part holds something else than plain text and HTML"
    if status not in ("message/delivery-status", "message/global-delivery-status"):
        yield f"R12: the second part is {status}"
    if returned not in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
        yield f"R12: the third part is {returned}"


def lines_and_octets(case: Case) -> Iterator[str]:
    """RFC 5322 section 2.1.1; RFC 2045 section 2.7: what is 8-bit is declared so."""
    if any(len(line) > 998 for line in case.raw.replace(b"\r\n", b"\n").split(b"\n")):
        yield "RFC 5322 section 2.1.1: a line of more than 998 octets"
    header = case.raw.partition(b"\n\n")[0]
    if not header.isascii() and recipient_of_report(case).isascii():
        yield "RFC 5322: octets beyond ASCII in the header"
    if case.raw.isascii():
        return
    if (case.message["Content-Transfer-Encoding"] or "7bit").lower() == "7bit":
        yield "RFC 2045: 8-bit content under 7bit"


# -- the status part --


def r13_status_part(case: Case) -> Iterator[str]:
    text = status_part(case)
    kind = list(case.message.iter_parts())[1].get_content_type()
    if kind == "message/delivery-status" and not text.isascii():
        yield "R13: message/delivery-status is not 7-bit"
    if "\n\n\n" in text or text.startswith("\n"):
        yield "R13: groups are parted by more than one blank line"
    per_message, *recipients = groups(case)
    if not recipients:
        yield "R13: no group of a recipient"
    yield from _ordered(per_message, PER_MESSAGE, ["reporting-mta"])
    for group in recipients:
        yield from _ordered(group, PER_RECIPIENT, ["final-recipient", "action", "status"])


def _ordered(group: Group, order: list[str], required: list[str]) -> Iterator[str]:
    names = [name.lower() for name, _ in group]
    yield from (f"R13: {name} stands more than once in a group" for name in set(names) if names.count(name) > 1)
    yield from (f"R13: {name} is missing" for name in required if name not in names)
    yield from (f"R13: {name} is empty" for name, text in group if not text)
    standard = [name for name in names if name in order]
    if standard != sorted(standard, key=order.index):
        yield f"RFC 3464 section 2: the fields stand in the order {', '.join(standard)}"
    extensions = [name for name in names if name not in order]
    if names != [*(n for n in names if n in order), *extensions]:
        yield "RFC 3464 section 2: an extension field before others"
    yield from (
        f"RFC 3464 section 2.4: {name} lacks the product's name" for name in extensions if name[:9] != "x-saywhy-"
    )


def reporting_mta(case: Case) -> Iterator[str]:
    group = groups(case)[0]
    if not re.fullmatch(r"dns; [a-z0-9-]+(\.[a-z0-9-]+)+", value(group, "reporting-mta")):
        yield f"RFC 3464 section 2.2.2: Reporting-MTA is {value(group, 'reporting-mta')}"
    received_from = value(group, "received-from-mta")
    if received_from and not re.fullmatch(r"dns; \S+( \([0-9a-fA-F.:]+\))?", received_from):
        yield f"RFC 3464 section 2.2.4: Received-From-MTA is {received_from}"
    arrived = value(group, "arrival-date")
    times = [arrived, *(value(one, "last-attempt-date") for one in groups(case)[1:]), str(case.message["Date"])]
    for text in times:
        if text and not DATE.fullmatch(text):
            yield f"RFC 5322: {text} is no date with a zone"
    seconds = [email.utils.parsedate_to_datetime(text).timestamp() for text in times if text]
    if not arrived or seconds != sorted(seconds):
        yield f"RFC 3464: Arrival-Date, Last-Attempt-Date and Date are out of order: {times}"


def action(case: Case) -> str:
    return value(groups(case)[1], "action").lower()


def r14_status_and_action(case: Case) -> Iterator[str]:
    recipients = groups(case)[1:]
    if len({value(group, "action") for group in recipients}) != 1:
        yield "B1: kinds of news are mixed in one report"
    for group in recipients:
        what, status = value(group, "action").lower(), value(group, "status")
        if what not in CLASSES:
            yield f"R14: the action is {what}"
        elif not STATUS.fullmatch(status):
            yield f"R14: the status is {status}"
        elif status[0] not in CLASSES[what]:
            yield f"R14: {what} with status {status}"


def final_address(group: Group) -> str:
    """RFC 6533 section 3: beyond ASCII it is written with `\\x{F6}` in a 7-bit part."""
    address = value(group, "final-recipient").partition(";")[2].strip()
    return re.sub(r"\\x\{([0-9A-F]{1,6})\}", lambda found: chr(int(found[1], 16)), address)


def shown_address(group: Group) -> str:
    """As people read it: what was no address stands as it was written, which the original recipient keeps."""
    original = value(group, "original-recipient").partition("; ")[2]
    return original if original and "@@" in original else final_address(group)


def final_and_original_recipient(case: Case) -> Iterator[str]:
    """Erratum 29: as accepted in RCPT, case kept.  R8: Original-Recipient if and only if ORCPT came."""
    known = {path.address: path.parameters for path in case.recipients}
    for group in groups(case)[1:]:
        kind, address = value(group, "final-recipient").partition(";")[0], final_address(group)
        if kind != ("rfc822" if address.isascii() else "utf-8"):
            yield f"RFC 3464 section 2.3.2: Final-Recipient is of type {kind}"
        if address not in known:
            yield f"erratum 29: Final-Recipient {address} was not a recipient as accepted"
            continue
        wanted = xtext(known[address].get("ORCPT", "")).replace(";", "; ", 1)
        if any(step.get("do") == "file" for step in case.scenario.get("step", ())):
            continue  # the header's own words are kept there (RFC 3461 section 5.2.1: ORCPT may be added)
        if value(group, "original-recipient") != wanted:
            yield f"R8: Original-Recipient is {value(group, 'original-recipient')!r}, ORCPT was {wanted!r}"
    finals = [value(group, "final-recipient") for group in groups(case)[1:]]
    if len(set(finals)) != len(finals):
        yield "RFC 3464 section 2.3: a recipient stands twice"


def r5_asked_for(case: Case) -> Iterator[str]:
    """A recipient with NOTIFY is reported only for what it names (RFC 3461 section 4.1)."""
    wishes = {path.address: path.parameters.get("NOTIFY", "").upper().split(",") for path in case.recipients}
    word = {"failed": "FAILURE", "delayed": "DELAY"}.get(action(case), "SUCCESS")
    for group in groups(case)[1:]:
        asked = wishes.get(final_address(group), [""])
        if asked != [""] and word not in asked and "Deliver-By-Date" not in status_part(case):
            yield f"R5: {action(case)} is reported, NOTIFY was {','.join(asked)}"


def r27_registered(case: Case) -> Iterator[str]:
    """A status is registered for its class, or the catalogue says whose it is."""
    for status in {value(group, "status") for group in groups(case)[1:]}:
        file = CODES / f"{status}.toml"
        known = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
        ours = known.get("registered") and int(status[0]) in known.get("classes", ())
        if not ours and not known.get("usage"):
            yield f"R27: {status} is not registered, and the catalogue does not say whose it is"


def r9_envelope_id(case: Case) -> Iterator[str]:
    given = {xtext(sender.parameters["ENVID"]) for sender in case.senders if "ENVID" in sender.parameters}
    said = value(groups(case)[0], "original-envelope-id")
    if (said or given) and said not in given:
        yield f"R9: Original-Envelope-Id is {said!r}, ENVID was {given}"


def r15_diagnostic(case: Case) -> Iterator[str]:
    """Erratum 14: a remote's words are of type smtp and stand beside its name; ours are of our own type."""
    for group in groups(case)[1:]:
        remote, diagnostic, status = (value(group, name) for name in ("remote-mta", "diagnostic-code", "status"))
        kind, _, words = diagnostic.partition("; ")
        if value(group, "action") in ("failed", "delayed") and not words:
            yield "R15: no Diagnostic-Code"
        elif remote:
            said = [folded(line[7:]) for line in re.findall(r"S: [245][0-9]{2}[ -].*", case.sessions)]
            lines = [folded(words)[4:], *re.split(r" [245][0-9]{2}[ -]", folded(words)[4:])]
            if kind != "smtp" or not any(line and line in said for line in lines):
                yield f"R15: Diagnostic-Code is {diagnostic}, which no remote host said"
            if not re.fullmatch(r"dns; \S+|x-\S+; \S+", remote):
                yield f"R15: Remote-MTA is {remote}"
        elif words and (kind != "x-saywhy" or not re.match(rf"[245][0-9]{{2}} {re.escape(status)} ", words)):
            yield f"erratum 14: Diagnostic-Code is {diagnostic}, and no remote replied; the status is {status}"


def r16_retry(case: Case) -> Iterator[str]:
    if value(groups(case)[0], "dsn-gateway"):
        yield "R16: DSN-Gateway, and this is no gateway"
    for group in groups(case)[1:]:
        until = value(group, "will-retry-until")
        if bool(until) is not (value(group, "action") == "delayed"):
            yield "R16: Will-Retry-Until stands with delayed recipients, and with no others"
        if until and not DATE.fullmatch(until):
            yield f"R16: Will-Retry-Until is {until}"


# -- what is returned --


def b5_returned(case: Case) -> Iterator[str]:
    """R10: whole only with failures, and not when the sender wanted the header alone; headers to outsiders.

    What is damaged is not returned as if it were the message.
    """
    kind = list(case.message.iter_parts())[2].get_content_type()
    full = kind in ("message/rfc822", "message/global")
    ret = {sender.parameters.get("RET", "").upper() for sender in case.senders}
    log_id = value(groups(case)[1], "final-log-id")
    taken = [event for event in case.named("RECEIVE") if event["message"] == log_id]
    size = int(taken[0]["data"]["size"])
    damaged = case.expect["cause"] == "stored-content-damaged"
    wanted = action(case) == "failed" and not damaged and ret != {"HDRS"} and size <= FULL_LIMIT
    wanted = wanted and (is_internal(case) or "report_external_full = true" in case.scenario.get("transport", ""))
    if full is not wanted:
        yield f"B5: what is returned is {kind}"
    if not full and original(case).get_payload():
        yield "B5: a body behind the header that is returned"
    if full and not -2 <= size - len(returned(case)) <= 2:
        yield f"B5: {len(returned(case))} octets are returned, the message has {size}"


def returned(case: Case) -> bytes:
    """The octets of the third part as sent, lines ended by CRLF."""
    boundary = f"\n--{case.message.get_boundary()}".encode()
    part = case.raw.replace(b"\r\n", b"\n").split(boundary)[3]
    header, _, body = part.partition(b"\n\n")
    coded = re.search(rb"(?im)^Content-Transfer-Encoding: *([a-z0-9-]+)", header)
    match coded[1].lower() if coded else b"":
        case b"quoted-printable":
            body = quopri.decodestring(body)
        case b"base64":
            body = base64.b64decode(body)
    return body.replace(b"\n", b"\r\n")


def never_about_a_report(case: Case) -> Iterator[str]:
    if (
        str(original(case).get("Auto-Submitted", "no")) != "no"
        and original(case).get_content_type() == "multipart/report"
    ):
        yield "R2: a report about a report"


RULES: list[Callable[[Case], Iterator[str]]] = [
    r2_null_reverse_path,
    r3_to_the_reverse_path,
    b2_header,
    b2_about_the_original,
    r12_parts,
    lines_and_octets,
    r13_status_part,
    reporting_mta,
    r14_status_and_action,
    final_and_original_recipient,
    r5_asked_for,
    r9_envelope_id,
    r15_diagnostic,
    r16_retry,
    r27_registered,
    b5_returned,
    never_about_a_report,
]
