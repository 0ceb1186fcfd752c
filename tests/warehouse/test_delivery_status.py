"""What has come of every month that a sender owes, from a real ledger."""

from datetime import UTC, date, datetime

import duckdb
import pytest

from sources.landing import erase
from tests.warehouse.made import World, night
from warehouse.registry import delivery_statuses
from warehouse.sql import literal

OCTOBER = ("05", "care_contacts", "2026-10")


@pytest.fixture
def opened(world: World) -> World:
    """A warehouse whose first delivery came in September."""
    world.accept("opening", datetime(2026, 9, 5, tzinfo=UTC), rows=0, period="2026-08")
    return world


def status(world: World, at: datetime, key: tuple = OCTOBER) -> dict:
    found = {(s["organiser_code"], s["dataset"], s["period"]): s for s in delivery_statuses(world.ledger, at)}
    return found[key]


def test_a_month_is_due_until_the_end_of_its_day_and_then_late(opened: World) -> None:
    told = status(opened, night(16, 21))
    assert (told["status"], told["is_late"], told["due_on"]) == ("due", False, date(2026, 11, 16))
    assert told["late_after"] == datetime(2026, 11, 16, 22)
    told = status(opened, night(16, 22))
    assert (told["status"], told["is_late"], told["is_usable"]) == ("late", True, False)


def test_what_never_came_has_no_rows_and_not_zero_rows(opened: World) -> None:
    told = status(opened, night(20))
    assert (told["deliveries"], told["rows_received"], told["rows_accepted"], told["receipt_id"]) == (
        0,
        None,
        None,
        None,
    )


def test_an_accepted_month_is_complete_also_when_it_came_late(opened: World) -> None:
    opened.accept("r1", night(18), rows=2, period="2026-10")
    told = status(opened, night(18))
    assert (told["status"], told["is_late"], told["is_usable"], told["receipt_id"]) == ("complete", True, True, "r1")
    assert (told["rows_received"], told["rows_quarantined"]) == (2, 0)


def test_a_month_of_which_too_much_lies_in_quarantine_is_partial(opened: World) -> None:
    opened.accept("r1", night(3), rows=6, period="2026-10")
    told = status(opened, night(3))
    assert (told["status"], told["is_usable"], told["rows_quarantined"]) == ("partial", True, 2)


def test_a_corrected_month_is_superseded_and_known_since_its_first_delivery(opened: World) -> None:
    opened.accept("r1", night(3), rows=2, period="2026-10")
    opened.accept("r2", night(18), rows=1, period="2026-10", sequence=2)
    told = status(opened, night(18))
    assert (told["status"], told["receipt_id"], told["deliveries"], told["is_late"]) == ("superseded", "r2", 2, False)
    assert told["first_accepted_at"] == night(3).replace(tzinfo=None)


@pytest.mark.parametrize(("verdict", "expected"), [("rejected", "due"), ("held", "partial"), (None, "partial")])
def test_what_came_and_cannot_be_used_is_told_apart(opened: World, verdict, expected) -> None:
    opened.receive("r1", night(3), period="2026-10")
    if verdict:
        opened.verdict("r1", night(3), verdict)
    told = status(opened, night(3))
    assert (told["status"], told["last_delivery_status"]) == (expected, verdict or "waiting")
    assert not told["is_usable"]


def test_a_rejected_month_becomes_late_all_the_same(opened: World) -> None:
    opened.receive("r1", night(3), period="2026-10")
    opened.verdict("r1", night(3), "rejected")
    assert status(opened, night(17))["status"] == "late"


def test_an_erased_month_is_no_longer_whole(opened: World) -> None:
    sha256 = opened.accept("r1", night(3), rows=2, period="2026-10")
    erase(opened.home, opened.ledger, sha256, reason="sent by mistake", who="test", at=night(4))
    told = status(opened, night(4))
    assert (told["status"], told["is_usable"], told["rows_accepted"]) == ("partial", False, None)


def test_every_cell_is_told_once(opened: World) -> None:
    opened.accept("r1", night(3), rows=2, period="2026-10")
    keys = [(s["organiser_code"], s["dataset"], s["period"]) for s in delivery_statuses(opened.ledger, night(20))]
    assert len(keys) == len(set(keys)) and keys == sorted(keys)
    assert len({code for code, _, _ in keys}) == 23


def test_a_month_that_becomes_late_moves_the_fingerprint_of_a_build_and_a_quiet_day_does_not(opened: World) -> None:
    due, still, late = (opened.stage(at).fingerprint for at in (night(13), night(14), night(17)))
    assert due == still != late
    file = literal(opened.home.build / "registry" / "delivery_status.parquet")
    assert duckdb.sql(f"SELECT 1 FROM {file} WHERE status = 'late'").fetchall()
