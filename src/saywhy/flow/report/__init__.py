"""Telling the sender: from settled recipients to reports (spec B).

`decide` says whether a report leaves, `reporter` gathers recipients, `letter` makes one message of them: `facts`
for the status part, `compose` and `diagnose` for what people read, laid out by `text` and `html` in the sentences
of `phrases`.
"""
