"""`make lint`: every installed distribution has a permissive licence, LGPL or MPL (no GPL, no AGPL)."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distributions

ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser|Unlicense|0BSD|CC0|Zope|HPND)",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def stated(dist: Distribution) -> str:
    """All that a distribution says of its licence."""
    meta = dist.metadata
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License")]
    texts = [meta.get("License-Expression") or "", *classifiers]
    if not ALLOWED.search(" ".join(texts)):  # none, or one that names no licence ("DFSG approved")
        texts.append((meta.get("License") or "")[:200])
    return " ".join(texts)


def main() -> int:
    bad = []
    for dist in distributions():
        text = stated(dist)
        if dist.metadata["Name"] != "saywhy" and (FORBIDDEN.search(text) or not ALLOWED.search(text)):
            bad.append(f"{dist.metadata['Name']} {dist.version}: {text.strip() or 'no licence stated'}")
    for line in sorted(bad):
        print(f"licence not accepted: {line}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
