"""Locks, what comes after them, revisions by two persons, and annulments: each is an event, and none rewrites what was."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from deliveries import AT, MANY, NEXT, Desk, contact, contacts

from sources.regional.annulment import AnnulmentError, annul
from sources.regional.file_rules import file_rule
from sources.regional.people import DecisionError
from sources.regional.periods import PeriodError, lock, revise

THIRD = NEXT + timedelta(days=1)
LOCKED = ("care_contacts", "2026-08", "Virtanen", "closed", NEXT)


@pytest.fixture(scope="module")
def late(tmp_path_factory) -> Path:
    """A home with a month in force, locked, and a correction that came later; to be copied."""
    desk = Desk(tmp_path_factory.mktemp("late") / "home")
    desk.send(contacts(MANY))
    desk.night()
    with desk.ledger() as ledger:
        lock(ledger, *LOCKED)
    desk.send([contact(3, sex="male")], name="delta", mode="delta", sequence=2)
    desk.night(THIRD)
    return desk.home.root


@pytest.fixture
def locked(desk, late) -> Desk:
    """A desk of one's own with a correction that came after the lock."""
    shutil.copytree(late, desk.home.root, dirs_exist_ok=True)
    return desk


def ids(desk: Desk) -> list[str]:
    return list(desk.events("receipt"))


def test_what_comes_after_the_lock_is_judged_stored_and_told(locked):
    verdict = locked.verdicts()[-1]
    assert (verdict["status"], verdict["is_late_after_lock"], verdict["rows_changed"]) == ("accepted", True, 1)
    assert (locked.home.parquet / verdict["slice"]["path"]).exists()
    report = locked.report(ids(locked)[-1])
    assert file_rule("LATE_AFTER_LOCK").id in {item["rule"] for item in report["mend"]}


def test_what_came_before_the_lock_and_other_months_are_not_late(locked):
    locked.send(contacts(MANY), "06", dataset="care_contacts")
    locked.send([], "07", name="empty", period="2026-07", dataset="care_contacts", empty_reason="closed for the summer")
    locked.night(THIRD)
    first, _, same_month, other_month = locked.verdicts()
    assert [v["is_late_after_lock"] for v in (first, other_month)] == [False, False]
    assert same_month["is_late_after_lock"], "a first delivery of a locked month waits too"


def test_a_redelivery_that_changes_nothing_is_never_late(locked):
    rows = contacts(MANY)
    rows[2]["sex"] = "male"
    locked.send(list(reversed(rows)), name="again", sequence=3)
    locked.night(THIRD + timedelta(days=1))
    assert (locked.verdicts()[-1]["is_unchanged"], locked.verdicts()[-1]["is_late_after_lock"]) == (True, False)


def test_a_revision_is_asked_for_by_one_person_and_approved_by_another(locked):
    late = ids(locked)[-1]
    with locked.ledger() as ledger:
        assert revise(ledger, late, "Korhonen", "wrong sex", THIRD).kind == "revision_request"
        with pytest.raises(PeriodError, match="korhonen asked for it"):
            revise(ledger, late, "korhonen", "wrong sex", THIRD)
        with pytest.raises(PeriodError, match="Virtanen locked the month"):
            revise(ledger, late, "Virtanen", "wrong sex", THIRD)
        event = revise(ledger, late, "Nieminen", "seen and agreed", THIRD)
        assert (event.kind, event.body["asked_by"], event.body["who"]) == ("revision", "Korhonen", "Nieminen")
        with pytest.raises(PeriodError, match="approved already"):
            revise(ledger, late, "Laine", "again", THIRD)


@pytest.mark.parametrize("who", ["05", "Varsinais-Suomen hyvinvointialue", " hus ", ""])
def test_a_sender_or_nobody_never_decides(locked, who):
    with locked.ledger() as ledger:
        with pytest.raises(DecisionError):
            revise(ledger, ids(locked)[-1], who, "wrong sex", THIRD)
        with pytest.raises(DecisionError):
            lock(ledger, "care_contacts", "2026-07", who, "closed", THIRD)
    assert locked.events("revision_request") == {}


def test_a_decision_without_a_reason_is_refused(locked):
    with locked.ledger() as ledger, pytest.raises(DecisionError, match="--reason"):
        revise(ledger, ids(locked)[-1], "Korhonen", "  ", THIRD)


def test_only_what_came_after_a_lock_is_revised(locked):
    with locked.ledger() as ledger, pytest.raises(PeriodError, match="no delivery that came after a lock"):
        revise(ledger, ids(locked)[0], "Korhonen", "wrong sex", THIRD)


def test_revised_by_a_later_one_the_earlier_has_nothing_left_to_approve(locked):
    locked.send([contact(4, sex="male")], name="more", mode="delta", sequence=3)
    locked.night(THIRD + timedelta(days=1))
    assert locked.verdicts()[-1]["rows_before"] == MANY
    _, earlier, later = ids(locked)
    assert locked.verdicts()[-1]["made_of"] == [ids(locked)[0], earlier, later], "one stands on the other"
    with locked.ledger() as ledger:
        revise(ledger, later, "Korhonen", "wrong sex", THIRD)
        revise(ledger, later, "Nieminen", "agreed", THIRD)
        with pytest.raises(PeriodError, match="stands on this one"):
            revise(ledger, earlier, "Korhonen", "wrong sex", THIRD)


