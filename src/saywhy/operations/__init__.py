"""What an administrator can do, each action once: a declaration and its handler in a file named after it.

`queue/list.py` is the operation `queue list`.  The command line, the control socket and the docs are generated
from the declarations.  Operations are written against Protocols (`context`); they know no socket and no terminal.
"""
