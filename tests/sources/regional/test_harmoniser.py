"""Harmonising: what is exactly of the declared form gets its type; everything else stays untyped, however plain it may seem to a person."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from small import DIALECT, column, connection

from sources.regional.catalogue import counties
from sources.regional.harmoniser import sent_expression, typed_expression

INTEGER = column("n", "integer")
DECIMAL = column("n", "decimal(5,2)")
WHOLE = column("n", "decimal(5,0)")
TIME = column("n", "timestamp")
DATE = column("n", "date")
TEXT = column("n", "text")


def typed(text: str | None, column_, **changes):
    """The typed value of one text, as the scan would type it."""
    dialect = replace(DIALECT, **changes)
    sql = f"select {typed_expression(column_, dialect)} from (select {sent_expression('field', dialect)} as sent_n from (select $text::varchar as field))"
    return connection(1).execute(sql, {"text": text}).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("46", 46), ("-3", -3), ("007", 7), ("-0", 0), ("999999999999999999", 999999999999999999)],
)
def test_digits_are_an_integer(text, value):
    assert typed(text, INTEGER) == value


NO_INTEGERS = [
    "10.6",
    "10.0",
    "10,0",
    "1e3",
    "1E3",
    "+10",
    "1 000",
    "1.000",
    "1'000",
    "1\u00a0000",
    "1_000",
    " 46",
    "46 ",
    "46\n",
    "--4",
    "4-",
    "٤٦",
    "４６",
    "²",
    "NaN",
    "inf",
    "0x1F",
    "true",
    "<5",
    "..",
    "-",
    "n/a",
    "NULL",
    "#N/A",
    "1000000000000000000",
    "99999999999999999999999999",
]


@pytest.mark.parametrize("text", NO_INTEGERS)
def test_nothing_else_is_an_integer(text):
    assert typed(text, INTEGER) is None


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,50", ",", "1.50"),
        ("1,5", ",", "1.50"),
        ("999,99", ",", "999.99"),
        ("-0,01", ",", "-0.01"),
        ("12", ",", "12"),
        ("1.50", ".", "1.50"),
    ],
)
def test_a_decimal_has_the_declared_mark(text, decimal, value):
    assert typed(text, DECIMAL, decimal=decimal) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1.50", ","),
        ("1,50", "."),
        ("1,505", ","),
        ("1000,00", ","),
        (",5", ","),
        ("5,", ","),
        ("1,5,0", ","),
        ("1,5e1", ","),
        ("+1,5", ","),
        ("1 000,5", ","),
        ("−1,5", ","),
        ("1;5", ","),
        ("1x50", "."),
    ],
)
def test_another_mark_or_more_digits_than_agreed_are_no_decimal(text, decimal):
    assert typed(text, DECIMAL, decimal=decimal) is None


def test_a_decimal_without_decimals_takes_no_mark():
    assert typed("12345", WHOLE) == Decimal(12345)
    assert typed("1,0", WHOLE) is None


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("03.08.2026 09:05", "%d.%m.%Y %H:%M", datetime(2026, 8, 3, 9, 5)),
        ("29.02.2024 23:59", "%d.%m.%Y %H:%M", datetime(2024, 2, 29, 23, 59)),
        ("3.8.2026 9:05", "%-d.%-m.%Y %-H:%M", datetime(2026, 8, 3, 9, 5)),
        ("03.08.2026 09:05", "%-d.%-m.%Y %-H:%M", datetime(2026, 8, 3, 9, 5)),
        ("03.08.2026 klo 9.05", "%d.%m.%Y klo %-H.%M", datetime(2026, 8, 3, 9, 5)),
        ("2026-08-03T09:05:07", "%Y-%m-%dT%H:%M:%S", datetime(2026, 8, 3, 9, 5, 7)),
        ("202608030905", "%Y%m%d%H%M", datetime(2026, 8, 3, 9, 5)),
        ("08/03/2026 09.05", "%m/%d/%Y %H.%M", datetime(2026, 8, 3, 9, 5)),
    ],
)
def test_a_time_is_read_in_the_declared_form(text, declared, value):
    assert typed(text, TIME, timestamp_format=declared) == value


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("31.02.2026 10:00", "%d.%m.%Y %H:%M"),
        ("29.02.2026 10:00", "%d.%m.%Y %H:%M"),
        ("01.13.2026 10:00", "%d.%m.%Y %H:%M"),
        ("00.08.2026 10:00", "%d.%m.%Y %H:%M"),
        ("03.08.2026 24:00", "%d.%m.%Y %H:%M"),
        ("03.08.2026 09:60", "%d.%m.%Y %H:%M"),
        ("3.8.2026 9:05", "%d.%m.%Y %H:%M"),
        ("03.08.2026  09:05", "%d.%m.%Y %H:%M"),
        ("03.08.2026 09:05 ", "%d.%m.%Y %H:%M"),
        ("03.08.2026 09:05:00", "%d.%m.%Y %H:%M"),
        ("03.08.2026", "%d.%m.%Y %H:%M"),
        ("03.08.26 09:05", "%d.%m.%Y %H:%M"),
        ("03/08/2026 09:05", "%d.%m.%Y %H:%M"),
        ("03x08x2026 09:05", "%d.%m.%Y %H:%M"),
        ("2026-08-03 09:05", "%d.%m.%Y %H:%M"),
        ("2026-08-03T09:05:07Z", "%Y-%m-%dT%H:%M:%S"),
        ("2026-08-03T09:05:07+03:00", "%Y-%m-%dT%H:%M:%S"),
        ("03.08.2026 9.05", "%d.%m.%Y klo %-H.%M"),
        ("13/08/2026 09.05", "%m/%d/%Y %H.%M"),
        ("٠٣.08.2026 09:05", "%d.%m.%Y %H:%M"),
    ],
)
def test_another_form_or_a_day_that_does_not_exist_is_no_time(text, declared):
    assert typed(text, TIME, timestamp_format=declared) is None


def test_a_date_has_a_form_of_its_own():
    assert typed("03.08.2026", DATE, date_format="%d.%m.%Y") == datetime(2026, 8, 3).date()
    assert typed("30.02.2026", DATE, date_format="%d.%m.%Y") is None


def test_every_form_that_a_county_declares_reads_what_it_writes():
    moment = datetime(2026, 11, 23, 19, 47)
    for county in counties().values():
        for dialect in county.dialects.values():
            written = moment.strftime(dialect.timestamp_format)
            assert typed(written, TIME, timestamp_format=dialect.timestamp_format) == moment


def test_a_translated_column_takes_only_the_codes_as_sent():
    codes = {"n": {"M": "male", "N": "female", "O'N": "unknown"}}
    assert [typed(code, TEXT, codes=codes) for code in ("M", "N", "O'N")] == ["male", "female", "unknown"]
    # The empty text is in no code list: the rule on the code finds it, where a null would pass for absent.
    assert [typed(code, TEXT, codes=codes) for code in ("male", "m", "M ", "X")] == ["", "", "", ""]
    assert typed("", TEXT, codes=codes) is None


def test_text_without_a_translation_is_left_as_it_is():
    assert [typed(text, TEXT) for text in (" x ", "007", "NULL", "=1+1")] == [" x ", "007", "NULL", "=1+1"]


def test_absent_is_what_the_sender_declares_and_the_empty_field():
    assert typed("", INTEGER) is None
    assert typed("", TEXT, null_values=("", "-")) is None
    assert typed("-", TEXT, null_values=("", "-")) is None
    assert typed("-", TEXT) == "-"
    assert typed("null", TEXT, null_values=("", "NULL")) == "null"
