"""`dial-plan add`: voice and fax messages that come in together."""

from __future__ import annotations

from saywhy.config.object_docs import DOCS
from saywhy.model.report_switches import DialPlan
from saywhy.operations import report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, connector: str, **given: str) -> Result:
    new = DialPlan(name, connector, **report_switches.values(given))
    revision = await commit(context, context.organisation(), [Edit(new=new)], name_of(new))
    said = f"The dial plan {name} is there. {report_switches.off(new)}"
    return Result(text=f"{said.rstrip()} Revision {revision}.")


OPERATION = Operation(
    name="dial-plan add",
    help="Add a dial plan: voice and fax messages, told by their connector or by the field X-SayWhy-Dial-Plan.",
    example="saywhy dial-plan add Phones --connector Voice",
    run=run,
    parameters=(
        Parameter("name", "Its name.", positional=True, required=True),
        Parameter("connector", DOCS["dial-plan"]["connector"]),
        *report_switches.parameters("dial-plan", "ndr"),
    ),
    changes=True,
)
