"""Accepted domains."""
