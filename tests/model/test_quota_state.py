"""How full something is, and which notice that calls for."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.organisation import Folder, Mailbox, TransportConfig
from saywhy.model.quota_state import Fullness, of_folder, of_mailbox
from saywhy.model.system_messages import QuotaKind

CONFIG = TransportConfig(warning_quota=100, send_quota=200, receive_quota=300)
HERE = (Address("ann", "corp.example"),)


@pytest.mark.parametrize(
    ("quotas", "octets", "kind", "limit"),
    [
        ((100, 200, 300), 99, None, 300),
        ((100, 200, 300), 100, QuotaKind.WARNING_MAILBOX, 200),
        ((100, 0, 300), 100, QuotaKind.WARNING_MAILBOX, 300),
        ((100, 0, 0), 5000, QuotaKind.WARNING_MAILBOX_UNLIMITED, 100),
        ((100, 200, 300), 200, QuotaKind.PROHIBIT_SEND, 200),
        ((100, 200, 300), 300, QuotaKind.PROHIBIT_SEND_RECEIVE, 300),
        ((0, 200, 300), 150, None, 300),
        ((0, 0, 0), 10**12, None, 0),
    ],
)
def test_a_mailboxs_notice_is_the_gravest_that_holds(
    quotas: tuple[int, int, int], octets: int, kind: QuotaKind | None, limit: int
) -> None:
    warning, send, receive = quotas
    own = Mailbox("ann", HERE, default_quotas=False, warning_quota=warning, send_quota=send, receive_quota=receive)
    found = of_mailbox(own, CONFIG, octets)
    assert (found.kind, found.limit, found.observed) == (kind, limit, octets)


def test_the_organisations_quotas_hold_where_a_mailbox_has_none_of_its_own() -> None:
    assert of_mailbox(Mailbox("ann", HERE), CONFIG, 250) == Fullness(QuotaKind.PROHIBIT_SEND, 250, 200)


@pytest.mark.parametrize(
    ("warning", "post", "octets", "messages", "kind"),
    [
        (100, 200, 99, 1, None),
        (100, 200, 100, 1, QuotaKind.WARNING_FOLDER),
        (100, 0, 100, 1, QuotaKind.WARNING_FOLDER_UNLIMITED),
        (100, 200, 200, 1, QuotaKind.PROHIBIT_POST),
        (100, 200, 150, 10, QuotaKind.FOLDER_MESSAGES),
    ],
)
def test_a_folder_counts_octets_and_messages(
    warning: int, post: int, octets: int, messages: int, kind: QuotaKind | None
) -> None:
    folder = Folder("f", HERE, warning_quota=warning, post_quota=post)
    assert of_folder(folder, TransportConfig(max_folder_messages=10), octets, messages).kind is kind
