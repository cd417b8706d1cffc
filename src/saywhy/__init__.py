"""saywhy: mail transport that says why.

`import saywhy` needs the base install only (click and the standard library).  The floors of the house are
described in the README; `ls src/saywhy/flow` is the journey of a message.
"""

__version__ = "2026.11.0"
