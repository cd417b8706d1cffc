"""Categorize: who sends, whose is each recipient's address, and where does its mail go (spec A6.2, E, F4)?

`sender` knows who sends and whether he may, `owner` looks one address up, `expansion` follows contacts,
forwarding and groups to their ends, `graves` says who had an address before, `homes` which server of ours has a
mailbox or expands a group, `restrictions` who may write to whom, `usable` what is broken, `wishes` which reports a
group's members may cause, `moderators` whom to ask, `imcea` reads old internal addresses, `failures` are this
stage's own.
"""
