"""What people get, through the whole server: reports in the organisation's own words, in their language."""

from __future__ import annotations

from tests.server.stage import Site

ANN = "ann@worcester.example"
NOBODY = "nobody@worcester.example"


async def test_a_report_is_in_the_organisations_words_as_soon_as_they_are_set_and_until_they_are_removed() -> None:
    async with Site() as site:
        await site.ask("system-message set", about="5.1.1", text="Nobody <b>here</b> has {recipient}.")
        await site.send(ANN, [NOBODY])
        [own] = await site.reports()
        await site.ask("system-message remove", about="5.1.1")
        await site.send(ANN, [NOBODY])
        reports = await site.reports(number=2)
    assert f"Nobody here has {NOBODY}." in own.text
    assert "RESOLVER.ADR.RecipNotFound" in own.text
    assert sum("Nobody here has" in report.text for report in reports) == 1


async def test_a_reader_of_ours_gets_reports_in_the_language_that_he_has_chosen() -> None:
    async with Site() as site:
        await site.ask("recipient set", name="ann", language=["de-CH"])
        await site.send(ANN, [NOBODY])
        [report] = await site.reports()
    assert report.message["Content-Language"] == "de"
