"""The Failures of this stage's own decisions, one function each (spec A2, F1, F2).

What the grammar refuses is made in wire/smtp.  Texts are for strangers: ASCII, no internal names.
"""

from __future__ import annotations

from dataclasses import replace

from saywhy.infra.errors import DnsError
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.wire.smtp.reply import plain


def _failure(reply: int, status: str, cause: str, text: str, evidence: Evidence, tag: str = "") -> Failure:
    return Failure(Status.parse(status), reply, cause, text, evidence, permanent=reply >= 500, tag=tag)


def _at(step: Step, connector: str, *, name: str = "", observed: int = -1, limit: int = -1) -> Evidence:
    return Evidence(Stage.RECEIVE, step, connector=connector, name=name, observed=observed, limit=limit)


def too_many_connections(connector: str, limit: int) -> Failure:
    return _failure(
        421,
        "4.3.2",
        "too-many-connections",
        "Service not available, too many connections",
        _at(Step.CONNECT, connector, observed=limit + 1, limit=limit),
    )


def no_connector(listener: str) -> Failure:
    return _failure(
        554,
        "5.7.1",
        "client-not-served",
        "No mail service for your address",
        _at(Step.CONNECT, "", name=listener),
    )


def stopping(connector: str) -> Failure:
    return _failure(421, "4.3.2", "server-stopping", "Service is stopping", _at(Step.NONE, connector))


def timed_out(connector: str, seconds: int) -> Failure:
    return _failure(
        421, "4.4.2", "session-timeout", "Connection timed out", _at(Step.NONE, connector, limit=seconds)
    )


def local_loop(connector: str, observed: int, limit: int) -> Failure:
    return _failure(
        451,
        "4.4.6",
        "local-loop",
        f"message passed this server {observed} times, limit {limit}",
        _at(Step.END_OF_DATA, connector, observed=observed, limit=limit),
        tag="ROUTING.LocalLoop",
    )


def no_resources(connector: str, step: Step, name: str, *, told: bool = False) -> Failure:
    """`name` of what is short; `told`: the client may know it."""
    text = f"Insufficient system resources ({name})" if told else "Insufficient system resources"
    return _failure(452, "4.3.1", "system-resources", text, _at(step, connector, name=name))


def no_room(connector: str) -> Failure:
    """No descriptor is left for a connection."""
    where = _at(Step.CONNECT, connector, name="connections")
    return _failure(421, "4.3.1", "system-resources", "Insufficient system resources", where)


def tls_first(connector: str) -> Failure:
    return _failure(530, "5.7.0", "tls-required", "Must issue a STARTTLS command first", _at(Step.MAIL, connector))


def sign_in_first(connector: str) -> Failure:
    return _failure(
        530,
        "5.7.1",
        "authentication-required",
        "Client was not authenticated",
        _at(Step.MAIL, connector),
        "SMTPRECV.Auth.Required",
    )


def bad_sign_in(connector: str, name: str) -> Failure:
    return _failure(
        535,
        "5.7.8",
        "authentication-failed",
        "Authentication unsuccessful",
        _at(Step.AUTH, connector, name=name),
        "SMTPRECV.Auth.Failed",
    )


def sign_in_later(connector: str) -> Failure:
    return _failure(
        454,
        "4.7.0",
        "system-resources",
        "Temporary authentication failure",
        _at(Step.AUTH, connector, name="sign-ins"),
    )


def too_many_sign_ins(connector: str, observed: int, limit: int) -> Failure:
    return _failure(
        421,
        "4.7.0",
        "too-many-errors",
        "Too many failed sign-ins",
        _at(Step.AUTH, connector, observed=observed, limit=limit),
    )


def sender_not_own(connector: str, user: str) -> Failure:
    return _failure(
        550,
        "5.7.1",
        "sender-not-own",
        "Client does not have permissions to send as this sender",
        _at(Step.MAIL, connector, name=user),
    )


