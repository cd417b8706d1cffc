"""Categorize: whose is each recipient's address, and where does its mail go (spec A6.2, E, F4)?

`owner` looks one address up, `expansion` follows contacts and groups to their ends, `wishes` says which reports
a group's members may cause, `failures` are this stage's own.  Left out: restrictions on senders, moderation,
dynamic groups, alternate recipients.
"""
