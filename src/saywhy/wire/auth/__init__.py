"""Who is a message from?  SPF, DKIM, DMARC and reverse names, decided from DNS answers that are handed in.

Each check is a generator that yields a `Question` and is sent an `Answer` (lookups.py); it does no IO, keeps the
limits of its RFC by itself, and ends with a verdict.  A time-out or SERVFAIL is an answer too: no verdict.
"""
