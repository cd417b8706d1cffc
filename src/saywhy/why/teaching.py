"""How to read an enhanced status code: what its class and its subject say (RFC 3463 sections 2 and 3, spec A0).

The detail is told by the code's own file.  Words of ours.
"""

from __future__ import annotations

from saywhy.model.status import Status

CLASSES = {
    2: "success",
    4: "temporary failure: it may get through later; the report after the last try is final all the same",
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


# What the article says of the two families that it names, and what is right (spec A0.2).
ARTICLE = {
    (5, 1): "problems with the e-mail address",
    (5, 2): "the message is too large",
}
CORRECTIONS = {
    (
        5,
        1,
    ): "Mostly so, but the address may also be the sender's own (5.1.7, 5.1.8), or be right and its domain wrong.",
    (5, 2): "Not all of 5.2.x is about size. The subject is the mailbox: 5.2.1 is one that is switched off, 5.2.2 "
    "one that is full, 5.2.4 a group. Only 5.2.3 is a message that is too large for it.",
}


def class_of(status: Status) -> str:
    return CLASSES[status.class_]


def subject_of(status: Status) -> str:
    return SUBJECTS.get(status.subject, "a subject that RFC 3463 does not define")
