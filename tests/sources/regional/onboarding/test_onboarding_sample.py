"""A sample is read as the desk would read it, and what must not be looked at further is refused without a value."""

import pytest
from samples import csv, drafted, sample

from sources.regional.catalogue import counties
from sources.regional.onboarding.sample import SampleError, read_sample

ROW = ["a1", "19.5.2026", "x"]


@pytest.mark.parametrize("code", ["01", "04", "06", "11", "13", "18", "90"])
def test_encoding_delimiter_and_headings_of_a_sender_are_told_from_its_bytes(tmp_path, code):
    path = tmp_path / "s.csv"
    path.write_bytes(sample(code))
    read, dialect = read_sample(path), counties()[code].dialects["care_contacts"]
    assert (read.encoding, read.delimiter) == (dialect.encoding, dialect.delimiter)
    assert list(read.headings) == list(dialect.columns)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<html>x</html>", "HTML"),
        (b"only one heading\nx\n", "line 1 is not cut by any of"),
        (b"Tunnus;Nimi\n", "a header and no rows"),
        (b"12;M;2026-08-01 10:00\n13;N;2026-08-02 11:00\n", "line 1 seems to be a row"),
        (b"Sukunimi;Etunimi;131052-308T\na;b;c\n", "line 1 seems to be a row"),
        ("Meikäläinen;m@example.org;Espoo\na;b;c\n".encode(), "line 1 seems to be a row"),
        (b"Kontakti;Asiakas\nC-1;131052-308T\n", "field 2 has the form of a personal identity code on 1 rows"),
    ],
)
def test_what_is_no_sample_is_refused_in_one_line_without_a_value(tmp_path, data, says):
    path = tmp_path / "s.csv"
    path.write_bytes(data)
    with pytest.raises(SampleError) as refused:
        read_sample(path)
    line = str(refused.value)
    assert says in line and "\n" not in line
    assert not any(value in line for value in ("131052", "Meikäläinen", "Etunimi", "2026-08-01"))


def test_a_sample_of_plain_ascii_says_that_its_encoding_is_not_shown(tmp_path):
    draft = drafted(tmp_path, csv(["Kk", "Eur"], ["1.1.2026"], ["1,50"]), "costs")
    assert draft.encoding.value == "utf-8" and "ASCII" in draft.encoding.evidence


def test_a_word_for_absent_is_certain_among_times_and_a_question_among_words(tmp_path):
    draft = drafted(tmp_path, csv(["Aika", "Syy"], ["3.8.2026 9:00", "NULL"], ["A01", "-"]))
    assert set(draft.null_values) == {"NULL"} and set(draft.doubtful_nulls) == {"-"}


def test_days_that_can_be_read_in_two_ways_are_left_open_unless_another_sample_shows_which(tmp_path):
    from sources.regional.onboarding.draft import agreed_forms

    costs = drafted(tmp_path, sample("04", "costs"), "costs", but="04")
    assert costs.formats["date_format"].value is None
    assert costs.formats["date_format"].readings == ("%d/%m/%Y", "%m/%d/%Y")
    both = agreed_forms([drafted(tmp_path, sample("04"), but="04"), costs])
    assert both[1].formats["date_format"].value == "%m/%d/%Y"


def test_both_decimal_signs_in_one_file_leave_it_open(tmp_path):
    draft = drafted(tmp_path, csv(["Kk", "Eur"], ["1.1.2026"], ["1,50", "2.50"]), "costs")
    assert draft.decimal.value is None and "20 numbers have a comma and 20 a point" in draft.decimal.evidence
