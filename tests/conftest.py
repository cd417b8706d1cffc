"""What all tests share: examples without a wall-clock deadline, and no silent skips in CI's slow run."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow]
# The same examples in every run: a failure is the change's own.  `make examples` looks further.
settings.register_profile("fast", deadline=None, max_examples=50, derandomize=True, suppress_health_check=SLOW)
settings.register_profile("many", deadline=None, max_examples=1000, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("SAYWHY_EXAMPLES", "fast"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI everything that a slow test needs is installed: one that skips there hides something."""
    if not os.environ.get("CI") or session.config.option.markexpr != "slow":
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if skipped and exitstatus == 0:
        for report in skipped:
            print(f"\nskipped in CI, which fails the run: {report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
