"""Every report that our server makes, in every language, is read back to the identical cause and values."""

from __future__ import annotations

from pathlib import Path

import pytest

import saywhy
from saywhy.model.outcome import Outcome
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import World, message
from tests.flow.report.test_languages import LANGUAGES, OUTCOMES, naming, news

GOLDEN = sorted((Path(__file__).parents[2] / "flow/report/golden").glob("*.eml"))
LETTERS = [file for file in GOLDEN if file.stem.startswith(("question", "quota"))]  # ours too, and no reports
REPORTS = [file for file in GOLDEN if file not in LETTERS]


def is_read_back(content: bytes) -> None:
    report, written = saywhy.read(content), parse(content).status
    named = any(each.cause for each in written.recipients)  # good news has no cause
    assert report.dialect == ("saywhy" if named else "RFC 3464")
    assert (report.reporting_mta, report.envelope_id, report.arrival) == (
        written.reporting_mta,
        written.envid,
        written.arrival,
    )
    assert len(report.recipients) == len(written.recipients)
    for found, wrote in zip(report.recipients, written.recipients, strict=True):
        assert found.told == bool(wrote.cause)
        if wrote.cause:
            assert found.why.cause == found.failure.cause == wrote.cause
        assert (found.recipient, found.action, found.status) == (wrote.final, wrote.action, str(wrote.status))
        assert found.failure.status == wrote.status
        assert found.diagnostic == " ".join(wrote.diagnostic.lines)
        assert found.original_recipient == (wrote.original.address if wrote.original else "")
        assert (found.remote_mta, found.log_id) == (wrote.remote_mta, wrote.final_log_id)
        assert (found.last_attempt, found.retry_until) == (wrote.last_attempt, wrote.will_retry_until)


@pytest.mark.parametrize("file", REPORTS, ids=lambda file: file.stem)
def test_a_golden_report_is_read_back(file: Path) -> None:
    is_read_back(file.read_bytes())


@pytest.mark.parametrize("file", LETTERS, ids=lambda file: file.stem)
def test_a_question_or_a_notice_of_ours_is_no_report(file: Path) -> None:
    assert not saywhy.read(file.read_bytes()).is_report


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_report_in_any_language_is_read_back(language: str, outcome: Outcome) -> None:
    wish = naming(b"Content-Language: " + language.encode()) if language != "en" else message()
    is_read_back(World().only(wish, news(outcome)).content)
