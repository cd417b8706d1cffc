"""Deliver: one attempt.  `local` into a Maildir, `smtp` to a next hop over the connections of `pool`.

Client code reports facts; `trouble` alone decides whether they mean retry, next host or fail.
"""
