"""What is short, and what the server does about it (spec F9)."""

from __future__ import annotations
