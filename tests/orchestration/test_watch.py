"""By six in the morning, Finnish time, a night has ended well, or somebody is told why that is not known."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from orchestration.watch import HELSINKI, last_night, window
from sources.home import Home
from sources.ledger import Ledger
from warehouse.lock import NightLock


def finnish(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=HELSINKI)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home", "simulated")


def end(home: Home, moment: datetime, outcome: str, number: int = 1) -> None:
    """A night that ended at a moment of the wall clock."""
    with Ledger(home.ledger) as ledger, patch("sources.ledger.datetime") as clock:
        clock.now.return_value = moment.astimezone(UTC)
        clock.fromisoformat = datetime.fromisoformat
        ledger.append("night_end", f"{moment:%Y-%m-%d}:{number}", {"outcome": outcome}, moment)


def asked(home: Home, moment: datetime) -> tuple[bool, str]:
    return last_night(home.root, "simulated", moment)


def test_a_home_that_is_not_there_is_a_note(tmp_path):
    is_well, line = last_night(tmp_path / "gone", "simulated", finnish(3, 6))
    assert not is_well and "holds no ledger" in line
    assert not (tmp_path / "gone").exists(), "asking makes no home"


def test_a_damaged_ledger_is_a_note_and_no_exception(home):
    home.ledger.write_bytes(b"no ledger at all" * 100)
    is_well, line = asked(home, finnish(3, 6))
    assert not is_well and "restore it from a backup" in line and "\n" not in line


def test_a_home_of_the_other_profile_is_a_note(home):
    with Ledger(home.ledger):
        pass
    is_well, line = last_night(home.root, "live", finnish(3, 6))
    assert not is_well and "refuses profile live" in line


@pytest.mark.parametrize(
    ("ended", "outcome", "is_well"),
    [
        (finnish(3, 2, 10), "published", True),
        (finnish(3, 5, 59), "unchanged", True),
        (finnish(2, 18, 0), "published", True),
        (finnish(2, 17, 59), "published", False),
        (finnish(2, 2, 10), "published", False),
        (finnish(3, 2, 10), "gate_failed", False),
        (finnish(3, 2, 10), "could_not_run", False),
    ],
)
def test_at_six_only_a_good_end_since_the_evening_is_enough(home, ended, outcome, is_well):
    end(home, ended, outcome)
    assert asked(home, finnish(3, 6))[0] is is_well


def test_the_note_says_what_was_last_and_who_is_still_at_it(home):
    end(home, finnish(2, 2, 10), "published")
    with NightLock(home):
        is_well, line = asked(home, finnish(3, 6))
    assert not is_well
    assert "the last one ended 2.11.2026 02:10: published" in line and "one is running: process" in line


def test_a_run_of_a_few_assets_after_the_night_does_not_hide_it(home):
    end(home, finnish(3, 2, 10), "published")
    end(home, finnish(3, 5, 0), "could_not_run", 2)
    assert asked(home, finnish(3, 6))[0]


def test_a_night_that_ended_after_six_is_no_longer_a_reason_to_wake_anybody(home):
    end(home, finnish(3, 7), "published")
    assert asked(home, finnish(3, 8))[0]


def test_before_six_the_morning_before_is_asked_about(home):
    end(home, finnish(2, 2, 10), "published")
    assert asked(home, finnish(3, 5, 59))[0]
    assert not asked(home, finnish(3, 6, 0))[0]


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 11), (10, 25, 13), (11, 3, 12)])
def test_the_hours_are_finnish_also_when_the_clocks_change(month, day, hours):
    since, by = window(finnish(day, 6, month=month))
    assert (since.hour, by.hour, by.day) == (18, 6, day)
    assert (by.astimezone(UTC) - since.astimezone(UTC)).total_seconds() == hours * 3600


def test_asking_changes_nothing(home):
    end(home, finnish(3, 2), "published")
    asked(home, finnish(3, 6))
    with closing(sqlite3.connect(home.ledger)) as db:
        assert db.execute("select count(*) from event").fetchone() == (1,)
