"""Every server setting, once: key, type, default, unit and a sentence of documentation.

`load` reads them from TOML, `explain` and `document` print them.  Paths that are not absolute lie under
`data_dir` (`data_dir` itself and `organisation.file`: beside the settings file).  Organisation objects (domains,
connectors, recipients) are not here: they live in the store (see `organisation`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from saywhy.config import checks
from saywhy.model.units import KIB, MIB


class Binding(NamedTuple):
    """An address to listen on; port 0 takes any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def setting(default: Any, doc: str, *, unit: str = "", reload: bool = False, **limits: Any) -> Any:
    """One setting; `default` `...` means that it must be given; `reload`: a change needs no restart."""
    return Field(default, description=doc, json_schema_extra={"unit": unit, "reload": reload}, **limits)


Duration = Annotated[float, BeforeValidator(checks.duration)]
Size = Annotated[int, BeforeValidator(checks.size)]
File = Annotated[Path, PlainValidator(checks.path)]
Folder = Annotated[Path | None, PlainValidator(checks.folder)]
HostName = Annotated[str, PlainValidator(checks.host_name)]
IpAddress = Annotated[str, PlainValidator(checks.ip_address)]
LmtpAddress = Annotated[str, PlainValidator(checks.lmtp_address)]
IpAddresses = Annotated[tuple[IpAddress, ...], Field(strict=False)]
Marks = Annotated[tuple[float, float, float, float], PlainValidator(checks.marks)]
Bindings = Annotated[tuple[Binding, ...], PlainValidator(checks.bindings)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class Server(Section):
    """The server itself."""

    hostname: HostName = setting(
        ..., "The server's full name: banner, EHLO, Reporting-MTA.  It must resolve in the DNS.", unit="host name"
    )
    data_dir: File = setting(Path("/var/lib/saywhy"), "Where the server keeps what it writes.", unit="path")
    user: str = setting("", "The user to become after the listeners are bound; empty: stay.", unit="user name")
    workers: int = setting(
        1,
        "How many processes take and deliver mail, each with a queue file of its own; about one a core.  A limit "
        "on connections or octets holds for each with its share: divided by the workers, and rounded up.",
        ge=1,
        le=64,
    )


class Listener(Section):
    """`[listeners.NAME]`: an address where mail comes in.  Receive connectors name their listeners."""

    address: Bindings = setting(
        ..., "Where to listen: `0.0.0.0:25`, `[::]:25`, or an array of such.  Port 0 takes a free one.",
        unit="host:port",
    )  # fmt: skip
    tls: Literal["starttls", "implicit", "none"] = setting(
        "starttls", "`starttls` offers TLS, `implicit` begins with it (465), `none` never uses it."
    )


class Tls(Section):
    """The server's certificate.  Files that change are read again; no restart is needed."""

    certificate: File = setting(
        Path("tls/certificate.pem"),
        "Certificate chain (PEM).  When this is not set, a self-signed one is made at the first start.",
        unit="path",
        reload=True,
    )
    key: File = setting(
        Path("tls/key.pem"), "The certificate's private key (PEM, no passphrase).", unit="path", reload=True
    )


class StoreSettings(Section):
    """The queue, the tracking rows and the organisation."""

    path: File = setting(Path("queue"), "Directory of the queue's database files.", unit="path")


class Tracking(Section):
    """What `saywhy trace` tells from: what happened to each message, beside the queue in its database."""

    max_age: Duration = setting(30 * 86400.0, "Rows older than this are removed.", unit="duration", ge=3600)
    max_size: Size = setting(
        1000 * MIB,
        "About so much at most, in all queues together; the oldest make room for the new.",
        unit="size",
        ge=MIB,
    )


class DirectorySettings(Section):
    """Where recipients are looked up that the store does not have: a file, or an LDAP server."""

    source: Literal["store", "file", "ldap"] = setting(
        "store", "`store`: nowhere else.  `file`: a TOML or CSV file.  `ldap`: a server (extra `ldap`)."
    )
    file: File | None = setting(None, "The file; it is read again when it changes.", unit="path")
    url: str = setting("", "The LDAP server: `ldap://dc1.corp.example`, `ldaps://...`.", unit="URL")
    base: str = setting("", "Where in its tree recipients are: `dc=corp,dc=example`.")
    user: str = setting("", "The name to bind as; empty: nobody.")
    password_file: File | None = setting(None, "File that holds the password for it.", unit="path")
    start_tls: bool = setting(False, "Use STARTTLS on `ldap://`.")
    ca_file: File | None = setting(
        None, "Certificates that the server's must come from; empty: the system's.", unit="path"
    )
    timeout: Duration = setting(5.0, "How long one answer may take.", unit="duration", gt=0, le=300)
    keep: Duration = setting(60.0, "How long an answer holds.", unit="duration", gt=0, le=86400)
    connections: int = setting(2, "Connections of each worker.", ge=1, le=32)
    homes: bool = setting(
        False, "LDAP: `homeMDB` names the store of each mailbox; one without it cannot be delivered to (5.1.0)."
    )


class Mailboxes(Section):
    """Mail delivered here."""

    path: File = setting(Path("mailboxes"), "Directory that holds one Maildir per mailbox.", unit="path")
    lmtp: LmtpAddress = setting(
        "", "Deliver to this server of mailboxes by LMTP instead: `unix:/path` or `IP:port`.", unit="address"
    )


class Dns(Section):
    """How names are looked up."""

    nameservers: IpAddresses = setting((), "Name servers to ask; empty: those of the system.", unit="IP addresses")
    port: int = setting(53, "The name servers' port.", ge=1, le=65535)
    timeout: Duration = setting(5.0, "How long one look-up may take.", unit="duration", gt=0, le=300)


class Log(Section):
    """The event log: one JSON object per line (docs/events.md)."""

    path: str = setting("-", "File to append to; `-` is standard error.", unit="path", min_length=1)


class Control(Section):
    """How the command line reaches a running server."""

    socket: File = setting(
        Path("control.sock"), "Unix socket, readable by the server's user and root only.", unit="path"
    )


class Limits(Section):
    """Bounds of the process as a whole; those of a connection stand in the connectors."""

    max_in_flight_bytes: Size = setting(
        256 * MIB,
        "Message content held in memory by all sessions; above it, new messages are refused with 4.3.1.",
        unit="size",
        reload=True,
        ge=MIB,
    )
    drain_grace: Duration = setting(
        30.0,
        "How long a stopping server lets sessions and deliveries finish.",
        unit="duration",
        reload=True,
        le=3600,
    )


class PressureSettings(Section):
    """Back pressure: when a resource is short, mail is slowed or refused with 4.3.1 until it is not.

    Four numbers each: medium from, high from, no longer high below, low again below.  `saywhy pressure show` says
    what is done at which level.
    """

    queue_disk: Marks = setting((96, 99, 97, 94), "Used space of the queue's volume.", unit="percent")
    queue_disk_free: Size = setting(
        500 * MIB, "It is high, too, with less free space than this, on volumes of ten times as much.", unit="size"
    )
    log_disk: Marks = setting((89, 99, 90, 80), "Used space of the log's volume.", unit="percent")
    process_memory: Marks = setting((72, 75, 73, 71), "Memory of the server's own processes.", unit="percent")
    system_memory: Marks = setting((88, 94, 89, 84), "Memory in use by all programs.", unit="percent")
    submission_queue: Marks = setting(
        (9999, 15000, 10000, 2000), "Recipients in a queue that could not be categorized yet.", unit="recipients"
    )
    commits: Marks = setting((999, 1500, 1000, 800), "Changes that wait for the disk.", unit="changes")


class Timeouts(Section):
    """How long the SMTP client waits for the other side (RFC 5321 section 4.5.3.2: these are its minima)."""

    connect: Duration = setting(30.0, "For the TCP connection.", unit="duration", gt=0)
    greeting: Duration = setting(300.0, "For the greeting.", unit="duration", gt=0)
    hello: Duration = setting(300.0, "For the answer to EHLO or HELO.", unit="duration", gt=0)
    starttls: Duration = setting(
        120.0, "For the answer to STARTTLS, and for the handshake.", unit="duration", gt=0
    )
    auth: Duration = setting(120.0, "For each answer while signing in.", unit="duration", gt=0)
    mail: Duration = setting(300.0, "For the answer to MAIL.", unit="duration", gt=0)
    rcpt: Duration = setting(300.0, "For the answer to each RCPT.", unit="duration", gt=0)
    data: Duration = setting(120.0, "For the 354 after DATA.", unit="duration", gt=0)
    block: Duration = setting(180.0, "For each block of the message to be taken.", unit="duration", gt=0)
    final: Duration = setting(600.0, "For the answer to the final dot.", unit="duration", gt=0)
    quit: Duration = setting(10.0, "For the answer to QUIT; the mail is delivered by then.", unit="duration", gt=0)


class Pickup(Section):
    """A folder of mail as files: each `*.eml` is sent to whom its header names, then deleted."""

    path: Folder = setting(
        None, "The folder; whoever can write into it can send as anybody.  Empty: there is none.", unit="path"
    )
    per_minute: int = setting(100, "Files taken in a minute at most.", ge=1, le=20_000)
    max_message_size: Size = setting(25 * MIB, "The largest file; its sender is told.", unit="size", ge=KIB)
    max_header_size: Size = setting(64 * KIB, "The largest header; its sender is told.", unit="size", ge=KIB)
    max_recipients: int = setting(100, "Recipients of a message at most; its sender is told.", ge=1, le=10_000)


class Replay(Section):
    """A folder of mail as files with their envelope in X-Sender and X-Receiver: what `message export` writes."""

    path: Folder = setting(
        None, "The folder; whoever can write into it can send as anybody.  Empty: there is none.", unit="path"
    )
    per_minute: int = setting(100, "Files taken in a minute at most.", ge=1, le=20_000)
    max_message_size: Size = setting(36 * MIB, "The largest file; its sender is told.", unit="size", ge=KIB)


class OrganisationFile(Section):
    """Where the first organisation comes from."""

    file: File | None = setting(
        None, "Organisation file that fills an empty store; read at no other time.", unit="path"
    )


def _default_listeners() -> dict[str, Any]:
    return {
        "smtp": {"address": "0.0.0.0:25", "tls": "starttls"},
        "submission": {"address": "0.0.0.0:587", "tls": "starttls"},
        "submissions": {"address": "0.0.0.0:465", "tls": "implicit"},
    }


class Settings(Section):
    """All server settings.  Paths are absolute once `load` has read them."""

    server: Server
    listeners: dict[str, Listener] = Field(default_factory=_default_listeners, min_length=1)
    tls: Tls = Tls()
    store: StoreSettings = StoreSettings()
    tracking: Tracking = Tracking()
    directory: DirectorySettings = DirectorySettings()
    mailboxes: Mailboxes = Mailboxes()
    dns: Dns = Dns()
    log: Log = Log()
    control: Control = Control()
    limits: Limits = Limits()
    pressure: PressureSettings = PressureSettings()
    timeouts: Timeouts = Timeouts()
    pickup: Pickup = Pickup()
    replay: Replay = Replay()
    organisation: OrganisationFile = OrganisationFile()
