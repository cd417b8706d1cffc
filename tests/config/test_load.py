from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.config.load import PLACES, find_settings, from_values, load_settings
from saywhy.config.settings import Binding, Settings


def load(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "saywhy.toml"
    file.write_text(text)
    return load_settings(file)


LEAST = '[server]\nhostname = "mail.example.org"\n'


def test_a_host_name_is_all_that_is_needed(tmp_path: Path) -> None:
    settings = load(tmp_path, LEAST)
    assert settings.server.hostname == "mail.example.org"
    assert {name: str(listener.address[0]) for name, listener in settings.listeners.items()} == {
        "smtp": "0.0.0.0:25",
        "submission": "0.0.0.0:587",
        "submissions": "0.0.0.0:465",
    }
    assert settings.listeners["submissions"].tls == "implicit"
    assert settings.organisation.file is None


def test_the_clients_time_outs_are_no_shorter_than_rfc_5321_says(tmp_path: Path) -> None:
    minutes = load(tmp_path, LEAST).timeouts
    assert minutes.greeting >= 300
    assert minutes.mail >= 300
    assert minutes.rcpt >= 300
    assert minutes.data >= 120
    assert minutes.block >= 180
    assert minutes.final >= 600


def test_relative_paths_lie_under_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "organisation.toml").write_text("")
    settings = load(
        tmp_path,
        LEAST + 'data_dir = "var"\n[log]\npath = "mail.log"\n[mailboxes]\npath = "/srv/mail"\n'
        '[organisation]\nfile = "organisation.toml"\n',
    )
    home = tmp_path / "var"
    assert settings.server.data_dir == home
    assert settings.tls.certificate == home / "tls/certificate.pem"
    assert settings.store.path == home / "queue"
    assert settings.control.socket == home / "control.sock"
    assert settings.log.path == str(home / "mail.log")
    assert settings.mailboxes.path == Path("/srv/mail")
    assert settings.organisation.file == tmp_path / "organisation.toml"


def test_the_log_goes_to_standard_error_by_default(tmp_path: Path) -> None:
    assert load(tmp_path, LEAST).log.path == "-"


def test_a_listener_may_have_several_addresses(tmp_path: Path) -> None:
    settings = load(tmp_path, LEAST + '[listeners.smtp]\naddress = ["127.0.0.1:0", "[::1]:2525"]\n')
    assert settings.listeners["smtp"].address == (Binding("127.0.0.1", 0), Binding("::1", 2525))
    assert str(settings.listeners["smtp"].address[1]) == "[::1]:2525"


def test_durations_and_sizes_have_units(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        LEAST + '[dns]\ntimeout = "2 s"\n[limits]\nmax_in_flight_bytes = "64 MB"\ndrain_grace = 5\n',
    )
    assert settings.dns.timeout == 2.0
    assert settings.limits.max_in_flight_bytes == 64 << 20
    assert settings.limits.drain_grace == 5.0


def test_settings_can_be_made_without_a_file(tmp_path: Path) -> None:
    settings = from_values({"server": {"hostname": "mail.example.org", "data_dir": "data"}}, tmp_path)
    assert settings.store.path == tmp_path / "data" / "queue"


def test_the_settings_file_is_found_by_the_environment_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_settings({"SAYWHY_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
    assert find_settings({}) == PLACES[-1]
    (tmp_path / "saywhy.toml").write_text("")
    assert find_settings({}) == Path("saywhy.toml")


def test_a_pair_that_fits_is_taken(tmp_path: Path) -> None:
    from saywhy.infra.net.tls import ServerTls

    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    ServerTls(certificate, key, ["mail.example.org"]).context()
    settings = load(tmp_path, LEAST + f'[tls]\ncertificate = "{certificate}"\nkey = "{key}"\n')
    assert settings.tls.key == key
