"""Mailboxes, contacts and groups."""
