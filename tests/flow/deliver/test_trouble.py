"""The tables of what follows which trouble: errata 22, 41, 52, 55, 60c; RFC 7504."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.deliver import trouble
from saywhy.flow.deliver.facts import (
    Break,
    Lacking,
    NoConnection,
    NoSignIn,
    NoTls,
    Refusal,
    Scene,
    Trouble,
    of_error,
)
from saywhy.flow.deliver.tls import TlsPolicy
from saywhy.flow.deliver.trouble import AFTER_BREAK, Move, Tried
from saywhy.flow.stages import Host
from saywhy.infra.errors import ConnectError, ConnectProblem, TlsError, WeakKeyError
from saywhy.infra.net.connect import SessionBroken
from saywhy.model.evidence import Step
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.status import Status
from saywhy.wire.smtp.reply import Reply
from tests.flow.deliver.builders import DEST, NOW

MX1 = Host("mx1.dest.test", "192.0.2.1", 25, 10)
MX1_V6 = Host("mx1.dest.test", "2001:db8::1", 25, 10)
TWIN = Host("twin.dest.test", "192.0.2.3", 25, 10)
MX2 = Host("mx2.dest.test", "192.0.2.2", 25, 20)

FRESH = Scene(DEST, MX1, NOW, transcript=("S: 220 hello", "C: EHLO us.test"))
REUSED = replace(FRESH, reused=True)
MAY_CLEAR = replace(FRESH, may_clear=True)
ENCRYPTED = replace(MAY_CLEAR, tls="TLSv1.3 TLS_AES_256_GCM_SHA384")


def said(line: str) -> Reply:
    """`550 5.1.1 text` as if a remote had sent it."""
    code, rest = int(line[:3]), line[4:]
    status, text = Status.find(rest) or (None, rest)
    return Reply(code, status, (text,), (line,))


def no(step: Step, line: str, *, accepted: bool = False) -> Refusal:
    return Refusal(step, said(line), accepted=accepted)


@pytest.mark.parametrize(
    ("met", "scene", "move"),
    [
        (NoConnection(ConnectProblem.REFUSED), FRESH, Move.NEXT_HOST),
        (NoConnection(ConnectProblem.TIMEOUT), FRESH, Move.NEXT_HOST),
        (NoConnection(ConnectProblem.UNREACHABLE), FRESH, Move.NEXT_HOST),
        (NoConnection(ConnectProblem.RESET), FRESH, Move.NEXT_HOST),
        (NoConnection(ConnectProblem.LOCAL), FRESH, Move.NEXT_HOST),
        # the greeting and EHLO speak of the host
        (no(Step.GREETING, "421 4.3.2 closing"), FRESH, Move.NEXT_HOST),
        (no(Step.GREETING, "450 later"), FRESH, Move.NEXT_HOST),
        (no(Step.GREETING, "521 5.3.2 no mail here"), FRESH, Move.NEXT_HOST),
        (no(Step.GREETING, "554 no SMTP service"), FRESH, Move.NEXT_HOST),
        (no(Step.GREETING, "550 blocked"), FRESH, Move.NEXT_HOST),
        (no(Step.EHLO, "421 4.3.2 closing"), FRESH, Move.NEXT_HOST),
        (no(Step.EHLO, "550 5.7.1 go away"), FRESH, Move.NEXT_HOST),
        (no(Step.EHLO, "521 5.3.2 no mail here"), FRESH, Move.NEXT_HOST),
        # what is said in a transaction is about the message or the recipient
        (no(Step.MAIL, "451 4.7.0 later"), FRESH, Move.STOP),
        (no(Step.MAIL, "550 5.7.1 not you"), FRESH, Move.STOP),
        (no(Step.RCPT, "450 4.2.0 later"), FRESH, Move.STOP),
        (no(Step.RCPT, "452 4.5.3 too many"), FRESH, Move.STOP),
        (no(Step.RCPT, "550 5.1.1 unknown"), FRESH, Move.STOP),
        (no(Step.RCPT, "556 5.1.10 domain takes no mail"), FRESH, Move.STOP),
        (no(Step.RCPT, "521 5.3.2 not for that one"), FRESH, Move.STOP),
        (no(Step.DATA, "451 4.3.0 later"), FRESH, Move.STOP),
        (no(Step.DATA, "554 5.5.1 no"), FRESH, Move.STOP),
        (no(Step.END_OF_DATA, "451 4.3.0 later"), FRESH, Move.STOP),
        (no(Step.END_OF_DATA, "554 5.6.0 no"), FRESH, Move.STOP),
        # ... unless the code says that it is the host after all
        (no(Step.MAIL, "421 4.3.2 closing"), FRESH, Move.NEXT_HOST),
        (no(Step.RCPT, "421 4.3.2 closing"), FRESH, Move.NEXT_HOST),
        (no(Step.DATA, "421 4.3.2 closing"), FRESH, Move.NEXT_HOST),
        (no(Step.END_OF_DATA, "421 4.3.2 closing"), FRESH, Move.NEXT_HOST),
        (no(Step.MAIL, "521 5.3.2 no mail here"), FRESH, Move.NEXT_HOST),
        # a session from the pool that had been closed meanwhile says nothing about the message
        (no(Step.MAIL, "421 4.4.2 idle for too long"), REUSED, Move.NEW_CONNECTION),
        (no(Step.RCPT, "421 4.3.2 closing"), REUSED, Move.NEXT_HOST),
        (no(Step.NONE, "421 4.4.2 idle for too long"), REUSED, Move.NEW_CONNECTION),
        (Break(Step.NONE, "closed"), REUSED, Move.NEW_CONNECTION),
        (Break(Step.MAIL, "closed"), REUSED, Move.NEW_CONNECTION),
        (Break(Step.MAIL, "silent", timed_out=True), REUSED, Move.NEXT_HOST),
        (Break(Step.RCPT, "closed"), REUSED, Move.NEXT_HOST),
        # after the final dot another host could deliver it twice
        (Break(Step.END_OF_DATA, "closed"), FRESH, Move.STOP),
        (Break(Step.END_OF_DATA, "closed"), REUSED, Move.STOP),
        (Break(Step.END_OF_DATA, "silent", timed_out=True), FRESH, Move.STOP),
        # TLS that was only tried
        (NoTls(True, "handshake failed"), MAY_CLEAR, Move.IN_CLEAR),
        (no(Step.STARTTLS, "454 4.7.0 not now"), MAY_CLEAR, Move.IN_CLEAR),
        (no(Step.STARTTLS, "421 4.7.0 not now"), MAY_CLEAR, Move.IN_CLEAR),
        (Break(Step.STARTTLS, "closed"), MAY_CLEAR, Move.IN_CLEAR),
        (Break(Step.STARTTLS, "silent", timed_out=True), MAY_CLEAR, Move.IN_CLEAR),
        (Break(Step.EHLO, "closed"), ENCRYPTED, Move.IN_CLEAR),
        (Break(Step.EHLO, "closed"), MAY_CLEAR, Move.NEXT_HOST),
        # TLS that is required
        (NoTls(True, "handshake failed"), FRESH, Move.NEXT_HOST),
        (NoTls(False, "not offered"), FRESH, Move.NEXT_HOST),
        (Break(Step.STARTTLS, "closed"), FRESH, Move.NEXT_HOST),
        (NoSignIn(said("535 5.7.8 wrong"), "refused"), FRESH, Move.NEXT_HOST),
        (Lacking("SMTPUTF8"), FRESH, Move.STOP),
        (Lacking("SIZE", 100, 10), FRESH, Move.STOP),
    ],
)
def test_what_follows_a_trouble(met: Trouble, scene: Scene, move: Move) -> None:
    assert trouble.decide(met, scene).move is move


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.END_OF_DATA])
def test_a_break_before_the_final_dot_leaves_the_message_to_the_next_host(step: Step) -> None:
    assert AFTER_BREAK[step] is Move.NEXT_HOST


@pytest.mark.parametrize("line", ["552 enough", "552 too many recipients", "452 4.5.3 too many recipients"])
def test_recipients_beyond_what_one_transaction_takes_go_in_the_next(line: str) -> None:
    assert trouble.decide(no(Step.RCPT, line, accepted=True), FRESH).move is Move.REST
    assert trouble.decide(no(Step.RCPT, line), FRESH).move is Move.STOP


@pytest.mark.parametrize(
    ("met", "line", "cause", "permanent"),
    [
        (NoConnection(ConnectProblem.TIMEOUT), "421 4.4.1 Connection timed out", "no-answer", False),
        (NoConnection(ConnectProblem.REFUSED), "421 4.4.1 Connection refused", "no-answer", False),
        (NoConnection(ConnectProblem.LOCAL), "452 4.3.1 Insufficient system resources", "system-resources", False),
        (Break(Step.DATA, "closed"), "451 4.4.2 Connection dropped at DATA", "connection-lost", False),
        (
            Break(Step.GREETING, "silent", timed_out=True),
            "451 4.4.2 No answer in time at greeting",
            "remote-timeout",
            False,
        ),
        (
            NoTls(False, "no STARTTLS"),
            "454 4.7.4 SMTPSEND.TLS.NotOffered; encryption is required and is not offered",
            "tls-not-offered",
            False,
        ),
        (
            NoTls(True, "no common cipher"),
            "454 4.7.5 SMTPSEND.TLS.Failed; encryption is required and could not be set up",
            "tls-failed",
            False,
        ),
        (
            Lacking("SIZE", 100, 10),
            "552 5.3.4 SMTPSEND.SizeLimit; Message size exceeds fixed maximum message size",
            "remote-too-large",
            True,
        ),
        (
            Lacking("SMTPUTF8"),
            "553 5.6.7 SMTPSEND.Utf8.NotOffered; the next server takes no addresses or headers beyond ASCII",
            "remote-lacks-smtputf8",
            True,
        ),
    ],
)
def test_what_we_saw_ourselves_has_our_words(met: Trouble, line: str, cause: str, permanent: bool) -> None:
    failure = trouble.decide(met, FRESH).failure
    assert failure.line() == line
    assert (failure.cause, failure.permanent, failure.at) == (cause, permanent, NOW)
    assert not failure.from_remote


def test_the_evidence_tells_where_it_happened() -> None:
    met = Refusal(Step.RCPT, said("550 5.1.1 no such user"), "RCPT TO:<bob@dest.test>")
    evidence = trouble.decide(met, replace(FRESH, tls="TLSv1.3")).failure.evidence
    assert evidence.connector == "Internet"
    assert evidence.queue == "dns/dest.test/Internet"
    assert (evidence.remote_host, evidence.remote_ip) == ("mx1.dest.test", "192.0.2.1")
    assert evidence.command == "RCPT TO:<bob@dest.test>"
    assert evidence.reply == ("550 5.1.1 no such user",)
    assert evidence.step is Step.RCPT
    assert evidence.tls == "TLSv1.3"
    assert evidence.transcript == FRESH.transcript


@pytest.mark.parametrize(
    "line", ["550 5.7.1 never", "450 4.2.1 slowly", "550 5.4.1 Access denied", "452 4.3.1 full"]
)
def test_a_remotes_status_is_never_rewritten(line: str) -> None:
    failure = trouble.decide(no(Step.RCPT, line), FRESH).failure
    assert str(failure.status) == line.split()[1]
    assert failure.line() == line
    assert failure.permanent is line.startswith("5")


def test_an_endless_reply_is_kept_in_part() -> None:
    endless = Reply(550, None, ("no",) * 100, ("550-" + "x" * 4000,) * 99 + ("550 no",))
    evidence = trouble.decide(Refusal(Step.RCPT, endless), FRESH).failure.evidence
    assert len(evidence.reply) == 30
    assert max(map(len, evidence.reply)) == 1000


def test_size_and_limit_are_in_the_evidence() -> None:
    evidence = trouble.decide(Lacking("SIZE", 100, 10), FRESH).failure.evidence
    assert (evidence.observed, evidence.limit) == (100, 10)


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        ("535 5.7.8 wrong", "4.7.0", 454),
        ("454 4.7.0 later", "4.7.0", 454),
        ("432 4.7.12 change it", "4.7.12", 432),
    ],
)
def test_mail_waits_while_we_cannot_sign_in(reply: str, status: str, code: int) -> None:
    failure = trouble.decide(NoSignIn(said(reply), "refused"), FRESH).failure
    assert (str(failure.status), failure.reply, failure.permanent) == (status, code, False)
    assert failure.cause == "smart-host-sign-in-failed"
    assert failure.evidence.reply == (reply,)


# -- errors as facts --


@pytest.mark.parametrize(
    ("error", "required", "fact"),
    [
        (
            ConnectError("mx", "192.0.2.1", 25, ConnectProblem.LOCAL, "no descriptors"),
            False,
            NoConnection(ConnectProblem.LOCAL, "no descriptors"),
        ),
        (TlsError("bad certificate"), True, NoTls(True, "bad certificate")),
        (SessionBroken(Step.STARTTLS, None, "not offered"), True, NoTls(False, "not offered")),
        (SessionBroken(Step.STARTTLS, None, "closed"), False, Break(Step.STARTTLS, "closed")),
        (SessionBroken(Step.AUTH, None, "not offered"), True, NoSignIn(None, "not offered")),
        (
            SessionBroken(Step.AUTH, None, "silent", timed_out=True),
            True,
            Break(Step.AUTH, "silent", timed_out=True),
        ),
        (SessionBroken(Step.GREETING, said("554 no"), "no"), False, Refusal(Step.GREETING, said("554 no"))),
        (SessionBroken(Step.RCPT, None, "closed"), False, Break(Step.RCPT, "closed")),
    ],
)
def test_errors_become_facts(
    error: ConnectError | TlsError | SessionBroken, required: bool, fact: Trouble
) -> None:
    assert of_error(error, TlsPolicy("must" if required else "may")) == fact


# -- several hosts --


def tried(host: Host, met: Trouble) -> Tried:
    return Tried(host, trouble.decide(met, replace(FRESH, host=host)).failure)


SILENT = NoConnection(ConnectProblem.TIMEOUT)
NEVER = no(Step.GREETING, "554 5.7.1 blocked")
LATER = no(Step.GREETING, "421 4.3.2 busy")


@pytest.mark.parametrize(
    ("hosts", "expected", "permanent"),
    [
        ([(MX1, SILENT)], "421 4.4.1 Connection timed out", False),
        ([(MX1, NEVER)], "554 5.7.1 blocked", True),
        ([(MX1, NEVER), (MX2, SILENT)], "554 5.7.1 blocked", True),
        ([(MX1, SILENT), (MX2, NEVER)], "421 4.4.1 Connection timed out", False),
        ([(MX1, NEVER), (TWIN, SILENT)], "421 4.4.1 Connection timed out", False),
        ([(MX1, NEVER), (TWIN, NEVER), (MX2, LATER)], "554 5.7.1 blocked", True),
        ([(MX1_V6, SILENT), (MX1, NEVER)], "554 5.7.1 blocked", True),
        ([(MX1, SILENT), (MX2, LATER)], "421 4.3.2 busy", False),
        (
            [(MX1, NoConnection(ConnectProblem.LOCAL)), (MX2, SILENT)],
            "421 4.4.1 Connection timed out",
            False,
        ),
    ],
)
def test_the_most_preferred_hosts_word_stands(
    hosts: list[tuple[Host, Trouble]], expected: str, permanent: bool
) -> None:
    failure = trouble.verdict([tried(host, met) for host, met in hosts])
    assert failure.line() == expected
    assert failure.permanent is permanent


def test_r21_a_521_greeting_is_final_for_that_host_only() -> None:
    takes_none = no(Step.GREETING, "521 5.3.2 mx1 does not accept mail")
    assert trouble.decide(takes_none, FRESH).move is Move.NEXT_HOST
    assert trouble.verdict([tried(MX1, takes_none)]).permanent
    assert not trouble.verdict([tried(MX1, takes_none), tried(TWIN, SILENT)]).permanent


def test_r21_556_is_final_for_the_domain_whatever_the_other_hosts_would_say() -> None:
    decision = trouble.decide(no(Step.RCPT, "556 5.1.10 the domain takes no mail"), FRESH)
    assert decision.move is Move.STOP
    assert decision.failure.permanent


def test_the_failure_names_all_hosts_that_were_tried() -> None:
    failure = trouble.verdict([tried(MX1, SILENT), tried(MX2, LATER)])
    assert failure.evidence.hosts == (
        "mx1.dest.test [192.0.2.1]:25: Connection timed out",
        "mx2.dest.test [192.0.2.2]:25: 421 4.3.2 busy",
    )


def test_a_long_reply_is_cut_in_the_list_of_hosts() -> None:
    long = no(Step.GREETING, "554 " + "x" * 4000)
    (line,) = trouble.verdict([tried(MX1, long)]).evidence.hosts
    assert len(line) == trouble.MAX_SUMMARY


def test_an_outcome_follows_from_whether_the_failure_is_final() -> None:
    def failure(met: Trouble) -> Failure:
        return trouble.decide(met, FRESH).failure

    assert isinstance(trouble.outcome(failure(NEVER)), Failed)
    assert isinstance(trouble.outcome(failure(SILENT)), Deferred)


@pytest.mark.parametrize(
    ("hosts", "line"),
    [
        ([(MX1, SILENT), (MX2, SILENT)], "550 5.4.1 SMTPSEND.NoAnswer; no host answered"),
        ([(MX1, SILENT), (MX2, LATER)], "421 4.3.2 busy"),  # one did answer
        ([(MX1, NoConnection(ConnectProblem.LOCAL))], "452 4.3.1 Insufficient system resources"),  # ours
    ],
)
def test_a_connector_may_give_up_when_no_host_answers(hosts: list[tuple[Host, Trouble]], line: str) -> None:
    failure = trouble.verdict([tried(host, met) for host, met in hosts], give_up=True)
    assert (failure.line(), failure.permanent) == (line, line[0] == "5" and line[:3] == "550")
    assert len(failure.evidence.hosts) == len(hosts)


def test_a_host_without_esmtp_leaves_the_mail_to_the_next() -> None:
    decision = trouble.decide(Lacking("ESMTP"), FRESH)
    assert decision.move is Move.NEXT_HOST
    assert decision.failure.permanent


def test_a_weak_key_is_told_with_its_bits() -> None:
    met = of_error(WeakKeyError("1024 bits", 1024, 2048), TlsPolicy("must"))
    failure = trouble.decide(met, FRESH).failure
    assert failure.line().startswith("454 4.7.6 SMTPSEND.TLS.WeakCertificate;")
    assert (failure.evidence.observed, failure.evidence.limit) == (1024, 2048)
