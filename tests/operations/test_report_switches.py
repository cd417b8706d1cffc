"""Remote domains, dial plans and lockdowns: what is refused, what is said, and the warnings."""

from __future__ import annotations

import pytest

from saywhy.flow.report.decide import RULES
from saywhy.model.event import Event, Kind
from saywhy.model.report_switches import DialPlan, Lockdown, RemoteDomain
from saywhy.operations import story
from saywhy.operations.context import Context
from tests.operations.conftest import NOW, Events, Run, refused


async def rows(run: Run, operation: str) -> list[dict[str, object]]:
    return [dict(row) for row in (await run(operation)).rows]


async def test_the_default_remote_domain_is_there_from_the_start(run: Run, worcester: None) -> None:
    [row] = await rows(run, "remote-domain list")
    assert (row["name"], row["domain"], row["built_in"]) == ("Default", "*", True)
    assert [row[name] for name in ("ndr", "delivery_reports", "diagnostics")] == [True, True, True]
    assert (await refused(run("remote-domain remove", name="default"))).why.startswith("it is built in")


async def test_failure_reports_go_off_for_default_and_on_again_with_a_warning_each_time(
    run: Run, context: Context, events: Events, worcester: None
) -> None:
    result = await run("remote-domain set", name="Default", ndr="no")
    assert result.text.startswith(
        "The remote-domain Default was changed: ndr: yes -> no. "
        "No failure report goes to readers outside (remote domain Default). Revision "
    )
    [event] = events.of(Kind.REPORTS_OFF)
    assert "RFC 5321 section 6.1" in event.text
    assert event.data["actor"] == "root"
    assert context.organisation().remote_domains == {"*": RemoteDomain("Default", "*", ndr=False)}
    assert (
        await run("lockdown show")
    ).text == "No failure report goes to readers outside (remote domain Default)."
    await run("remote-domain set", name="default", ndr="yes")
    assert len(events.of(Kind.REPORTS_ON)) == 1
    assert (await run("lockdown show")).text == "Failure reports go to everybody: nothing is switched off."
    await run("remote-domain remove", name="Default")
    assert [row["built_in"] for row in await rows(run, "remote-domain list")] == [True]


async def test_a_switch_that_stays_as_it_is_changes_nothing(run: Run, events: Events, worcester: None) -> None:
    assert (await run("remote-domain set", name="Default", ndr="yes")).text.endswith("so already: nothing to do.")
    assert (await refused(run("remote-domain set", name="Default"))).why == "nothing is to change"
    assert not [event for event in events if event.kind in (Kind.REPORTS_OFF, Kind.REPORTS_ON)]


async def test_a_remote_domain_of_its_own_stands_beside_default(run: Run, worcester: None) -> None:
    await run("remote-domain add", name="Partner", domain="*.Partner.example", diagnostics="no")
    assert [(row["name"], row["diagnostics"]) for row in await rows(run, "remote-domain list")] == [
        ("Default", True),
        ("Partner", False),
    ]
    await run("remote-domain set", name="*.partner.example", delivery_reports="no")
    [partner] = [row for row in await rows(run, "remote-domain list") if row["name"] == "Partner"]
    assert (partner["delivery_reports"], partner["ndr"]) == (False, True)
    assert (await refused(run("remote-domain remove", name="Partnr"))).cure == "did you mean partner?"
    await run("remote-domain remove", name="Partner")
    assert len(await rows(run, "remote-domain list")) == 1


@pytest.mark.parametrize(
    ("name", "domain", "why"),
    [
        ("Second", "*.PARTNER.example", '*.PARTNER.example belongs to the remote domain "Partner" already'),
        ("Bad", "partner..example", '"partner..example" is not an address space'),
        ("default", "far.example", "default is the remote domain for *"),
        ("Partner", "far.example", 'there is a remote-domain "Partner" already'),
    ],
)
async def test_what_a_remote_domain_cannot_be_is_refused(
    run: Run, worcester: None, name: str, domain: str, why: str
) -> None:
    await run("remote-domain add", name="Partner", domain="*.partner.example")
    assert (await refused(run("remote-domain add", name=name, domain=domain))).why == why


