"""`remote-domain set`: change what people in some domain get; `Default` is always there."""

from __future__ import annotations

from typing import Any

from saywhy.config.object_docs import DOCS
from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN
from saywhy.operations import changing, finding, remote_forms
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result


async def run(context: Context, *, name: str, domain: str, **given: str) -> Result:
    old = finding.remote_domain(context.organisation(), name)
    values: dict[str, Any] = remote_forms.values(given)
    if domain:
        values["domain"] = domain
    stored = None if old is DEFAULT_REMOTE_DOMAIN else old
    return await changing.change(context, old, stored, values)


OPERATION = Operation(
    name="remote-domain set",
    help="Change which reports people in a domain elsewhere get, and mail in which form; Default is for all "
    "that no other one covers.",
    example="saywhy remote-domain set Default --ndr no",
    run=run,
    parameters=(
        Parameter("name", "Its name, or its domain.", positional=True, required=True),
        Parameter("domain", DOCS["remote-domain"]["domain"]),
        *remote_forms.parameters(),
    ),
    changes=True,
)
