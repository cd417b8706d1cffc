"""The connectors that are in force where the organisation names none of their direction (spec F1, F5).

They are not rows of the store: adding the first connector of a direction puts it in their place.
"""

from __future__ import annotations

from saywhy.model.organisation import ReceiveConnector, SendConnector

RECEIVE = (
    # The Internet's door: no sign-in, and no relaying for anyone.
    ReceiveConnector("Default Frontend", listeners=("smtp",)),
    # Our own people: sign-in after TLS; an unknown recipient of ours is refused while they can still read why.
    ReceiveConnector(
        "Client", listeners=("submission", "submissions"), auth=("PLAIN", "LOGIN"), require_auth=True
    ),
)
SEND = (SendConnector("Internet", address_spaces=("*",)),)
