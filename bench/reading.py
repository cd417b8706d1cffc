"""How well and how fast reports are read: accuracy on a labelled collection, speed beside peers.

    python -m bench.reading [COLLECTION]              accuracy: the collection's score.py on our predictions
    python -m bench.reading [COLLECTION] --speed      messages per CPU-second, ours and peers', one process each
    python -m bench.reading [COLLECTION] --agents     figures by source and by agent: where rules are not general
    python -m bench.reading [COLLECTION] --out FILE   only write the predictions

COLLECTION has manifest.dev.jsonl, dev/*.eml and score.py; the default is ../shared/corpus.  Without one there is
nothing to measure.  Peers are used as they are installed: flufl.bounce from PyPI, Sisimai as Debian's
libsisimai-perl.
"""

from __future__ import annotations

import argparse
import collections
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import saywhy

_KINDS = {
    "failed": "bounce",
    "delayed": "delay",
    "delivered": "success-dsn",
    "relayed": "relayed",
    "expanded": "relayed",
}
_FIELDS = ("recipient", "action", "status", "reply_code", "reason", "hard_bounce")


def predict(collection: Path, manifest: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for row in manifest:
        data = saywhy.read((collection / row["file"]).read_bytes()).as_dict()
        out.append(
            {
                "id": row["id"],
                "is_report": data["is_report"],
                "kind": _KINDS.get(data["kind"], data["kind"]),
                "error": data["error"],
                "recipients": [{name: each[name] for name in _FIELDS} for each in data["recipients"]],
            }
        )
    return out


def accuracy(collection: Path, manifest: list[dict[str, Any]], out: Path, more: list[str]) -> None:
    with out.open("w") as file:
        file.writelines(json.dumps(each) + "\n" for each in predict(collection, manifest))
    score = [sys.executable, str(collection / "score.py"), str(collection / "manifest.dev.jsonl"), str(out)]
    subprocess.run([*score, "--split", "dev", *more], check=True)


def each_left_out(collection: Path, manifest: list[dict[str, Any]], out: Path) -> None:
    """The figures of each source alone: what was learnt elsewhere must hold there."""
    for source in sorted({row["source"] for row in manifest if row["kind"] in ("bounce", "delay", "success-dsn")}):
        score = [sys.executable, str(collection / "score.py"), str(collection / "manifest.dev.jsonl"), str(out)]
        said = subprocess.run(
            [*score, "--split", "dev", "--source", source, "--json"], check=True, capture_output=True
        )
        told = json.loads(said.stdout)
        cells = [f"found {told['tp']}/{told['tp'] + told['fn']}"]
        for field in ("message-exact-recipients", "action", "status", "reply_code", "reason", "hard_bounce"):
            if field in told["fields"]:
                right, all_ = told["fields"][field]
                cells.append(f"{field} {right}/{all_}")
        print(f"{source}: {', '.join(cells)}")


def speed(collection: Path, manifest: list[dict[str, Any]]) -> None:
    messages = [(collection / row["file"]).read_bytes() for row in manifest]
    rates: dict[str, list[float]] = collections.defaultdict(list)
    readers: dict[str, Callable[[bytes], Any]] = {"saywhy": saywhy.read, "email (compat32)": _email}
    flufl = _flufl()
    if flufl is not None:
        readers["flufl.bounce"] = flufl
    for _ in range(4):
        for name, reader in readers.items():
            rates[name].append(_rate(reader, messages))
    sisimai = _sisimai([collection / row["file"] for row in manifest])
    if sisimai:
        rates["Sisimai (Perl)"].append(sisimai)
    best = {name: max(each) for name, each in rates.items()}
    for name, rate in best.items():
        print(f"{name:20} {rate:8.0f} messages per CPU-second   saywhy x {best['saywhy'] / rate:.2f}")


def _rate(reader: Callable[[bytes], Any], messages: list[bytes]) -> float:
    start = time.process_time()
    for message in messages:
        reader(message)
    return len(messages) / (time.process_time() - start)


def _email(message: bytes) -> None:
    import email
    import email.policy

    for part in email.message_from_bytes(message, policy=email.policy.compat32).walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


def _flufl() -> Callable[[bytes], Any] | None:
    try:
        scan = importlib.import_module("flufl.bounce").all_failures
    except ImportError:
        return None
    import email

    def read(message: bytes) -> None:
        try:
            scan(email.message_from_bytes(message))
        except Exception:  # it raises for some messages; they count as read
            return

    return read


def _sisimai(files: list[Path]) -> float:
    """By Debian's module; start-up is left out by timing inside of it."""
    script = (
        "use Sisimai; my @t = times; my $n = 0;"
        "for my $f (@ARGV) { eval { local $SIG{ALRM} = sub { die }; alarm 10; Sisimai->make($f); alarm 0 }; $n++ }"
        "my @u = times; printf '%f', $n / ($u[0] + $u[1] - $t[0] - $t[1]);"
    )
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for file in files:
            copy = Path(folder, file.name)
            copy.write_bytes(file.read_bytes())
            copies.append(str(copy))
        try:
            said = subprocess.run(["perl", "-e", script, *copies], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return 0.0
    return float(said.stdout.rpartition("\n")[2] or 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", nargs="?", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--agents", action="store_true")
    parser.add_argument("--fails", default="0")
    parser.add_argument("--out", type=Path)
    wish = parser.parse_args()
    place = wish.collection / "manifest.dev.jsonl"
    if not place.exists():
        print(f"there is no {place}: nothing to measure")
        return
    manifest = [json.loads(line) for line in place.read_text().splitlines()]
    if wish.speed:
        speed(wish.collection, manifest)
        return
    with tempfile.TemporaryDirectory() as folder:
        out = wish.out or Path(folder, "predictions.jsonl")
        accuracy(
            wish.collection, manifest, out, ["--fails", wish.fails, *(["--per-agent"] if wish.agents else [])]
        )
        if wish.agents:
            each_left_out(wish.collection, manifest, out)


if __name__ == "__main__":
    main()
