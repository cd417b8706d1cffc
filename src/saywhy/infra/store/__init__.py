"""Where the queue, its history and the organisation's objects are kept.

`protocol` is the contract of a shard; `sqlite` keeps it on disk, `memory` in memory, and one contract suite
(tests/infra/store/contract.py) holds both to it.  `objects` are the organisation's.
"""