async def test_a_dial_plan_is_added_switched_and_removed(
    run: Run, context: Context, events: Events, worcester: None
) -> None:
    assert (await run("dial-plan list")).text == "There is no dial plan; `saywhy dial-plan add NAME` adds one."
    await run("dial-plan add", name="Phones", connector="client")
    assert await rows(run, "dial-plan list") == [{"name": "Phones", "connector": "client", "ndr": True}]
    said = (await run("dial-plan set", name="phones", ndr="no")).text
    assert "No failure of a message under the dial plan Phones is reported." in said
    assert context.organisation().dial_plans == {"phones": DialPlan("Phones", "client", ndr=False)}
    await run("dial-plan remove", name="Phones")
    assert [event.kind for event in events if event.kind in (Kind.REPORTS_OFF, Kind.REPORTS_ON)] == [
        Kind.REPORTS_OFF,
        Kind.REPORTS_ON,
    ]


async def test_a_dial_plan_names_a_connector_that_exists_and_is_free(run: Run, worcester: None) -> None:
    error = await refused(run("dial-plan add", name="Phones", connector="Cliant"))
    assert (error.why, error.cure) == ('there is no receive connector "Cliant"', 'did you mean "Client"?')
    await run("dial-plan add", name="Phones", connector="Client")
    error = await refused(run("dial-plan add", name="Fax", connector="CLIENT"))
    assert error.why == '"CLIENT" belongs to the dial plan "Phones" already'
    await run("dial-plan add", name="Fax")  # by the stamp alone


async def test_a_lockdown_has_an_end_and_can_be_ended_before(
    run: Run, context: Context, events: Events, worcester: None
) -> None:
    said = (await run("lockdown start", profile="virus", **{"for": "30 min"})).text
    assert said.startswith(
        "No failure report goes to readers outside until 2026-11-18 11:36:40Z (lockdown virus)."
    )
    assert context.organisation().lockdowns == {"virus": Lockdown("virus", NOW, NOW + 1800, "root")}
    shown = await run("lockdown show")
    assert dict(shown.rows[0]) == {"profile": "virus", "since": NOW, "until": NOW + 1800, "by": "root"}
    await run("lockdown start", profile="spam")
    assert context.organisation().lockdowns["spam"].until == NOW + 7200
    said = (await run("lockdown stop", profile="virus")).text
    assert said.startswith("The lockdown is over.\nNo failure report goes to readers outside until")
    assert (await run("lockdown stop")).text == "The lockdown is over."
    assert (await run("lockdown stop")).text == "No such lockdown is in force: nothing to do."
    assert len(events.of(Kind.REPORTS_OFF)) == len(events.of(Kind.REPORTS_ON)) == 2


@pytest.mark.parametrize("text", ["soon", "0", "8 d"])
async def test_a_lockdown_lasts_a_second_to_a_week(run: Run, worcester: None, text: str) -> None:
    error = await refused(run("lockdown start", profile="spoof", **{"for": text}))
    assert (error.code, error.why.partition(":")[0]) == ("usage", "--for")


async def test_state_stays_out_of_the_organisation_file_and_switches_stand_in_it(
    run: Run, worcester: None
) -> None:
    await run("remote-domain set", name="Default", ndr="no")
    await run("dial-plan add", name="Phones", connector="Client", ndr="no")
    await run("lockdown start", profile="spoof")
    text = str((await run("org export")).rows[0]["organisation"])
    assert '[[remote_domain]]\nname = "Default"\ndomain = "*"\nndr = false\n' in text
    assert '[[dial_plan]]\nname = "Phones"\nconnector = "Client"\nndr = false' in text
    assert "spoof" not in text
    applied = await run("org apply", file={"name": "organisation.toml", "text": text})
    assert applied.text.endswith("already: nothing to do.")


@pytest.mark.parametrize("rule", [name for name, _ in RULES if name not in ("group-reports", "backscatter")])
def test_a_trace_says_of_each_rule_why_it_held_a_report_back(rule: str) -> None:
    said = story.sentence(Event(Kind.DROP, NOW, text=rule))
    assert said.startswith(f"a report was due and was held back: {rule}, ")
