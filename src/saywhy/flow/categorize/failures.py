"""The Failures of this stage, one function each (spec A2, A4).  Texts are for strangers: no names of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.outcome import Failed
from saywhy.model.status import Status

MAX_NAME = 500  # characters of a chain or a list of names in Evidence


@dataclass(frozen=True, slots=True)
class Buried:
    """Who had an unknown address before, in words; `told` to senders of ours only."""

    who: str = ""
    told: bool = False


NOBODY = Buried()


def _failed(status: str, cause: str, tag: str, text: str, evidence: Evidence) -> Failure:
    return Failure(Status.parse(status), 550, cause, text, evidence, permanent=True, tag=tag)


def _seen(*, name: str = "", observed: int = -1, limit: int = -1, near: tuple[str, ...] = ()) -> Evidence:
    return Evidence(Stage.CATEGORIZE, name=name, observed=observed, limit=limit, near=near)


def chain(names: Sequence[str]) -> str:
    """`a -> b -> a`; of a long chain its end, which is where the trouble is."""
    text = " -> ".join(names)
    return text if len(text) <= MAX_NAME else "... " + text[-MAX_NAME:]


def too_many_recipients(observed: int, limit: int) -> Failure:
    evidence = _seen(name="max_recipients", observed=observed, limit=limit)
    tag = "RESOLVER.ADR.RecipLimit"
    return _failed("5.5.3", "too-many-recipients", tag, "too many recipients", evidence)


def not_found(passed: Sequence[str], near: tuple[str, ...] = (), buried: Buried = NOBODY) -> Failure:
    """`passed` are the groups and contacts that led to the address; empty when the sender wrote it."""
    evidence = _seen(name=_trace(passed, buried), near=near)
    if buried.told:
        return _failed("5.1.1", "recipient-deleted", "RESOLVER.ADR.RecipDeleted", "not found", evidence)
    return _failed("5.1.1", "recipient-unknown", "RESOLVER.ADR.RecipNotFound", "not found", evidence)


def target_not_found(passed: Sequence[str], buried: Buried = NOBODY) -> Failure:
    """A contact leads to an address of ours that nobody has (spec 5.1.1 e)."""
    evidence = _seen(name=_trace(passed, buried))
    return _failed("5.1.1", "recipient-unknown", "RESOLVER.FWD.NotFound", "not found", evidence)


def _trace(passed: Sequence[str], buried: Buried) -> str:
    """What led there, and who was there before: for administrators."""
    return ": ".join(filter(None, (chain(passed), buried.who)))


def hidden(name: str, policy: str) -> Failure:
    """The sender's address book has not got the recipient (spec 5.3.2 d)."""
    tag, text = "RESOLVER.RST.AddressBook", "recipient not available to this sender"
    return _failed("5.3.2", "recipient-hidden", tag, text, _seen(name=f"{name}: {policy}"))


def ambiguous(names: Sequence[str]) -> Failure:
    evidence = _seen(name=", ".join(names)[:MAX_NAME])
    return _failed("5.1.4", "recipient-ambiguous", "RESOLVER.ADR.Ambiguous", "ambiguous address", evidence)


def ambiguous_now(names: Sequence[str]) -> Failure:
    """The same while a synchronisation may be mending it (AmbiguousAction.DEFER)."""
    evidence = _seen(name=", ".join(names)[:MAX_NAME])
    tag, text = "RESOLVER.ADR.Ambiguous", "ambiguous address"
    return Failure(Status(4, 2, 0), 420, "recipient-ambiguous", text, evidence, permanent=False, tag=tag)


def not_for_smtp(kind: str) -> Failure:
    text = "address not allowed in SMTP"
    return _failed("5.1.0", "address-not-for-smtp", "RESOLVER.ADR.InvalidInSmtp", text, _seen(name=kind))


def legacy_unknown() -> Failure:
    return _failed("5.1.1", "legacy-address-unknown", "RESOLVER.ADR.ExRecipNotFound", "not found", _seen())


def moved(name: str) -> Failure:
    text = "the mailbox was moved away"
    return _failed("5.1.6", "mailbox-moved", "RESOLVER.ADR.Moved", text, _seen(name=name))


def no_target(name: str) -> Failure:
    text = "contact without external address"
    return _failed("5.1.0", "contact-without-target", "RESOLVER.ADR.NoTarget", text, _seen(name=name))


