"""`remote-domain add`: say what people in some domain get."""

from __future__ import annotations

from saywhy.config.object_docs import DOCS
from saywhy.model.report_switches import RemoteDomain
from saywhy.operations import remote_forms, report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, domain: str, **given: str) -> Result:
    new = RemoteDomain(name, domain, **remote_forms.values(given))
    revision = await commit(context, context.organisation(), [Edit(new=new)], name_of(new))
    said = f"The remote domain {name} for {domain} is there. {report_switches.off(new)}"
    return Result(text=f"{said.rstrip()} Revision {revision}.")


OPERATION = Operation(
    name="remote-domain add",
    help="Say which reports people in a domain elsewhere get, and mail in which form.",
    example="saywhy remote-domain add Partner --domain partner.example --diagnostics no",
    run=run,
    parameters=(
        Parameter("name", "Its name.", positional=True, required=True),
        Parameter("domain", DOCS["remote-domain"]["domain"], required=True),
        *remote_forms.parameters(),
    ),
    changes=True,
)
