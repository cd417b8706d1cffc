"""The fixtures in another project's tests, as docs/lab.md shows them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saywhy.lab.rented import LabError, NothingCame, rent
from tests.lab.loopback import needs_loopback

pytest_plugins = ["pytester"]
pytestmark = needs_loopback

DOCS = Path(__file__).parents[2] / "docs" / "lab.md"


def test_the_example_of_the_docs_is_three_tests_that_pass(pytester: pytest.Pytester) -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.S)
    pytester.makepyfile(example)
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", timeout=100).assert_outcomes(passed=3)


def test_a_run_that_does_not_use_it_imports_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("saywhy")
            loaded = {name for name in sys.modules if name.partition(".")[0] == "saywhy"}
            assert loaded == {"saywhy", "saywhy.lab", "saywhy.lab.pytest_plugin"}
        """
    )
    pytester.runpytest_subprocess("-q", "-W", "error", "-p", "no:asyncio", timeout=100).assert_outcomes(passed=1)


def test_what_does_not_come_fails_with_what_did_and_a_lab_that_does_not_start_says_why() -> None:
    with rent() as lab:
        with pytest.raises(NothingCame, match=r"0 reports to app@shop\.example instead of 1 after 0\.1 s"):
            lab.reports(to="app@shop.example", timeout=0.1)
        with pytest.raises(LabError, match="a host has no rcp"):
            lab.host("partner.example", rcp="550")
        lab.settled()
        folder = lab.folder
        with pytest.raises(LabError, match="could not start"), rent(["--port", str(lab.smtp_port)]):
            pass
    assert not folder.exists()
