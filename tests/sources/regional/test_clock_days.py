"""Days of 23 and of 25 hours, from the delivery to the report: every row is accepted or in quarantine, and none is lost or doubled for the clock's sake."""

from datetime import UTC, datetime, timedelta

import polars as pl
from deliveries import contact

from sources.regional.catalogue import dataset_contract

SPRING, AUTUMN = datetime(2026, 3, 29, 0, 30), datetime(2026, 10, 25, 0, 30)


def by_hour(day: datetime, hours: list[int]) -> list[dict]:
    """A contact at half past each of these hours of a day, as a wall clock shows them; what follows it is of the next day."""
    times = [day + timedelta(hours=hour) for hour in hours]
    return [
        contact(
            n, contacted_at=t, need_assessed_at=t + timedelta(days=1), booked_at=None, visited_at=t + timedelta(days=2)
        )
        for n, t in enumerate(times, 1)
    ]


def deliver(desk, rows: list[dict], at: datetime) -> tuple[dict, dict, list[datetime], list[tuple]]:
    """The verdict, the report, the accepted times and the quarantined (line, column, rule)."""
    desk.send(rows, period=f"{rows[0]['contacted_at']:%Y-%m}", created_at=(at - timedelta(days=1)).isoformat())
    desk.night(at)
    ((receipt_id, verdict),) = desk.events("verdict").items()
    accepted = pl.read_parquet(desk.home.parquet / verdict["slice"]["path"]).filter(pl.col("rule_mask") == 0)
    refused = []
    if verdict["quarantine"]:
        found = pl.read_parquet(desk.home.quarantine / verdict["quarantine"]["path"])
        refused = list(found.select("line_number", "column_name", "rule_id").iter_rows())
    return verdict, desk.report(receipt_id), sorted(accepted["contacted_at"]), refused


def test_a_day_of_23_hours_has_them_all_and_the_hour_that_no_clock_showed_is_in_quarantine(desk):
    rows = by_hour(SPRING, list(range(24)))
    verdict, report, accepted, refused = deliver(desk, rows, datetime(2026, 4, 10, tzinfo=UTC))
    assert accepted == [row["contacted_at"] for n, row in enumerate(rows) if n != 3]
    (rule,) = (
        r.id for r in dataset_contract("care_contacts").rules if (r.column, r.check) == ("contacted_at", "on_clock")
    )
    assert refused == [(5, "contacted_at", rule)]
    assert report["rows"] == {"received": 24, "accepted": 23, "quarantined": 1}
    assert [(e["line"], e["rule"], e["value"]) for e in report["errors"]] == [(5, rule, "29.03.2026 03:30")]
    assert (verdict["status"], report["totals"]["causes"]) == ("accepted", 1)


def test_a_day_of_25_hours_has_the_repeated_hour_twice(desk):
    rows = by_hour(AUTUMN, [0, 1, 2, 3, 3, *range(4, 24)])
    # In the second passing the clock shows an earlier time than the contact in the first had: no fault of the row.
    rows[3]["contacted_at"] += timedelta(minutes=20)
    rows[3]["need_assessed_at"] = AUTUMN + timedelta(hours=2, minutes=40)
    verdict, report, accepted, refused = deliver(desk, rows, datetime(2026, 11, 10, tzinfo=UTC))
    assert (verdict["status"], refused) == ("accepted", [])
    assert accepted == sorted(row["contacted_at"] for row in rows)
    assert sum(time.hour == 3 for time in accepted) == 2
    assert report["rows"] == {"received": 25, "accepted": 25, "quarantined": 0}
