"""No two causes of a code look the same: each is selected by words, a tag, a host or a step (spec A0.7, A4)."""

from __future__ import annotations

import re

import pytest

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.catalogue import By
from saywhy.why.classify import Verdict, classify_reply
from saywhy.why.entries import Likely, Said
from saywhy.why.schema import span

STEPS = {
    "": Step.NONE,
    "connect": Step.GREETING,
    "EHLO": Step.EHLO,
    "STARTTLS": Step.STARTTLS,
    "AUTH": Step.AUTH,
    "MAIL FROM": Step.MAIL,
    "RCPT TO": Step.RCPT,
    "DATA": Step.DATA,
    "end of data": Step.END_OF_DATA,
}
HOSTS = {
    "": "",
    "google": "gmail-smtp-in.l.google.com",
    "microsoft": "dest-test.mail.protection.outlook.com",
    "yahoo": "mta5.am0.yahoodns.net",
    "apple": "mx01.mail.icloud.com",
}
_CODE = re.compile(r"^[245][0-9]{2}[ -](?:[245]\.[0-9]{1,3}\.[0-9]{1,3} )?")
_TAG = re.compile(r"\b[A-Z]{2,}(?:\.[A-Z][A-Za-z0-9]*)+")


def classify(said: Said, line: str = "") -> Verdict:
    text = line or said.line
    return classify_reply(int(text[:3]), None, (text,), STEPS[said.at], host=said.host)


def lines() -> list[tuple[str, Said]]:
    return [(id_, said) for id_ in catalogue.causes() for said in catalogue.cause(id_).said]


OTHERS = [(id_, said) for id_, said in lines() if said.system != "saywhy" and said.line[0] in "45"]


@pytest.mark.parametrize("id_", catalogue.causes())
def test_every_cause_has_a_line_as_people_meet_it(id_: str) -> None:
    said = catalogue.cause(id_).said
    assert said
    for each in said:
        assert re.match(r"[245][0-9]{2}[ -]\S", each.line), each.line


@pytest.mark.parametrize(("id_", "said"), OTHERS, ids=[f"{id_}: {said.line[:60]}" for id_, said in OTHERS])
def test_the_line_of_another_system_gets_its_cause(id_: str, said: Said) -> None:
    verdict = classify(said)
    assert verdict.cause == id_, verdict.rule


def test_the_lines_are_of_many_systems_and_providers() -> None:
    assert len({said.line for _, said in OTHERS}) >= 60
    assert len({said.system for _, said in OTHERS}) >= 15


def test_every_line_with_a_code_stands_on_a_code_that_lists_the_cause() -> None:
    missing = []
    for id_, said in lines():
        found = Status.find(said.line[4:])
        if found is not None and str(found[0]) != "2.0.0":
            code = catalogue.code(str(found[0]))
            if id_ not in {likely.cause for likely in code.causes} and found[0].subject:
                missing.append(f"{code.code} does not list {id_}: {said.line}")
    assert missing == []


def selects(code: str, likely: Likely) -> bool:
    """Whether some evidence makes this cause of the code's causes the one that is shown for another's reply."""
    first = span(code)[0]
    reply = {2: 250, 4: 450, 5: 550}[first.class_]
    if classify_reply(reply, first, ("",), Step.NONE, host=HOSTS[likely.provider]).cause == likely.cause:
        return True
    for said in catalogue.cause(likely.cause).said:
        text = _CODE.sub("", said.line)
        verdict = classify_reply(reply, first, (text,), STEPS[said.at], host=said.host or HOSTS[likely.provider])
        if verdict.cause == likely.cause:
            return True
    return False


@pytest.mark.parametrize("status", [status for status in catalogue.codes() if status[0] != "2"])
def test_evidence_selects_each_cause_that_another_server_may_mean(status: str) -> None:
    unreachable = [
        likely.cause
        for likely in catalogue.code(status).causes
        if likely.by is By.THEM and not selects(status, likely)
    ]
    assert unreachable == []


_SHARED = {
    "STOREDRV.Deliver",
    "RESOLVER.FWD.NotAuthorized",
    "RESOLVER.GRP.ExpansionDenied",
}  # tags of several causes, which their words tell apart


def own_evidence(cause: str) -> set[str]:
    """Tags of our lines, and the whole words of those that have none."""
    found = set()
    for said in catalogue.cause(cause).said:
        if said.system == "saywhy":
            text = _CODE.sub("", said.line)
            found |= set(_TAG.findall(text)) - _SHARED or {text}
    return found


@pytest.mark.parametrize("status", catalogue.codes())
def test_our_own_causes_of_a_code_differ_in_tag_or_words(status: str) -> None:
    ours = [likely for likely in catalogue.code(status).causes if likely.by is By.US]
    for number, one in enumerate(ours):
        assert own_evidence(one.cause), one.cause
        for other in ours[number + 1 :]:
            assert not own_evidence(one.cause) & own_evidence(other.cause), (one.cause, other.cause)
            assert one.when != other.when, (one.cause, other.cause)


@pytest.mark.parametrize("status", catalogue.codes())
def test_what_tells_the_causes_of_a_code_apart_is_told_differently(status: str) -> None:
    told = [(likely.by, likely.when) for likely in catalogue.code(status).causes]
    assert len(told) == len(set(told))
