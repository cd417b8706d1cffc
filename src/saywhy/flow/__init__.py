"""The journey of a message: receive, categorize, queue, route, deliver, report.  docs/flow.md tells it.

The six stages never import one another; they meet in model values and in `stages`; `server` wires them.
"""
