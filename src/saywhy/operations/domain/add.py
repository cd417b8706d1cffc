"""`domain add`: take mail for one more domain."""

from __future__ import annotations

import dataclasses

from saywhy.model.organisation import AcceptedDomain, DomainType
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, type: str, default: bool) -> Result:
    organisation = context.organisation()
    new = AcceptedDomain(name, DomainType(type), default)
    edits = [Edit(new=new)]
    if default:
        others = [domain for domain in organisation.domains.values() if domain.default]
        edits += [Edit(domain, dataclasses.replace(domain, default=False)) for domain in others]
    revision = await commit(context, organisation, edits, name_of(new))
    return Result(text=f"Mail for {name} is taken ({type}). Revision {revision}.")


OPERATION = Operation(
    name="domain add",
    help="Take mail for a domain.",
    example="saywhy domain add worcester.example --default",
    run=run,
    parameters=(
        Parameter("name", "The domain.", positional=True, required=True),
        Parameter(
            "type",
            "authoritative: unknown recipients do not exist; internal-relay: they go on by a connector; "
            "external-relay: all go on.",
            default=DomainType.AUTHORITATIVE.value,
            choices=tuple(kind.value for kind in DomainType),
        ),
        Parameter("default", "Make it the domain of our own postmaster and message ids.", Type.FLAG),
    ),
    changes=True,
)
