"""Costs with values that are wrong.

Belongs here: amounts, months, codes and keys. Does not belong here: what can go wrong whatever the columns mean (files.py).
"""

from __future__ import annotations

from dataclasses import replace

from sources.simulator.parcel import Parcel
from tests.spoiled.kit import COSTS, Text, each_line, fault, quarantined, rejected, rule_of

_ONLY = (COSTS,)


def _plain(text: Text, count: int) -> list[int]:
    """Good rows that are neither internal nor a payment to the joint authority, of which further rules speak."""
    codes = text.parcel.dialect.codes
    common = {"item_scope": "external", "hus_share": "none", "production_mode": "own"}
    return [
        n
        for n in text.clean(len(text.lines))
        if all(codes[column][text.value(n, column)] == ours for column, ours in common.items())
    ][:count]


@fault("05", _ONLY)
def amounts_that_are_none(parcel: Parcel) -> Parcel:
    values = [
        "1 234,50",
        "1.234,50",
        "1'234,50",
        "1\u00a0234,50",
        "1e3",
        "1234.50",
        "+12,50",
        "NaN",
        "inf",
        "9" * 30,
        "12,505",
        "(12,50)",
        "12,50-",
        "12,50 EUR",
        "<5",
        "..",
        "-",
    ]
    return each_line(parcel, "amount_eur", values, "type")


@fault("09", _ONLY)
def amounts_with_a_quoted_comma(parcel: Parcel) -> Parcel:
    return each_line(parcel, "amount_eur", ['"1234,50"', '"1,234.50"'], "type")


@fault("05", _ONLY)
def months_that_are_none(parcel: Parcel) -> Parcel:
    values = ["31.02.2026", "2026-08-01", "1.8.2026", "08/2026", "202608", "45870", "01.08.26", "00.00.0000"]
    return each_line(parcel, "cost_month", values, "type")


@fault("05", _ONLY)
def months_before_all_counties(parcel: Parcel) -> Parcel:
    return each_line(parcel, "cost_month", ["01.01.1900", "01.08.2025", "31.12.9999"], "in_period")


@fault("05", _ONLY)
def words_that_were_not_agreed(parcel: Parcel) -> Parcel:
    """The contract's own code among them: the sender has words of its own."""
    text = Text(parcel)
    numbers = _plain(text, 3)
    for number, value in zip(numbers, ("own", "1", "OMA-X"), strict=True):
        text.put(number, "production_mode", value)
    rule = rule_of(parcel, "production_mode", "codes")
    return quarantined(text.packed(), *((number, "production_mode", rule) for number in numbers))


@fault("05", _ONLY)
def signs_turned(parcel: Parcel) -> Parcel:
    """Income as an expense."""
    text = Text(parcel)
    income = [n for n in text.clean(len(text.lines)) if text.value(n, "account_code") == "MYYNTI"][:3]
    assert len(income) == 3
    for number in income:
        text.put(number, "amount_eur", text.value(number, "amount_eur").removeprefix("-"))
    rule = rule_of(parcel, "amount_eur", "sign_agrees")
    return quarantined(text.packed(), *((number, "amount_eur", rule) for number in income))


@fault(None, _ONLY)
def no_part_of_the_key(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "account_code", max(parcel.dialect.null_values, key=len))
    return quarantined(text.packed(), (number, "account_code", rule_of(parcel, "account_code", "required")))


@fault(None, _ONLY)
def repeated_row(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines.append(text.lines[text.clean()[0] - 1])
    return quarantined(text.packed(), (len(text.lines), "account_code", rule_of(parcel, "account_code", "unique")))


@fault("05", _ONLY)
def two_amounts_of_one_key(parcel: Parcel) -> Parcel:
    """They differ, and nobody can say which is right, nor whether they were to be added up: neither is taken."""
    text = Text(parcel)
    (number,) = text.clean()
    text.lines.append(text.lines[number - 1])
    amount = text.value(number, "amount_eur")
    text.put(len(text.lines), "amount_eur", f"{amount[:-1]}{'1' if amount[-1] != '1' else '2'}")
    rule = rule_of(parcel, "account_code", "unique")
    return quarantined(text.packed(), (number, "account_code", rule), (len(text.lines), "account_code", rule))


@fault("90", _ONLY)
def key_again_in_second_file(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    second = parcel.files[1]
    line = text.lines[number - 1] + text.end
    longer = replace(second, data=second.data + line.encode(parcel.dialect.encoding), rows=second.rows + 1)
    place = (longer.data.count(b"\n"), "account_code", rule_of(parcel, "account_code", "unique"))
    return quarantined(replace(parcel, files=(parcel.files[0], longer)), place, file=1)


@fault("05", _ONLY)
def total_row(parcel: Parcel) -> Parcel:
    """A line of totals under the rows, as a spreadsheet adds it."""
    text = Text(parcel)
    text.lines.append(text.delimiter.join(["", "Yhteensä", "", "", "", "", "731,25"]))
    number = len(text.lines)
    empty = ("cost_month", "account_code", "production_mode", "item_scope", "hus_share")
    return quarantined(
        text.packed(),
        (number, "service_class_code", rule_of(parcel, "service_class_code", "codes")),
        *((number, column, rule_of(parcel, column, "required")) for column in empty),
    )


@fault(None, _ONLY)
def rows_of_another_month(parcel: Parcel) -> Parcel:
    return rejected(replace(parcel, period="2026-07"), "QUARANTINE_SHARE")
