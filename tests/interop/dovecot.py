"""Debian's Dovecot as an IMAP server, unprivileged, on free ports of loopback, with a folder of its own.

Started by root, it runs as `nobody`: Dovecot gives root no mail.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.interop.postfix import HUNG, free_port, need

PASSWORD = "s3cret-\u00fc"  # of every user

CONFIG = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 1G
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_plugin_dir = /nonexistent
disable_plaintext_auth = {secure}
auth_mechanisms = plain login
ssl = {ssl}
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
"""


LMTP = """\
protocols = lmtp imap
postmaster_address = postmaster@here.example
hostname = here.example
service lmtp {{
  chroot =
  unix_listener lmtp {{
    mode = 0600
  }}
  inet_listener lmtp {{
    port = {port}
  }}
}}
"""


class Dovecot:
    """`user` has the mail that is put and looked at: any name will do, each has folders of its own.

    `port` speaks STARTTLS (when `tls`), `tls_port` TLS from the first octet; `ca` is its certificate.
    With `lmtp`, the port and the socket of that name take mail for everybody.
    """

    def __init__(self, tls: bool = True, lmtp: bool = False) -> None:
        need("dovecot", "openssl", "setpriv")
        version = subprocess.run([_command(), "--version"], capture_output=True, text=True, check=True).stdout
        if not version.startswith("2.3."):
            pytest.skip(f"the configuration is for Dovecot 2.3, and this is {version}")
        self.user = "bounces@here.example"
        self._seconds = itertools.count(1_700_000_000)
        self.folder = Path(tempfile.mkdtemp(prefix="saywhy-dovecot-"))
        if lmtp and not Path("/usr/lib/dovecot/lmtp").exists():
            pytest.skip("needs dovecot-lmtpd")
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port(), free_port()
        self.socket = self.folder / "run" / "lmtp"
        self.ca = self.folder / "cert.pem"
        self.log = self.folder / "log"
        me = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        for name in ("mail", "home", "run", "state"):
            (self.folder / name).mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.folder / "key.pem", "-out", self.ca],
            check=True, capture_output=True,
        )  # fmt: skip
        values = {
            "folder": self.folder, "user": me.pw_name, "group": _group(me.pw_gid), "uid": me.pw_uid,
            "gid": me.pw_gid, "port": self.port, "tls_port": self.tls_port, "password": PASSWORD,
            "ssl": "yes" if tls else "no", "secure": "no",
        }  # fmt: skip
        config = CONFIG.format(**values) + (LMTP.format(port=self.lmtp_port) if lmtp else "")
        (self.folder / "conf").write_text(config)
        self._as = (
            [] if os.geteuid() else ["setpriv", f"--reuid={me.pw_uid}", f"--regid={me.pw_gid}", "--clear-groups"]
        )
        if self._as:
            subprocess.run(["chown", "-R", f"{me.pw_uid}:{me.pw_gid}", self.folder], check=True)
        self._process = subprocess.Popen([*self._as, _command(), "-F", "-c", self.folder / "conf"])
        self._wait()

    def __enter__(self) -> Dovecot:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(HUNG)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def put(self, content: bytes, folder: str = "") -> None:
        """A message into the Maildir, as a delivery agent does."""
        place = self.folder / "mail" / self.user / (f".{folder}" if folder else "")
        with tempfile.TemporaryDirectory() as work:
            message = Path(work) / "message"
            message.write_bytes(content)
            Path(work).chmod(0o755)
            script = (
                'mkdir -p "$1/cur" "$1/new" "$1/tmp" && cp "$2" "$1/tmp/x" && chmod 600 "$1/tmp/x" && '
                'mv "$1/tmp/x" "$1/new/$3.made.here"'
            )
            name = str(next(self._seconds))  # Dovecot numbers mail by the seconds in its name
            subprocess.run([*self._as, "sh", "-c", script, "sh", place, message, name], check=True)

    def files(self, folder: str = "") -> list[Path]:
        """The messages of a folder, with their flags in their names."""
        place = self.folder / "mail" / self.user / (f".{folder}" if folder else "")
        return sorted([*place.glob("new/*"), *place.glob("cur/*")], key=lambda path: path.name)

    def _wait(self) -> None:
        until = time.monotonic() + HUNG
        while time.monotonic() < until:
            if self._process.poll() is not None:
                pytest.fail(f"Dovecot ended: {self.log.read_text() if self.log.exists() else ''}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as sock:
                    if sock.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
        pytest.fail("Dovecot does not answer")


def _command() -> str:
    return shutil.which("dovecot") or "/usr/sbin/dovecot"


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def context(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)
