"""The files in deploy/ fit the server that they are for."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from saywhy.config.load import from_values

DEPLOY = Path(__file__).parents[1] / "deploy"
UNIT = (DEPLOY / "saywhy.service").read_text()


def value(text: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


def test_there_is_a_socket_unit_for_each_default_listener(tmp_path: Path) -> None:
    listeners = from_values({"server": {"hostname": "mail.example.org"}}, tmp_path).listeners
    ports = {}
    for file in DEPLOY.glob("*.socket"):
        text = file.read_text()
        [name] = value(text, "FileDescriptorName")
        assert value(text, "Service") == ["saywhy.service"]
        ports[name] = {int(stream.rpartition(":")[2]) for stream in value(text, "ListenStream")}
    assert ports == {name: {b.port for b in listener.address} for name, listener in listeners.items()}


def test_the_service_has_time_to_drain_and_does_not_repeat_a_faulty_configuration(tmp_path: Path) -> None:
    grace = from_values({"server": {"hostname": "mail.example.org"}}, tmp_path).limits.drain_grace
    assert int(value(UNIT, "TimeoutStopSec")[0]) >= grace + 15  # 10 more until a worker is killed
    assert value(UNIT, "RestartPreventExitStatus") == ["78"]
    assert value(UNIT, "Type") == ["notify"]
    assert value(UNIT, "User") == ["saywhy"]
    assert value(UNIT, "UMask") == ["0077"]


@pytest.mark.slow
def test_systemd_understands_the_units_and_finds_them_closed(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    program = value(UNIT, "ExecStart")[0].partition(" ")[0]
    for file in DEPLOY.glob("saywhy*"):
        (tmp_path / file.name).write_text(file.read_text().replace(program, "/bin/true"))
    units = sorted(map(str, tmp_path.iterdir()))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert [line for line in said.stderr.splitlines() if "saywhy" in line] == []
    command = ["systemd-analyze", "--offline=yes", "--threshold=20", "security", str(tmp_path / "saywhy.service")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-200:]  # exposure at most 2.0 of 10
    assert "Overall exposure level" in found.stdout
