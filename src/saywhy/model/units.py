"""Spans of time in seconds and of storage in octets, for defaults."""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
KIB = 1024
MIB = 1024 * KIB
