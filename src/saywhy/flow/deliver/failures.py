"""The Failures of this stage, one function for each fact (spec A2, A4; errata 14, 39, 41, 49).

What a remote server said is classified by why/classify and never rewritten.  Where the trouble is ours (a sign-in,
TLS that we demand, a connection) the status is ours too, and the remote's words, if any, stand in the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from saywhy.flow.deliver.facts import (
    DELIVERBY,
    ESMTP,
    Break,
    Lacking,
    NoConnection,
    NoSignIn,
    NoTls,
    Refusal,
    Scene,
)
from saywhy.infra.errors import ConnectProblem, MailboxError
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.moderation import Decided
from saywhy.model.queued import NextHop, Pending
from saywhy.model.status import Status
from saywhy.why.classify import classify_reply
from saywhy.wire.smtp.reply import Reply, plain

MAX_TEXT = 500  # characters of a remote's words in Failure.text
MAX_DETAIL = 200  # characters of an operator's detail in Evidence
MAX_LINES = 30  # of a remote's reply in Evidence, and
MAX_LINE = 1000  # characters of each: it is kept for every recipient

_NOT_RECOGNIZED = (500, 502)  # what a server says that does not know a command

_CONNECTION_WORDS: Mapping[ConnectProblem, str] = {
    ConnectProblem.REFUSED: "Connection refused",
    ConnectProblem.TIMEOUT: "Connection timed out",
    ConnectProblem.UNREACHABLE: "Host unreachable",
    ConnectProblem.RESET: "Connection reset",
    ConnectProblem.LOCAL: "Insufficient system resources",
}


def no_connection(trouble: NoConnection, scene: Scene) -> Failure:
    ours = trouble.problem is ConnectProblem.LOCAL
    return Failure(
        Status(4, 3, 1) if ours else Status(4, 4, 1),
        452 if ours else 421,
        "system-resources" if ours else "no-answer",
        _CONNECTION_WORDS[trouble.problem],
        _seen(scene, Step.CONNECT, name=_detail(trouble.detail)),
        permanent=False,
        at=scene.at,
    )


def no_answer_for_good(seen: Failure) -> Failure:
    """No host answered, and the connector does not wait (spec 5.4.1 b); `seen` is what the attempt met."""
    return replace(
        seen,
        status=Status(5, 4, 1),
        reply=550,
        text="no host answered",
        permanent=True,
        tag="SMTPSEND.NoAnswer",
        evidence=replace(seen.evidence, name="upgrade_connect_failures"),
        because=(seen,),
    )


# What OpenSSL says where the two sides share no version, cipher or kind of key (spec 5.7.6).
_NO_COMMON = (
    "unsupported protocol", "protocol version", "no protocols available", "no shared cipher", "wrong version",
    "key too small", "md too weak", "no suitable signature",
)  # fmt: skip
_DEMANDED_BY: Mapping[str, str] = {"mta-sts": "sts-policy-failed", "dane": "dane-failed"}


def no_tls(trouble: NoTls, scene: Scene) -> Failure:
    if trouble.weak:
        status, cause, tag = Status(4, 7, 6), "tls-certificate-weak", "SMTPSEND.TLS.WeakCertificate"
        text = "the certificate of the next server has too weak a key"
    elif trouble.certificate:
        status, cause, tag = Status(4, 7, 5), "tls-failed", "SMTPSEND.TLS.CertificateInvalid"
        text = "the certificate of the next server is not valid for this route"
    elif trouble.offered and any(words in trouble.why.lower() for words in _NO_COMMON):
        status, cause, tag = Status(4, 7, 6), "tls-no-common-cipher", "SMTPSEND.TLS.NoCommonCipher"
        text = "no version or cipher of encryption in common"
    elif trouble.offered:
        status, cause, tag = Status(4, 7, 5), "tls-failed", "SMTPSEND.TLS.Failed"
        text = "encryption is required and could not be set up"
    else:
        status, cause, tag = Status(4, 7, 4), "tls-not-offered", "SMTPSEND.TLS.NotOffered"
        text = "encryption is required and is not offered"
    cause = _DEMANDED_BY.get(trouble.source, cause)
    seen = _seen(scene, Step.STARTTLS, reply=trouble.reply, observed=trouble.observed, limit=trouble.limit)
    evidence = replace(seen, tls=_detail(trouble.why))
    status, code = _theirs_if_passing(trouble.reply, status)
    return Failure(status, code, cause, text, evidence, permanent=False, tag=tag, at=scene.at)


def no_sign_in(trouble: NoSignIn, scene: Scene) -> Failure:
    """Ours to mend, whatever the server's word: the mail waits."""
    status, code = _theirs_if_passing(trouble.reply, Status(4, 7, 0))
    return Failure(
        status,
        code,
        "smart-host-sign-in-failed",
        "our mail server could not sign in at the next one",
        _seen(scene, Step.AUTH, "AUTH", trouble.reply, name=_detail(trouble.why)),
        permanent=False,
        tag="SMTPSEND.Auth.Failed",
        at=scene.at,
    )


