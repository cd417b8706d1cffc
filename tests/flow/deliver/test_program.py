"""Delivery by a program: its input, its words, and what its exit status means."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from saywhy.flow.deliver.program import ProgramDelivery
from saywhy.flow.stages import Transmission
from saywhy.model.organisation import Organisation, SendConnector, SendProtocol
from saywhy.model.outcome import Deferred, Failed, Outcome, Relayed
from saywhy.model.queued import HopKind, NextHop
from tests.flow.deliver.builders import FixedClock, transmission

HOP = NextHop(HopKind.PROGRAM, "", "Fax")
SCRIPT = ("/bin/sh", "-c")


def fax(*program: str, seconds: float = 60.0) -> SendConnector:
    return SendConnector(
        "Fax", ("FAX:*",), protocol=SendProtocol.PROGRAM, program=program, program_timeout=seconds
    )


def to_fax(address: str = "FAX:+441905") -> Transmission:
    sent = transmission("bobs.fax@us.test", hop=HOP)
    return dataclasses.replace(
        sent, pending=tuple(dataclasses.replace(each, foreign=address) for each in sent.pending)
    )


async def deliver(connector: SendConnector, sent: Transmission | None = None) -> Outcome:
    organisation = Organisation(send_connectors={"fax": connector})
    by_program = ProgramDelivery(lambda: organisation, FixedClock())
    [outcome] = await by_program(sent or to_fax())
    await by_program.stop()
    return outcome


async def test_the_program_gets_the_message_and_who_it_is_for(tmp_path: Path) -> None:
    script = f'cat > {tmp_path}/in; echo "$@" "$SAYWHY_TYPE:$SAYWHY_ADDRESS" > {tmp_path}/for'
    outcome = await deliver(fax(*SCRIPT, script, "fax", "--to={address}", "{recipient}", "{sender}", "{queue_id}"))
    assert outcome == Relayed("/bin/sh", "", (), dsn=False)
    assert (tmp_path / "for").read_text() == "--to=+441905 bobs.fax@us.test ann@us.test 1-7 FAX:+441905\n"
    assert (tmp_path / "in").read_bytes() == (
        b"Return-Path: <ann@us.test>\nDelivered-To: bobs.fax@us.test\n"
        b"From: <ann@us.test>\nSubject: hello\n\nText\n.dot\n"
    )


@pytest.mark.parametrize(("status", "line"), [
    (1, "550 5.3.0 AGENT.Delivery;"),
    (65, "554 5.6.0 AGENT.Data;"),
    (67, "550 5.1.1 AGENT.NoUser;"),
    (68, "550 5.1.1 AGENT.NoUser;"),
    (69, "550 5.3.0 AGENT.Delivery;"),
    (70, "550 5.3.0 AGENT.Delivery;"),
    (71, "451 4.3.0 AGENT.Unavailable;"),
    (75, "451 4.3.0 AGENT.Unavailable;"),
    (78, "451 4.3.0 AGENT.Unavailable;"),
    (127, "451 4.3.0 AGENT.Unavailable;"),
])  # fmt: skip
async def test_an_exit_status_means_what_sysexits_says(status: int, line: str) -> None:
    outcome = await deliver(fax(*SCRIPT, f"echo the modem is on fire >&2; exit {status}"))
    assert isinstance(outcome, Deferred | Failed)
    assert outcome.failure.line().startswith(line)
    assert isinstance(outcome, Deferred) is line.startswith("4")
    assert outcome.failure.evidence.name.startswith(f"exit status {status} (")
    assert outcome.failure.evidence.name.endswith(": the modem is on fire")


@pytest.mark.parametrize(("script", "why"), [
    ("echo waiting; exec sleep 1000", "it took longer than 0.3 s and was ended: waiting"),
    ("kill -SEGV $$", "it was ended by SIGSEGV"),
])  # fmt: skip
async def test_one_that_hangs_or_crashes_is_our_trouble_and_the_mail_waits(script: str, why: str) -> None:
    outcome = await deliver(fax(*SCRIPT, script, seconds=0.3 if "sleep" in script else 60))
    assert isinstance(outcome, Deferred)
    assert (outcome.failure.cause, outcome.failure.evidence.name) == ("delivery-agent-unavailable", why)


async def test_one_that_is_not_there_is_found_out_without_mail(tmp_path: Path) -> None:
    path = tmp_path / "fax"
    organisation = Organisation(send_connectors={"fax": fax(str(path))})
    by_program = ProgramDelivery(lambda: organisation, FixedClock())
    [outcome] = await by_program(to_fax())
    assert isinstance(outcome, Deferred)
    assert outcome.failure.evidence.name == f"it cannot be started: {path}: No such file or directory"
    seen = await by_program.check(HOP)
    assert seen is not None
    assert seen.evidence.name == f"it cannot be started: {path}: there is no such file"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    assert await by_program.check(HOP) is None
    assert isinstance((await by_program(to_fax()))[0], Relayed)
    await by_program.stop()


@pytest.mark.parametrize("argument", ["{address}", "{address}.fax"])
async def test_an_address_never_becomes_an_option(argument: str) -> None:
    outcome = await deliver(fax("/bin/cat", argument), to_fax("FAX:--help"))
    assert isinstance(outcome, Failed)
    assert outcome.failure.line().startswith("553 5.1.3 AGENT.Address;")
    assert isinstance(await deliver(fax("/bin/echo", "--to={address}"), to_fax("FAX:--help")), Relayed)


async def test_a_connector_that_is_gone_or_closed_is_waited_for() -> None:
    outcome = await deliver(dataclasses.replace(fax("/bin/cat"), enabled=False))
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == "connector-gone"
