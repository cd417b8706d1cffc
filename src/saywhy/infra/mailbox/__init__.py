"""Where messages lie that somebody kept: files, folders, Maildirs, mboxes, compressed or packed ones, IMAP.

`kinds` tells by the first octets what a file is; `stream` takes anything apart that can only be read from front
to back; `mbox` splits stretches of an mbox, so that processes can share one file; `folder` walks; `imap` asks a
server; `outlook` reads .msg.  Whatever is read, no more than `piece.LIMIT` octets of one message are held.
"""
