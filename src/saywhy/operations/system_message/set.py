"""`system-message set`: say it in your own words."""

from __future__ import annotations

from saywhy.config.object_docs import DOCS
from saywhy.model.system_messages import AUDIENCES, Place, SystemMessage, key
from saywhy.operations import system_messages
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit

READERS = (*AUDIENCES, "both")


async def run(context: Context, *, about: str, text: str, language: str, domain: str, readers: str) -> Result:
    organisation = context.organisation()
    edits = []
    for place in places(about, language, readers, domain):
        new = SystemMessage(place.name, text)
        edits.append(Edit(organisation.system_messages.get(key(new.name)), new))
    changed = [edit for edit in edits if edit.old != edit.new]
    names = ", ".join(edit.item.name for edit in edits)
    if not changed:
        return Result(text=f"{names} is so already: nothing to do.")
    revision = await commit(context, organisation, changed, f"system-message {about}")
    return Result(text=f"From now on these words are used: {names}. Revision {revision}.")


def places(about: str, language: str, readers: str, domain: str) -> list[Place]:
    """A code has words for each audience; a quota notice goes to our own people only."""
    if not system_messages.is_code(about):
        return [Place(language, about.lower(), "", domain)]
    audiences = AUDIENCES if readers == "both" else (readers,)
    return [Place(language, about, audience, domain) for audience in audiences]


OPERATION = Operation(
    name="system-message set",
    help="Use your own words in reports with a code, or in a quota notice; who has to act, what a remote server "
    "said and the section for administrators stay.",
    example="saywhy system-message set 5.1.1 --text 'Nobody here has the address {recipient}. Call 1234.'",
    run=run,
    parameters=(
        system_messages.ABOUT,
        Parameter("text", DOCS["system-message"]["text"], required=True),
        *system_messages.WHERE,
        Parameter("readers", "Of a code: who reads it.", default="both", choices=READERS),
    ),
    changes=True,
)
