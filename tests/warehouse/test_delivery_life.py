"""Which delivery of a month holds, from when and until when: annulments, locks, revisions, redeliveries that change nothing, the test organiser."""

from pathlib import Path

import duckdb

from sources.landing import erase
from tests.warehouse.made import World, night
from tests.warehouse.test_registry import local, slices, statuses, table
from warehouse.sql import literal

LATE = {"is_late_after_lock": True}
TOLD = "receipt_id, status, known_from, known_to"


def decide(world: World, kind: str, subject: str, at, **body) -> None:
    world.ledger.append(kind, subject, {"who": "Virtanen", "reason": "wrong month"} | body, at)


def lock(world: World, at, period: str = "2026-08") -> None:
    decide(world, "period_lock", f"care_contacts/{period}", at, dataset="care_contacts", period=period)


def in_force(world: World, at) -> list[tuple]:
    world.stage(at)
    return sorted(table(world, "delivery", TOLD), key=lambda row: (row[0], row[2]))


def test_annulled_the_delivery_before_it_holds_again_and_both_stretches_stay(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.accept("r2", night(5), sequence=2)
    decide(world, "annulment", "r2", night(7))
    assert in_force(world, night(8)) == [
        ("r1", "superseded", local(night(3)), local(night(5))),
        ("r1", "accepted", local(night(7)), None),
        ("r2", "annulled", local(night(5)), local(night(7))),
    ]
    assert table(world, "delivery", "reason", "receipt_id = 'r2'") == [("annulled by Virtanen: wrong month",)]
    assert len(slices(world)) == 3, "both slices and the empty one: what was in force stays queryable"
    assert in_force(world, night(6)) == [
        ("r1", "superseded", local(night(3)), local(night(5))),
        ("r2", "accepted", local(night(5)), None),
    ], "what was known before stays as it was"


def test_the_only_delivery_annulled_leaves_the_month_without_one(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    decide(world, "annulment", "r1", night(5))
    assert in_force(world, night(5)) == [("r1", "annulled", local(night(3)), local(night(5)))]


def test_after_an_annulment_the_next_delivery_holds_from_its_own_night(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.accept("r2", night(5), sequence=2)
    decide(world, "annulment", "r2", night(7))
    world.accept("r3", night(9), sequence=3)
    assert in_force(world, night(9)) == [
        ("r1", "superseded", local(night(3)), local(night(5))),
        ("r1", "superseded", local(night(7)), local(night(9))),
        ("r2", "annulled", local(night(5)), local(night(7))),
        ("r3", "accepted", local(night(9)), None),
    ]


def test_annulled_and_then_erased_a_delivery_gives_way_to_the_one_before_it(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    sha256 = world.accept("r2", night(5), sequence=2)
    decide(world, "annulment", "r2", night(7))
    erase(world.home, world.ledger, sha256, "a person asked", "Virtanen", night(8))
    assert ("r1", "accepted", local(night(7)), None) in in_force(world, night(9))


def test_erasing_takes_along_the_slices_that_stand_on_the_rows(world: World) -> None:
    sha256 = world.accept("r1", night(3), sequence=1)
    world.accept("r2", night(5), sequence=2, facts={"made_of": ["r1", "r2"], "mode": "delta"})
    event = erase(world.home, world.ledger, sha256, "a person asked", "Virtanen", night(8))
    assert event.body["dependents"] == ["r2"]
    assert not list(world.home.parquet.rglob("*.parquet"))
    world.stage(night(9))
    reasons = table(world, "delivery", "receipt_id, reason")
    assert [r for r, reason in reasons if "erased, its rows are absent" in reason] == ["r1", "r2"]


def test_a_redelivery_that_changed_nothing_replaces_nothing(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    before = world.stage(night(4))
    world.receive("r2", night(5), sequence=2)
    world.verdict("r2", night(5), "accepted", rows=6, is_unchanged=True, first_receipt_id="r1", rows_unchanged=4)
    assert in_force(world, night(5)) == [
        ("r1", "accepted", local(night(3)), None),
        ("r2", "unchanged", local(night(5)), local(night(5))),
    ]
    assert world.stage(night(4)) == before


def test_a_locked_month_is_final_and_what_came_later_waits_for_its_revision(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    told = "receipt_id, status, publication_status"
    world.stage(night(3))
    assert table(world, "delivery", told) == [("r1", "accepted", "provisional")]
    lock(world, night(4))
    world.accept("r2", night(5), sequence=2, facts=LATE)
    world.stage(night(5))
    assert table(world, "delivery", told) == [("r1", "accepted", "final"), ("r2", "late-after-lock", None)]
    assert len(slices(world)) == 2, "the late slice is in no release"
    decide(world, "revision", "r2", night(7))
    assert in_force(world, night(7)) == [
        ("r1", "superseded", local(night(3)), local(night(7))),
        ("r2", "accepted", local(night(7)), None),
    ]
    assert table(world, "delivery", told) == [("r1", "superseded", "final"), ("r2", "accepted", "revised")]
    assert len(slices(world)) == 3
    assert table(world, "period_lock", "dataset, period, locked_at, locked_by") == [
        ("care_contacts", "2026-08", local(night(4)), "Virtanen")
    ]


def test_what_was_superseded_before_the_lock_was_never_final(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.accept("r2", night(4), sequence=2)
    lock(world, night(5))
    world.stage(night(5))
    assert table(world, "delivery", "receipt_id, publication_status") == [("r1", "provisional"), ("r2", "final")]


def test_a_lock_alone_makes_a_new_release_due(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    before = world.stage(night(3))
    lock(world, night(3), "2026-07")
    assert world.stage(night(3)).fingerprint != before.fingerprint


def test_nothing_of_the_test_organiser_is_in_a_release(world: World) -> None:
    world.accept("r1", night(3))
    before = world.stage(night(4))
    world.accept("t1", night(3), organiser="TEST")
    world.ledger.append("sighting", "TEST/half.csv", {}, night(3))
    assert world.stage(night(4)) == before
    assert statuses(world, night(4)) == {"r1": "accepted"}
    assert not [path for path in slices(world) if "TEST" in str(path)]
    assert table(world, "quarantine", "distinct receipt_id") == [("r1",)]


def test_tombstones_hold_as_long_as_the_delivery_that_they_stand_beside(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    path = Path("care_contacts/2026-08/05-r2.tombstones.parquet")
    duckdb.sql(
        "copy (select 'c1' as row_key, 'r2' as deleted_by, 'gone.csv' as file_name, 2::bigint as line_number) "
        f"to {literal(world.home.parquet / path)} (format parquet)"
    )
    facts = {"tombstones": {"path": str(path), "sha256": "", "rows": 1}, "made_of": ["r1", "r2"]}
    world.accept("r2", night(5), sequence=2, facts=facts)
    world.accept("r3", night(7), sequence=3)
    world.stage(night(7))
    columns = "organiser_code, period, receipt_id, row_key, deleted_by, line_number, known_from, known_to"
    assert table(world, "tombstone", columns) == [
        ("05", "2026-08", "r2", "c1", "r2", 2, local(night(5)), local(night(7)))
    ]
