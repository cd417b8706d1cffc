"""The composition root: builds the stages from the settings, starts, reloads, drains and stops them.

`app` wires one process; `organisation` holds the snapshot in force; `control` is the socket for operations.
"""
