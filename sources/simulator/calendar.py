"""The simulated calendar: which night it is, and what arrives before it.

Belongs here: the business time of a simulated day and the plan of its deliveries. Does not belong here: what the deliveries hold (parcel.py) and putting
them into the inbox (deliver.py).

Day 0 is the night of 2 November 2026: everyone has sent thirteen months, September 2025 to September 2026, but for the contacts of one county that is late. The 3rd
of each month brings the contacts of the month before from a third of the senders, one of them with a fault; those of the late county of the month before
that; a correction; and a delivery sent again by mistake. The other senders follow until the 12th, the faulty one sends again on the 5th, and one is late
until the 3rd of the next month. Of the datasets of the themes everyone has sent the last month, September 2026, on day 0, of those that are looked at by quarters the
last three, and sends one month more between the 3rd and the 12th of each; on the 3rd one sender corrects each of them. Costs come between the 3rd and the 12th too, and on the 3rd a sender corrects earlier ones. On the 4th some senders send what must be
held: of a month in force a tenth, one value throughout, euros times a thousand or the month before it, and of the new month three fifths. The other days are quiet.

In the first November deliveries change months in the other ways that there are: on the 3rd a delta of contacts, and costs sent again as they were, and the receiver locks a
month of costs; on the 4th a delete of contacts, and costs of the locked month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from sources.regional.catalogue import counties
from sources.simulator.randomness import generator
from sources.simulator.senders import senders
from sources.simulator.themes import THEMES

HELSINKI = ZoneInfo("Europe/Helsinki")
FIRST_NIGHT = date(2026, 11, 2)
NIGHTLY = time(2, 0)
FIRST_PERIODS = tuple(
    f"{year}-{month:02d}" for year, month in [*((2025, m) for m in (9, 10, 11, 12)), *((2026, m) for m in range(1, 10))]
)
OPENING_DAY, HELD_DAY, SECOND_TRY_DAY, LAST_DAY = 3, 4, 5, 12
REJECTED_FAULTS = ("renamed_column", "wrong_hash", "missing_column", "wrong_encoding", "html_body")
NEW, LATE, CORRECTION, HISTORY = "new", "late", "correction", "history"
CONTACTS, COSTS = DATASETS = ("care_contacts", "costs")
# Whose indicators are of quarters.
OF_QUARTERS = ("complaints", "customer_feedback", "outcomes")
DUPLICATE, REJECTED, SECOND_TRY, HELD = "duplicate", "rejected", "second_try", "held"
DELTA, DELETE, UNCHANGED, AFTER_LOCK = AMENDING = ("delta", "delete", "unchanged", "after_lock")
# Which month each amends, and which the receiver has locked by the 3rd.
AMENDED_PERIOD, LOCKED_PERIOD, LOCK_DAY = "2026-06", FIRST_PERIODS[0], 1
# What must be held (hold_faults.py), by dataset; so many months before the new one is the month in force that it replaces, with a number that no correction reaches.
HELD_FAULTS = {
    "care_contacts": ("tenth_of_the_month", "one_value_throughout"),
    "costs": ("euros_times_1000", "last_month_again"),
}
HELD_MONTHS_BEFORE, HELD_SEQUENCE = 6, 9
HELD_NEW_FAULT = "volume_down_40_percent"


@dataclass(frozen=True)
class PlannedDelivery:
    """One delivery to come. `kind` is new, late, correction, duplicate, rejected, second_try, held, history or one of AMENDING; `fault` names one of faults.FAULTS when
    it is rejected, one of hold_faults.HOLD_FAULTS when it is held.

    `revision` is 1 for the month as first recorded, n after n − 1 corrections; `created_at` is the sender's, with its offset.
    """

    day: int
    dataset: str
    organiser_code: str
    period: str
    sequence: int
    kind: str
    revision: int
    created_at: datetime
    fault: str | None = None


@dataclass(frozen=True)
class _Roles:
    """Who has a part of its own in the month in which the deliveries of `period` are due. All five are different senders."""

    late: str
    late_before: str
    corrects: str
    corrected: str
    repeats: str
    fails: str
    fault: str


def business_time(day: int) -> datetime:
    """The business time of a simulated night: two o'clock in Helsinki, in UTC."""
    return datetime.combine(FIRST_NIGHT + timedelta(days=day), NIGHTLY, HELSINKI).astimezone(UTC)


def plan(day: int, seed: int) -> list[PlannedDelivery]:
    """What arrives before the night of that day, in the order of senders, datasets, periods and sequences."""
    if day == 0:
        deliveries = _first_night(seed)
    else:
        today = FIRST_NIGHT + timedelta(days=day)
        deliveries = [d for d in _month(_month_before(f"{today:%Y-%m}"), seed) if d.day == day]
    return sorted(deliveries, key=lambda d: (d.organiser_code, d.dataset, d.period, d.sequence, d.kind))


