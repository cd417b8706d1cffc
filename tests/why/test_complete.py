"""The catalogue is complete: codes of the article, the registry and the providers, and tags (spec A1 to A4)."""

from __future__ import annotations

import pytest

from saywhy.why import ask, catalogue
from saywhy.why.catalogue import By, Unknown
from saywhy.why.phrases.tags import TAGS
from saywhy.why.template import compile_template

# The 54 codes of the article, in its order; its two family headings are 5.1.x and 5.2.x.
ARTICLE = """
4.2.2 4.3.1 4.3.2 4.4.1 4.4.2 4.4.6 4.4.7 4.4.9 4.6.5
5.0.0 5.1.0 5.1.1 5.1.2 5.1.3 5.1.4 5.1.5 5.1.6 5.1.7 5.1.8
5.2.1 5.2.2 5.2.3 5.2.4 5.3.0 5.3.1 5.3.2 5.3.3 5.3.4 5.3.5
5.4.0 5.4.1 5.4.2 5.4.3 5.4.4 5.4.6 5.4.7 5.4.8
5.5.0 5.5.1 5.5.2 5.5.3 5.5.4 5.5.5 5.5.6 5.6.0 5.6.1 5.6.3
5.7.1 5.7.2 5.7.3 5.7.4 5.7.5 5.7.6 5.7.7
"""

# The registry: X.subject.detail, and the classes that it foresees (RFC 3463, RFC 5248 table 1; errata 38 to 46).
# P is for good, T for a time, S for success; a detail that stands nowhere else is PT.
LAST = {0: 0, 1: 10, 2: 4, 3: 6, 4: 7, 5: 7, 6: 10, 7: 30}
PERMANENT = {
    *("1.1", "1.2", "1.3", "1.6", "1.10", "2.3", "3.4", "5.1", "5.2", "5.4", "5.6", "6.1", "6.7"),
    *("7.1", "7.2", "7.3", "7.4", "7.8", "7.9", "7.10", "7.11", "7.13", "7.14", "7.17", "7.18", "7.20", "7.21"),
    *("7.22", "7.23", "7.25", "7.26", "7.27", "7.29", "7.30"),
}
TRANSIENT = {"2.2", "3.1", "4.1", "4.2", "4.3", "4.5", "4.6", "7.12"}
SUCCESS = {"1.5", "1.9", "3.6"}
ANY = {"0.0", "1.0", "2.0", "3.0", "5.0", "7.0", "6.4", "6.8", "6.9", "6.10"}

# Spec A3, written out: every code of a range's beginning, middle and end.
MODERN = """
4.1.8 4.2.1 4.4.0 4.4.300 4.4.310 4.4.312 4.4.316 4.4.317 4.4.318 5.4.300 5.4.310 5.4.312 5.4.316 5.4.317
5.4.318 4.4.8 5.4.8 4.5.3 4.7.0 4.7.1 4.7.5 4.7.23 4.7.24 4.7.26 4.7.27 4.7.28 4.7.29 4.7.30 4.7.32 4.7.40
5.7.32 5.7.40 4.7.321 4.7.322 4.7.323 4.7.324 4.7.325 5.7.321 5.7.322 5.7.323 5.7.324 5.7.325 4.7.500 4.7.600
4.7.699 4.7.650 4.7.850 4.7.899 5.0.350 5.1.9 5.1.10 5.1.20 5.1.90 5.1.92 5.2.0 5.2.121 5.2.122 5.3.190 5.3.6
5.4.5 5.4.11 5.4.14 5.4.17 5.4.20 5.6.2 5.6.4 5.6.5 5.6.6 5.6.7 5.6.8 5.6.9 5.6.11 5.7.0 5.7.8 5.7.9 5.7.10
5.7.11 5.7.12 5.7.13 5.7.14 5.7.15 5.7.16 5.7.17 5.7.18 5.7.19 5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26
5.7.27 5.7.28 5.7.29 5.7.30 5.7.51 5.7.54 5.7.57 5.7.64 5.7.124 5.7.129 5.7.133 5.7.134 5.7.135 5.7.136 5.7.232
5.7.233 5.7.501 5.7.502 5.7.503 5.7.511 5.7.504 5.7.505 5.7.506 5.7.507 5.7.513 5.7.606 5.7.620 5.7.649 5.7.508
5.7.509 5.7.510 5.7.512 5.7.515 5.7.520 5.7.700 5.7.720 5.7.749 5.7.750 5.7.703 5.7.705 5.7.708 5.7.900 5.7.950
5.7.999 5.7.1 5.7.2 5.2.3 5.3.4 5.3.2
"""