def unable_to_relay(connector: str, address: str) -> Failure:
    return _failure(550, "5.7.1", "relay-denied", "Unable to relay", _at(Step.RCPT, connector, name=address))


def too_many_recipients(connector: str, limit: int) -> Failure:
    return _failure(
        452,
        "4.5.3",
        "too-many-recipients-now",
        f"Too many recipients (limit {limit})",
        _at(Step.RCPT, connector, observed=limit + 1, limit=limit),
    )


def too_many_hops(connector: str, observed: int, limit: int) -> Failure:
    return _failure(
        554,
        "5.4.6",
        "hop-count-exceeded",
        f"Hop count exceeded - possible mail loop ({observed}, limit {limit})",
        _at(Step.END_OF_DATA, connector, observed=observed, limit=limit),
    )


def not_active(connector: str, *, closed: bool) -> Failure:
    """Spec 4.3.2 c and 5.3.2 b."""
    evidence = _at(Step.CONNECT, connector)
    if closed:
        return _failure(521, "5.3.2", "accepting-switched-off", "This server does not accept mail", evidence)
    return _failure(421, "4.3.2", "accepting-switched-off", "Service not active", evidence)


def client_listed(connector: str, where: str, ip: str) -> Failure:
    return _failure(
        550,
        "5.7.1",
        "client-block-listed",
        f"{ip} is listed by {where}",
        _at(Step.CONNECT, connector, name=where),
        tag="SMTPRECV.Conn.Listed",
    )


def sender_blocked(connector: str, sender: str) -> Failure:
    return _failure(554, "5.1.0", "sender-blocked", "Sender denied", _at(Step.MAIL, connector, name=sender))


def sender_restricted(connector: str, sender: str) -> Failure:
    text = "Access denied, bad outbound sender"
    return _failure(550, "5.1.8", "sender-restricted", text, _at(Step.MAIL, connector, name=sender))


def sender_unresolvable(connector: str, sender: str) -> Failure:
    text = "Unknown sender address"
    return _failure(550, "5.1.7", "sender-without-address", text, _at(Step.MAIL, connector, name=sender))


def sender_mailbox_full(connector: str, sender: str, observed: int, limit: int) -> Failure:
    return _failure(
        554,
        "5.2.2",
        "sender-mailbox-full",
        f"the sender's mailbox is full ({observed} octets, limit {limit})",
        _at(Step.MAIL, connector, name=sender, observed=observed, limit=limit),
        tag="STOREDRV.Submit.Quota",
    )


def sender_domain_forged(connector: str, sender: str) -> Failure:
    return _failure(
        550,
        "5.7.1",
        "sender-domain-forged",
        "Mail from our own domains needs a sign-in",
        _at(Step.MAIL, connector, name=sender),
        tag="SMTPRECV.Auth.OwnDomain",
    )


def sender_domain_null_mx(connector: str, sender: str) -> Failure:
    """RFC 7505 section 4.1: 550 with 5.7.27."""
    return _failure(
        550,
        "5.7.27",
        "sender-domain-takes-no-mail",
        "Sender address has null MX",
        _at(Step.MAIL, connector, name=sender),
    )


def sender_domain_unresolved(connector: str, sender: str, error: DnsError, *, later: bool) -> Failure:
    evidence = replace(
        _at(Step.MAIL, connector, name=sender), dns=f"{error.rtype} {error.name}: {error.problem.value}"
    )
    if later:
        return _failure(450, "4.1.8", "sender-domain-unresolved", "Sender domain not found now", evidence)
    return _failure(550, "5.1.8", "sender-domain-unresolved", "Sender domain not found", evidence)


def reserved_domain(connector: str, status: str, domain: str) -> Failure:
    return _failure(
        550,
        status,
        "reserved-domain",
        f"{domain} is no domain that takes mail",
        _at(Step.RCPT, connector, name=domain),
    )


