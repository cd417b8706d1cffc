"""`saywhy explain` needs the base install only: click and the standard library."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

import saywhy
from saywhy.doors.cli.main import COMMANDS

ROOT = Path(saywhy.__file__).parents[2]

# Refuses every import that is neither ours, click's nor the standard library's.
BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("saywhy", "click"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
from saywhy.doors.cli.main import main
"""


def blocked(*arguments: str, after: str = "") -> subprocess.CompletedProcess[str]:
    program = f"{BLOCKER}\nmain({list(arguments)!r}, prog_name='saywhy', standalone_mode={not after})\n{after}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)


def test_a_reply_is_explained_without_any_third_party_package_but_click() -> None:
    run = blocked("explain", "550 5.1.1 User unknown")
    assert (run.returncode, run.stderr) == (0, "")
    assert "(remote-user-unknown)" in run.stdout


def test_a_report_and_a_code_are_explained_so_too(tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_text(
        'Content-Type: multipart/report; boundary="r"\n\n--r\nContent-Type: message/delivery-status\n\n'
        "Reporting-MTA: dns; a.test\n\nFinal-Recipient: rfc822; b@c.test\nAction: failed\nStatus: 5.1.1\n\n--r--\n"
    )
    assert blocked("explain", "--json", str(file)).returncode == 0
    assert blocked("explain", "5.7.1").returncode == 0
    assert blocked("--help").returncode == 0


def test_explaining_does_not_load_what_takes_time_to_load() -> None:
    """A screen in a moment: none of the heavy modules of the standard library."""
    heavy = ("asyncio", "ssl", "sqlite3", "email", "multiprocessing")
    check = f"import sys; print([name for name in {heavy!r} if name in sys.modules])"
    run = blocked("explain", "550 5.1.1 User unknown", after=check)
    assert run.stdout.splitlines()[-1] == "[]", run.stderr


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "explain"])
def test_what_needs_the_server_extra_says_in_one_line_what_to_install(name: str) -> None:
    run = blocked(name, "--help")
    if run.returncode == 0:
        assert "Usage:" in run.stdout  # it shows its help without the extra, which is as well
        return
    assert run.returncode == 2
    assert re.fullmatch(
        rf"Error: saywhy {name} needs the package \w+, which is not installed: pip install 'saywhy\[server\]'\n",
        run.stderr,
    )


OFFLINE = re.compile(
    r"No matching distribution|Could not find a version|Connection|Temporary failure in name", re.I
)


def pip(*arguments: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if run.returncode and OFFLINE.search(run.stderr):
        pytest.skip(f"needs a package index to build the wheel: {run.stderr.strip().splitlines()[-1]}")
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
def test_the_wheel_alone_with_click_imports_and_explains(tmp_path: Path) -> None:
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("needs the source tree, not an installed package")
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path / "wheels"), str(ROOT))
    (wheel,) = (tmp_path / "wheels").glob("saywhy-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip("--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    shutil.copytree(Path(click.__file__).parent, Path(site) / "click")

    def ran(*command: str | Path) -> str:
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    packages = {
        entry.name for entry in Path(site).iterdir() if not entry.name.endswith((".dist-info", "__pycache__"))
    }
    assert packages == {"saywhy", "click"}
    assert ran(python, "-c", "import saywhy; print(saywhy.__version__)").strip() == saywhy.__version__
    assert "(remote-user-unknown)" in ran(python.with_name("saywhy"), "explain", "550 5.1.1 User unknown")
    every = (
        "from saywhy.why import catalogue as c; [c.cause(i) for i in c.causes()], [c.code(i) for i in c.codes()]"
    )
    ran(python, "-c", f"{every}; assert c.causes() and c.codes() and c.checks()")