# Public strings of Exchange (spec A4).
EXCHANGE_TAGS = """
RESOLVER.ADR.RecipNotFound RESOLVER.ADR.ExRecipNotFound RESOLVER.ADR.RecipientNotFound RESOLVER.ADR.Ambiguous
RESOLVER.ADR.BadPrimary RESOLVER.ADR.InvalidInSmtp RESOLVER.ADR.RecipLimit RESOLVER.FWD.NotFound
RESOLVER.RST.AuthRequired RESOLVER.RST.NotAuthorized RESOLVER.RST.RecipSizeLimit QUEUE.Expired
SMTPSEND.DNS.NonExistentDomain SMTPSEND.DNS.MxLoopback TRANSPORT.RULES.RejectMessage
"""


def registered() -> list[tuple[str, list[int]]]:
    """Every detail of the registry with its classes."""
    found = []
    for subject, last in LAST.items():
        for detail in range(last + 1):
            name = f"{subject}.{detail}"
            if name in PERMANENT:
                classes = [5]
            elif name in TRANSIENT:
                classes = [4]
            elif name in SUCCESS:
                classes = [2]
            else:
                classes = [2, 4, 5] if name in ANY else [4, 5]
            found.append((name, classes))
    return found


def test_all_54_codes_of_the_article_are_there_and_say_what_it_says() -> None:
    assert len(set(ARTICLE.split())) == 54
    silent = [
        name
        for name in ARTICLE.split()
        if not any(meaning.source == "article" for meaning in catalogue.code(name).meanings)
    ]
    assert silent == []


def test_its_two_family_headings_are_explained() -> None:
    for heading in ("5.1.x", "5.2.x"):
        assert ask.is_family(heading)
        codes = ask.ask_family(heading).codes
        assert set(codes) >= {name for name in ARTICLE.split() if name.startswith(heading[:4])}


@pytest.mark.parametrize(("name", "classes"), registered(), ids=[f"X.{name}" for name, _ in registered()])
def test_a_registered_code_is_there_with_the_classes_of_the_registry(name: str, classes: list[int]) -> None:
    for class_ in (4, 5):
        try:
            code = catalogue.code(f"{class_}.{name}")
        except Unknown:
            assert class_ not in classes, f"{class_}.{name} is missing"
        else:
            assert code.registered
            assert list(code.classes) == classes
            assert class_ in classes or code.usage
    if classes == [2]:
        assert catalogue.code(f"2.{name}").registered


def test_the_registry_has_82_details() -> None:
    assert len(registered()) == 82


@pytest.mark.parametrize("status", MODERN.split())
def test_every_modern_code_of_the_specification_is_there(status: str) -> None:
    assert catalogue.code(status).causes


@pytest.mark.parametrize("status", catalogue.codes())
def test_every_code_has_a_cause_with_a_cure_for_every_reader(status: str) -> None:
    code = catalogue.code(status)
    assert code.causes
    for likely in code.causes:
        cause = catalogue.cause(likely.cause)
        for steps in (cause.sender, cause.admin, cause.theirs):
            assert any(compile_template(step).fill({}) for step in steps), cause.id


def test_a_reading_that_collides_says_when_it_holds() -> None:
    """Spec A1: the codes that the article and the registry read differently."""
    for status in ("5.1.5", "5.5.6", "5.6.3", "5.7.3"):
        code = catalogue.code(status)
        assert any(meaning.when for meaning in code.meanings), status
        assert code.correction, status


def test_the_public_tags_of_exchange_are_known() -> None:
    assert {tag.lower() for tag in EXCHANGE_TAGS.split()} - set(TAGS) == set()


