"""Debian's slapd, unprivileged, on a free port of loopback, with the attribute names of Active Directory."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.interop.postfix import free_port, need

HUNG = 60.0
BASE = "dc=corp,dc=example"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "secret"
_MODULES = ("/usr/lib/ldap", "/usr/libexec/openldap", "/usr/lib64/openldap")

_TEXTS = (
    "proxyAddresses", "targetAddress", "legacyExchangeDN", "mailNickname", "deliverAndRedirect", "delivContLength",
    "submissionContLength", "msExchRequireAuthToSendTo", "msExchRecipLimit", "mDBUseDefaults", "mDBOverQuotaLimit",
    "reportToOriginator", "reportToOwner", "msExchDynamicDLFilter", "msExchDynamicDLBaseDN", "userAccountControl",
    "homeMDB",
)  # fmt: skip
_NAMES = ("altRecipient", "authOrig", "unauthOrig", "dLMemSubmitPerms", "managedBy", "publicDelegates")
_ARC = "1.3.6.1.4.1.4203.666.77"  # OpenLDAP's arc for experiments


def schema() -> str:
    """Attributes and auxiliary classes under the names that Active Directory has."""
    lines = []
    for number, name in enumerate((*_TEXTS, *_NAMES), 1):
        syntax = "1.3.6.1.4.1.1466.115.121.1.12" if name in _NAMES else "1.3.6.1.4.1.1466.115.121.1.15"
        rule = "distinguishedNameMatch" if name in _NAMES else "caseIgnoreMatch"
        lines.append(f"attributetype ( {_ARC}.1.{number} NAME '{name}' EQUALITY {rule} SYNTAX {syntax} )")
    allowed = " $ ".join((*_TEXTS, *_NAMES, "mail", "displayName"))
    lines.append(f"objectclass ( {_ARC}.2.1 NAME 'exchangeRecipient' SUP top AUXILIARY MAY ( {allowed} ) )")
    listed = f"SUP top STRUCTURAL MUST cn MAY ( {allowed} )"
    lines.append(f"objectclass ( {_ARC}.2.2 NAME 'msExchDynamicDistributionList' {listed} )")
    return "\n".join(lines)


class Slapd:
    """`member_of`: the server keeps memberOf, as Active Directory does."""

    def __init__(self, folder: Path, *, member_of: bool = True) -> None:
        need("slapd", "slapadd", "ldapadd")
        self._folder = folder
        self.port = free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        (folder / "data").mkdir()
        (folder / "corp.schema").write_text(schema())
        modules = next(path for path in _MODULES if Path(path).is_dir())
        overlay = "overlay memberof" if member_of else ""
        (folder / "slapd.conf").write_text(f"""\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {folder}/corp.schema
pidfile {folder}/slapd.pid
modulepath {modules}
moduleload back_mdb
moduleload memberof
database mdb
suffix "{BASE}"
rootdn "{ADMIN}"
rootpw {PASSWORD}
directory {folder}/data
maxsize 1073741824
index objectClass,mail,proxyAddresses,memberOf eq
sizelimit 1000
{overlay}
""")
        self._process: subprocess.Popen[bytes] | None = None

    def fill(self, entries: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """Before the server starts.  memberOf is kept for what is added while it runs: see `add`."""
        self._tool("slapadd", "-q", "-f", str(self._folder / "slapd.conf"), text=ldif({BASE: TOP} | dict(entries)))

    def add(self, entries: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._tool("ldapadd", "-x", "-H", self.url, "-D", ADMIN, "-w", PASSWORD, text=ldif(entries))

    def start(self) -> None:
        self._process = subprocess.Popen(
            [_path("slapd"), "-f", str(self._folder / "slapd.conf"), "-h", f"{self.url}/", "-d", "0"]
        )
        until = time.monotonic() + HUNG
        while time.monotonic() < until:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("slapd does not listen")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(HUNG)
            self._process = None

    def _tool(self, *command: str, text: str) -> None:
        called = [_path(command[0]), *command[1:]]
        done = subprocess.run(called, input=text, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr


TOP = {"objectClass": ["dcObject", "organization"], "o": ["Corp"], "dc": ["corp"]}


def ldif(entries: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    blocks = []
    for dn, values in entries.items():
        lines = [f"dn: {dn}", *(f"{name}: {value}" for name, listed in values.items() for value in listed)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _path(command: str) -> str:
    return shutil.which(command) or f"/usr/sbin/{command}"
