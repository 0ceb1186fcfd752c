"""A held delivery from the inbox to its answer: what waits, what stays in force, who may answer, and what the answer does."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deliveries import NEXT, ROWS, Desk, contacts

from sources.landing import erase
from sources.regional.catalogue import counties
from sources.regional.holds.answers import HoldError, Person, answer, waiting
from sources.regional.holds.rules import hold_rule
from sources.regional.limits import limits
from sources.regional.periods import lock
from warehouse.registry import stage_registry

LATER = NEXT + timedelta(days=1)
JUDGE = Person("desk", "Maija Meikäläinen")
WHY = "The unit was closed in August, confirmed by phone."


@pytest.fixture(scope="module")
def short_month(tmp_path_factory) -> Path:
    """A home with a month in force, and a correction of it with a quarter of the rows that is held; to be copied."""
    desk = Desk(tmp_path_factory.mktemp("short month") / "home")
    desk.send(contacts(ROWS))
    desk.night()
    desk.send(contacts(ROWS // 4), name="short", sequence=2)
    desk.night(NEXT)
    return desk.home.root


@pytest.fixture
def held(desk, short_month) -> Desk:
    """A desk of one's own with a held delivery."""
    shutil.copytree(short_month, desk.home.root, dirs_exist_ok=True)
    return desk


def test_a_hold_that_nobody_answers_is_overdue_after_its_hours_and_no_longer_once_it_is_settled(held):
    due = NEXT + timedelta(hours=limits().hold_hours)
    almost = held.night(due - timedelta(hours=1)).held
    then = held.night(due).held
    assert [(one["since"], one["is_overdue"]) for one in (*almost, *then)] == [
        (NEXT.isoformat(timespec="seconds"), False),
        (NEXT.isoformat(timespec="seconds"), True),
    ]
    with held.ledger() as ledger:
        lock(ledger, "care_contacts", "2026-08", "the desk", "closed by the agreed day", due)
    say(held, "release")
    assert [one["is_overdue"] for one in held.night(due + timedelta(hours=1)).held] == [True], "half an answer"
    with held.ledger() as ledger:
        answer(ledger, counties(), only_hold(held)[0], "release", WHY, Person("second", "Sven Svensson"), due)
    assert held.night(due + timedelta(hours=2)).held == ()


def only_hold(desk: Desk) -> tuple[str, dict]:
    ((receipt_id, body),) = desk.events("hold").items()
    return receipt_id, body


def say(desk: Desk, decision: str, reason: str = WHY, who: Person = JUDGE):
    with desk.ledger() as ledger:
        return answer(ledger, counties(), only_hold(desk)[0], decision, reason, who, NEXT)


def in_force(desk: Desk, at) -> dict[int, str]:
    """sequence → status in the table of deliveries."""
    with desk.ledger() as ledger:
        stage_registry(desk.home, ledger, at)
    rows = pl.read_parquet(desk.home.build / "registry" / "delivery.parquet")
    return dict(rows.select("sequence", "status").iter_rows())


def test_a_replacement_that_would_drop_most_rows_waits_and_the_good_month_stays(held):
    receipt_id, body = only_hold(held)
    assert held.statuses() == ["accepted"]
    assert (body["status"], body["rule"]) == ("held", hold_rule("MASS_DELETION").id)
    assert "30 of the 40 rows in force" in body["reason"]
    assert body["rows_accepted"] == 0
    assert in_force(held, NEXT) == {1: "accepted", 2: "held"}
    slices = {p.name for p in (held.home.build / "slices" / "care_contacts").rglob("*.parquet")}
    assert not any(receipt_id in name for name in slices)
    assert (held.home.parquet / body["slice"]["path"]).exists()


def test_a_month_sent_in_the_place_of_the_next_one_is_found_when_it_comes_itself(desk):
    """While the month is not there nothing can be the same as it. Its sender is late, and what it sends first are that month's rows under the dates of the next."""
    desk.send(contacts(ROWS))
    desk.night()
    assert desk.statuses() == ["accepted"]
    times = ("contacted_at", "need_assessed_at", "booked_at", "visited_at")
    own = [row | {name: row[name] - timedelta(days=31) for name in times} for row in contacts(ROWS)]
    desk.send(own, name="late", period="2026-07")
    desk.night(NEXT)
    receipt_id, body = only_hold(desk)
    assert (body["rule"], body["values"]["found"]) == (hold_rule("MONTH_AGAIN").id, "2026-08")


def test_a_year_that_shrinks_by_three_per_cent_a_month_is_held(desk):
    """No step is large; the whole is a third."""
    times = ("contacted_at", "need_assessed_at", "booked_at", "visited_at")
    for month in range(1, 14):
        first = datetime(2025, 6 + month, 3, 9) if month < 7 else datetime(2026, month - 6, 3, 9)
        rows = contacts(round(400 * 0.97**month), start=1_000 * month)
        told = {"age_at_assessment_years": first.year - 1980}
        moved = [row | told | {n: first + (row[n] - row["contacted_at"]) for n in times} for row in rows]
        desk.send(moved, name=f"m{month}", period=f"{first:%Y-%m}")
    desk.night()
    ((receipt_id, body),) = desk.events("hold").items()
    assert desk.events("receipt")[receipt_id]["period"] == "2026-07"
    assert {held["rule"] for held in body["holds"]} == {hold_rule("DRIFT").id}


