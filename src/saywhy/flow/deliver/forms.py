"""In which form each recipient gets a message: what its remote domain, its connector or our store demands."""

from __future__ import annotations

from saywhy.flow.stages import CurrentOrganisation
from saywhy.model import address_space
from saywhy.model.form import AS_IT_IS, Form
from saywhy.model.organisation import DomainType, Organisation, RemoteDomain
from saywhy.model.queued import HopKind, NextHop, Pending


class Forms:
    """Follows the organisation; where nobody demands anything, a look at it is all that a message costs."""

    def __init__(self, organisation: CurrentOrganisation) -> None:
        self._organisation = organisation
        self._seen: Organisation | None = None
        self._store = AS_IT_IS
        self._domains: dict[str, Form] = {}  # by address space
        self._media: dict[str, tuple[str, ...]] = {}  # by connector

    def any(self, hop: NextHop) -> bool:
        """Something may be demanded of mail for `hop`, beside what its recipients say."""
        self._follow()
        if hop.kind is HopKind.MAILBOX:
            return self._store is not AS_IT_IS
        return bool(self._domains or self._media)

    def of(self, pending: Pending, *, own: bool) -> Form:
        """Our `own` reports go to every domain as they are: programs read them."""
        self._follow()
        if pending.hop.kind is HopKind.MAILBOX:
            return AS_IT_IS if own else self._store
        form = AS_IT_IS if own or pending.foreign else self._of_domain(pending)
        media = self._media.get(pending.hop.connector.lower(), ())
        if not (media or pending.plain):
            return form
        return Form(form.content, form.charset, form.tnef, pending.plain, media)

    def _of_domain(self, pending: Pending) -> Form:
        domain = pending.address.domain_key
        ours = self._organisation().domains.get(domain)
        if not self._domains or (ours is not None and ours.type is not DomainType.EXTERNAL_RELAY):
            return AS_IT_IS
        found = map(self._domains.get, address_space.covering(domain))
        return next((form for form in found if form is not None), AS_IT_IS)

    def _follow(self) -> None:
        organisation = self._organisation()
        if organisation is self._seen:
            return
        self._seen = organisation
        config = organisation.transport
        self._store = _or_nothing(Form(charset=config.store_character_set, tnef=config.store_tnef))
        forms = {space: _form(domain) for space, domain in organisation.remote_domains.items()}
        # One that demands nothing stands in the way of a wider one that does.
        self._domains = forms if any(form is not AS_IT_IS for form in forms.values()) else {}
        connectors = organisation.send_connectors
        self._media = {name: each.media_types for name, each in connectors.items() if each.media_types}


def _form(domain: RemoteDomain) -> Form:
    return _or_nothing(Form(domain.content_type, domain.character_set, domain.tnef))


def _or_nothing(form: Form) -> Form:
    return AS_IT_IS if form == AS_IT_IS else form