def _first_night(seed: int) -> list[PlannedDelivery]:
    late = _roles(FIRST_PERIODS[-1], seed).late
    rng = generator(seed, "calendar", "first night")
    return [
        PlannedDelivery(0, dataset, code, period, 1, NEW, 1, _sent_in_its_month(period, rng))
        for dataset in DATASETS
        for period in FIRST_PERIODS
        for code in senders()
        if (dataset, code, period) != (CONTACTS, late, FIRST_PERIODS[-1])
    ] + [
        PlannedDelivery(0, dataset, code, period, 1, NEW, 1, _sent_in_its_month(period, rng))
        for dataset in THEMES
        for period in FIRST_PERIODS[-3 if dataset in OF_QUARTERS else -1 :]
        for code in _senders_of(dataset)
    ]


def plan_history(organisers: Sequence[str], months: int, seed: int) -> list[PlannedDelivery]:
    """What these senders would have sent before the first night's months, so that a year later `months` of them end with October 2026."""
    rng = generator(seed, "calendar", "history")
    periods, period = [], FIRST_PERIODS[0]
    for _ in range(months - len(FIRST_PERIODS) - 1):
        period = _month_before(period)
        periods.append(period)
    return [
        PlannedDelivery(0, dataset, code, period, 1, HISTORY, 1, _sent_in_its_month(period, rng))
        for dataset in DATASETS
        for period in reversed(periods)
        for code in organisers
    ]


def _sent_in_its_month(period: str, rng: np.random.Generator) -> datetime:
    first = _first_of(_month_after(period))
    return datetime.combine(
        first + timedelta(days=int(rng.integers(7, 13))), time(8 + int(rng.integers(0, 9)), 15), HELSINKI
    )


@cache
def _month(period: str, seed: int) -> tuple[PlannedDelivery, ...]:
    """All deliveries of the calendar month after `period`."""
    amending = _amendments(period, seed) if period == _month_after(FIRST_PERIODS[-1]) else ()
    of_themes = (planned for dataset in THEMES for planned in _month_of_theme(dataset, period, seed))
    return *_month_of_contacts(period, seed), *_month_of_costs(period, seed), *of_themes, *amending