def malformed(passed: Sequence[str], texts: Sequence[str]) -> Failure:
    """What an import brought as the address of a contact or a member (spec 5.1.3 c)."""
    tag, text = "STOREDRV.Submit", "invalid recipient address"
    evidence = _seen(name=f"{chain(passed)}: {', '.join(texts)}"[:MAX_NAME])
    return _failed("5.1.3", "directory-address-malformed", tag, text, evidence)


def invalid_object(name: str, why: str) -> Failure:
    text = "the recipient's entry is not usable"
    evidence = _seen(name=f"{name}: {why}"[:MAX_NAME])
    return _failed("5.1.5", "recipient-unusable", "RESOLVER.ADR.InvalidObject", text, evidence)


def home_missing(name: str, home: str) -> Failure:
    text = "the mailbox's database is not known"
    evidence = _seen(name=f"{name}: {home}"[:MAX_NAME])
    return _failed("5.1.6", "mailbox-home-missing", "RESOLVER.ADR.HomeDatabaseMissing", text, evidence)


def home_unclear(name: str, why: str) -> Failure:
    text = "the mailbox's database could not be determined"
    evidence = _seen(name=f"{name}: {why}"[:MAX_NAME])
    return _failed("5.1.0", "mailbox-home-unclear", "RESOLVER.ADR.HomeDatabaseUnclear", text, evidence)


def bad_primary(name: str) -> Failure:
    text = "the sender has no valid primary address"
    return _failed("5.1.7", "sender-without-address", "RESOLVER.ADR.BadPrimary", text, _seen(name=name))


def sender_restricted(name: str) -> Failure:
    """Words and code that other servers use for the same (spec 5.1.8)."""
    text = "Access denied, bad outbound sender"
    return _failed("5.1.8", "sender-restricted", "", text, _seen(name=name))


def group_as_sender(name: str) -> Failure:
    tag = "RESOLVER.GRP.GroupAsSender"
    return _failed("5.2.4", "group-as-sender", tag, "a group may not send", _seen(name=name))


def sender_size(name: str, observed: int, limit: int) -> Failure:
    """`name` is the sender, or the organisation's limit."""
    tag, text = "RESOLVER.RST.SendSizeLimit", "message too large for this sender"
    return _failed("5.2.3", "sender-size-limit", tag, text, _seen(name=name, observed=observed, limit=limit))


def recipient_size(name: str, observed: int, limit: int) -> Failure:
    tag, text = "RESOLVER.RST.RecipSizeLimit", "message too large for this recipient"
    return _failed("5.2.3", "recipient-size-limit", tag, text, _seen(name=name, observed=observed, limit=limit))


def needs_sign_in(name: str) -> Failure:
    tag, text = "RESOLVER.RST.AuthRequired", "authentication required"
    return _failed("5.7.1", "recipient-needs-sign-in", tag, text, _seen(name=name))


def not_authorized(name: str) -> Failure:
    return _failed(
        "5.7.1", "recipient-restricted", "RESOLVER.RST.NotAuthorized", "not authorized", _seen(name=name)
    )


def expansion_denied(name: str) -> Failure:
    tag, text = "RESOLVER.GRP.ExpansionDenied", "the sender may not use this list"
    return _failed("5.7.2", "expansion-denied", tag, text, _seen(name=name))


def list_for_insiders(name: str) -> Failure:
    tag, text = "RESOLVER.GRP.ExpansionDenied", "the list takes no mail from outside"
    return _failed("5.7.2", "list-for-insiders", tag, text, _seen(name=name))


def redirection_denied(passed: Sequence[str]) -> Failure:
    """The message itself forbids it (spec 5.7.3 a)."""
    tag, text = "RESOLVER.FWD.NotAuthorized", "may not be redirected to the alternate recipient"
    return _failed("5.7.3", "redirection-denied", tag, text, _seen(name=chain(passed)))


def substitute_restricted(passed: Sequence[str]) -> Failure:
    """The alternate recipient refuses the sender (spec 5.7.3 b)."""
    tag, text = "RESOLVER.FWD.NotAuthorized", "the alternate recipient takes no mail from the sender"
    return _failed("5.7.3", "substitute-restricted", tag, text, _seen(name=chain(passed)))


