"""The answers of `saywhy explain --json`: one object, `kind` says which: code, family, reply or report.

Names are stable; new ones may be added.  Steps are given for all readers at once, those for the sender in the
language asked for.
"""

from __future__ import annotations

import json
from typing import Any, assert_never

from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import ask, catalogue
from saywhy.why.entries import SOURCES, Code
from saywhy.why.explain import Reader, explain, is_derived
from saywhy.why.read.values import Recipient, Report
from saywhy.why.reasons_page import names_of
from saywhy.why.teaching import ARTICLE, CORRECTIONS, class_of, subject_of
from saywhy.why.words import ENGLISH

Answer = ask.CodeAnswer | ask.FamilyAnswer | ask.ReplyAnswer | Report


def render(answer: Answer, lang: str = ENGLISH) -> str:
    match answer:
        case ask.CodeAnswer():
            data = {"kind": "code", **_status(answer.status), **_code(answer.code)}
        case ask.FamilyAnswer():
            data = {"kind": "family", **_family(answer)}
        case ask.ReplyAnswer():
            data = {"kind": "reply", **_reply(answer, lang)}
        case Report():
            data = {"kind": "report", **_report(answer, lang)}
        case _:
            assert_never(answer)
    return json.dumps(data, indent=2, ensure_ascii=False)


def _status(status: Status) -> dict[str, Any]:
    return {"status": str(status), "class": class_of(status), "subject": subject_of(status)}


def _family(answer: ask.FamilyAnswer) -> dict[str, Any]:
    family = (answer.class_, answer.subject)
    return {
        **_status(Status(*family, 0)),
        "status": answer.name,
        "article": ARTICLE.get(family, ""),
        "correction": CORRECTIONS.get(family, ""),
        "codes": [{"status": name, "title": catalogue.code(name).title} for name in answer.codes],
    }


def _code(code: Code | None) -> dict[str, Any]:
    if code is None:
        return {"known": False}
    return {
        "known": True,
        "title": code.title,
        "detail": code.detail,
        "registered": code.registered,
        "reply_codes": list(code.basic),
        "usage": code.usage,
        "correction": code.correction,
        "meanings": [
            {"source": SOURCES[each.source], "text": each.text, "when": each.when, "hosts": list(each.hosts)}
            for each in code.meanings
        ],
        "causes": [
            {**_cause(each.cause), "said_by": each.by.value, "when": each.when, "provider": each.provider}
            for each in code.causes
        ],
        "references": list(code.references),
    }


def _cause(id_: str) -> dict[str, Any]:
    cause = catalogue.cause(id_)
    return {
        "cause": cause.id,
        "title": cause.title,
        "act": cause.act.value,
        "side": "ours" if cause.ours else "theirs",
        "scope": cause.scope.value,
    }


def _reply(answer: ask.ReplyAnswer, lang: str) -> dict[str, Any]:
    verdict = answer.verdict
    return {
        "reply": list(answer.lines),
        **_status(verdict.status),
        "derived": verdict.derived,
        "rule": verdict.rule,
        "confidence": verdict.confidence.value,
        "grounds": verdict.grounds,
        **_failure(answer.failure, answer.recipient, lang),
    }


def _failure(failure: Failure, recipient: str, lang: str) -> dict[str, Any]:
    explanations = {reader: explain(failure, reader, recipient=recipient, lang=lang) for reader in Reader}
    first = explanations[Reader.SENDER]
    cause = catalogue.cause(failure.cause)
    return {
        **_cause(failure.cause),
        "title": first.title,
        "permanent": failure.permanent,
        "act": first.act.value,
        "happened": first.happened,
        "steps": {reader.value: list(each.steps) for reader, each in explanations.items()},
        "facts": dict(explanations[Reader.ADMIN].facts),
        "checks": [{"name": check.name, "shows": check.shows} for check in cause.checks],
        "names": names_of(cause),
        "references": list(cause.references),
    }


def _report(report: Report, lang: str) -> dict[str, Any]:
    return {
        "what": report.kind.value,
        "is_report": report.is_report,
        "dialect": report.dialect,
        "system": report.system,
        "reporting": report.reporting,
        "subject": report.subject,
        "note": report.note,
        "truncated": report.truncated,
        "original": report.original.as_dict(),
        "recipients": [_recipient(each, lang) for each in report.recipients],
    }


def _recipient(recipient: Recipient, lang: str) -> dict[str, Any]:
    failure, why = recipient.failure, recipient.why
    return {
        "recipient": recipient.recipient,
        "action": recipient.action.value if recipient.action else None,
        "reply": list(failure.evidence.reply),
        "diagnostic": failure.text,
        **_status(failure.status),
        "derived": is_derived(failure),
        "told": recipient.told,
        "rule": why.rule,
        "confidence": why.confidence.value,
        "grounds": why.grounds,
        "read": recipient.as_dict(),
        **_failure(failure, recipient.recipient, lang),
    }
