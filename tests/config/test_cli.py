from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from saywhy.doors.cli.config import command_for

GOOD = """\
[server]
hostname = "mail.example.org"

[listeners.smtp]
address = "127.0.0.1:2525"

[listeners.submission]
address = "127.0.0.1:2587"
"""
ORGANISATION = '[[domain]]\nname = "worcester.example"\n'


def config(*arguments: object) -> Result:
    return CliRunner().invoke(command_for("config"), [str(argument) for argument in arguments])


def write(folder: Path, settings: str, organisation: str = ORGANISATION) -> Path:
    (folder / "organisation.toml").write_text(organisation)
    file = folder / "saywhy.toml"
    file.write_text(settings + '\n[organisation]\nfile = "organisation.toml"\n')
    return file


def test_check_is_content_with_good_files(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    result = config("check", file)
    assert (result.exit_code, result.output) == (0, f"{file}: no faults\n")


def test_check_says_every_fault_and_ends_with_status_1(tmp_path: Path) -> None:
    file = tmp_path / "saywhy.toml"
    file.write_text('[server]\nhostname = "mail"\ncolour = "red"\n')
    result = config("check", file)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f'{file}, line 2: server.hostname: "mail" is not a full host name; '
        "write the full name as it stands in the DNS, such as mail.example.org",
        f'{file}, line 3: server.colour: there is no setting "colour"; '
        "the keys here are hostname, data_dir, user, workers",
    ]
    assert result.stderr == "2 faults\n"


def test_check_reads_the_organisation_file_too(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, ORGANISATION + '[[receive_connector]]\nname = "a"\nlisteners = ["smpt"]\n')
    result = config("check", file)
    assert result.exit_code == 1
    assert (
        f"{tmp_path}/organisation.toml, line 5: receive_connector[1].listeners: the server has no listener "
        '"smpt"; did you mean "smtp"?' in result.stdout
    )


def test_check_finds_a_listener_that_no_connector_takes(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + '\n[listeners.internal]\naddress = "127.0.0.1:2526"\n')
    result = config("check", file)
    assert result.stdout == (
        f"{file}, line 10: listeners.internal: no receive connector takes this listener; "
        f"name it in a [[receive_connector]] of {tmp_path}/organisation.toml, or remove it\n"
    )


def test_explain_tells_one_setting() -> None:
    result = config("explain", "timeouts.final")
    assert result.exit_code == 0
    assert result.output.splitlines()[:4] == [
        "timeouts.final",
        '    default  "10 min"',
        "    unit     duration",
        "    For the answer to the final dot.",
    ]


def test_explain_tells_a_section_and_the_fields_of_objects() -> None:
    assert config("explain", "dns").output.count("\ndns.") == 2
    assert '    default  "36 MiB"' in config("explain", "receive_connector.max_message_size").output


def test_explain_without_a_key_tells_everything() -> None:
    output = config("explain").output
    assert "server.hostname" in output
    assert "listeners.NAME.address" in output
    assert "transport.expire_after" in output


def test_explain_with_a_file_says_what_is_in_force_and_where_it_was_set(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    output = config("explain", "listeners", "--file", file).output
    assert f'listeners.smtp.address\n    value    ["127.0.0.1:2525"]  ({file}, line 5)\n' in output
    assert 'listeners.submission.tls\n    value    "starttls"  (default)\n' in output
    one = config("explain", "organisation.file", "--file", file).output
    assert f'    value    "{tmp_path}/organisation.toml"  ({file}, line 11)\n' in one


def test_explain_with_a_faulty_file_says_the_faults(tmp_path: Path) -> None:
    file = tmp_path / "saywhy.toml"
    file.write_text("")
    result = config("explain", "--file", file)
    assert result.exit_code == 1
    assert "this table must be there" in result.output


def test_explain_of_an_unknown_key_names_the_nearest() -> None:
    result = config("explain", "server.hostnam")
    assert result.exit_code == 2
    assert result.stderr == 'there is no setting "server.hostnam"; did you mean "server.hostname"?\n'
