"""The calendar of working days and the table of public holidays, held against the rules of the holidays worked out apart."""

from datetime import date, timedelta

from dateutil.easter import easter

YEARS = range(2018, 2036)


def holidays(year: int) -> set[date]:
    def saturday_from(month: int, day: int) -> date:
        first = date(year, month, day)
        return first + timedelta(days=(5 - first.weekday()) % 7)

    fixed = {date(year, month, day) for month, day in ((1, 1), (1, 6), (5, 1), (12, 6), (12, 25), (12, 26))}
    moving = {easter(year) + timedelta(days=days) for days in (-2, 0, 1, 39, 49)}
    return fixed | moving | {saturday_from(6, 20), saturday_from(10, 31)}


def test_every_day_until_the_last_holiday_is_a_working_day_but_for_sundays_and_public_holidays(warehouse):
    rows = warehouse.sql(
        "select day, is_working_day, working_days_to_date from int.working_day order by day"
    ).fetchall()
    day, count, expected = date(YEARS[0], 1, 1), 0, []
    while day <= date(YEARS[-1], 12, 26):
        is_working = day.weekday() != 6 and day not in holidays(day.year)
        count += is_working
        expected.append((day, is_working, count))
        day += timedelta(days=1)
    assert rows == expected


def test_the_year_2026_has_303_working_days(warehouse):
    """365 days less 52 Sundays and ten holidays on other days: 1 and 6 January, 3 and 6 April, 1 and 14 May, 20 June, 31 October, 25 and 26 December."""
    query = "select count(*) from int.working_day where is_working_day and year(day) = 2026"
    assert warehouse.sql(query).fetchall() == [(303,)]
