"""A saywhy server as the standing benchmark's `command` peer.

    bench/peer --dir DIR --port P --nexthop P --bouncehop P --mode hold|relay|bounce|reject [--workers N]

Writes settings and an organisation into DIR from what the modes ask for and from `profile.toml`, then runs
`saywhy serve` in the foreground.  hold: everything is queued and nothing delivered (the next hop is down, as it is
where mail gathers; without any route each message would also get the tracking rows of an attempt that failed);
relay: all to --nexthop; bounce: good.test to --bouncehop, the rest to --nexthop; reject: 10,000 known recipients
of dest.test.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sys
import tomllib
from pathlib import Path

from saywhy.doors.cli.main import main

SETTINGS = """\
[server]
hostname = "peer.test"
data_dir = "data"
user = "{user}"
workers = {workers}

[listeners.smtp]
address = "127.0.0.1:{port}"

[log]
path = "events.jsonl"

[organisation]
file = "organisation.toml"
"""

DOMAIN = """
[[domain]]
name = "{name}"
type = "{type}"
"""

SEND = """
[[send_connector]]
name = "{name}"
address_spaces = ["{space}"]
smart_hosts = ["[127.0.0.1]"]
port = {port}
networks = ["127.0.0.0/8"]
"""


def organisation(mode: str, nexthop: int, bouncehop: int, profile: dict[str, object]) -> str:
    """The organisation file of a mode."""
    authoritative = mode == "reject"
    out = DOMAIN.format(name="dest.test", type="authoritative" if authoritative else "external-relay")
    out += DOMAIN.format(name="good.test", type="external-relay")
    if authoritative:
        out += "".join(
            f'[[mailbox]]\nname = "user{i}"\naddresses = ["user{i}@dest.test"]\n' for i in range(10_000)
        )
    out += '\n[[receive_connector]]\nname = "Default Frontend"\nlisteners = ["smtp"]\n'
    out += "".join(f"{name} = {value!r}\n".replace("'", '"') for name, value in profile.items())
    if mode in ("relay", "bounce"):
        good = bouncehop if mode == "bounce" else nexthop
        out += SEND.format(name="Good", space="good.test", port=good)
        out += SEND.format(name="Rest", space="*", port=nexthop)
    else:
        out += SEND.format(name="Down", space="*", port=9)
    return out


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--mode", choices=["hold", "relay", "bounce", "reject"], required=True)
    for name in ("port", "nexthop", "bouncehop"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def prepare(directory: Path, mode: str, port: int, nexthop: int, bouncehop: int, workers: int = 1) -> Path:
    """Write the configuration; returns the settings file."""
    folder = directory / "saywhy"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    profile = tomllib.loads((Path(__file__).parent / "profile.toml").read_text())["receive_connector"]
    user = "nobody" if os.geteuid() == 0 else ""
    config = folder / "saywhy.toml"
    config.write_text(SETTINGS.format(port=port, user=user, workers=workers))
    (folder / "organisation.toml").write_text(organisation(mode, nexthop, bouncehop, profile))
    for path in (folder, *folder.iterdir()):
        if user:
            shutil.chown(path, user)
    return config


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


if __name__ == "__main__":
    args = parse()
    config = prepare(args.dir, args.mode, args.port, args.nexthop, args.bouncehop, args.workers)
    sys.argv = ["saywhy", "serve", "--config", str(config)]
    main()
