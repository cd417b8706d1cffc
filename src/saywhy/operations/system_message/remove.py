"""`system-message remove`: our words are used again."""

from __future__ import annotations

from saywhy.model.system_messages import key
from saywhy.operations import finding, system_messages
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit
from saywhy.operations.system_message.set import READERS, places


async def run(context: Context, *, about: str, language: str, domain: str, readers: str) -> Result:
    organisation = context.organisation()
    names = [place.name for place in places(about, language, readers, domain)]
    found = [item for name in names if (item := organisation.system_messages.get(key(name))) is not None]
    if not found:
        finding.system_message(organisation, names[0])
    gone = ", ".join(item.name for item in found)
    revision = await commit(context, organisation, [Edit(old=item) for item in found], f"system-message {about}")
    return Result(text=f"Removed, our own words are used again: {gone}. Revision {revision}.")


OPERATION = Operation(
    name="system-message remove",
    help="Remove words of your own; ours are used again.",
    example="saywhy system-message remove 5.1.1",
    run=run,
    parameters=(
        system_messages.ABOUT,
        *system_messages.WHERE,
        Parameter("readers", "Of a code: whose.", default="both", choices=READERS),
    ),
    changes=True,
    confirm="Remove your own words for {about}?",
)
