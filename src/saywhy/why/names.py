"""What other systems call the reasons of bounces, so that a cause can be told to their users and tools.

Sisimai's reasons (version 5), KumoMTA's predefined bounce classes, SparkPost's classification numbers.  Facts
only; each cause names its nearest in its file.
"""

from __future__ import annotations

SISIMAI = (
    "undefined",
    *("authfailure", "badreputation", "blocked", "contenterror", "delivered", "exceedlimit", "expired"),
    *("failedstarttls", "feedback", "filtered", "hasmoved", "hostunknown", "mailboxfull", "mailererror"),
    *("mesgtoobig", "networkerror", "norelaying", "notaccept", "notcompliantrfc", "onhold", "policyviolation"),
    *("rejected", "requireptr", "securityerror", "spamdetected", "speeding", "suppressed", "suspend"),
    *("syntaxerror", "systemerror", "systemfull", "toomanyconn", "userunknown", "vacation", "virusdetected"),
)

KUMOMTA = (
    "Uncategorized",
    *("AuthenticationFailed", "AutoReply", "BadConfiguration", "BadConnection", "BadDomain"),
    *("ChallengeResponse", "ContentRelated", "DNSFailure", "InactiveMailbox", "InvalidRecipient"),
    *("InvalidSender", "MessageExpired", "NoAnswerFromHost", "PolicyRelated", "ProhibitedAttachment"),
    *("ProtocolErrors", "QuotaIssues", "RelayDenied", "RelayingIssues", "RoutingErrors", "SpamBlock"),
    *("SpamContent", "SpamRelated", "Subscribe", "TooManyRecipients", "TransientFailure"),
    *("Unsubscribe", "VirusRelated"),
)

SPARKPOST = (1, 10, 15, 20, 21, 22, 23, 24, 25, 30, 40, 50, 51, 52, 53, 54, 60, 70, 80, 90, 100)
