"""Debian's Postfix in a user namespace, unprivileged, on a free port of loopback.

Inside the namespace the test's user is root and the sub-ids of /etc/subuid are everybody else, so that Postfix
finds the users it wants; its configuration, queue and data lie in the test's folder.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

NAMESPACE = ("unshare", "--user", "--map-root-user", "--map-auto", "--fork", "--kill-child")
HUNG = 120.0

SERVICES = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def need(*commands: str) -> None:
    """Skip unless every command is installed."""
    for command in commands:
        if shutil.which(command) is None and not Path("/usr/sbin", command).exists():
            pytest.skip(f"{command} is not installed")


class Postfix:
    """`routes`: domain -> port on 127.0.0.1 where mail for it goes."""

    def __init__(self, folder: Path, routes: dict[str, int], **settings: str) -> None:
        need("postfix", "newuidmap", "unshare")
        probe = subprocess.run([*NAMESPACE, "true"], capture_output=True, text=True, check=False)
        if probe.returncode:
            pytest.skip(f"no user namespace with sub-ids here: {probe.stderr.strip()}")
        self.folder = folder
        self.port = free_port()
        for name in ("conf", "queue", "data", "log"):
            (folder / name).mkdir()
        # The namespace's postfix user must be able to walk here.
        for path in (folder, *folder.parents):
            if path.owner() not in ("root", "nobody"):
                path.chmod(path.stat().st_mode | 0o055)
        self._configure(routes, settings)

    def _configure(self, routes: dict[str, int], settings: dict[str, str]) -> None:
        folder = self.folder
        transport = "".join(f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in routes.items())
        (folder / "conf" / "transport").write_text(transport)
        main = {
            "compatibility_level": "3.6",
            "queue_directory": f"{folder}/queue",
            "data_directory": f"{folder}/data",
            "maillog_file": f"{folder}/log/mail.log",
            "maillog_file_prefixes": str(folder),
            "myhostname": "postfix.example",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "relay_domains": " ".join(routes),
            "transport_maps": f"texthash:{folder}/conf/transport",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "smtpd_peername_lookup": "no",
            "notify_classes": "",
            "smtpd_recipient_restrictions": "permit_mynetworks, reject",
            **settings,
        }
        text = "".join(f"{name} = {value}\n" for name, value in main.items())
        (folder / "conf" / "main.cf").write_text(text)
        smtpd = f"127.0.0.1:{self.port} inet n - n - - smtpd\n"
        (folder / "conf" / "master.cf").write_text(smtpd + SERVICES)

    def __enter__(self) -> Postfix:
        script = f"chown postfix {self.folder}/data && exec /usr/sbin/postfix -c {self.folder}/conf start-fg"
        self._process = subprocess.Popen(
            [*NAMESPACE, "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        end = time.monotonic() + HUNG
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as sock:
                    if sock.recv(3) == b"220":
                        sock.sendall(b"QUIT\r\n")
                        return self
            except OSError:
                pass
            if self._process.poll() is not None or time.monotonic() > end:
                out = self._process.stdout.read() if self._process.poll() is not None else ""  # type: ignore[union-attr]
                raise AssertionError(f"Postfix does not start: {out} {self.log()}")
            time.sleep(0.05)

    def __exit__(self, *_exc: object) -> None:
        subprocess.run(
            [
                "nsenter", f"--target={self._inside()}", "--user", "--preserve-credentials",
                "/usr/sbin/postfix", "-c", str(self.folder / "conf"), "stop",
            ],
            capture_output=True,
            check=False,
        )  # fmt: skip
        self._process.terminate()
        self._process.communicate(timeout=HUNG)
        # What belongs to sub-ids can be removed from inside only.
        subprocess.run([*NAMESPACE, "rm", "-rf", f"{self.folder}/queue", f"{self.folder}/data"], check=False)

    def _inside(self) -> int:
        pid = self._process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def log(self) -> str:
        path = self.folder / "log" / "mail.log"
        return path.read_text() if path.exists() else ""
