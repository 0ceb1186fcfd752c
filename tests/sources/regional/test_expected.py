"""The calendar of what is expected: working days, due days, who owes what, and when a sender is reminded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sources.ledger import Ledger
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.county import County
from sources.regional.expected import (
    HELSINKI,
    Expectation,
    due_on,
    end_of_day,
    expectations,
    is_working_day,
    local_day,
    reminders,
)
from sources.regional.timeliness import timeliness

OPENED = date(2020, 1, 1)
DUE_DAYS = 15


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def finnish(year, month, day, hour=0, minute=0, second=0, micro=0):
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=HELSINKI).astimezone(UTC)


def receive(ledger, number, at, period, organiser="05", dataset="care_contacts", status="accepted"):
    body = {"organiser_code": organiser, "dataset": dataset, "period": period, "sequence": 1}
    ledger.append("receipt", f"r{number}", body, at)
    ledger.append("verdict", f"r{number}", {"status": status}, at)


@pytest.mark.parametrize(
    ("day", "is_work"),
    [
        ("2026-06-18", True),
        ("2026-06-19", False),  # Midsummer Eve, a Friday
        ("2026-06-20", False),
        ("2026-06-21", False),
        ("2026-06-22", True),
        ("2026-12-06", False),  # Independence Day, a Sunday
        ("2026-12-24", False),
        ("2027-01-01", False),
        ("2027-01-06", False),  # Epiphany, a Wednesday
        ("2027-03-26", False),  # Good Friday
        ("2027-05-06", False),  # Ascension Day
        ("2028-02-29", True),  # a leap day, a Tuesday
        ("2026-11-14", False),  # a Saturday
    ],
)
def test_working_days_are_those_of_finland(day, is_work):
    assert is_working_day(date.fromisoformat(day)) is is_work


@pytest.mark.parametrize(
    ("period", "days", "due"),
    [
        ("2026-10", DUE_DAYS, "2026-11-16"),  # the 15th is a Sunday
        ("2026-09", DUE_DAYS, "2026-10-15"),
        ("2026-05", 19, "2026-06-22"),  # Midsummer Eve, Midsummer Day, Sunday
        ("2026-12", 1, "2027-01-04"),  # New Year's Day is a Friday
        ("2026-12", 6, "2027-01-07"),  # Epiphany
        ("2027-02", 26, "2027-03-30"),  # Good Friday to Easter Monday
        ("2028-01", 29, "2028-02-29"),  # a leap day is a day like others
        ("2028-02", 1, "2028-03-01"),
        ("2026-11", 24, "2026-12-28"),  # Christmas Eve to the Sunday after
    ],
)
def test_a_month_is_due_so_many_days_after_its_end_or_on_the_next_working_day(period, days, due):
    assert due_on(period, days, OPENED) == date.fromisoformat(due)


def test_the_year_of_53_weeks_ends_like_any_other():
    # 2026 has an ISO week 53; the last of its days is in it.
    assert date(2026, 12, 31).isocalendar().week == 53
    assert due_on("2026-12", DUE_DAYS, OPENED) == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 16), 24)]
)
def test_a_day_ends_at_its_own_midnight_in_finland(day, hours):
    assert end_of_day(day) - end_of_day(day - timedelta(days=1)) == timedelta(hours=hours)


def test_the_last_moment_of_the_due_day_is_in_time_and_the_next_is_not_by_finnish_and_not_by_utc_midnight(ledger):
    receive(ledger, 0, finnish(2026, 1, 2), "2025-12")
    receive(ledger, 1, finnish(2026, 11, 16, 23, 59, 59, 999_999), "2026-10")
    receive(ledger, 2, finnish(2026, 11, 17), "2026-10", dataset="costs")
    told = timeliness(ledger, dataset_contracts(), finnish(2026, 12, 1))
    assert [told[f"r{n}"].is_late for n in (1, 2)] == [False, True]
    # Both are the 16th in UTC.
    assert finnish(2026, 11, 16, 23, 59, 59, 999_999).date() == finnish(2026, 11, 17).date() == date(2026, 11, 16)


def test_timeliness_and_the_calendar_tell_the_same_day(ledger):
    """What is late by the one is what came after `late_after` by the other, on every day and hour round the deadlines."""
    receive(ledger, "first", finnish(2025, 9, 1), "2025-08")
    number = 0
    for month in range(10, 13):
        for day in range(13, 20):
            for hour in (0, 1, 2, 22, 23):
                number += 1
                receive(ledger, number, finnish(2026, month, day, hour), f"2026-{month - 1:02d}", status="rejected")
    at = finnish(2027, 1, 1)
    told = timeliness(ledger, dataset_contracts(), at)
    moments = {e.subject: e.at for e in ledger.events("receipt")}
    owed = {
        (e.dataset, e.period): e
        for e in expectations(ledger, dataset_contracts(), counties(), at)
        if e.organiser_code == "05"
    }
    for event in ledger.events("receipt"):
        one = owed[event.body["dataset"], event.body["period"]]
        assert told[event.subject].due_on == one.due_on
        assert told[event.subject].is_late == (moments[event.subject] >= one.late_after)


def owed(ledger, at, known=None):
    found = expectations(ledger, dataset_contracts(), known or counties(), at)
    return {(e.organiser_code, e.dataset, e.period): e for e in found}


def test_nobody_owes_anything_before_the_first_delivery_of_all(ledger):
    assert owed(ledger, finnish(2026, 11, 2)) == {}


def test_every_sender_owes_each_of_its_datasets_from_the_month_before_the_opening(ledger):
    receive(ledger, 1, finnish(2026, 11, 2), "2025-09")
    found = owed(ledger, finnish(2026, 11, 30, 23, 59))
    assert {key for key in found if key[0] == "06"} == {("06", d, "2026-10") for d in dataset_contracts()}
    # Its own first month where that is earlier, and every month since.
    assert len([key for key in found if key[:2] == ("05", "care_contacts")]) == 14
    assert ("06", "costs", "2026-11") in owed(ledger, finnish(2026, 12, 1))


def test_a_month_that_has_not_ended_is_owed_only_by_who_has_sent_it(ledger):
    receive(ledger, 1, finnish(2026, 11, 2), "2026-11")
    receive(ledger, 2, finnish(2026, 11, 2), "2027-05", organiser="06", status="rejected")
    months = {key[0]: key[2] for key in owed(ledger, finnish(2026, 11, 20)) if key[2] > "2026-10"}
    assert months == {"05": "2026-11"}


def test_a_sender_that_joined_later_owes_nothing_from_before(ledger):
    receive(ledger, 1, finnish(2026, 11, 2), "2026-10")
    joined = County("77", {"fi": "-", "sv": "-", "en": "-"}, {"costs": None}, expected_from="2027-01")
    found = owed(ledger, finnish(2027, 3, 1), {"77": joined})
    assert sorted(key[2] for key in found) == ["2027-01", "2027-02"]


def reminded(today, due, before=None):
    one = Expectation("05", "costs", "2026-10", due)
    return [r.kind for r in reminders([one], finnish(*today, 2), before and finnish(*before, 2))]


@pytest.mark.parametrize(
    ("day", "kinds"),
    [(13, []), (14, ["before"]), (15, []), (16, ["today"]), (17, []), (18, []), (19, ["overdue"]), (20, [])],
)
def test_a_sender_is_reminded_two_days_before_on_the_day_and_three_days_after(day, kinds):
    assert reminded((2026, 11, day), date(2026, 11, 16), (2026, 11, day - 1)) == kinds


def test_a_reminder_of_a_day_without_a_night_comes_with_the_next_night_once():
    due = date(2026, 11, 16)
    assert reminded((2026, 11, 18), due, (2026, 11, 13)) == ["today"]
    assert reminded((2026, 11, 23), due, (2026, 11, 18)) == ["overdue"]
    assert reminded((2026, 11, 24), due, (2026, 11, 23)) == []


def test_the_first_night_of_all_reminds_of_its_own_day_only():
    assert reminded((2026, 11, 16), date(2026, 11, 16)) == ["today"]
    assert reminded((2026, 11, 18), date(2026, 11, 16)) == []


def test_a_night_just_before_finnish_midnight_is_of_its_own_day():
    assert local_day(datetime(2026, 11, 15, 21, 59, 59, tzinfo=UTC)) == date(2026, 11, 15)
    assert local_day(datetime(2026, 11, 15, 22, tzinfo=UTC)) == date(2026, 11, 16)
    # In summer, an hour earlier.
    assert local_day(datetime(2026, 6, 30, 21, tzinfo=UTC)) == date(2026, 7, 1)
