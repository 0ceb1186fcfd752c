"""Which version of a contract a delivery may follow, and when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from deliveries import PERIOD, Desk, contacts

from sources.ledger import Ledger
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.file_rules import file_rule
from sources.regional.intake import take_in

BEGINS, UNTIL = "2026-10-01", "2026-12-31"


def night(desk: Desk, at: datetime) -> None:
    """A night under version 2.0.0, in force from October, beside which 1.0.0 is accepted to the end of the year."""
    contract = dataset_contracts()["care_contacts"]
    extras = contract.extras | {
        "in_force_from": BEGINS,
        "accepted_versions": [{"version": "1.0.0", "until": UNTIL}],
    }
    contracts = {"care_contacts": replace(contract, version="2.0.0", extras=extras)}
    with Ledger(desk.home.ledger) as ledger:
        take_in(desk.home, ledger, desk.landing, contracts, counties(), at=at)


@pytest.mark.parametrize(
    ("version", "at", "is_accepted"),
    [
        ("1.0.0", datetime(2026, 9, 30, 20, tzinfo=UTC), True),
        ("1.0.0", datetime(2026, 12, 31, 21, 59, tzinfo=UTC), True),
        ("1.0.0", datetime(2026, 12, 31, 22, 0, tzinfo=UTC), False),
        ("2.0.0", datetime(2026, 9, 30, 20, 59, tzinfo=UTC), False),
        ("2.0.0", datetime(2026, 9, 30, 21, 0, tzinfo=UTC), True),
        ("0.9.0", datetime(2026, 10, 5, tzinfo=UTC), False),
    ],
)
def test_the_old_version_ends_and_the_new_one_begins_by_the_finnish_day(desk, version, at, is_accepted):
    desk.send(contacts(40), contract_version=version)
    night(desk, at)
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rule"]) == (
        ("accepted", None) if is_accepted else ("rejected", file_rule("CONTRACT_VERSION").id)
    )


def test_both_versions_in_one_night_are_each_judged_by_their_own_time(desk):
    desk.send(contacts(40), contract_version="1.0.0")
    desk.send(contacts(41), name="new", sequence=2, contract_version="2.0.0")
    desk.send(contacts(40), "06", contract_version="0.9.0")
    night(desk, datetime(2026, 10, 5, tzinfo=UTC))
    assert desk.statuses() == ["accepted", "accepted", "rejected"]
    assert {body["period"] for body in desk.events("receipt").values()} == {PERIOD}
