"""What all tests share: hypothesis has no wall-clock deadline; `make slow` tries many more examples."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("fast", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("slow", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("SAYWHY_EXAMPLES", "fast"))
