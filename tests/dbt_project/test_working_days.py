"""The calendar of working days, held against the public holidays of a library that knows them."""

from datetime import date, timedelta

from holidays.countries.finland import Finland

FIRST, LAST = date(2018, 1, 1), date(2035, 12, 26)
EVES = {"Midsummer Eve", "Christmas Eve"}  # the library counts them; in the law they are days like others


def test_every_day_is_a_working_day_but_for_sundays_and_public_holidays(warehouse):
    known = Finland(years=range(FIRST.year, LAST.year + 1), language="en_US")
    day, count, expected = FIRST, 0, []
    while day <= LAST:
        names = set(known.get_list(day)) - EVES
        is_working = day.weekday() != 6 and not names
        count += is_working
        expected.append((day, is_working, count))
        day += timedelta(days=1)
    found = "select day, is_working_day, working_days_to_date from int.working_day order by day"
    assert warehouse.execute(found).fetchall() == expected


def test_the_year_2026_has_303_working_days(warehouse):
    """365 days less 52 Sundays and ten holidays on other days: 1 and 6 January, 3 and 6 April, 1 and 14 May, 20 June, 31 October, 25 and 26 December."""
    query = "select count(*) from int.working_day where is_working_day and year(day) = 2026"
    assert warehouse.execute(query).fetchall() == [(303,)]
