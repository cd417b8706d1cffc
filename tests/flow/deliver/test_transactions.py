"""Which recipients go together."""

from __future__ import annotations

from saywhy.flow.deliver.transactions import MAX_RECIPIENTS, chunk, transaction
from saywhy.model.envelope import Notify, Ret
from tests.flow.deliver.builders import recipient, transmission


def test_no_more_than_every_server_must_take() -> None:
    sent = transmission(*(f"r{number}@dest.test" for number in range(MAX_RECIPIENTS + 1)))
    assert chunk(dict(enumerate(sent.pending))) == list(range(MAX_RECIPIENTS))


def test_addresses_that_need_smtputf8_do_not_take_the_others_with_them() -> None:
    sent = transmission("a@dest.test", "ü@dest.test", "b@dest.test", "é@dest.test")
    waiting = dict(enumerate(sent.pending))
    assert chunk(waiting) == [0, 2]
    del waiting[0], waiting[2]
    assert chunk(waiting) == [1, 3]


def test_a_unicode_domain_needs_no_transaction_of_its_own() -> None:
    sent = transmission("a@dest.test", "b@bücher.test")
    assert chunk(dict(enumerate(sent.pending))) == [0, 1]


def test_dsn_wishes_go_on_unchanged() -> None:
    wish = recipient("bob@dest.test", Notify.DELAY, "Bob@Old.test")
    sent = transmission(wish, envid="id", ret=Ret.HDRS)
    made = transaction(sent, sent.pending)
    assert made.recipients == (wish,)
    assert (made.envid, made.ret) == ("id", Ret.HDRS)


def test_our_own_reports_ask_for_nothing() -> None:
    wish = recipient("bob@dest.test", Notify.SUCCESS, "bob@old.test")
    sent = transmission(wish, sender=None, origin="report", ret=Ret.FULL)
    made = transaction(sent, sent.pending)
    assert made.sender is None
    assert made.ret is None
    assert made.recipients == (recipient("bob@dest.test", Notify.NEVER),)
