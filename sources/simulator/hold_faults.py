"""Deliveries that are sound row by row and yet wrong as a whole: each function makes a good parcel one that must wait for an explanation.

Belongs here: the mistakes that only a sender's earlier months show (a part of the month, another unit, last month once more). Does not belong here: what row rules and
the reader find (faults.py). A mistake of a new month needs months before it; one that replaces needs the month itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sources.regional.file_rules import file_rule
from sources.simulator.parcel import Parcel, ParcelFile, make_parcel
from sources.simulator.randomness import SEED

Rows = list[list[str]]
CONTACTS, COSTS = "care_contacts", "costs"


@dataclass(frozen=True)
class HoldFault:
    """A mistake: how a parcel is spoilt, the rule of holds that must find it, the datasets that it can happen to, and whether it replaces a month in force."""

    spoil: Callable[[Parcel], Parcel]
    rule: str
    datasets: tuple[str, ...] = (CONTACTS, COSTS)
    replaces: bool = False


def hold(parcel: Parcel, fault: str) -> Parcel:
    """A good parcel without row faults, with one mistake; its truth says that it is held, and by which rule. KeyError when there is no such mistake."""
    found = HOLD_FAULTS[fault]
    spoilt = found.spoil(parcel)
    truth = replace(
        spoilt.truth,
        expected_status="held",
        expected_rule=file_rule(found.rule).id,
        fault=fault,
        rows=sum(f.rows for f in spoilt.files),
        row_faults=(),
    )
    return replace(spoilt, truth=truth)


def _changed(parcel: Parcel, change: Callable[[Rows], Rows]) -> Parcel:
    """The parcel with other rows below the header of each file; the manifest agrees. Nothing that the simulator writes is quoted."""
    sender, dialect = parcel.sender, parcel.dialect
    files = []
    for file in parcel.files:
        text = file.data.decode(dialect.encoding)
        mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
        header, *lines = text.split(sender.line_end)[:-1]
        rows = change([line.split(dialect.delimiter) for line in lines])
        lines = [header, *(dialect.delimiter.join(row) for row in rows)]
        data = (mark + "".join(line + sender.line_end for line in lines)).encode(dialect.encoding)
        files.append(ParcelFile(file.name, data, len(rows)))
    return replace(parcel, files=tuple(files))


def _place(parcel: Parcel, column: str) -> int:
    return list(parcel.dialect.columns.values()).index(column)


def _with_column(parcel: Parcel, column: str, value: Callable[[str], str]) -> Parcel:
    place = _place(parcel, column)
    return _changed(parcel, lambda rows: [[*row[:place], value(row[place]), *row[place + 1 :]] for row in rows])


def _multiplied(parcel: Parcel, column: str, factor: Decimal) -> Parcel:
    decimal = parcel.dialect.decimal

    def value(text: str) -> str:
        if text in parcel.dialect.null_values:
            return text
        number = (Decimal(text.replace(decimal, ".")) * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return str(number).replace(".", decimal)

    return _with_column(parcel, column, value)


def _share_of(part: int, whole: int) -> Callable[[Parcel], Parcel]:
    """Of every `whole` rows the first `part`."""
    return lambda parcel: _changed(parcel, lambda rows: [r for n, r in enumerate(rows) if n % whole < part])


def _double(parcel: Parcel) -> Parcel:
    """Every contact once more under another identifier."""
    place = _place(parcel, "contact_id")
    return _changed(parcel, lambda rows: rows + [[*r[:place], f"{r[place]}-2", *r[place + 1 :]] for r in rows])


def _nothing(parcel: Parcel) -> Parcel:
    spoilt = _changed(parcel, lambda rows: [])
    return replace(spoilt, stated={"empty_reason": "Ei tapahtumia."})


def _one_value(parcel: Parcel) -> Parcel:
    codes = parcel.dialect.codes.get("profession", {})
    doctor = next((sent for sent, code in codes.items() if code == "doctor"), "doctor")
    return _with_column(parcel, "profession", lambda _: doctor)


def _no_reasons(parcel: Parcel) -> Parcel:
    return _with_column(parcel, "reason_code", lambda _: parcel.dialect.null_values[0])


def _other_share(parcel: Parcel) -> Parcel:
    return replace(parcel, stated={"sample_share": "0.1"})


def _month_before(parcel: Parcel) -> Parcel:
    """The rows of the month before, moved into this month by as many days as that one has."""
    first = date.fromisoformat(f"{parcel.period}-01")
    before = (first - timedelta(days=1)).replace(day=1)
    earlier = make_parcel(
        parcel.organiser_code,
        f"{before:%Y-%m}",
        parcel.sequence,
        parcel.created_at,
        SEED,
        has_row_faults=False,
        dataset=parcel.dataset,
    )
    # A contact is of the month of its visit or, without one, of its beginning.
    kinds = {CONTACTS: ("booked_at", "need_assessed_at", "contacted_at", "visited_at"), COSTS: ("cost_month",)}
    places = [_place(parcel, column) for column in kinds[parcel.dataset]]
    form = parcel.dialect.timestamp_format if parcel.dataset == CONTACTS else parcel.dialect.date_format
    moved = _changed(earlier, lambda rows: _moved(rows, places, form, first))
    names = [f.name for f in parcel.files]
    files = tuple(replace(f, name=name) for f, name in zip(moved.files, names, strict=True))
    return replace(parcel, files=files)


def _moved(rows: Rows, places: Sequence[int], form: str, first: date) -> Rows:
    """The rows with their times moved on by the length of the month before; without those that this takes beyond the month. The last place that is filled is the row's own."""
    read, by = form.replace("%-", "%"), first - (first - timedelta(days=1)).replace(day=1)
    result = []
    for row in rows:
        times = {p: datetime.strptime(row[p], read) + by for p in places if _is_time(row[p], read)}
        own = next((times[p] for p in reversed(places) if p in times), None)
        if own is not None and (own.year, own.month) == (first.year, first.month):
            result.append([times[p].strftime(form) if p in times else text for p, text in enumerate(row)])
    return result


def _is_time(text: str, read: str) -> bool:
    try:
        datetime.strptime(text, read)
    except ValueError:
        return False
    return True


HOLD_FAULTS = {
    "tenth_of_the_month": HoldFault(_share_of(1, 10), "MASS_DELETION", replaces=True),
    "volume_down_40_percent": HoldFault(_share_of(3, 5), "VOLUME"),
    "volume_doubled": HoldFault(_double, "VOLUME", (CONTACTS,)),
    "nothing_after_something": HoldFault(_nothing, "VOLUME"),
    "euros_times_1000": HoldFault(lambda p: _multiplied(p, "amount_eur", Decimal(1000)), "UNIT", (COSTS,)),
    "thousands_of_euros": HoldFault(lambda p: _multiplied(p, "amount_eur", Decimal("0.001")), "UNIT", (COSTS,)),
    "hours_as_days": HoldFault(lambda p: _multiplied(p, "visit_duration_hours", Decimal(1) / 24), "UNIT", (CONTACTS,)),
    "last_month_again": HoldFault(_month_before, "MONTH_AGAIN"),
    "one_value_throughout": HoldFault(_one_value, "COLUMN_CONSTANT", (CONTACTS,)),
    "column_left_empty": HoldFault(_no_reasons, "COLUMN_EMPTY", (CONTACTS,)),
    "wrong_sample_share": HoldFault(_other_share, "SAMPLE_SHARE"),
}
