"""Programs that are given a message: whole input, bounded output, and an end for each of them and its children."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from saywhy.infra.errors import ProgramError
from saywhy.infra.program import MAX_OUTPUT, Ended, Programs

SHELL = "/bin/sh"
LONG = 60.0  # seconds that mean something is broken


async def run(script: str, *, seconds: float = LONG, content: bytes = b"", **environment: str) -> Ended:
    programs = Programs()
    try:
        return await programs.run([SHELL, "-c", script], environment, [content], seconds)
    finally:
        await programs.stop()


async def gone(pid: int) -> None:
    """Wait until no such process is left."""
    async with asyncio.timeout(LONG):
        while True:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                return
            if state == "Z":  # nobody's child any more, and dead
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("status", [0, 1, 67, 75, 255])
async def test_the_exit_status_comes_back(status: int) -> None:
    assert await run(f"exit {status}") == Ended(status, b"")


async def test_a_signal_comes_back_as_its_negative_number() -> None:
    assert await run("kill -SEGV $$") == Ended(-signal.SIGSEGV, b"")


async def test_the_whole_message_is_the_input_and_reading_it_is_not_compulsory() -> None:
    content = b"x" * 3_000_000
    assert (await run("wc -c", content=content)).output.strip() == b"3000000"
    assert await run("exec 0<&-; exit 3", content=content) == Ended(3, b"")


async def test_what_it_says_on_both_streams_is_kept_from_the_end() -> None:
    said = await run("head -c 100000 /dev/zero | tr '\\0' x; echo last words >&2; exit 70")
    assert said.status == 70
    assert len(said.output) == MAX_OUTPUT
    assert said.output.endswith(b"xlast words\n")


async def test_it_has_a_small_environment_its_own_group_and_none_of_our_files(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        script = "env | cut -d= -f1 | tr '\\n' ' '; echo; cut -d' ' -f1,5 /proc/$$/stat; ls /proc/$$/fd"
        said = (await run(script, SAYWHY_ADDRESS="1")).output.decode()
        number = str(secret.fileno())
    names, group, *files = said.splitlines()
    assert {"PATH", "LANG", "SAYWHY_ADDRESS"} <= set(names.split())
    assert not {"HOME", "USER", "VIRTUAL_ENV"} & set(names.split())
    assert len(set(group.split())) == 1
    assert number not in files


async def test_one_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    ended = await run(f"sleep 1000 & echo $! $$ > {pids}; echo begun; wait", seconds=0.5)
    assert (ended.status, ended.timed_out, ended.output) == (-signal.SIGKILL, True, b"begun\n")
    for pid in pids.read_text().split():
        await gone(int(pid))


async def test_children_that_hold_its_output_open_end_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    assert await run(f"sleep 1000 & echo $! > {pids}; exit 0") == Ended(0, b"")
    await gone(int(pids.read_text()))


async def test_a_cancelled_one_is_killed(tmp_path: Path) -> None:
    fifo = tmp_path / "begun"
    os.mkfifo(fifo)
    programs = Programs()
    running = asyncio.create_task(programs.run([SHELL, "-c", f"echo $$ > {fifo}; sleep 1000"], {}, [], LONG))
    pid = int(await asyncio.to_thread(fifo.read_text))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await gone(pid)
    await programs.stop()


@pytest.mark.parametrize(("argv", "why"), [
    (["/no/such/program"], "/no/such/program: No such file or directory"),
    (["/"], "/: Permission denied"),
    (["/bin/sh", "x" * 5_000_000], "/bin/sh: Argument list too long"),
])  # fmt: skip
async def test_one_that_cannot_be_started_is_named_with_the_reason(argv: list[str], why: str) -> None:
    programs = Programs()
    with pytest.raises(ProgramError, match=why):
        await programs.run(argv, {}, [], LONG)
    await programs.stop()


async def test_no_more_run_at_once_than_are_allowed(tmp_path: Path) -> None:
    programs = Programs(at_once=2)
    script = f"mkdir {tmp_path}/$$ && ls {tmp_path} | wc -l; rmdir {tmp_path}/$$"
    ends = await asyncio.gather(*(programs.run([SHELL, "-c", script], {}, [], LONG) for _ in range(8)))
    assert {int(end.output) for end in ends} <= {1, 2}
    await programs.stop()