def too_many_attachments(connector: str, observed: int, limit: int) -> Failure:
    return _failure(
        554,
        "5.6.3",
        "too-many-attachments",
        f"{observed} attachments, limit {limit}",
        _at(Step.END_OF_DATA, connector, observed=observed, limit=limit),
        tag="CONTENT.AttachmentLimit",
    )


def attachment_blocked(connector: str, name: str) -> Failure:
    return _failure(
        550,
        "5.7.1",
        "attachment-refused",
        "An attachment of this kind is not accepted",
        _at(Step.END_OF_DATA, connector, name=plain(name)[:255]),
        tag="AGENT.Attachment",
    )


def too_many_messages(connector: str, limit: int) -> Failure:
    return _failure(
        421,
        "4.4.2",
        "message-rate-exceeded",
        f"Message rate exceeds the limit of {limit} a minute",
        _at(Step.MAIL, connector, observed=limit + 1, limit=limit),
    )


def rule_refused(connector: str, rule: str, status: str, text: str, observed: int, limit: int) -> Failure:
    numbers = f" ({observed}, limit {limit})" if limit >= 0 else ""
    return _failure(
        550,
        status,
        "rule-refused",
        plain(text) or f"refused by a rule of the organisation{numbers}",
        _at(Step.END_OF_DATA, connector, name=rule, observed=observed if limit >= 0 else -1, limit=limit),
        tag="TRANSPORT.RULES.RejectMessage",
    )


def quarantined(connector: str, rule: str) -> Failure:
    return _failure(
        550,
        "5.2.1",
        "content-filter-refused",
        "the content filter does not let the message in",
        _at(Step.END_OF_DATA, connector, name=rule),
        tag="AGENT.Content",
    )


def spf_failed(connector: str, domain: str, ip: str) -> Failure:
    """RFC 7372 section 3.2."""
    evidence = replace(_at(Step.MAIL, connector, name=domain), remote_ip=ip, dns=f"TXT {domain}: SPF fail")
    return _failure(550, "5.7.23", "spf-failed", f"SPF: {domain} does not permit {ip} to send for it", evidence)


def no_reverse_name(connector: str, ip: str, name: str) -> Failure:
    """RFC 7372 section 3.3; `name` is the one that does not lead back, where there is one."""
    said = f"PTR {ip}: {name}, which is not {ip}" if name else f"PTR {ip}: none"
    evidence = replace(_at(Step.MAIL, connector, name=name), remote_ip=ip, dns=plain(said))
    text = f"the name of {ip} does not lead back to it" if name else f"{ip} has no name in the DNS"
    return _failure(550, "5.7.25", "no-reverse-name", text, evidence)


def signature_broken(connector: str, domain: str, why: str) -> Failure:
    """Spec 5.7.7 b."""
    return _failure(
        554,
        "5.7.7",
        "signature-broken",
        "Message integrity failure; dkim",
        replace(_at(Step.END_OF_DATA, connector, name=domain), dns=f"DKIM of {domain}: {why}"),
        tag="AGENT.Signature",
    )


def signature_unverified(connector: str, domain: str, why: str) -> Failure:
    """RFC 7372 section 3.1."""
    named = f" of {domain}" if domain else ""
    evidence = replace(_at(Step.END_OF_DATA, connector, name=domain), dns=f"DKIM{named}: {plain(why)}")
    return _failure(550, "5.7.20", "dkim-unverified", "No passing DKIM signature found", evidence)


def dmarc_failed(connector: str, domain: str, checks: str) -> Failure:
    """RFC 7372 section 3.4."""
    evidence = replace(_at(Step.END_OF_DATA, connector, name=domain), dns=f"DMARC of {domain}: {checks}")
    text = f"{domain} asks to refuse what is not proved to come from it (DMARC)"
    return _failure(550, "5.7.26", "dmarc-failed", text, evidence)
