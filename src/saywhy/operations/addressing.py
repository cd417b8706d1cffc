"""Address policies at work: recipient -> its addresses.

The first template of the policy makes the primary address, the others further ones; addresses that the recipient
had stay behind them.  Where another has the address already, a number is added: `anna.b2@`.
"""

from __future__ import annotations

import dataclasses

from saywhy.model import address_template, matching
from saywhy.model.address import Address
from saywhy.model.organisation import AddressPolicy, DirectoryObject, Organisation

MAX_NUMBER = 1000


def policy_of(organisation: Organisation, item: DirectoryObject) -> AddressPolicy | None:
    """The one that is for a recipient; None when none is, or it wants none."""
    if not item.address_policy or item.unusable:
        return None
    ordered = sorted(organisation.policies.values(), key=lambda policy: (policy.priority, policy.name.lower()))
    return next((policy for policy in ordered if _matches(policy, item)), None)


def _matches(policy: AddressPolicy, item: DirectoryObject) -> bool:
    try:
        return not policy.filter or matching.parse(policy.filter)(item)
    except matching.FilterError:  # `recipient check` says it
        return False


def addressed(
    organisation: Organisation, item: DirectoryObject, taken: frozenset[str] | set[str] | None = None
) -> DirectoryObject:
    """The recipient with the addresses that its policy gives; as it was without one."""
    policy = policy_of(organisation, item)
    if policy is None:
        return item
    if taken is None:
        taken = addresses_in_use(organisation)
    own = {address.key for address in item.addresses}
    made = []
    for template in policy.templates:
        wanted = address_template.address(template, item)
        free = _free(wanted, taken - own) if wanted else None
        if free is not None:
            made.append(free)
    ordered = {address.key: address for address in (*made, *item.addresses)}
    return dataclasses.replace(item, addresses=tuple(ordered.values()))


def addresses_in_use(organisation: Organisation) -> set[str]:
    return {address.key for item in organisation.recipients.values() for address in item.addresses}


def _free(wanted: Address, taken: frozenset[str] | set[str]) -> Address | None:
    if wanted.key not in taken:
        return wanted
    for number in range(2, MAX_NUMBER):
        numbered = Address(f"{wanted.local}{number}", wanted.domain)
        if numbered.key not in taken:
            return numbered
    return None
