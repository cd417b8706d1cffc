"""Quotas: how full mailboxes and public folders are, and who is told."""
