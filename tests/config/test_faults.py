"""Bad settings: each file begins with the exact sentences that it must get, and gets no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saywhy.config.faults import ConfigError
from saywhy.config.load import load_settings
from saywhy.config.organisation import load_organisation

HERE = Path(__file__).parent
SETTINGS = sorted((HERE / "faults").glob("*.toml"))
ORGANISATIONS = sorted((HERE / "organisation_faults").glob("*.toml"))
LISTENERS = ["smtp", "submission"]


def prepared(path: Path, folder: Path) -> tuple[Path, list[str]]:
    """The file with `{dir}` filled in, and what must be said of it."""
    text = path.read_text().replace("{dir}", str(folder))
    for other in path.parent.glob("no_*.toml"):
        (folder / other.name).write_text(other.read_text())
    file = folder / path.name
    file.write_text(text)
    return file, re.findall(r"^#: (.*)$", text, re.MULTILINE)


def sentences(error: ConfigError, file: Path) -> list[str]:
    return [str(fault).removeprefix(f"{file}").lstrip(",: ") for fault in error.faults]


def by_line(sentences: list[str]) -> list[str]:
    return sorted(sentences, key=lambda text: int((re.match(r"line (\d+)", text) or [0, "0"])[1]))


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.stem)
def test_bad_settings_get_exactly_these_sentences(path: Path, tmp_path: Path) -> None:
    file, expected = prepared(path, tmp_path)
    with pytest.raises(ConfigError) as raised:
        load_settings(file)
    assert sentences(raised.value, file) == by_line(expected)


@pytest.mark.parametrize("path", ORGANISATIONS, ids=lambda path: path.stem)
def test_a_bad_organisation_gets_exactly_these_sentences(path: Path, tmp_path: Path) -> None:
    file, expected = prepared(path, tmp_path)
    with pytest.raises(ConfigError) as raised:
        load_organisation(file, LISTENERS)
    assert sorted(by_line(sentences(raised.value, file))) == sorted(by_line(expected))


def test_a_file_that_is_not_there_is_a_fault_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_settings(tmp_path / "none.toml")
    assert str(raised.value) == (
        f"{tmp_path}/none.toml: cannot be read: No such file or directory; "
        "name a file that exists and that you may read"
    )


def test_a_file_that_is_not_utf_8_is_told_the_line_and_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes(b'[server]\nhostname = "mail.example.org"\nuser = "ren\xe9"\n')
    with pytest.raises(ConfigError, match=r"latin.toml, line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"):
        load_settings(file)


def test_nesting_without_end_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "deep.toml"
    file.write_text("a = " + "[" * 100_000 + "]" * 100_000)
    with pytest.raises(ConfigError, match="nested too deeply"):
        load_settings(file)
