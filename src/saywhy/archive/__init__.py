"""The work on many messages at once: what was read in piles of them, one row a message, and what follows from it.

`plan` cuts the sources into tasks, `work` does one (in any process), `engines` run many, `run` keeps their order,
numbers the messages and notes how far it came, so that a run that was killed can be taken up again.  `summary`
counts, `suppress` advises.  No terminal here: the doors show it.
"""
