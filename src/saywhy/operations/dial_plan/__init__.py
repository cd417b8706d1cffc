"""Dial plans: voice and fax messages, and the reports on them."""
