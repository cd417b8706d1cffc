"""How to read an enhanced status code: what its class and its subject say (RFC 3463 sections 2 and 3, spec A0).

The detail is told by the code's own file.  Words of ours.
"""

from __future__ import annotations

from saywhy.model.status import Status

CLASSES = {
    2: "success",
    4: "temporary failure: the same message may get through later",
    5: "permanent failure: the same message will not get through as it is",
}

CLASS_WORDS = {2: "success", 4: "temporary", 5: "permanent"}

SUBJECTS = {
    0: "no subject named",
    1: "about an address",
    2: "about the mailbox",
    3: "about the mail system",
    4: "about the network or the route",
    5: "about the protocol between the servers",
    6: "about the content of the message",
    7: "about security or policy",
}


def class_of(status: Status) -> str:
    return CLASSES[status.class_]


def subject_of(status: Status) -> str:
    return SUBJECTS.get(status.subject, "a subject that RFC 3463 does not define")