def _theirs_if_passing(reply: Reply | None, ours: Status) -> tuple[Status, int]:
    """Status and code of a trouble that we wait for: the remote's own where they say so too."""
    if reply is None or not reply.transient:
        return ours, 454
    return reply.status or ours, reply.code


def refusal(trouble: Refusal, scene: Scene) -> Failure:
    reply = trouble.reply
    verdict = classify_reply(
        reply.code, reply.status, reply.lines, trouble.step, host=scene.host.name, accepted=trouble.accepted
    )
    status, cause = verdict.status, verdict.cause
    if verdict.derived and "BDAT" in trouble.command:  # spec A5 and A2 5.3.3: no room or no sense for chunks
        if cause == "remote-system-full" or reply.code in _NOT_RECOGNIZED:
            status = Status(status.class_, 3, 3)
        if reply.code in _NOT_RECOGNIZED:
            cause = "remote-chunking-refused"
    return Failure(
        status,
        reply.code,
        cause,
        plain(" ".join(reply.lines))[:MAX_TEXT],
        _seen(scene, trouble.step, trouble.command, reply),
        permanent=status.permanent,
        at=scene.at,
    )


def session_broken(trouble: Break, scene: Scene) -> Failure:
    step = trouble.step.value
    what = "No answer in time" if trouble.timed_out else "Connection dropped"
    return Failure(
        Status(4, 4, 2),
        451,
        "remote-timeout" if trouble.timed_out else "connection-lost",
        f"{what} at {step}" if step else what,
        _seen(scene, trouble.step, name=_detail(trouble.why)),
        permanent=False,
        at=scene.at,
    )


def lacking(trouble: Lacking, scene: Scene) -> Failure:
    if trouble.extension == "SIZE":
        evidence = _seen(scene, Step.MAIL, name="SIZE", observed=trouble.size, limit=trouble.limit)
        text = "Message size exceeds fixed maximum message size"
        status, code, cause, tag = Status(5, 3, 4), 552, "remote-too-large", "SMTPSEND.SizeLimit"
    elif trouble.extension == ESMTP:
        evidence = _seen(scene, Step.EHLO, "EHLO", name=ESMTP)
        text = "Wrong protocol version, the next server does not speak ESMTP"
        status, code, cause, tag = Status(5, 5, 5), 554, "next-hop-without-esmtp", "SMTPSEND.Esmtp.NotOffered"
    elif trouble.extension == DELIVERBY:
        least = f" of less than {trouble.limit} s" if trouble.limit >= 0 else ""
        evidence = _seen(scene, Step.MAIL, name=DELIVERBY, observed=trouble.size)
        text = f"the next server promises no deadline{least}, and {trouble.size} s are left"
        status, code, cause, tag = Status(5, 4, 7), 550, "deadline-missed", "SMTPSEND.DeliverBy"
    else:
        evidence = _seen(scene, Step.MAIL, name=trouble.extension)
        text = "the next server takes no addresses or headers beyond ASCII"
        status, code, cause, tag = Status(5, 6, 7), 553, "remote-lacks-smtputf8", "SMTPSEND.Utf8.NotOffered"
    return Failure(status, code, cause, text, evidence, permanent=True, tag=tag, at=scene.at)


def mailbox(
    error: MailboxError, pending: Pending, at: float, *, size: int = 0, refuse_full: bool = False
) -> Failure:
    """For now: an administrator can make room or mend the folder (spec 4.3.1 e).  `size` is the message's.

    `refuse_full`: the administrator has chosen to refuse mail for which the disk has no room (spec 5.3.1 b).
    """
    if error.full and refuse_full:
        status, reply, cause, text = Status(5, 3, 1), 554, "mail-store-full", "mail system full"
    elif error.full:
        status, reply, cause, text = Status(4, 3, 1), 452, "mail-store-full", "mail system full"
    else:
        status = Status(4, 3, 0) if error.whole_store else Status(4, 2, 0)
        reply, cause, text = 451, "mailbox-unwritable", "mailbox cannot be written"
    evidence = Evidence(Stage.STORE, queue=pending.hop.key, name=_detail(str(error)))
    if size and 0 <= error.capacity < error.used + size:
        evidence = replace(evidence, observed=error.used + size, limit=error.capacity)
    permanent = reply >= 500
    return Failure(status, reply, cause, text, evidence, permanent=permanent, tag="STOREDRV.Deliver", at=at)


