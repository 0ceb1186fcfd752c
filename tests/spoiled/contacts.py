"""Care contacts with values that are wrong, and columns under each other's headings.

Belongs here: faults of values that "bad input" lists by name. Does not belong here: the faults of single rows that happen every month (the simulator's own).
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from sources.simulator.parcel import Parcel
from sources.simulator.row_faults import rule_id
from tests.spoiled.kit import Text, each_line, fault, moved, quarantined, rejected


@fault("05")
def numbers_that_are_none(parcel: Parcel) -> Parcel:
    values = [
        "1 980",
        "1.980",
        "1'980",
        "1\u00a0980",
        "1e3",
        "1980.0",
        "1980,0",
        "+1980",
        "NaN",
        "inf",
        "9" * 30,
        "0x7BC",
        "1980-",
    ]
    return each_line(parcel, "birth_year", values, "type")


@fault("17")
def digits_of_other_scripts(parcel: Parcel) -> Parcel:
    return each_line(parcel, "birth_year", ["١٩٨٠", "１９８０", "198²"], "type")


@fault("05")
def another_decimal_mark(parcel: Parcel) -> Parcel:
    return each_line(parcel, "visit_duration_hours", ["0.50", "1.000,5", "0,505", ",5", "5,", "-", "1e-1"], "type")


@fault("05")
def signs_instead_of_figures(parcel: Parcel) -> Parcel:
    return each_line(parcel, "visit_duration_hours", ["..", "<5", ".", "n/a", "NULL", "#N/A", "ei tietoa"], "type")


@fault("05")
def times_that_are_none(parcel: Parcel) -> Parcel:
    values = [
        "31.02.2026 09:15",
        "2026-08-03 09:15",
        "3.8.2026 09:15",
        "08/03/2026 09:15",
        "03.08.2026",
        "03.08.2026 24:00",
        "45872",
    ]
    return each_line(parcel, "booked_at", values, "type")


@fault("05")
def codes_that_were_not_agreed(parcel: Parcel) -> Parcel:
    """The contract's own code among them: the sender writes M and N, so `female` is not its word."""
    return each_line(parcel, "sex", ["1", "female", "m", "9"], "codes")


@fault()
def no_key(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "contact_id", max(parcel.dialect.null_values, key=len))
    return quarantined(text.packed(), (number, "contact_id", rule_id("contact_id", "required")))


@fault()
def two_rows_of_one_key(parcel: Parcel) -> Parcel:
    """They differ, and nobody can say which is right: neither is taken."""
    text = Text(parcel)
    first, second = text.clean(2)
    text.put(second, "contact_id", text.value(first, "contact_id"))
    rule = rule_id("contact_id", "unique")
    return quarantined(text.packed(), (first, "contact_id", rule), (second, "contact_id", rule))


@fault("90")
def key_again_in_second_file(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    second = parcel.files[1]
    line = text.lines[number - 1] + text.end
    longer = replace(second, data=second.data + line.encode(parcel.dialect.encoding), rows=second.rows + 1)
    place = (longer.data.count(b"\n"), "contact_id", rule_id("contact_id", "unique"))
    return quarantined(replace(parcel, files=(parcel.files[0], longer)), place, file=1)


@fault()
def rows_of_another_month(parcel: Parcel) -> Parcel:
    """All rows are of August; the manifest says July."""
    return rejected(replace(parcel, period="2026-07"), "QUARANTINE_SHARE")


@fault("05")
def client_under_another_heading(parcel: Parcel) -> Parcel:
    """Client and unit change headings: what stands under the unit is a client, and is shown to nobody."""
    text = Text(parcel)
    headings = text.lines[0].split(text.delimiter)
    a, b = text.place("client_id"), text.place("unit_id")
    headings[a], headings[b] = headings[b], headings[a]
    text.lines[0] = text.delimiter.join(headings)
    return rejected(text.packed(), "QUARANTINE_SHARE")


@fault()
def line_break_in_quotes(parcel: Parcel) -> Parcel:
    """The record spans two lines; what follows keeps its physical line."""
    text = Text(parcel)
    number, other = text.clean(2)
    text.put(number, "unit_id", f'"A{text.end}B"')
    text.put(other, "birth_year", "10.6")
    return quarantined(
        moved(text.packed(), number, 1),
        (number, "unit_id", rule_id("unit_id", "pattern")),
        (other + 1, "birth_year", rule_id("birth_year", "type")),
    )


@fault("09")
def quoted_decimal_comma(parcel: Parcel) -> Parcel:
    """In quotation marks, so that the comma divides no fields; the sender declared a point."""
    return each_line(parcel, "visit_duration_hours", ['"0,50"', '"1.000,5"'], "type")


@fault("05")
def figures_that_cannot_be(parcel: Parcel) -> Parcel:
    return each_line(parcel, "visit_duration_hours", ["-0,50", "24,01", "101", "999,99"], "range")


@fault("05")
def defaults_instead_of_times(parcel: Parcel) -> Parcel:
    """What systems write where they know nothing: their first day, or the end of all days."""
    text = Text(parcel)
    booked = [n for n in text.clean(len(text.lines)) if text.value(n, "booked_at")]
    for number in booked[:2]:
        text.put(number, "booked_at", "01.01.1900 00:00")
    return quarantined(text.packed(), *((n, "booked_at", rule_id("booked_at", "not_before")) for n in booked[:2]))


@fault("05")
def visits_to_come(parcel: Parcel) -> Parcel:
    """Realised after the month of the delivery, also at the end of all days."""
    text = Text(parcel)
    numbers = [n for n in text.clean(len(text.lines)) if text.value(n, "visited_at")][:2]
    for number, value in zip(numbers, ("01.09.2026 00:00", "31.12.9999 00:00"), strict=True):
        text.put(number, "visited_at", value)
    return quarantined(text.packed(), *((n, "contacted_at", rule_id("contacted_at", "in_period")) for n in numbers))


@fault("05")
def hours_that_no_clock_showed(parcel: Parcel) -> Parcel:
    """Summer time begins on 29 March 2026 at three: half past three was no time at all. It is before the contact too."""
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "booked_at", "29.03.2026 03:30")
    return quarantined(
        text.packed(),
        (number, "booked_at", rule_id("booked_at", "on_clock")),
        (number, "booked_at", rule_id("booked_at", "not_before")),
    )