@pytest.mark.parametrize(
    ("dataset", "period", "says"),
    [
        ("care_episodes", "2026-08", "no dataset"),
        ("care_contacts", "2026-8", "no month"),
        ("care_contacts", "2026-09", "has not ended"),
        ("care_contacts", "2026-08", "locked by Virtanen"),
    ],
)
def test_what_cannot_be_locked_is_refused_in_one_line(locked, dataset, period, says):
    with locked.ledger() as ledger, pytest.raises(PeriodError, match=says):
        lock(ledger, dataset, period, "Laine", "closed", NEXT)


# Annulment


@pytest.fixture
def corrected(desk) -> Desk:
    """A month and a correction of it."""
    desk.send(contacts(MANY))
    desk.night()
    desk.send(contacts(MANY + 5), name="correction", sequence=2)
    desk.night(NEXT)
    return desk


def test_an_annulment_is_an_event_with_who_when_and_why_and_is_made_once(corrected):
    late = ids(corrected)[-1]
    with corrected.ledger() as ledger:
        event = annul(ledger, late, "Korhonen", "another month's rows", THIRD)
        assert annul(ledger, late, "Nieminen", "again", THIRD) == event
    assert (event.kind, event.at, event.body) == (
        "annulment",
        THIRD,
        {"who": "Korhonen", "reason": "another month's rows"},
    )


def test_after_an_annulment_a_delta_changes_the_month_before_it(corrected):
    first, second = ids(corrected)
    with corrected.ledger() as ledger:
        annul(ledger, second, "Korhonen", "another month's rows", NEXT)
    corrected.send([contact(3, sex="male")], name="delta", mode="delta", sequence=3)
    corrected.night(THIRD)
    verdict = corrected.verdicts()[-1]
    assert (verdict["rows_before"], verdict["rows_in_force"]) == (MANY, MANY)
    assert verdict["made_of"] == [first, ids(corrected)[-1]]


def test_an_annulled_number_stays_used_and_its_content_may_come_back_under_a_higher_one(corrected):
    with corrected.ledger() as ledger:
        annul(ledger, ids(corrected)[-1], "Korhonen", "too early", NEXT)
    corrected.send(contacts(MANY + 6), name="other", sequence=2)
    corrected.send(contacts(MANY + 5), name="same", sequence=3)
    corrected.night(THIRD)
    other, same = corrected.verdicts()[-2:]
    assert (other["status"], other["rule"]) == ("rejected", file_rule("SEQ").id)
    assert (same["status"], same["rows_before"], same["rows_in_force"]) == ("accepted", MANY, MANY + 5)


def test_with_the_only_full_month_annulled_a_delta_has_nothing_to_change(desk):
    desk.send(contacts(MANY))
    desk.night()
    with desk.ledger() as ledger:
        annul(ledger, ids(desk)[0], "Korhonen", "test data", AT)
    desk.send([contact(3, sex="male")], name="delta", mode="delta", sequence=2)
    desk.night(NEXT)
    assert desk.verdicts()[-1]["rule"] == file_rule("NO_BASE").id


def test_with_the_month_erased_a_delta_is_refused_and_a_full_month_is_taken(desk):
    from sources.landing import erase

    desk.send(contacts(MANY))
    desk.night()
    sha256 = next(iter(desk.events("receipt").values()))["files"][0]["sha256"]
    with desk.ledger() as ledger:
        erase(desk.home, ledger, sha256, "a person asked", "Korhonen", AT)
    desk.send([contact(3, sex="male")], name="delta", mode="delta", sequence=2)
    desk.send(contacts(MANY + 1), name="whole", sequence=3)
    desk.send([contact(3, sex="male")], name="then", mode="delta", sequence=4)
    desk.night(NEXT)
    refused, whole, then = desk.verdicts()[-3:]
    assert refused["rule"] == file_rule("NO_BASE").id
    assert "erased" in refused["reason"]
    assert (whole["rows_added"], then["rows_changed"], then["rows_in_force"]) == (MANY + 1, 1, MANY + 1)


def test_only_the_latest_delivery_of_a_month_is_annulled(corrected):
    first, second = ids(corrected)
    with corrected.ledger() as ledger:
        with pytest.raises(AnnulmentError, match=f"followed by {second}"):
            annul(ledger, first, "Korhonen", "wrong", THIRD)
        annul(ledger, second, "Korhonen", "wrong", THIRD)
        annul(ledger, first, "Korhonen", "wrong", THIRD)


@pytest.mark.parametrize("receipt", ["0" * 16, "rejected"])
def test_what_was_never_accepted_is_not_annulled(desk, receipt):
    desk.put({"poison.csv": (b"<html>", 1)})
    desk.night()
    with desk.ledger() as ledger, pytest.raises(AnnulmentError, match="no accepted delivery"):
        annul(ledger, ids(desk)[0] if receipt == "rejected" else receipt, "Korhonen", "wrong", NEXT)


def test_final_figures_are_not_annulled_away_but_what_waits_may_be(locked):
    first, late = ids(locked)
    with locked.ledger() as ledger:
        annul(ledger, late, "Korhonen", "withdrawn by its sender", THIRD)
        with pytest.raises(AnnulmentError, match="is locked"):
            annul(ledger, first, "Korhonen", "wrong", THIRD)
        with pytest.raises(PeriodError, match="annulled"):
            revise(ledger, late, "Korhonen", "wrong sex", THIRD)