def test_its_sender_is_told_with_the_figures_and_how_to_answer(held):
    receipt_id, body = only_hold(held)
    report = held.report(receipt_id)
    assert (report["status"], report["rule"]) == ("held", body["rule"])
    assert report["values"]["removed"] == 30
    assert "receipt" in report["mend"][0]["fix"]["en"]
    page = (held.home.reports / "05" / f"{receipt_id}.html").read_text()
    assert "odottaa selvitystä" in page and "30 of the 40" in page


def test_the_outcome_of_the_night_names_it_until_it_is_answered(held):
    again = held.night(LATER)
    assert [h["receipt_id"] for h in again.held] == [only_hold(held)[0]]
    assert again.pending == 0 and again.deliveries == ()
    say(held, "refuse")
    assert held.night(LATER).held == ()


def test_a_night_without_an_answer_changes_nothing(held):
    before = held.facts()
    held.night(LATER)
    assert held.facts() == before


def test_released_it_is_accepted_by_the_next_night(held):
    receipt_id, body = only_hold(held)
    say(held, "release")
    assert held.statuses() == ["accepted"]
    held.night(LATER)
    verdict = held.events("verdict")[receipt_id]
    assert (verdict["status"], verdict["rows_accepted"]) == ("accepted", 10)
    assert verdict["slice"] == body["slice"]
    assert verdict["answer"] == {"decision": "release", "reason": WHY, "who": JUDGE.name}
    assert in_force(held, LATER) == {1: "superseded", 2: "accepted"}
    report = held.report(receipt_id)
    assert report["status"] == "accepted"
    assert "Maija Meikäläinen" in report["reason"]


def test_refused_it_is_rejected_with_its_reason_and_the_good_month_stays(held):
    receipt_id, _ = only_hold(held)
    say(held, "refuse")
    held.night(LATER)
    verdict = held.events("verdict")[receipt_id]
    assert (verdict["status"], verdict["slice"]) == ("rejected", None)
    assert WHY in verdict["reason"]
    assert in_force(held, LATER) == {1: "accepted", 2: "rejected"}


def test_what_was_known_on_the_day_between_is_that_it_was_held(held):
    say(held, "release")
    held.night(LATER)
    assert in_force(held, NEXT) == {1: "accepted", 2: "held"}


def test_a_newer_delivery_that_is_accepted_ends_the_question(held):
    receipt_id, _ = only_hold(held)
    held.send(contacts(ROWS + 1), name="mended", sequence=3)
    held.night(LATER)
    assert in_force(held, LATER) == {1: "superseded", 2: "rejected", 3: "accepted"}
    with held.ledger() as ledger:
        assert waiting(ledger) == []


def test_other_senders_and_other_months_are_untouched(held):
    held.send(contacts(ROWS), "06", name="other")
    held.night(LATER)
    assert sorted(held.statuses()) == ["accepted", "accepted"]


@pytest.mark.parametrize("reason", ["", "  ", "ok", "because!!!"])
def test_an_answer_without_a_reason_is_refused(held, reason):
    with pytest.raises(HoldError, match="say in words why"):
        say(held, "release", reason)


@pytest.mark.parametrize(
    "who",
    [
        Person("desk", "05"),
        Person("05", "Maija"),
        Person("desk", counties()["05"].name["sv"].upper()),
        Person("x", " "),
    ],
)
def test_the_sender_never_answers_for_itself(held, who):
    with pytest.raises(HoldError):
        say(held, "release", who=who)
    assert held.events("hold_answer") == {}


def test_an_answer_stands_and_the_same_once_more_changes_nothing(held):
    first = say(held, "release")
    assert say(held, "release") == first
    with pytest.raises(HoldError, match="never changed"):
        say(held, "refuse")


def test_a_receipt_that_is_not_held_cannot_be_answered(held):
    with held.ledger() as ledger:
        accepted = ledger.events("verdict")[0].subject
        with pytest.raises(HoldError, match="no held delivery"):
            answer(ledger, counties(), accepted, "release", WHY, JUDGE, NEXT)


def test_in_a_locked_month_it_takes_two_persons(held):
    receipt_id, _ = only_hold(held)
    with held.ledger() as ledger:
        lock(ledger, "care_contacts", "2026-08", "Board", "closed by the agreed day", NEXT)
    say(held, "release")
    with pytest.raises(HoldError, match="another person"):
        say(held, "release", "Asked them, and they were sure.")
    held.night(LATER)
    assert receipt_id not in held.events("verdict")
    assert say(held, "release", who=Person("other", "Matti Virtanen")).kind == "hold_confirmation"
    held.night(LATER)
    assert held.events("verdict")[receipt_id]["status"] == "accepted"


def test_erased_it_waits_for_nothing(held):
    receipt_id, body = only_hold(held)
    with held.ledger() as ledger:
        sha256 = ledger.get("receipt", receipt_id).body["files"][0]["sha256"]
        erase(held.home, ledger, sha256, "a test", "me", LATER)
        assert waiting(ledger) == []
    assert not (held.home.parquet / body["slice"]["path"]).exists()
    held.night(LATER)
    assert receipt_id not in held.events("verdict")


def test_a_verdict_keeps_the_profile_and_no_value_of_a_row(desk):
    desk.send(contacts(ROWS))
    desk.night()
    profile = desk.verdict()["profile"]
    assert profile["rows"] == ROWS
    assert profile["filled"]["reason_code"] == 0
    assert "sex" in profile["constant"]
    assert (
        profile["middle"]["visit_duration_hours"] == "0.50" or float(profile["middle"]["visit_duration_hours"]) == 0.5
    )
    assert len(profile["sketch"]) == min(ROWS, 24)
    assert contacts(1)[0]["client_id"] not in json.dumps(profile)
