"""Logins for submission."""
