"""docs/settings.md, written from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saywhy.config import objects
from saywhy.config.declared import Declared, declared, sections
from saywhy.config.object_docs import SUMMARIES

HEAD = """\
<!-- Written by `make docs` from config/settings.py and config/object_docs.py: change those, not this. -->
# Settings

There are two kinds. **Server settings** are in a TOML file that the server reads when it starts (`saywhy serve
--config FILE`). **Organisation objects** (domains, recipients, connectors) are in the server's store; they
change through operations (`saywhy domain add`, `saywhy org apply FILE`) and act at once.

- `saywhy config check FILE` says everything that is wrong with a settings file and the organisation file it
  names: file, line, reason, and what to write instead.
- `saywhy config explain [KEY] [--file FILE]` says the same as this page, and with a file the value in force and
  the line that set it.

Without `--config`, the command line takes the file that `SAYWHY_CONFIG` names, else `saywhy.toml` in the current
directory, else `/etc/saywhy/saywhy.toml`.

Durations are `"30 s"`, `"5 min"`, `"4 h"`, `"2 d"`, or a number of seconds. Sizes are `"500 KB"`, `"36 MB"`,
`"1 GB"`, or a number of octets; a KB is 1024 octets, as mail servers have always counted. A relative path lies
under `server.data_dir`; `server.data_dir` itself and `organisation.file` lie beside the settings file.

A running server reads its settings again at SIGHUP (`systemctl reload saywhy`): what is marked *reload* below is
in force then, without a connection dropped; what else has changed waits for a restart, and the `RELOAD` event
names it. Faulty settings change nothing. The log is reopened, and certificates are read again whenever their
files change.

The least that is needed:

```toml
[server]
hostname = "mail.example.org"

[organisation]
file = "organisation.toml"
```

# Server settings
"""

LISTENERS = """
Without any, there are three: `smtp` (0.0.0.0:25), `submission` (0.0.0.0:587) and `submissions` (0.0.0.0:465,
`implicit`). Naming one replaces them all.
"""

ORGANISATION = """
# Organisation objects

Written here as in the organisation file, which fills an empty store at the first start, and which `saywhy org
export` writes and `saywhy org apply` reads. Each object is a table; of `[transport]` there is one.

Without any `[[receive_connector]]`, two are in force: *Default Frontend* (listener `smtp`, no sign-in, no
relaying, unknown recipients refused) and *Client* (listeners `submission` and `submissions`, sign-in required with
`PLAIN` or `LOGIN`, unknown recipients taken and reported). Without any `[[send_connector]]` there is *Internet*:
everything, by MX. Without a `[[remote_domain]]` for `*` there is *Default*, with every report switched on.
"""


def page() -> str:
    return HEAD + "".join(_server()) + ORGANISATION + "".join(_objects())


def _server() -> Iterator[str]:
    for section, model in sections().items():
        yield f"\n## `[{section}]`\n\n{_plain(model.__doc__ or '')}\n"
        if section.startswith("listeners"):
            yield LISTENERS
        yield from _table(declared(f"{section}.{name}", field) for name, field in model.model_fields.items())


def _objects() -> Iterator[str]:
    for kind in objects.TABLES:
        table = objects.TABLES[kind]
        heading = f"[{table}]" if kind == objects.SINGLE else f"[[{table}]]"
        yield f"\n## `{heading}`\n\n{_plain(SUMMARIES[kind])}\n"
        fields = objects.model_of(kind).model_fields
        yield from _table(declared(f"{table}.{name}", field) for name, field in fields.items())


def _table(settings: Iterable[Declared]) -> Iterator[str]:
    yield "\n| key | default | unit | |\n|---|---|---|---|\n"
    for setting in settings:
        name = setting.key.rpartition(".")[2]
        default = "must be given" if setting.required else f"`{setting.default}`" if setting.default else ""
        mark = " *reload*" if setting.reload else ""
        yield f"| `{name}` | {default} | {setting.unit} | {_plain(setting.doc)}{mark} |\n"


def _plain(text: str) -> str:
    return text.replace(".  ", ". ").replace("|", "\\|")
