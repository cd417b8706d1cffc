"""`remote-domain list`: what people in domains elsewhere get."""

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
            "content_type": item.content_type.value,
            "character_set": item.character_set,
            "tnef": item.tnef,
            "built_in": item is DEFAULT_REMOTE_DOMAIN,
        }
        for item in sorted(found, key=lambda each: each.name.lower())
    )
    return Result(rows)


OPERATION = Operation(
    name="remote-domain list",
    help="Show which reports people in domains elsewhere get, and mail in which form; the most specific domain "
    "wins.",
    example="saywhy remote-domain list",
    run=run,
    columns=(
        Column("name", "Its name; `remote-domain set` takes it."),
        Column("domain", "Whose readers: a domain, `*.` and a domain (its subdomains), or `*`."),
        Column("ndr", "They get failure reports.", Format.YES),
        Column("delivery_reports", "They get all other reports.", Format.YES),
        Column("diagnostics", "Their reports have the section for administrators.", Format.YES),
        Column("content_type", "The bodies of mail to them: as written, or text, or HTML."),
        Column("character_set", "The character set into which texts are converted."),
        Column("tnef", "winmail.dat goes to them as it is.", Format.YES),
        Column("built_in", "It holds while nothing else is said about `*`.", Format.YES),
    ),
)
