"""`saywhy explain` as people and scripts call it: what is on the screen, what goes to which stream, exit codes."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.doors.cli.explain import MAX_INPUT
from saywhy.doors.cli.main import COMMANDS, main
from saywhy.why import catalogue

REPORT = b"""\
From: <postmaster@worcester.example>
Subject: Undeliverable: Secret
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

no
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; worcester.example

Final-Recipient: rfc822; jethro@worcester.example
Action: failed
Status: 5.1.1
Diagnostic-Code: x-saywhy; 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
X-SayWhy-Cause: recipient-unknown

Final-Recipient: rfc822; bob@dest.test
Action: failed
Status: 5.2.2
Remote-MTA: dns; mx.dest.test
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--r--
"""


def run(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], input=stdin)


def data(*arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    result = run("--json", *arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


# A code


def test_a_code_gets_its_three_numbers_its_meanings_and_all_its_causes() -> None:
    result = run("--all", "5.7.1")
    assert result.exit_code == 0
    assert result.stdout.startswith("5.7.1  Not allowed\n")
    for part in ("permanent failure", "about security or policy", "IANA registry:", "Exchange:"):
        assert part in result.stdout
    flat = " ".join(result.stdout.split())
    for likely in catalogue.code("5.7.1").causes:
        assert f"({likely.cause})" in flat or f" {likely.cause}: " in flat
        assert f": {likely.when}." in flat
    assert result.stdout.rstrip().endswith("As JSON:  saywhy explain --json 5.7.1")


def test_a_code_with_many_causes_fits_a_screen_and_says_how_to_see_the_rest() -> None:
    said = run("5.7.1").stdout
    assert len(said.splitlines()) <= 45
    assert "more:  saywhy explain --all 5.7.1\n" in said


def test_two_readings_of_a_code_are_both_told() -> None:
    said = " ".join(run("5.5.6").stdout.split())
    assert "IANA registry: a line of the authentication exchange is too long" in said
    assert "Exchange: invalid message content (when the reply did not come to AUTH)" in said
    assert "Note: " in said


def test_a_code_that_the_catalogue_lacks_is_told_as_far_as_its_numbers_go_and_ends_with_1() -> None:
    result = run("5.7.899")
    assert result.exit_code == 1
    assert "about security or policy" in result.stdout
    assert "is not known here" in " ".join(result.stdout.split())


def test_the_last_line_of_a_report_is_a_question_too() -> None:
    assert run("<worcester.example #5.1.1>").stdout.startswith("5.1.1  No such mailbox")


# A reply


def test_a_reply_gets_status_cause_what_decided_who_must_act_and_steps() -> None:
    result = run("550 5.1.1 <jethro@worcester.example>: User unknown")
    assert result.exit_code == 0
    flat = " ".join(result.stdout.split())
    assert "Status: 5.1.1 No such mailbox (permanent; about an address)" in flat
    assert "Cause: The address does not exist there (remote-user-unknown)" in flat
    assert "Read from: code 5.1.1 in the reply" in flat
    assert "Who must act: the sender" in flat
    assert "What the sender can do 1. " in flat
    assert "derived" not in flat


def test_a_derived_status_is_said_to_be_derived_with_the_words_that_decided() -> None:
    flat = " ".join(run("550 mailbox full").stdout.split())
    assert 'words "mailbox full"; the reply has no status code of its own, 5.2.2 is derived' in flat
    assert "this is the most probable one" in flat


def test_unquoted_words_are_one_reply() -> None:
    assert run("550", "5.1.1", "User", "unknown").stdout == run("550 5.1.1 User unknown").stdout


@pytest.mark.parametrize(
    ("reader", "heading", "step", "next_"),
    [
        ("sender", "What the sender can do", "Ask the person for the current address", "--for admin"),
        ("admin", "What the administrator of the sending", "Nothing is wrong with this server.", "--for theirs"),
        ("theirs", "What the administrator of the other", "If the address should exist", "--for sender"),
    ],
)
def test_each_reader_gets_own_steps_and_the_command_for_the_next(
    reader: str, heading: str, step: str, next_: str
) -> None:
    stdout = run("--for", reader, "550 5.1.1 User unknown").stdout
    assert heading in stdout
    assert step in " ".join(stdout.split())
    assert f"saywhy explain {next_} '550 5.1.1 User unknown'" in stdout
    assert stdout.rstrip().endswith("As JSON:  saywhy explain --json '550 5.1.1 User unknown'")


def test_the_step_and_the_host_that_are_given_count_and_are_repeated_in_the_commands() -> None:
    stdout = run("--at", "mail", "550").stdout
    assert "5.1.0" in stdout
    assert "saywhy explain --json --at mail 550" in stdout
    line = "550 5.4.1 Recipient address rejected: Access denied"
    assert "(remote-user-unknown)" in run("--host", "x.mail.protection.outlook.com", line).stdout


def test_the_command_to_copy_is_safe_in_a_shell() -> None:
    stdout = run("550 it's $(reboot) `id`").stdout
    assert "--json '550 it'\"'\"'s $(reboot) `id`'" in stdout


def test_a_screen_fits_eighty_columns_but_for_the_commands_to_copy() -> None:
    for question in ("550 5.7.1 " + "word " * 60, "5.7.1", "421 4.3.2 busy"):
        lines = run("--for", "admin", question).stdout.splitlines()
        assert [line for line in lines if len(line) > 80 and not line.startswith(("As JSON", "For the "))] == []


def test_nothing_that_a_stranger_wrote_reaches_the_terminal_raw() -> None:
    stdout = run("550 5.1.1 \x1b[2J\x07\x9b evil").stdout.rsplit("For the administrator", 1)[0]
    assert all(line.isprintable() for line in stdout.splitlines())


# A report


def test_a_report_is_explained_recipient_by_recipient(tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_bytes(REPORT)
    result = run(str(file))
    assert result.exit_code == 0
    flat = " ".join(result.stdout.split())
    assert flat.startswith("A delivery report of worcester.example Subject: Undeliverable: Secret")
    assert "jethro@worcester.example: failed" in flat
    assert "The address does not exist here (recipient-unknown) Read from: the report itself" in flat
    assert "The recipient's mailbox is full (remote-mailbox-full)" in flat
    assert "Server: mx.dest.test It said: 552 5.2.2 mailbox full" in flat


def test_standard_input_is_read_like_a_file() -> None:
    assert "jethro@worcester.example: failed" in run("-", stdin=REPORT).stdout


def test_a_reply_or_a_code_on_standard_input_is_explained_too() -> None:
    assert "(remote-user-unknown)" in run("-", stdin=b"550-5.1.1 no\r\n550 5.1.1 such user\r\n").stdout
    assert run("-", stdin=b"5.1.1\n").stdout.startswith("5.1.1  No such mailbox")


def test_many_recipients_keep_to_a_screen_or_two() -> None:
    group = b"\nFinal-Recipient: rfc822; r%d@dest.test\nAction: failed\nStatus: 5.1.1\n"
    head, _, tail = REPORT.partition(b"\n--r--")
    result = run("-", stdin=head + b"".join(group % number for number in range(200)) + b"\n--r--" + tail)
    assert result.exit_code == 0
    assert "And 199 more" in result.stdout
    assert "... and 149 that only the JSON lists" in result.stdout


# JSON


def test_json_of_a_reply_has_all_that_the_screen_has_and_every_readers_steps() -> None:
    found = data("550 5.7.1 Unable to relay")
    assert (found["kind"], found["status"], found["cause"]) == ("reply", "5.7.1", "remote-relay-denied")
    assert (found["derived"], found["permanent"], found["act"]) == (False, True, "their-admin")
    assert set(found["steps"]) == {"sender", "admin", "theirs"}
    assert all(found["steps"].values())
    assert found["names"]["sisimai"] == "norelaying"
    assert found["reply"] == ["550 5.7.1 Unable to relay"]


def test_json_of_a_code_lists_its_causes_in_order() -> None:
    found = data("4.4.1")
    assert (found["kind"], found["known"], found["registered"]) == ("code", True, True)
    assert [cause["cause"] for cause in found["causes"]] == [each.cause for each in catalogue.code("4.4.1").causes]


def test_json_of_a_report_has_every_recipient() -> None:
    found = data("-", stdin=REPORT)
    assert (found["kind"], found["dialect"]) == ("report", "saywhy")
    assert found["subject"] == "Undeliverable: Secret"
    assert [(each["recipient"], each["status"], each["cause"], each["told"]) for each in found["recipients"]] == [
        ("jethro@worcester.example", "5.1.1", "recipient-unknown", True),
        ("bob@dest.test", "5.2.2", "remote-mailbox-full", False),
    ]


def test_json_of_an_unknown_code_says_so_and_ends_with_1() -> None:
    result = run("--json", "5.7.899")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["known"] is False


# What cannot be explained


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("hello out there", "there is no reply code"),
        ("250 2.0.0 Ok", "250 says that a command went well"),
        ("3.4.5 is no code", "there is no reply code"),
    ],
)
def test_what_cannot_be_explained_ends_with_1_and_says_what_to_give(question: str, said: str) -> None:
    result = run(question)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert "Give a code (5.1.1), the server's whole reply" in result.stderr


def test_a_message_that_is_no_report_ends_with_1() -> None:
    result = run("-", stdin=b"Subject: lunch\r\n\r\nat noon?\r\n")
    assert result.exit_code == 1
    assert "it is no report" in result.stderr


def test_a_file_that_is_not_there_or_not_readable_is_wrong_usage(tmp_path: Path) -> None:
    for name in ("no-such-file.eml", str(tmp_path), "5.1.", "a" * 5000):
        result = run(name)
        assert result.exit_code == 2, name
        assert result.stdout == ""
        assert "Error: " in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--for", "nobody", "5.1.1"], ["--at", "lunch", "550"], ["--nonsense"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_more_than_a_report_can_need_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "huge"
    with file.open("wb") as out:
        out.truncate(MAX_INPUT + 1)
    result = run(str(file))
    assert result.exit_code == 1
    assert "more than 16 MB" in result.stderr


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_end_with_an_answer_or_a_reason(content: bytes) -> None:
    result = run("-", stdin=content)
    assert result.exit_code in (0, 1)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout or result.stderr


# The command itself


def test_help_tells_forms_and_exit_codes() -> None:
    said = " ".join(run("--help").stdout.split())
    assert "CODE | REPLY LINE | FILE | -" in said
    assert "Exit code: 0 explained, 1 could not be explained, 2 wrong usage or unreadable file." in said


def test_the_root_lists_every_subcommand_without_importing_them() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.stdout for name in COMMANDS)
    assert CliRunner().invoke(main, ["--version"]).stdout.startswith("saywhy 20")


def test_an_unknown_subcommand_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["explode"])
    assert result.exit_code == 2
    assert "No such command 'explode'" in result.stderr


# Families, corrections, confidence, languages


def test_the_two_family_headings_of_the_article_are_explained_with_their_codes() -> None:
    flat = " ".join(run("5.2.x").stdout.split())
    assert flat.startswith("5.2.x About the mailbox")
    assert "the message is too large Correction: Not all of 5.2.x is about size" in flat
    assert "5.2.3 Message too large for this mailbox" in flat
    assert "5.1.1 No such mailbox" in run("5.1.x").stdout.replace("       ", " ")
    assert data("5.1.x")["kind"] == "family"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("5.7.5", "It must be without: what failed is the encryption."),
        ("5.2.1", "5.2.x is not all about size"),
        ("4.4.7", "the report is final although the code begins with 4"),
        ("4.2.2", "the report after the last try is final all the same"),
        ("5.1.5", "The registered meaning is the opposite"),
    ],
)
def test_what_the_article_gets_wrong_is_put_right(code: str, said: str) -> None:
    assert said in " ".join(run(code).stdout.split())


def test_a_code_within_a_providers_range_is_known() -> None:
    assert "Sending address blocked" in run("5.7.620").stdout
    assert "Refused by a rule" in run("5.7.999").stdout


@pytest.mark.parametrize(
    ("line", "confidence", "grounds"),
    [
        ("550 5.1.1 User unknown", "high", "the code and the words agree"),
        ("550 5.7.1 TRANSPORT.RULES.RejectMessage; no", "high", "the tag names it"),
        ("550 mailbox full", "medium", "the words say it, no code does"),
        ("550 5.7.1 no", "low", "the code alone, the likeliest of its"),
        ("550", "low", "the reply code alone"),
    ],
)
def test_the_confidence_is_told_with_its_grounds(line: str, confidence: str, grounds: str) -> None:
    assert f"Confidence: {confidence}: {grounds}" in " ".join(run(line).stdout.split())
    found = data(line)
    assert found["confidence"] == confidence
    assert found["grounds"].startswith(grounds)


def test_a_report_tells_its_confidence_too() -> None:
    flat = " ".join(run("-", stdin=REPORT).stdout.split())
    assert "Confidence: high: the report names it" in flat


def test_the_sender_reads_the_language_that_is_asked_for() -> None:
    result = run("--lang", "de-AT", "550 5.2.2 mailbox full")
    assert "Das Postfach" in result.stdout
    assert "Was Sie tun können:" in result.stdout
    assert result.stderr == ""
    assert "--lang de-AT" in result.stdout
    assert "Postfach" in data("--lang", "de", "550 5.2.2 mailbox full")["happened"]


def test_administrators_read_english_and_a_language_that_is_not_there_is_said_to_be_missing() -> None:
    assert "The recipient's mailbox is full" in run("--lang", "de", "--for", "admin", "550 5.2.2 full").stdout
    result = run("--lang", "xx", "550 5.2.2 mailbox full")
    assert result.exit_code == 0
    assert "What happened" in result.stdout
    assert "There are no texts in 'xx'" in result.stderr


# Lists


def lists(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_all_codes_are_listed_or_those_that_fit() -> None:
    assert len(lists("codes").stdout.splitlines()) == len(catalogue.codes())
    assert lists("codes", "5.7.32").stdout.startswith("5.7.32 ")
    assert all(line.startswith("5.7.") for line in lists("codes", "5.7").stdout.splitlines())
    assert "5.2.2" in lists("codes", "quota").stdout
    assert "[vendor]" in lists("codes", "5.7.64").stdout
    assert {each["status"] for each in json.loads(lists("codes", "--json", "5.1.1*").stdout)} == {
        "5.1.1",
        "5.1.10",
    }
    nothing = lists("codes", "nonsense")
    assert (nothing.exit_code, nothing.stdout) == (1, "")


def test_all_causes_are_listed_and_one_is_told_whole() -> None:
    assert len(lists("causes").stdout.splitlines()) == len(catalogue.causes())
    assert all(line.startswith("remote-") for line in lists("causes", "remote-*").stdout.splitlines())
    whole = " ".join(lists("causes", "remote-mailbox-full").stdout.split())
    for part in ("Codes: ", "For the sender 1. ", "For the other administrator", "Seen as", "What would confirm"):
        assert part in whole
    assert json.loads(lists("causes", "--json", "null-mx").stdout)[0]["codes"] == ["5.1.10"]
    assert lists("causes", "no-such-cause").exit_code == 1


def test_lists_keep_to_one_line_each() -> None:
    wide = [line for name in ("codes", "causes") for line in lists(name).stdout.splitlines() if len(line) > 110]
    assert wide == []


# What the reader of other systems' reports adds


def test_evidence_tells_where_in_the_report_each_value_stands(tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_text(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\n\n--r\n'
        "Content-Type: text/plain\n\nno\n\n--r\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; bob@c.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--r\nContent-Type: text/rfc822-headers\n\n"
        "From: ann@a.example\nSubject: Lunch\nMessage-ID: <1@a.example>\n\n--r--\n"
    )
    content = file.read_bytes()
    assert "Where it stands" not in run(str(file)).stdout
    shown = run("--evidence", str(file)).stdout
    place = re.search(r"recipient: bob@c\.example\n\s+report field Final-Recipient, octets (\d+) to (\d+)", shown)
    assert place is not None
    assert b"bob@c.example" in content[int(place[1]) : int(place[2])]
    for told in ("About:      Lunch", "Sent by:    ann@a.example", "Message-ID: <1@a.example>"):
        assert told in shown
    found = json.loads(run("--json", str(file)).stdout)
    assert (found["kind"], found["what"], found["original"]["subject"]) == ("report", "failed", "Lunch")
    assert found["recipients"][0]["read"]["provenance"]["status"]["from"] == "report field"


def test_a_compressed_report_and_one_of_outlook_are_explained_too(tmp_path: Path) -> None:
    (tmp_path / "bounce.eml.gz").write_bytes(gzip.compress(REPORT))
    assert run(str(tmp_path / "bounce.eml.gz")).stdout.startswith("A delivery report of worcester.example")
    (tmp_path / "bounce.msg").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more")
    result = run(str(tmp_path / "bounce.msg"))
    assert (result.exit_code, "the Outlook file is damaged" in result.stderr) == (1, True)


def test_an_automatic_reply_is_told_as_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "away.eml"
    file.write_text(
        "From: ann@a.example\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n"
    )
    result = run(str(file))
    assert result.exit_code == 0
    assert result.stdout.startswith("An automatic reply, such as an absence note.")
    assert json.loads(run("--json", str(file)).stdout)["what"] == "auto-reply"