# What tells the causes of the three codes apart that mean most things: cause, and words that select it.
TABLES = {
    "5.7.1": {
        "remote-policy": "local policy",
        "remote-block-list": "spamhaus",
        "remote-sender-unverified": "SPF and DKIM",
        "remote-spf-failed": "SPF",
        "remote-dkim-failed": "DKIM",
        "remote-dmarc-failed": "DMARC",
        "remote-no-reverse-name": "reverse DNS",
        "remote-helo-refused": "Helo command rejected",
        "remote-spam": "spam",
        "remote-relay-denied": "Relay access denied",
        "remote-recipient-restricted": "RESOLVER.RST.AuthRequired; authentication required",
        "remote-user-unknown": "User unknown",
        "remote-authentication-required": "Client was not authenticated",
        "remote-sender-refused": "Sender address rejected",
        "remote-virus-found": "malware",
        "remote-attachment-refused": "attachment",
        "remote-header-invalid": "RFC 5322",
        "remote-link-refused": "contains a URL",
        "remote-rule-refused": "TRANSPORT.RULES.RejectMessage; no",
        "remote-moderator-refused": "APPROVAL.Rejected; no",
        "remote-forwarding-disabled": "external forwarding",
        "remote-rate-limited": "too many messages",
    },
    "5.4.1": {
        "remote-policy": "Access denied",
        "remote-relay-denied": "Relay access denied",
        "remote-route-unknown": "Domain not found",
        "remote-block-list": "spamhaus",
    },
    "5.1.1": {
        "remote-user-unknown": "User unknown",
        "remote-mailbox-disabled": "account disabled",
        "remote-mailbox-full": "over quota",
        "remote-recipient-restricted": "only members",
        "remote-relay-denied": "relaying denied",
    },
}


@pytest.mark.parametrize(
    ("status", "cause", "words"), [(s, c, words) for s, table in TABLES.items() for c, words in table.items()]
)
def test_the_words_of_a_reply_pick_the_cause(status: str, cause: str, words: str) -> None:
    assert ask.ask_reply(f"550 {status} {words}").verdict.cause == cause
    assert any(likely.cause == cause and likely.by is By.THEM for likely in catalogue.code(status).causes)


@pytest.mark.parametrize(
    ("line", "host", "cause"),
    [
        ("550 5.4.1 Access denied", "dest-test.mail.protection.outlook.com", "remote-policy"),
        ("550 5.4.1 Recipient address rejected: Access denied", "x.outlook.com", "remote-user-unknown"),
        ("550 5.4.1 no", "x.mail.protection.outlook.com", "remote-user-unknown"),
        ("550 5.7.27 no", "gmail-smtp-in.l.google.com", "remote-spf-failed"),
        ("550 5.7.27 no", "mx.dest.test", "remote-sender-domain-takes-no-mail"),
        ("550-5.7.30 no - gsmtp", "", "remote-dkim-failed"),
        ("550 5.7.30 no", "", "tls-not-offered"),
        ("550 5.7.29 no", "gmail-smtp-in.l.google.com", "remote-tls-required"),
        ("550 5.7.29 no", "mx.dest.test", "remote-arc-failed"),
        ("554 5.7.9 no", "mta5.am0.yahoodns.net", "remote-dmarc-failed"),
        ("534 5.7.9 no", "", "smart-host-sign-in-failed"),
        ("550 5.7.12 no", "x.mail.protection.outlook.com", "remote-recipient-restricted"),
        ("550 5.4.5 no", "smtp.gmail.com", "remote-sending-limit"),
        ("450 4.2.1 no", "gmail-smtp-in.l.google.com", "remote-rate-limited"),
        ("552 5.7.0 no", "gmail-smtp-in.l.google.com", "remote-attachment-refused"),
        ("550 5.1.10 no", "x.mail.protection.outlook.com", "remote-user-unknown"),
        ("556 5.1.10 no", "mx.dest.test", "remote-domain-takes-no-mail"),
    ],
)
def test_a_code_means_what_its_provider_means_by_it(line: str, host: str, cause: str) -> None:
    assert ask.ask_reply(line, host=host).verdict.cause == cause


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "451 4.4.0 Primary target IP address responded with: "
            '"421 4.7.0 too many connections." Attempted failover to alternate host',
            "remote-rate-limited",
        ),
        (
            "550 5.4.300 Message expired -> [{LED=450 4.7.1 Greylisted};{MSG=};{FQDN=mx.dest.test};{IP=}]",
            "remote-greylisted",
        ),
    ],
)
def test_a_reply_within_a_reply_tells_the_cause_and_the_outer_one_the_status(line: str, cause: str) -> None:
    verdict = ask.ask_reply(line).verdict
    assert verdict.cause == cause
    assert str(verdict.status) in line[:14]
    assert "within it another" in verdict.rule
