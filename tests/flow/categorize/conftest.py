"""No property fails because the machine was busy."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("saywhy", deadline=None)
settings.load_profile("saywhy")
