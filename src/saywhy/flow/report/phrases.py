"""The fixed sentences of a report, by kind, marked for translation (spec B1, B3).

Three of them are the field's own, which people and programs look for: the title and the head of a failed report,
and the name of the diagnostic section.  They stand literally in English whatever the language; where there is a
translation it stands beside them.  A delayed report never says "failed".
"""

from __future__ import annotations

from collections.abc import Mapping

from saywhy.why.words import mark, mark_both
from saywhy.wire.report.values import Action

PREFIX: Mapping[Action, str] = {
    Action.FAILED: mark("Undeliverable:"),
    Action.DELAYED: mark("Delivery delayed:"),
    Action.DELIVERED: mark("Delivered:"),
    Action.RELAYED: mark("Relayed:"),
    Action.EXPANDED: mark("Expanded:"),
}

TITLE: Mapping[Action, str] = {
    Action.FAILED: mark("Your message did not reach some or all of the intended recipients."),
    Action.DELAYED: mark("Your message has not arrived yet. We keep trying; you need not send it again."),
    Action.DELIVERED: mark("Your message has arrived."),
    Action.RELAYED: mark("Your message was handed on to another mail system."),
    Action.EXPANDED: mark("Your message was handed on to the members of a group."),
}

HEAD: Mapping[Action, str] = {
    Action.FAILED: mark("Delivery has failed to these recipients:"),
    Action.DELAYED: mark("Delivery is delayed to these recipients:"),
    Action.DELIVERED: mark("Delivered to these recipients:"),
    Action.RELAYED: mark("Handed on for these recipients:"),
    Action.EXPANDED: mark("Handed on to the members of these groups:"),
}

DIAGNOSTICS = "Diagnostic information for administrators:"
FOR_ADMINISTRATORS = mark("(Technical details for administrators, in English.)")

LITERAL = frozenset({TITLE[Action.FAILED], HEAD[Action.FAILED]})

MAIL_SYSTEM = mark("Mail Delivery System")  # the name in From
NO_SUBJECT = mark("(no subject)")
SUBJECT = mark("Subject:")
SENT = mark("Sent:")
ADDRESS_ON = mark("{address} on {time}")
DID_YOU_MEAN = mark("Did you mean {addresses}?")
ABOUT_ANOTHER = mark("{address} passes its mail on to another address; what is said here is about that one.")
WHAT_TO_DO = mark("What you can do:")
PATIENCE = mark("No action is needed now. We keep trying until {time}.")
SAID = mark("{server} said:")
OTHER_SERVER = mark("The other mail server")

DELIVERED = mark("The message is in this mailbox.")
RELAYED = mark(
    "{server} has taken the message over. It does not send confirmations, so you will hear nothing more unless "
    "something goes wrong."
)
EXPANDED = mark(
    "This address is a group; the message went on to its members. You will hear about a member only if the "
    "message cannot reach it."
)

MORE = mark_both("One more recipient is in a further report.", "{number} more recipients are in further reports.")

WHO_ACTS = mark("Who has to act:")
YOU = mark("you")
YOUR_SERVER = mark("your mail server")
THEIR_SERVER = mark("the recipient's server")
RECIPIENT = mark("the recipient")
NOBODY = mark("nobody")
NOBODY_WAIT = mark("nobody: wait")

YOU_ACT = mark("You can put this right.")
YOUR_SERVER_ACTS = mark("The administrator of your mail server has to act.")
THEIR_SERVER_ACTS = mark("The administrator of the recipient's mail server has to act.")
RECIPIENT_ACTS = mark("The recipient has to act.")
NOBODY_ACTS = mark("Nobody has to act.")
WAITING_HELPS = mark("Nobody has to act: please wait.")

# Of the section for administrators, which is English.
GENERATING_SERVER = "Generating server:"
HOPS = "Message hops:"
HEADERS = "Original message headers:"
CUT = "(The rest of the header is in the attached part.)"
HISTORY = "What earlier attempts met:"
SESSION = "End of the session:"

# The question to a moderator.
DECISION_NEEDED = mark("Your decision is needed:")  # before the subject
ASKED = mark("A message to {address} waits for a decision, and you are one of those who may decide.")
FROM = mark("From:")
TO_DECIDE = mark("To decide, answer this message with one of these words alone in the first line:")
APPROVE_MEANS = mark("{word}: the message is delivered.")
REJECT_MEANS = mark("{word}: the message goes back to its sender, with what you write below the word.")
FIRST_COUNTS = mark("The first decision counts. If nobody decides, the message goes back on {time}.")
ATTACHED = mark("The message is attached.")
HEADER_ATTACHED = mark("The message is too large to be attached; its header is.")
MODERATOR_WROTE = mark("The moderator wrote:")

# Notices about quotas (spec B6); "it" is the mailbox or folder of the title.
MAILBOX_ALMOST_FULL = mark("Your mailbox is almost full")
MAILBOX_LARGE = mark("Your mailbox is large")
MAILBOX_SENDS_NOTHING = mark("Your mailbox is full: you cannot send messages")
MAILBOX_FULL = mark("Your mailbox is full: you can neither send nor receive messages")
FOLDER_ALMOST_FULL = mark("The public folder {name} is almost full")
FOLDER_LARGE = mark("The public folder {name} is large")
FOLDER_FULL = mark("The public folder {name} is full")
SENDS_NO_MORE = mark("It has {size}. From {limit} on you can send no more messages.")
TAKES_NO_MORE = mark("It has {size}. From {limit} on it takes no more messages.")
TOLD_FROM = mark("It has {size}, and you are told from {limit} on.")
SEND_WHEN_ROOM = mark("It has {size}, and {limit} is allowed. You can send again when there is room.")
GOES_BACK = mark(
    "It has {size}, and {limit} is allowed. Messages to it go back to their senders until there is room."
)
TOO_MANY = mark("It has {size} messages, and {limit} are allowed. It takes no more until there is room.")
MAKE_ROOM = mark("Delete what is not needed any more, or ask your administrator for more room.")

MONTHS = (
    mark("January"),
    mark("February"),
    mark("March"),
    mark("April"),
    mark("May"),
    mark("June"),
    mark("July"),
    mark("August"),
    mark("September"),
    mark("October"),
    mark("November"),
    mark("December"),
)
MOMENT = mark("{day} {month} {year}, {time} ({zone})")
