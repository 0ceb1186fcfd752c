"""What waits is noted once, stops waiting when it is received or taken away, and may wait again under the same name."""

import os
from datetime import timedelta

import polars as pl
import pytest
from deliveries import AT, NEXT, ROWS, Desk, contacts

from sources.regional.sightings import open_sightings
from warehouse.registry import stage_registry

LATER = NEXT + timedelta(days=1)


def waits(desk: Desk, at=LATER) -> list[str]:
    """What analysts are told to be waiting."""
    with desk.ledger() as ledger:
        stage_registry(desk.home, ledger, at)
    rows = pl.read_parquet(desk.home.build / "registry" / "delivery.parquet").filter(status="waiting")
    return sorted(f"{r['organiser_code']} {r['reason'].rpartition(': ')[2]}" for r in rows.to_dicts())


def noted(desk: Desk) -> list[tuple[str, str]]:
    with desk.ledger() as ledger:
        return [(e.kind, e.subject) for e in ledger.events() if e.kind in ("sighting", "withdrawal")]


def drop(desk: Desk, name: str = "contacts.csv", box: str = "05") -> None:
    (desk.folder(box) / name).write_bytes(b"a;b\n")


def test_a_file_that_its_sender_takes_away_stops_waiting_from_that_night_on(desk):
    drop(desk)
    drop(desk, "stays.csv")
    desk.night()
    assert waits(desk) == ["05 contacts.csv", "05 stays.csv"]
    (desk.folder() / "contacts.csv").unlink()
    desk.night(NEXT)
    assert waits(desk) == ["05 stays.csv"]
    assert waits(desk, AT) == ["05 contacts.csv", "05 stays.csv"]
    desk.night(LATER)
    assert noted(desk) == [
        ("sighting", "05/contacts.csv"),
        ("sighting", "05/stays.csv"),
        ("withdrawal", "05/contacts.csv"),
    ]


def test_a_name_used_again_waits_again_and_its_new_file_is_not_judged_by_the_old_one(desk):
    drop(desk)
    desk.night()
    (desk.folder() / "contacts.csv").unlink()
    desk.night(NEXT)
    # The new file bears an old time, as a copy that keeps times does, and is on its way still.
    desk.send(contacts(ROWS), name="contacts")
    whole = (desk.folder() / "contacts.csv").read_bytes()
    (desk.folder() / "contacts.csv").write_bytes(whole[:100])
    os.utime(desk.folder() / "contacts.manifest.json", (1, 1))
    os.utime(desk.folder() / "contacts.csv", (2, 2))
    outcome = desk.night(LATER)
    assert outcome.statuses == {"waiting": 2}
    assert waits(desk) == ["05 contacts.csv", "05 contacts.manifest.json"]
    assert noted(desk)[-2:] == [("sighting", "05/contacts.csv/2"), ("sighting", "05/contacts.manifest.json")]
    (desk.folder() / "contacts.csv").write_bytes(whole)
    desk.night(LATER + timedelta(days=1))
    assert desk.statuses() == ["accepted"]
    assert waits(desk, LATER + timedelta(days=1)) == []


def test_a_name_that_waits_anew_after_its_receipt_is_noted_anew(desk):
    (desk.folder() / "delivery.csv").write_bytes(b"")
    desk.night()
    desk.send(contacts(ROWS))
    desk.night(NEXT)
    assert desk.statuses() == ["accepted"] and waits(desk, NEXT) == []
    drop(desk, "delivery.csv")
    desk.night(LATER)
    assert waits(desk) == ["05 delivery.csv"]
    assert [kind for kind, _ in noted(desk)] == ["sighting", "sighting"]


@pytest.mark.parametrize("again", [1, 3])
def test_looking_again_the_same_night_notes_nothing_more(desk, again):
    drop(desk)
    for _ in range(again):
        desk.night()
    (desk.folder() / "contacts.csv").unlink()
    for _ in range(again):
        desk.night(NEXT)
    drop(desk)
    for _ in range(again):
        desk.night(LATER)
    assert noted(desk) == [
        ("sighting", "05/contacts.csv"),
        ("withdrawal", "05/contacts.csv"),
        ("sighting", "05/contacts.csv/2"),
    ]


def test_a_folder_that_is_gone_holds_nothing_and_one_that_cannot_be_read_may(desk):
    drop(desk)
    drop(desk, box="06")
    desk.night()
    for box in ("05", "06"):
        (desk.folder(box) / "contacts.csv").unlink()
        desk.folder(box).rmdir()
    (desk.home.inbox / "06").write_bytes(b"in the way")
    desk.night(NEXT)
    with desk.ledger() as ledger:
        assert set(open_sightings(ledger)) == {("06", "contacts.csv")}
