"""All that is checked of a transaction, in the order of spec F2: sender, recipients, content.

`policy` says who may do what, `filters` what the organisation takes from nobody, `asking` what the DNS must say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import replace

from saywhy.flow.receive import asking, filters, policy, proof, refusals, rules, trace
from saywhy.flow.receive.policy import Client
from saywhy.flow.receive.services import Services
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.evidence import Step
from saywhy.model.failure import Failure, Refused
from saywhy.model.organisation import ReceiveConnector
from saywhy.model.queued import Headline
from saywhy.wire.smtp import events as smtp


class Gate:
    """One connector's; every method says why not, or None."""

    def __init__(self, services: Services, connector: ReceiveConnector) -> None:
        self._services = services
        self._connector = connector
        self._asked: proof.Prover | None = None

    async def client(self, client: Client) -> Failure | None:
        connector = self._connector
        return await asking.listed(self._services.names, connector.name, connector.block_lists, client.ip)

    def sender(self, client: Client, tls_offered: bool, sender: Address | None) -> Failure | None:
        connector, services = self._connector, self._services
        refusal = policy.check_sender(connector, client, tls_offered, sender)
        if refusal is None and sender is not None:
            known = policy.may_relay(connector, client)
            refusal = filters.check_sender(services.organisation(), connector, sender, known=known)
        if refusal is None and services.in_flight.full:
            refusal = refusals.no_resources(connector.name, Step.MAIL, "messages in transfer")
        if refusal is None:
            refusal = self._pressure(client)
        return refusal

    def _pressure(self, client: Client) -> Failure | None:
        """Spec F9 and A2 4.3.1: only who signed in is told which resource it is."""
        known = policy.may_relay(self._connector, client)
        short = self._services.pressure.refuses(known)
        if not short:
            return None
        return refusals.no_resources(self._connector.name, Step.MAIL, short, told=client.user is not None)

    def delay(self, client: Client) -> float:
        """Seconds to let MAIL wait because a resource is short."""
        return self._services.pressure.delay(policy.may_relay(self._connector, client))

    def asks(self, client: Client, sender: Address | None) -> bool:
        """Whether there is something to `ask` about this sender that takes time."""
        if client.user is not None:
            return sender is not None
        connector = self._connector
        wanted = connector.check_sender_domain and sender is not None
        return (wanted or proof.refuses_early(connector)) and not policy.may_relay(connector, client)

    async def ask(self, client: Client, sender: Address | None, helo: str) -> Failure | None:
        """Of our own people: is their mailbox full?  Of strangers: does their domain exist, and is it theirs?"""
        name = self._connector.name
        if client.user is None:
            if sender is not None and self._connector.check_sender_domain:
                refusal = await asking.sender_domain(self._services.names, name, sender)
                if refusal is not None:
                    return refusal
            return await self._prover.early(client.ip, helo, sender)
        if sender is None:
            return None
        if self._unresolvable(sender):
            return refusals.sender_unresolvable(name, str(sender))
        over = await self._services.over_quota(sender)
        return refusals.sender_mailbox_full(name, str(sender), *over) if over is not None else None

    def _unresolvable(self, sender: Address) -> bool:
        """An address of our own domains that nobody has: no answer could reach the user (spec 5.1.7 d)."""
        found = self._services.lookup(sender, internal=True)
        return found is not None and found.failure.cause == "recipient-unknown"

    def rate(self, client: Client) -> Failure | None:
        """Counts a message in."""
        services, connector = self._services, self._connector
        if services.rates.allow(connector, client.ip, services.clock.now()):
            return None
        return refusals.too_many_messages(connector.name, connector.message_rate)

    def named(self, recipient: Recipient) -> Recipient:
        """`RCPT TO:<Postmaster>` has no domain: it is the default one (RFC 5321 section 4.5.1)."""
        if recipient.address.domain:
            return recipient
        return replace(recipient, address=Address("postmaster", self._services.organisation().default_domain))

    def bring(self, address: Address) -> Awaitable[None] | None:
        """What is to be awaited before `recipient` can know an address."""
        return self._services.bring(address) if self._services.bring is not None else None

    def tarpit(self, refusal: Failure) -> float:
        """Seconds before the answer to an unknown recipient."""
        return self._connector.tarpit if refusal.cause == "recipient-unknown" else 0.0

    def recipient(self, client: Client, taken: int, address: Address) -> Failure | None:
        """`taken`: how many the transaction has already."""
        connector, services = self._connector, self._services
        if taken >= connector.max_recipients:
            return refusals.too_many_recipients(connector.name, connector.max_recipients)
        return policy.check_recipient(services.organisation(), connector, client, services.lookup, address)

    def content(self, envelope: Envelope, heading: Headline, content: bytes) -> Failure | None:
        connector = self._connector
        refusal = policy.check_headline(connector, heading)
        if refusal is None and heading.hops > connector.max_local_hops:
            refusal = policy.check_local_hops(connector, self._services.hostname, content)
        if refusal is None:
            organisation = self._services.organisation()
            refusal = filters.check_attachments(organisation.transport, connector, content)
            if refusal is None and organisation.rules:
                refusal = rules.check(organisation, connector.name, envelope, heading, content)
        return refusal

    @property
    def _prover(self) -> proof.Prover:
        """Made for strangers only."""
        if self._asked is None:
            self._asked = proof.Prover(self._services, self._connector)
        return self._asked

    def proves(self, origin: Origin) -> bool:
        """Whether it is asked who messages from there are from: not of those who may relay."""
        return not origin.internal and proof.wanted(self._connector)

    async def proved(
        self, client: Client, origin: Origin, envelope: Envelope, content: bytes
    ) -> tuple[Origin, bytes]:
        """The message with what was found out about its sender; raises Refused."""
        found = await self._prover.whole(client.ip, origin.helo, envelope.sender, content)
        refusal = proof.refusal(self._connector, found)
        if refusal is not None:
            raise Refused(refusal)
        origin = replace(origin, reverse_path=found.reverse_path, checks=found.line)
        return origin, found.marked(content, self._services.hostname)

    def origin(self, client: Client, helo: str, tls: str, *, extended: bool, smtputf8: bool) -> Origin:
        """Where a message comes from, for its trace header and for whoever asks later."""
        user = client.user
        word = trace.protocol(
            extended=extended, encrypted=client.encrypted, authenticated=user is not None, smtputf8=smtputf8
        )
        name = user.name if user is not None else ""
        internal = policy.may_relay(self._connector, client)
        return Origin(self._connector.name, word, client.ip, helo, name, tls, internal=internal)


def envelope_of(mail: smtp.Mail | None, recipients: Iterable[Recipient]) -> Envelope:
    """What a transaction has said so far."""
    if mail is None:
        return Envelope(None, tuple(recipients))
    return Envelope(mail.sender, tuple(recipients), mail.envid, mail.ret, mail.body, mail.smtputf8, mail.by)
