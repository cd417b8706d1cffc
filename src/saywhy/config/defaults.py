"""The connectors that are in force where the organisation names none of their direction (spec F1, F5).

They are not rows of the store: adding the first connector of a direction puts it in their place.
"""

from __future__ import annotations

from saywhy.model.organisation import ReceiveConnector, SendConnector

RECEIVE = (
    # The Internet's door: no sign-in, and no relaying for anyone.
    ReceiveConnector("Default Frontend", listeners=("smtp",)),
    # Our own people, after a sign-in over TLS.  Unknown recipients are taken and reported: a mail client shows a
    # refusal at RCPT as a bare error for the whole message, while a report says why and what was probably meant.
    ReceiveConnector(
        "Client",
        listeners=("submission", "submissions"),
        auth=("PLAIN", "LOGIN"),
        require_auth=True,
        recipient_lookup=False,
    ),
)
SEND = (SendConnector("Internet", address_spaces=("*",)),)
