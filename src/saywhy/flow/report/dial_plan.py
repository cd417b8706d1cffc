"""Under which dial plan a message came in (spec B7.6): by its stamp, or by the connector that took it.

A stamp counts from clients of ours only: with it a stranger could keep the reports on his mail from leaving.
"""

from __future__ import annotations

from saywhy.model.organisation import Organisation
from saywhy.model.queued import Message
from saywhy.model.report_switches import DialPlan
from saywhy.wire.header import header_block, values

STAMP = b"x-saywhy-dial-plan"


def dial_plan(message: Message, content: bytes, organisation: Organisation) -> DialPlan | None:
    plans = organisation.dial_plans
    if not plans:
        return None
    if message.origin.internal:
        [stamp] = values(header_block(content), (STAMP,))
        if stamp.lower() in plans:
            return plans[stamp.lower()]
    connector = message.origin.connector.lower()
    return next((plan for plan in plans.values() if plan.connector.lower() == connector), None)
