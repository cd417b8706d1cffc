"""`remote-domain list`: what readers of reports in domains elsewhere get."""

from __future__ import annotations

from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    found = context.organisation().remote_domains.values()
    rows: tuple[Row, ...] = tuple(
        {
            "name": item.name,
            "domain": item.domain,
            "ndr": item.ndr,
            "delivery_reports": item.delivery_reports,
            "diagnostics": item.diagnostics,
            "built_in": item is DEFAULT_REMOTE_DOMAIN,
        }
        for item in sorted(found, key=lambda each: each.name.lower())
    )
    return Result(rows)


OPERATION = Operation(
    name="remote-domain list",
    help="Show which reports readers in domains elsewhere get; the most specific domain wins.",
    example="saywhy remote-domain list",
    run=run,
    columns=(
        Column("name", "Its name; `remote-domain set` takes it."),
        Column("domain", "Whose readers: a domain, `*.` and a domain (its subdomains), or `*`."),
        Column("ndr", "They get failure reports.", Format.YES),
        Column("delivery_reports", "They get all other reports.", Format.YES),
        Column("diagnostics", "Their reports have the section for administrators.", Format.YES),
        Column("built_in", "It holds while nothing else is said about `*`.", Format.YES),
    ),
)
