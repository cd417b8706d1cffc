"""queue: what is owed, when it is tried, and what its outcome becomes (spec F6, A6, B1).

`queue.py` composes the parts and says which is which.
"""
