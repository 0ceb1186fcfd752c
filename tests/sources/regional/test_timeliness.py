"""When a delivery is late and when it is a correction, from the ledger alone."""

from datetime import UTC, date, datetime

import pytest

from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contracts
from sources.regional.timeliness import timeliness


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def night(month, day, hour=0):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def deliver(ledger, receipt_id, at, period="2026-10", sequence=1, status="accepted", dataset="care_contacts"):
    body = {"organiser_code": "05", "dataset": dataset, "period": period, "sequence": sequence}
    ledger.append("receipt", receipt_id, body, at)
    if status:
        ledger.append("verdict", receipt_id, {"status": status}, at)


def found(ledger):
    told = timeliness(ledger, dataset_contracts(), night(12, 31))
    return {receipt_id: (t.is_correction, t.is_late) for receipt_id, t in told.items()}


def test_a_month_is_due_on_the_working_day_fifteen_days_after_its_end_by_finnish_days(ledger):
    deliver(ledger, "opening", night(1, 1), "2025-12")
    deliver(ledger, "in-time", night(11, 16, 21))
    deliver(ledger, "late", night(11, 16, 22), dataset="costs")
    assert found(ledger) == {"opening": (False, False), "in-time": (False, False), "late": (False, True)}
    assert timeliness(ledger, dataset_contracts(), night(12, 1))["late"].due_on == date(2026, 11, 16)


def test_nothing_is_late_on_the_first_day_of_the_warehouse(ledger):
    deliver(ledger, "history", night(11, 2), "2025-10")
    deliver(ledger, "straggler", night(11, 3), "2025-11")
    assert found(ledger) == {"history": (False, False), "straggler": (False, True)}


def test_what_follows_an_accepted_month_is_a_correction_and_never_late(ledger):
    deliver(ledger, "first", night(11, 3))
    deliver(ledger, "second", night(12, 24), sequence=2)
    deliver(ledger, "again", night(12, 25), sequence=2, status="duplicate")
    assert found(ledger) == {"first": (False, False), "second": (True, False), "again": (False, False)}


def test_a_rejected_delivery_is_no_month_to_correct(ledger):
    deliver(ledger, "opening", night(1, 1), "2025-12")
    deliver(ledger, "rejected", night(11, 3), status="rejected")
    deliver(ledger, "second-try", night(11, 20), sequence=2)
    assert found(ledger)["second-try"] == (False, True)


def test_two_sequences_of_one_night_are_a_month_and_its_correction(ledger):
    deliver(ledger, "second", night(11, 3), sequence=2)
    deliver(ledger, "first", night(11, 3), sequence=1)
    assert found(ledger) == {"first": (False, False), "second": (True, False)}


def test_what_never_said_its_month_has_no_due_day_and_later_nights_change_nothing(ledger):
    deliver(ledger, "unknown", night(11, 3), period=None, status="rejected")
    deliver(ledger, "known", night(11, 3), status=None)
    assert found(ledger) == {"known": (False, False)}
    assert timeliness(ledger, dataset_contracts(), night(11, 2)) == {}
