"""The calendar of what is expected: who owes which dataset of which month, until when, and when a sender is reminded.

Belongs here: working days, due days (the one place where they are worked out), expectations, reminders. Does not belong here: what became of a delivery (timeliness.py, and
warehouse/queries/delivery_status.sql), telling anyone.

A due day is a day in Finland and lasts until its midnight there. One that is no working day moves to the next that is: Saturdays, Sundays, public holidays, and the eves of
Midsummer and Christmas are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sources.contract import Contract
from sources.ledger import Ledger
from sources.regional.county import County
from sources.regional.sender import is_test

HELSINKI = ZoneInfo("Europe/Helsinki")
# Of the rows of a month that counts as whole, at most this share lies in quarantine; beyond twice as much the delivery is refused.
PARTIAL_SHARE = "0.05"
# Days from the due day, and what a reminder of that day is called.
REMINDERS = {-2: "before", 0: "today", 3: "overdue"}
_SATURDAY = 5


@dataclass(frozen=True)
class Expectation:
    """A month of a dataset that a sender owes. `late_after` (UTC) is the moment when its due day has ended in Finland."""

    organiser_code: str
    dataset: str
    period: str
    due_on: date

    @property
    def late_after(self) -> datetime:
        return end_of_day(self.due_on)


@dataclass(frozen=True)
class Reminder:
    """What a sender is reminded of tonight; `kind` is a word of REMINDERS."""

    organiser_code: str
    dataset: str
    period: str
    due_on: date
    kind: str


def is_working_day(day: date) -> bool:
    """Whether offices in Finland are at work."""
    return day.weekday() < _SATURDAY and day not in _holidays()


def due_on(period: str, due_days: int, opened_on: date) -> date:
    """The last day, in Finland, on which the first delivery of a month 'YYYY-MM' is in time: `due_days` after the month's end, or the next working day.

    Nothing is due before the warehouse first took deliveries (`opened_on`): months from before then are in time if they come on its first day.
    """
    day = month_end(period) + timedelta(days=due_days)
    while not is_working_day(day):
        day += timedelta(days=1)
    return max(day, opened_on)


def opened_on(ledger: Ledger, at: datetime) -> date:
    """The day, in Finland, on which the first delivery was received; that of `at` while there is none."""
    return local_day(min((e.at for e in ledger.each("receipt") if e.at <= at and not is_test(e.body)), default=at))


def expectations(
    ledger: Ledger, contracts: Mapping[str, Contract], counties: Mapping[str, County], at: datetime
) -> list[Expectation]:
    """Every month that is owed at business time `at` (aware), by sender, dataset and month: those that have ended, and those delivered before their end.

    A sender owes a dataset from the first month that it has delivered, and at the latest from the month before the warehouse opened; one that joined later from its `expected_from`.
    Nobody owes anything before the first delivery of all.
    """
    first, last = _delivered_months(ledger, at)
    if not first:
        return []
    opened, today = opened_on(ledger, at), local_day(at)
    found = []
    for code, county in sorted(counties.items()):
        for dataset in sorted(county.dialects):
            contract = contracts[dataset]
            if contract.due_days is None:
                continue
            key = (code, dataset)
            begin = county.expected_from or month_before(f"{opened:%Y-%m}")
            end = max(month_before(f"{today:%Y-%m}"), last.get(key, ""))
            found += [
                Expectation(code, dataset, period, due_on(period, contract.due_days, opened))
                for period in _months(min(begin, first.get(key, begin)), end)
            ]
    return found


def reminders(open_ones: Iterable[Expectation], at: datetime, night_before: datetime | None) -> list[Reminder]:
    """Of the months that lack a usable delivery those whose sender is reminded tonight: two days before the due day, on it, and three days after.

    A day on which no night ran is made up by the next night: everything since `night_before`, the latest of a month only.
    """
    today = local_day(at)
    since = local_day(night_before) if night_before else today - timedelta(days=1)
    found = []
    for one in open_ones:
        passed = [word for days, word in REMINDERS.items() if since < one.due_on + timedelta(days=days) <= today]
        if passed:
            found.append(Reminder(one.organiser_code, one.dataset, one.period, one.due_on, passed[-1]))
    return found


def local_day(at: datetime) -> date:
    """The day in Finland on which a moment (aware) falls."""
    return at.astimezone(HELSINKI).date()


def end_of_day(day: date) -> datetime:
    """The moment, in UTC, at which a day ends in Finland: 23, 24 or 25 hours after it began."""
    return datetime.combine(day + timedelta(days=1), time(), HELSINKI).astimezone(UTC)


def month_end(period: str) -> date:
    """The last day of a month 'YYYY-MM'."""
    first = date.fromisoformat(f"{period}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def month_before(period: str) -> str:
    return f"{date.fromisoformat(f'{period}-01') - timedelta(days=1):%Y-%m}"


def _months(begin: str, end: str) -> Iterator[str]:
    while begin <= end:
        yield begin
        begin = f"{month_end(begin) + timedelta(days=1):%Y-%m}"


def _delivered_months(ledger: Ledger, at: datetime) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """The first and the last month of which each sender has delivered each dataset, whatever became of it. A month that had not begun is none."""
    first: dict[tuple[str, str], str] = {}
    last: dict[tuple[str, str], str] = {}
    this_month = f"{local_day(at):%Y-%m}"
    for event in ledger.each("receipt"):
        period = event.body["period"]
        if event.at <= at and not is_test(event.body) and event.body["dataset"] and period and period <= this_month:
            key = (event.body["organiser_code"], event.body["dataset"])
            first[key] = min(period, first.get(key, period))
            last[key] = max(period, last.get(key, period))
    return first, last


@cache
def _holidays():
    # By its own module: the package as a whole lists every country.
    from holidays.countries.finland import Finland

    return Finland()
