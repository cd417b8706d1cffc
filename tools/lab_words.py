"""What a person reads in a report: the order of spec B3, the true cause first, the values observed and allowed.

The cause's sentence is the catalogue's (`src/saywhy/why/causes`), read as data; which cause and which values are
the true ones, the scenario says.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from lab_case import Case, Group, cause, folded, groups, value
from lab_rules import action, final_address, shown_address

TITLE = {
    "failed": "Your message did not reach some or all of the intended recipients.",
    "delayed": "Your message has not arrived yet. We keep trying; you need not send it again.",
    "delivered": "Your message has arrived.",
    "relayed": "Your message was handed on to another mail system.",
    "expanded": "Your message was handed on to the members of a group.",
}
HEAD = {
    "failed": "Delivery has failed to these recipients:",
    "delayed": "Delivery is delayed to these recipients:",
    "delivered": "Delivered to these recipients:",
    "relayed": "Handed on for these recipients:",
    "expanded": "Handed on to the members of these groups:",
}
DERIVED = "The other server gave no exact reason; this is the most probable one. "
BOX = {
    "sender": ("you",),
    "our-admin": ("your mail server", "the recipient's server"),  # the latter for those outside
    "their-admin": ("the recipient's server",),
    "recipient": ("the recipient",),
    "nobody": ("nobody", "nobody: wait"),
}
_TOKEN = re.compile(r"\[\[|\]\]|\[|\]|\{[a-z]+\}")


def faults(case: Case) -> list[str]:
    try:
        return [*layout(case), *(fault for group in groups(case)[1:] for fault in block_faults(case, group))]
    except (IndexError, KeyError, ValueError, AttributeError) as error:
        return [f"B3: cannot be read: {type(error).__name__}: {error}"]


def layout(case: Case) -> Iterator[str]:
    text, kind = folded(case.text), action(case)
    if str(case.message["Content-Language"]) != "en":
        yield "B6: the laboratory's mail is in English, the report is not"
    marks = [TITLE[kind], "Subject:", "Sent:", HEAD[kind], *_codes(case)[:1], "-" * 60]
    marks += ["Diagnostic information for administrators:", "Generating server:", "Original message headers:"]
    at = 0
    for mark in marks:
        found = text.find(mark, at)
        if found < 0:
            yield f"B3: {mark!r} does not stand where it belongs"
            return
        at = found + len(mark)
    if not text.endswith(f" {_codes(case)[-1]}"):
        yield "B3: the last line is not the code"
    prose = case.text.partition("-" * 60)[0]
    long = [line for line in prose.splitlines() if len(line) > 78 and not re.match(r" +(?:>|.*\[ \] )", line)]
    if any(max(map(len, line.split())) < 50 for line in long):  # an address may need more
        yield "B3: a line of prose is longer than 78 columns"
    part = case.message.get_body(("html",))
    page = folded(html.unescape(re.sub(r"<[^>]*>", " ", part.get_content()))) if part is not None else ""
    if part is not None and (folded(TITLE[kind]) not in page or _codes(case)[0] not in page):
        yield "B3: the HTML says something else than the text"
    if part is not None and re.search(r"(?i)<script|src=|url\(|<link|<img|@import", part.get_content()):
        yield "B3: the HTML fetches or runs something"


def _codes(case: Case) -> list[str]:
    """`<server #x.y.z>` once for each status, in the order of the recipients."""
    server = value(groups(case)[0], "reporting-mta").partition("; ")[2]
    return list(dict.fromkeys(f"<{server} #{value(group, 'status')}>" for group in groups(case)[1:]))


def block_of(case: Case, group: Group) -> str:
    """The lines about one recipient, as they stand: from the address to the code."""
    address = re.escape(shown_address(group))
    found = re.search(rf"(?ms)^  {address} on .*?^      <\S+ #[245][0-9.]+>$", case.text)
    return found[0] if found else ""


def block_faults(case: Case, group: Group) -> Iterator[str]:
    block = block_of(case, group)
    address = shown_address(group)
    if not block:
        yield f"B3: no block about {address}"
        return
    if not block.endswith(f" #{value(group, 'status')}>"):
        yield f"B3: the block about {address} ends with another code than its status"
    if value(group, "action") not in ("failed", "delayed"):
        return
    ticked = re.findall(r"\[x\] ([^\[\n]+?)(?:   |\n)", block)
    if len(ticked) != 1 or ticked[0] not in BOX.get(value(group, "x-saywhy-act"), ()):
        yield f"B3: {ticked} ticked as who has to act, X-SayWhy-Act is {value(group, 'x-saywhy-act')}"
    if not re.search(r"What you can do:\n        1\. \S", block):
        yield f"B3: no advice about {address}"
    if case.expect["cause"] != value(group, "x-saywhy-cause"):
        yield f"the cause named is {value(group, 'x-saywhy-cause')}, the true one {case.expect['cause']}"
    yield from first_words(case, group, folded(block))
    yield from _exchange_line(case, group)


def first_words(case: Case, group: Group, block: str) -> Iterator[str]:
    """The block, as one line, begins with the sentence of the true cause."""
    known = cause(case.expect["cause"])
    sentence = known.get("waiting") if value(group, "action") == "delayed" else None
    sentence = str(sentence or known["happened"])
    told = block.partition("(UTC) ")[2]
    if told.startswith(DERIVED):
        words = value(group, "diagnostic-code").partition("; ")[2]
        if re.match(r"[245][0-9]{2} [245]\.[0-9]+\.[0-9]+", words):
            yield "the report calls a cause probable, and the other server gave the code"
        told = told.removeprefix(DERIVED)
    address = shown_address(group)
    exact = {"recipient": address, "domain": address.rpartition("@")[2], **_values(case)}
    found = re.match(pattern(sentence, exact), told)
    if found is None:
        yield f"the explanation does not begin with the cause: {told[:150]!r}"
        return
    for name, words in _values(case).items():
        if f"{{{name}}}" in sentence and words not in found[0]:
            yield f"the explanation does not say what was {name}: {words}"


def pattern(sentence: str, exact: dict[str, str]) -> str:
    """A sentence of the catalogue as a regular expression; what is `exact` must stand so, where it stands."""
    out, at = [], 0
    text = folded(sentence)
    for token in _TOKEN.finditer(text):
        out.append(re.escape(text[at : token.start()]))
        at = token.end()
        match token[0]:
            case "[":
                out.append("(?:")
            case "]":
                out.append(")?")
            case "[[" | "]]":
                out.append(re.escape(token[0][0]))
            case field:
                name = field[1:-1]
                given = re.escape(exact[name]) if name in exact else r".{1,300}?"
                default = {"recipient": "|the recipient", "domain": "|the recipient's domain"}.get(name, "")
                out.append(f"(?:{given}{default})")
    return "".join([*out, re.escape(text[at:])])


def _exchange_line(case: Case, group: Group) -> Iterator[str]:
    """Spec A4: the line that bounce parsers know, for local and for remote failures."""
    words = folded(value(group, "diagnostic-code").partition("; ")[2])
    host, status = value(group, "remote-mta").partition("; ")[2], value(group, "status")
    wanted = f"{host} #<{host} #{status} smtp; {words}> #SMTP#" if host else f"#{words} ##"
    address = final_address(group)
    if f"{address} {wanted}" not in folded(case.text):
        yield f"B3: the diagnostic section does not have {wanted!r}"


def value_faults(case: Case) -> Iterator[str]:
    """Where a limit was met, the scenario says what was observed and allowed, and both stand in the report.

    In a refusal the reply says them, or the log for the administrator.
    """
    values = _values(case)
    known = cause(case.expect.get("cause", ""))
    texts = f"{known.get('happened', '')} {known.get('waiting', '')}"
    limited = re.search(r"(?m)^  Limit: ", case.text) if case.where == "report" else None
    speaks = re.search(r"\{(observed|limit)\}", texts) and case.scenario.get("made_by", "cause") == "cause"
    expired = re.search(r"(?m)^  Tried for: ", case.text) if case.where == "report" else None
    timed = known.get("unit") == "seconds"  # how long something took depends on the machine's load
    wanted = (
        {"observed", "limit"} - ({"observed"} if timed else set())
        if limited or (speaks and case.where == "report")
        else set()
    )
    wanted |= {"limit"} if expired or speaks else set()
    if not wanted <= values.keys():
        yield f"a limit was met, and the scenario does not say: {', '.join(sorted(wanted - values.keys()))}"
    seen = "[0-9]+ seconds?" if timed else re.escape(values.get("observed", "?"))
    line = rf"(?m)^  Limit: {seen} seen, {re.escape(values.get('limit', '?'))} allowed$"
    if limited and not re.search(line, case.text):
        yield f"the diagnostic section has another line of Limit than {line}"
    if speaks and case.where == "reply" and not _logged(case).get("observed"):
        yield "a limit was met, and the log does not say what was observed"
    for name, words in values.items():
        if words not in _where_values_stand(case):
            yield f"{name} {words!r} does not stand in the {case.where}"


def _values(case: Case) -> dict[str, str]:
    return {name: str(case.expect[name]) for name in ("observed", "limit") if name in case.expect}


def _where_values_stand(case: Case) -> str:
    if case.where == "report":
        return folded(case.text)
    replies = [line for line in case.raw.decode("utf-8", "replace").splitlines() if line.startswith("S: ")]
    numbers = (str(_logged(case).get(name, "")) for name in ("observed", "limit"))
    return folded(" ".join([*replies[-1:], *numbers]))


def _logged(case: Case) -> dict[str, Any]:
    """The facts of the last refusal in the log."""
    told = case.named("REFUSE", "CONNECT_REFUSE", "AUTH_FAIL")
    return told[-1].get("data", {}) if told else {}
