"""`lockdown start`: no failure reports to outside for a while; then it is over by itself."""

from __future__ import annotations

from saywhy.config.units import duration
from saywhy.config.words import shown
from saywhy.model.report_switches import Lockdown, LockdownProfile
from saywhy.operations import report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit

LEAST, MOST = 1.0, 7 * 86400.0  # seconds


async def run(context: Context, *, profile: str, **given: str) -> Result:
    organisation = context.organisation()
    what, now = f"lockdown {profile}", context.clock.now()
    new = Lockdown(profile, now, now + _seconds(what, given["for"]), context.actor)
    await commit(context, organisation, [Edit(organisation.lockdowns.get(profile), new)], what)
    return Result(
        text=f"{report_switches.off(new)} `saywhy lockdown stop {profile}` ends it before. "
        "Readers with a remote domain of their own get what that one says."
    )


def _seconds(what: str, text: str) -> float:
    try:
        seconds = duration(text)
    except ValueError:
        raise OperationError("usage", what, f"--for: {shown(text)} is no duration", 'write it as "2 h"') from None
    if not LEAST <= seconds <= MOST:
        raise OperationError("usage", what, f"--for: {shown(text)} is out of range", 'give "1 s" to "7 d"')
    return seconds


OPERATION = Operation(
    name="lockdown start",
    help="Send no failure reports to outside while somebody abuses them; it ends by itself.",
    example="saywhy lockdown start virus --for 2h",
    run=run,
    parameters=(
        Parameter(
            "profile",
            "What happens: virus, spam, or spoof (forged senders).",
            positional=True,
            required=True,
            choices=tuple(profile.value for profile in LockdownProfile),
        ),
        Parameter("for", "How long: 30 min, 2 h; at most 7 d.", default="2 h"),
    ),
    changes=True,
)
