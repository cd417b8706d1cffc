"""`lockdown stop`: failure reports go to outside again."""

from __future__ import annotations

from saywhy.model.report_switches import LockdownProfile
from saywhy.operations import report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit


async def run(context: Context, *, profile: str) -> Result:
    organisation, now = context.organisation(), context.clock.now()
    ending = [item for item in organisation.lockdowns.values() if profile in ("", item.name)]
    if not any(item.until > now for item in ending):
        return Result(text="No such lockdown is in force: nothing to do.")
    await commit(context, organisation, [Edit(old=item) for item in ending], "lockdown")
    rest = list(report_switches.warnings(context.organisation(), now))
    return Result(text="\n".join(["The lockdown is over.", *rest]))


OPERATION = Operation(
    name="lockdown stop",
    help="End a lockdown, or all of them: failure reports go to outside again.",
    example="saywhy lockdown stop",
    run=run,
    parameters=(
        Parameter(
            "profile",
            "Only this one: virus, spam or spoof.",
            positional=True,
            choices=tuple(profile.value for profile in LockdownProfile),
        ),
    ),
    changes=True,
)
