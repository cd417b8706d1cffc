"""Reading reports, ours and those of other systems: bytes -> `values.ReadReport`.

One module for each dialect, each with a function `read(root) -> ReadReport | None`; `reading` tries them in order.
"""