@fault("05")
def reasons_written_in_other_ways(parcel: Parcel) -> Parcel:
    """Of ICD-10 without its dot, with the signs of a dagger and an asterisk, of an older classification."""
    return each_line(parcel, "reason_code", ["J069", "J06.9*", "J06.9+", "j06", "486", "R05,1"], "pattern")


@fault("17")
def codes_encoded_twice(parcel: Parcel) -> Parcel:
    """A word of the sender, its letters read and written in two encodings."""
    sent = next(code for codes in parcel.dialect.codes.values() for code in codes if not code.isascii())
    column = next(name for name, codes in parcel.dialect.codes.items() if sent in codes)
    return each_line(parcel, column, [sent.encode("utf-8").decode("latin-1")], "codes")


@fault("17")
def codes_in_parts(parcel: Parcel) -> Parcel:
    """A word of the sender, its letters and their dots as two characters each: the same code."""
    text = Text(parcel)
    for column, codes in parcel.dialect.codes.items():
        if all(code.isascii() for code in codes):
            continue
        for number in text.clean(len(text.lines)):
            text.put(number, column, unicodedata.normalize("NFD", text.value(number, column)))
    assert text.lines != Text(parcel).lines
    return quarantined(text.packed())


@fault("05")
def identity_codes_with_a_typing_error(parcel: Parcel) -> Parcel:
    """Of the form of the columns, with a wrong check character: somebody's still, and hidden. 900–999 are temporary codes of real ones."""
    text = Text(parcel)
    codes = ["131052-308A", "131052+308A", "010203A901K", "010203Y901k", "131052a308a"]
    numbers = text.clean(2 * len(codes))
    faults = []
    for number, code in zip(numbers, codes * 2, strict=True):
        column = "unit_id" if number in numbers[: len(codes)] else "contact_id"
        form = "pattern" if "+" in code else None
        text.put(number, column, code)
        faults.append((number, column, rule_id(column, "no_identity_code")))
        if form:
            faults.append((number, column, rule_id(column, form)))
    return quarantined(text.packed(), *faults)


@fault("05")
def identity_code_of_a_person(parcel: Parcel) -> Parcel:
    """One in thousands of cells, glued to letters: nothing of the delivery is used."""
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "unit_id", "VO010594Y9032x")
    return rejected(text.packed(), "PERSONAL_DATA")


@fault("17")
def telephone_number_for_a_reason(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "reason_code", "soita 040 1234567")
    return rejected(text.packed(), "PERSONAL_DATA")


@fault("05")
def people_who_cannot_be(parcel: Parcel) -> Parcel:
    """Born after the contact; a hundred and forty years old."""
    text = Text(parcel)
    born, old = [n for n in text.clean(len(text.lines)) if text.value(n, "need_assessed_at")][:2]
    text.put(born, "birth_year", "2027")
    text.put(old, "age_at_assessment_years", "140")
    return quarantined(
        text.packed(),
        (born, "birth_year", rule_id("birth_year", "range")),
        (born, "contacted_at", rule_id("contacted_at", "not_before_year")),
        (born, "age_at_assessment_years", rule_id("age_at_assessment_years", "age_agrees")),
        (old, "age_at_assessment_years", rule_id("age_at_assessment_years", "range")),
        (old, "age_at_assessment_years", rule_id("age_at_assessment_years", "age_agrees")),
    )


@fault()
def key_of_two_quotation_marks(parcel: Parcel) -> Parcel:
    """An empty text in quotation marks is as absent as no text."""
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "contact_id", '""')
    return quarantined(text.packed(), (number, "contact_id", rule_id("contact_id", "required")))


@fault("17")
def code_of_a_municipality_without_its_zero(parcel: Parcel) -> Parcel:
    """Codes are text: 91 is not 091."""
    return each_line(parcel, "home_municipality_code", ["91", "49", "5"], "codes")
