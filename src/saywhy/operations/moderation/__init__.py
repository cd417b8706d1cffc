"""Moderation: mail that waits for a moderator."""
