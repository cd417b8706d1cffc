"""SHA-256 over a content: taken when it is accepted, compared when it is read back (spec A2 5.7.7 a).

What is delivered straight from memory is not read back, nor compared.  SHA-256 because processors have it (half
of BLAKE2's time there) and `sha256sum` shows it to an administrator.
"""

from __future__ import annotations

import hashlib

from saywhy.infra.errors import ContentAltered


def digest_of(content: bytes) -> bytes:
    return hashlib.sha256(content, usedforsecurity=False).digest()


def compared(number: int, content: bytes, digest: bytes | None) -> bytes:
    """`content`, or ContentAltered.  Without a digest (an older version queued it) it is taken as it is."""
    if digest is None or digest_of(content) == digest:
        return content
    raise ContentAltered(
        f"the content of message number {number:x} is not what was accepted ({len(content)} octets are there, and "
        "their SHA-256 is another): check the disk of the queue"
    )
