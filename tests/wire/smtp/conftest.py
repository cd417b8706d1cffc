"""No wall-clock deadline for a property's examples: a busy machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("saywhy", deadline=None)
settings.load_profile("saywhy")