def no_moderators(name: str) -> Failure:
    """Nobody can be asked; a group or mailbox that is set up so is a fault of ours."""
    tag, text = "APPROVAL.NoModerators", "the recipient is moderated, and no moderator gets mail"
    return _failed("5.2.4", "moderators-missing", tag, text, _seen(name=name))


def folder_permission(name: str) -> Failure:
    tag, text = "STOREDRV.Deliver.Permission", "public folder permission"
    return _failed("5.2.1", "folder-permission-missing", tag, text, _seen(name=name))


def mailbox_disabled(name: str) -> Failure:
    return _failed("5.2.1", "mailbox-disabled", "STOREDRV.Deliver", "mailbox disabled", _seen(name=name))


def bad_filter(passed: Sequence[str], why: str) -> Failure:
    tag, text = "RESOLVER.GRP.BadFilter", "the group's filter is invalid"
    evidence = _seen(name=f"{chain(passed)}: {why}"[:MAX_NAME])
    return _failed("5.2.4", "group-filter-invalid", tag, text, evidence)


def bad_container(passed: Sequence[str], container: str) -> Failure:
    tag, text = "RESOLVER.GRP.BadContainer", "the group's container does not exist"
    evidence = _seen(name=f"{chain(passed)}: {container}"[:MAX_NAME])
    return _failed("5.2.4", "group-filter-invalid", tag, text, evidence)


def expansion_server(passed: Sequence[str], server: str) -> Failure:
    tag, text = "RESOLVER.GRP.ExpansionServer", "the expansion server is not reached"
    evidence = _seen(name=f"{chain(passed)}: {server}"[:MAX_NAME])
    return _failed("5.2.4", "expansion-server-unreachable", tag, text, evidence)


def loop(passed: Sequence[str]) -> Failure:
    text = "forwarding loop in the directory"
    return _failed("5.4.6", "directory-loop", "RESOLVER.FWD.Loop", text, _seen(name=chain(passed)))


def too_often(passed: Sequence[str], observed: int, limit: int) -> Failure:
    """The message was copied by itself again and again: two forwardings answer one another (spec 5.4.6 e, g)."""
    evidence = _seen(name=chain(passed), observed=observed, limit=limit)
    text = "too many messages made from one another"
    return Failure(Status(5, 4, 6), 554, "automatic-mail-loop", text, evidence, permanent=True, tag="AGENT.Loop")


def too_deep(passed: Sequence[str], limit: int) -> Failure:
    evidence = _seen(name=chain(passed), observed=len(passed), limit=limit)
    text = "too many steps of forwarding in the directory"
    return _failed("5.4.6", "directory-loop", "RESOLVER.FWD.Depth", text, evidence)


def no_members(passed: Sequence[str]) -> Failure:
    text = "the group has no members to deliver to"
    return _failed("5.2.4", "group-not-expandable", "RESOLVER.GRP.NoMembers", text, _seen(name=chain(passed)))


def too_many_members(passed: Sequence[str], observed: int, limit: int) -> Failure:
    evidence = _seen(name=chain(passed), observed=observed, limit=limit)
    text = "the group has too many members"
    return _failed("5.2.4", "group-not-expandable", "RESOLVER.GRP.TooManyMembers", text, evidence)


def _directory_down(evidence: Evidence) -> Failure:
    return Failure(
        Status(4, 3, 0),
        451,
        "directory-unavailable",
        "recipient directory not available",
        evidence,
        permanent=False,
        tag="RESOLVER.ADR.DirectoryDown",
    )


def directory_down(why: str) -> Failure:
    return _directory_down(_seen(name=why[:MAX_NAME]))


def directory_down_at_rcpt(why: str) -> Failure:
    return _directory_down(Evidence(Stage.RECEIVE, Step.RCPT, name=why[:MAX_NAME]))


def user_unknown(near: tuple[str, ...], buried: Buried = NOBODY) -> Failure:
    """The refusal at RCPT, in the words that other servers' bounce parsers know (spec 5.1.1 a)."""
    evidence = Evidence(Stage.RECEIVE, Step.RCPT, name=buried.who, near=near)
    return Failure(Status(5, 1, 1), 550, "recipient-unknown", "User unknown", evidence, permanent=True)


USER_UNKNOWN = Failed(user_unknown(()))  # thousands a second in an address harvest: made once
