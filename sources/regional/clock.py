"""The hours that wall time in Finland skips in spring and repeats in autumn, as expressions over one column.

Belongs here: telling such hours by the calendar: from three to four in the morning, on the last Sunday of March and of October. Does not belong here: what follows for a
row (rules.py). A test holds this against the tz database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

_SUNDAY, _HOUR, _FIRST_LAST_SEVEN = 6, 3, 25
_MARCH, _OCTOBER = 3, 10


def is_skipped(moment: ir.TimestampColumn) -> ir.BooleanColumn:
    """True in the hour that no clock in Finland ever shows."""
    return _last_sunday(moment, _MARCH)


def is_repeated(moment: ir.TimestampColumn) -> ir.BooleanColumn:
    """True in the hour that the clock shows twice, so that a later moment may bear an earlier time."""
    return _last_sunday(moment, _OCTOBER)


def _last_sunday(moment: ir.TimestampColumn, month: int) -> ir.BooleanColumn:
    """False also where there is no moment. The day is worked out for the few that are of that hour."""
    is_day = (moment.month() == month) & (moment.day() >= _FIRST_LAST_SEVEN) & (moment.day_of_week.index() == _SUNDAY)
    return (moment.hour() == _HOUR).ifelse(is_day, False)