def _month_of_contacts(period: str, seed: int) -> tuple[PlannedDelivery, ...]:
    roles, before = _roles(period, seed), _month_before(period)
    first = _first_of(_month_after(period))
    rng = generator(seed, "calendar", period, "days")
    opening = set(rng.permutation(list(senders()))[: len(senders()) // 3].tolist())

    def planned(
        day: int, code: str, of: str, sequence: int, kind: str, revision: int = 1, fault: str | None = None
    ) -> PlannedDelivery:
        return _planned(rng, first.replace(day=day), CONTACTS, code, of, sequence, kind, revision, fault)

    result = [
        planned(OPENING_DAY, roles.late_before, before, 1, LATE),
        planned(OPENING_DAY, roles.corrects, roles.corrected, 2, CORRECTION, revision=2),
        planned(OPENING_DAY, roles.repeats, before, 1, DUPLICATE),
        planned(OPENING_DAY, roles.fails, period, 1, REJECTED, fault=roles.fault),
        planned(SECOND_TRY_DAY, roles.fails, period, 2, SECOND_TRY),
    ]
    for code in senders():
        day = OPENING_DAY if code in opening else int(rng.integers(OPENING_DAY + 1, LAST_DAY + 1))
        if code not in (roles.late, roles.fails):
            result.append(planned(day, code, period, 1, NEW))
    repeats_next = _roles(_month_after(period), seed).repeats
    return *_with_held_new(result, first, repeats_next), *_held(period, CONTACTS, roles, seed)


def _with_held_new(planned: list[PlannedDelivery], first: date, besides: str) -> list[PlannedDelivery]:
    """The deliveries of a month's contacts, of which the last new one (but of the sender `besides`, who will repeat its own) had a try before it that lacked a part."""
    held_day = (first.replace(day=HELD_DAY) - FIRST_NIGHT).days
    new = (d for d in planned if d.kind == NEW and d.organiser_code != besides)
    good = max(new, key=lambda d: (d.day, d.organiser_code))
    made = datetime.combine(first.replace(day=HELD_DAY - 1), time(16, 40), HELSINKI)
    bad = replace(good, day=held_day, kind=HELD, fault=HELD_NEW_FAULT, created_at=made)
    return [bad if d is good else d for d in planned] + [replace(good, sequence=2)]


def _held(period: str, dataset: str, roles: _Roles, seed: int) -> list[PlannedDelivery]:
    """Replacements of earlier months that must be held, by senders without another part."""
    rng = generator(seed, "calendar", period, dataset, "held")
    busy = (roles.late, roles.late_before, roles.corrects, roles.repeats, roles.fails)
    free = [s.organiser_code for s in senders().values() if not s.catchment and s.organiser_code not in busy]
    codes = rng.permutation(free).tolist()
    night = _first_of(_month_after(period)).replace(day=HELD_DAY)
    earlier = period
    for _ in range(HELD_MONTHS_BEFORE):
        earlier = _month_before(earlier)
    return [
        _planned(rng, night, dataset, code, earlier, HELD_SEQUENCE, HELD, fault=fault)
        for code, fault in zip(codes, HELD_FAULTS[dataset], strict=False)
    ]


def _month_of_costs(period: str, seed: int) -> tuple[PlannedDelivery, ...]:
    """Everyone's costs, and a correction of the month before by a sender that has no such part in the contacts."""
    first, before = _first_of(_month_after(period)), _month_before(period)
    rng = generator(seed, "calendar", period, COSTS)
    roles = _roles(period, seed)
    busy = (roles.late, roles.late_before, roles.corrects, roles.repeats, roles.fails)
    free = [s.organiser_code for s in senders().values() if not s.catchment and s.organiser_code not in busy]
    corrects = str(rng.permutation(free)[0])
    opening = set(rng.permutation(list(senders()))[: len(senders()) // 3].tolist())
    result = [_planned(rng, first.replace(day=OPENING_DAY), COSTS, corrects, before, 2, CORRECTION, revision=2)]
    for code in senders():
        day = OPENING_DAY if code in opening else int(rng.integers(OPENING_DAY + 1, LAST_DAY + 1))
        result.append(_planned(rng, first.replace(day=day), COSTS, code, period, 1, NEW))
    return *result, *_held(period, COSTS, roles, seed)


def _month_of_theme(dataset: str, period: str, seed: int) -> Iterator[PlannedDelivery]:
    """Everyone's month of a dataset of the themes, and one correction of the month before."""
    first, rng = _first_of(_month_after(period)), generator(seed, "calendar", period, dataset)
    codes = _senders_of(dataset)
    corrects = str(rng.permutation(codes)[0])
    yield _planned(rng, first.replace(day=OPENING_DAY), dataset, corrects, _month_before(period), 2, CORRECTION, 2)
    for code in codes:
        day = int(rng.integers(OPENING_DAY, LAST_DAY + 1))
        yield _planned(rng, first.replace(day=day), dataset, code, period, 1, NEW)


def _senders_of(dataset: str) -> list[str]:
    """The senders that have a dialect of a dataset: a producer has none of what only organisers know."""
    return [code for code in senders() if dataset in counties()[code].dialects]


def _amendments(period: str, seed: int) -> tuple[PlannedDelivery, ...]:
    """A delta and a delete of one sender's contacts, and of others' costs a month as it was and one of the locked month. Their senders have no other part and no
    faulty rows."""
    first, rng = _first_of(_month_after(period)), generator(seed, "calendar", period, "amendments")
    busy = {
        d.organiser_code for d in (*_month_of_contacts(period, seed), *_month_of_costs(period, seed)) if d.kind != NEW
    }
    free = [
        s.organiser_code
        for s in senders().values()
        if not s.catchment and not s.row_fault_share and s.organiser_code not in busy
    ]
    amends, repeats, corrects = rng.permutation(free)[:3].tolist()
    opening, next_day = first.replace(day=OPENING_DAY), first.replace(day=OPENING_DAY + 1)
    return (
        _planned(rng, opening, CONTACTS, amends, AMENDED_PERIOD, 2, DELTA, 2),
        _planned(rng, opening, COSTS, repeats, AMENDED_PERIOD, 2, UNCHANGED),
        _planned(rng, next_day, CONTACTS, amends, AMENDED_PERIOD, 3, DELETE, 2),
        _planned(rng, next_day, COSTS, corrects, LOCKED_PERIOD, 2, AFTER_LOCK, 2),
    )


def _planned(
    rng: np.random.Generator,
    night: date,
    dataset: str,
    code: str,
    period: str,
    sequence: int,
    kind: str,
    revision: int = 1,
    fault: str | None = None,
) -> PlannedDelivery:
    """A delivery for a night, made on the evening before."""
    made = datetime.combine(
        night - timedelta(days=1), time(int(rng.integers(15, 23)), int(rng.integers(0, 60))), HELSINKI
    )
    day = (night - FIRST_NIGHT).days
    return PlannedDelivery(day, dataset, code, period, sequence, kind, revision, made, fault)


@cache
def _roles(period: str, seed: int) -> _Roles:
    """The parts of the senders in the month after `period`; a sender of hospital care for others has none, since all would miss it."""
    rng = generator(seed, "calendar", period, "roles")
    counties = [s.organiser_code for s in senders().values() if not s.catchment]
    before = _month_before(period)
    late_before = _roles(before, seed).late if before >= FIRST_PERIODS[-1] else None
    had_second_try = _roles(before, seed).fails if before > FIRST_PERIODS[-1] else None
    free = [code for code in rng.permutation(counties).tolist() if code not in (late_before, had_second_try)]
    late, corrects, repeats, fails = free[:4]
    corrected = FIRST_PERIODS[-3 + int(rng.integers(0, 2))] if period <= "2026-10" else before
    fault = REJECTED_FAULTS[int(rng.integers(0, len(REJECTED_FAULTS)))]
    return _Roles(late, late_before or "", corrects, corrected, repeats, fails, fault)


def _first_of(period: str) -> date:
    return date.fromisoformat(f"{period}-01")


def _month_after(period: str) -> str:
    return f"{_first_of(period).replace(day=28) + timedelta(days=4):%Y-%m}"


def _month_before(period: str) -> str:
    return f"{_first_of(period) - timedelta(days=1):%Y-%m}"
