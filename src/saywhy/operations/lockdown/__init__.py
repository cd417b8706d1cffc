"""Lockdowns: failure reports to outside switched off for a while."""
