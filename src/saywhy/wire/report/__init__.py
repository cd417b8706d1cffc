"""Delivery reports as values and as bytes: multipart/report of RFC 6522, delivery-status of RFC 3464 and 6533.

`values` are the facts of a report, `build` writes them, `parse` reads them back.  What the human part says is the
business of flow/report; reading other systems' reports is that of why/read.
"""
