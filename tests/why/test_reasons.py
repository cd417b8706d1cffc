"""What a diagnostic means to us and to other systems."""

from __future__ import annotations

from saywhy.model.status import Status
from saywhy.why.entries import Act, Permanence, Scope
from saywhy.why.reasons import diagnose


def test_a_diagnosis_names_the_cause_and_its_names_elsewhere() -> None:
    found = diagnose("550 5.1.1 <bob@dest.test>: User unknown", reply_code=550, status=Status(5, 1, 1))
    assert (found.cause, found.reason, found.kumomta, found.sparkpost) == (
        "remote-user-unknown",
        "userunknown",
        "InvalidRecipient",
        10,
    )
    assert (found.hard_bounce, found.permanence) == (True, Permanence.PERMANENT)
    assert (found.scope, found.act) == (Scope.RECIPIENT, Act.SENDER)


def test_a_full_mailbox_is_soft_though_the_message_failed() -> None:
    found = diagnose("552 5.2.2 mailbox full", reply_code=552, status=Status(5, 2, 2), action="failed")
    assert (found.reason, found.hard_bounce) == ("mailboxfull", False)


def test_a_domain_that_takes_no_mail_is_hard_unless_the_refusal_is_temporary() -> None:
    assert diagnose("521 5.3.2 mx.dest.test does not accept mail").hard_bounce
    assert not diagnose("521 5.3.2 mx.dest.test does not accept mail", action="delayed").hard_bounce


def test_an_action_of_success_is_no_failure() -> None:
    found = diagnose("250 2.1.5 fine", status=Status(2, 1, 5), action="delivered")
    assert (found.cause, found.hard_bounce) == ("delivered", False)


def test_what_the_reporting_server_saw_for_itself_has_a_servers_own_cause() -> None:
    found = diagnose("", status=Status(4, 4, 1), reporting="mx.corp.test", action="delayed")
    assert found.cause == "no-answer"