def store_offline(hop: NextHop, seen: Failure, at: float) -> Failure:
    """The server of the mailboxes does not answer as it should (spec A2 5.2.1 c, for now)."""
    evidence = replace(seen.evidence, stage=Stage.STORE, queue=hop.key, name=seen.line()[:MAX_DETAIL], reply=())
    text, tag = "database offline", "STOREDRV.Deliver.Offline"
    return Failure(Status(4, 2, 1), 450, "mailbox-store-offline", text, evidence, permanent=False, tag=tag, at=at)


def connector_gone(hop: NextHop, at: float) -> Failure:
    """The connector was removed while this attempt began (spec 4.4.9 d)."""
    evidence = Evidence(Stage.SEND, connector=hop.connector, queue=hop.key)
    text = "the route of this message is closed"
    tag = "ROUTING.SmartHost.ConnectorGone"
    return Failure(Status(4, 4, 9), 451, "connector-gone", text, evidence, permanent=False, tag=tag, at=at)


def not_asked(pending: Pending, at: float) -> Failure:
    """An answer to a question that nobody asked: the address was made up, or the history has forgotten it."""
    evidence = Evidence(Stage.STORE, queue=pending.hop.key)
    tag = "RESOLVER.ADR.RecipNotFound"
    return Failure(
        Status(5, 1, 1), 550, "recipient-unknown", "not found", evidence, permanent=True, tag=tag, at=at
    )


def not_the_moderator(pending: Pending, at: float, *, known: bool) -> Failure:
    """`known`: he has signed in, or is none of ours; else it may be the moderator, who has to sign in."""
    evidence = Evidence(Stage.STORE, queue=pending.hop.key, name="moderation")
    cause, text, tag = (
        ("recipient-restricted", "not authorized", "RESOLVER.RST.NotAuthorized")
        if known
        else ("recipient-needs-sign-in", "authentication required", "RESOLVER.RST.AuthRequired")
    )
    return Failure(Status(5, 7, 1), 550, cause, text, evidence, permanent=True, tag=tag, at=at)


def answer_unclear(pending: Pending, at: float) -> Failure:
    evidence = Evidence(Stage.STORE, queue=pending.hop.key)
    text, tag = "the first line has no decision", "APPROVAL.Unclear"
    return Failure(Status(5, 6, 0), 554, "moderation-unclear", text, evidence, permanent=True, tag=tag, at=at)


def decided_before(pending: Pending, decided: Decided, at: float) -> Failure:
    evidence = Evidence(Stage.STORE, queue=pending.hop.key)
    texts = {Decided.APPROVED: "it was approved before", Decided.REJECTED: "it was rejected before"}
    text, tag = texts.get(decided, "it does not wait any more"), "APPROVAL.Decided"
    return Failure(Status(5, 7, 1), 550, "moderation-decided", text, evidence, permanent=True, tag=tag, at=at)


def fault(hop: NextHop, why: str, at: float) -> Failure:
    """An error of ours in the middle of an attempt; the log has the details."""
    evidence = Evidence(Stage.SEND, connector=hop.connector, queue=hop.key, name=_detail(why))
    text = "Temporary fault of the mail server"
    return Failure(Status(4, 3, 0), 451, "server-fault", text, evidence, permanent=False, at=at)


def words(reply: Reply) -> tuple[str, ...]:
    """A reply's lines as they were sent; of an endless one the beginning."""
    raw = reply.raw
    if len(raw) <= MAX_LINES and all(len(line) <= MAX_LINE for line in raw):
        return raw
    return tuple(line[:MAX_LINE] for line in raw[:MAX_LINES])


def _detail(text: str) -> str:
    return plain(text)[:MAX_DETAIL]


def _seen(
    scene: Scene,
    step: Step,
    command: str = "",
    reply: Reply | None = None,
    *,
    name: str = "",
    observed: int = -1,
    limit: int = -1,
) -> Evidence:
    return Evidence(
        Stage.SEND,
        step,
        connector=scene.hop.connector,
        queue=scene.hop.key,
        remote_host=scene.host.name,
        remote_ip=scene.host.ip,
        command=command,
        reply=words(reply) if reply is not None else (),
        tls=scene.tls,
        name=name,
        observed=observed,
        limit=limit,
        transcript=scene.transcript,
    )
