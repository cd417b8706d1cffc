"""Receive: a session from connection to 250.  `session` drives the protocol engine, `policy` decides.

A message leaves this stage through `Submit`, which returns when it is durably queued; only then is 250 said.
"""
