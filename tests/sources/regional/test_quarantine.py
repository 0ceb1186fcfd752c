"""Every refused line is told with its rules, and what identifies a person is told to nobody."""

import duckdb
import pytest
from deliveries import Desk, contacts, written

from sources.regional.catalogue import counties, dataset_contract
from sources.regional.file_rules import file_rule

CONTRACT = dataset_contract("care_contacts")
DIALECT = counties()["05"].dialects["care_contacts"]
ROWS = 100


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """One delivery with a line of every kind of fault: (verdict, quarantine rows, staged lines that are not accepted).

    The check characters of its identity codes are wrong: with right ones it would be sealed."""
    rows = contacts(ROWS)
    rows[3] |= {"client_id": "131052-308A", "birth_year": None, "sex": "?"}
    rows[4]["unit_id"] = "x 131052-308A"
    rows[5]["contact_id"] = rows[6]["contact_id"]
    rows[7]["unit_id"] = "131052-308A"
    rows[8]["contact_id"] = "A-131052A308X"
    lines = written(rows).decode(DIALECT.encoding).splitlines()
    secret = rows[10]["client_id"]
    lines[11] += DIALECT.delimiter
    lines[12] = lines[12].replace("unit-01", '"unit-01')
    lines[13] = lines[13].replace("unit-01", "unit\x0701")
    lines += ["", lines[0]]
    data = ("\n".join(lines) + "\n").encode(DIALECT.encoding)
    desk = Desk(tmp_path_factory.mktemp("judged") / "home")
    desk.put({"faulty.csv": (data, ROWS)})
    desk.night()
    verdict = desk.verdict()
    found = duckdb.sql(
        f"select line_number, column_name, rule_id, value_as_sent from '{desk.home.quarantine / verdict['quarantine']['path']}'"
    ).fetchall()
    slice_ = f"from '{desk.home.parquet / verdict['slice']['path']}'"
    refused = [
        line for (line,) in duckdb.sql(f"select line_number {slice_} where rule_mask <> 0 order by 1").fetchall()
    ]
    kept = repr(duckdb.sql(f"select * {slice_}").fetchall())
    return verdict, found, refused, secret, kept


def test_every_line_that_is_not_accepted_has_a_row_and_no_other_line_has(judged):
    verdict, found, refused, *_ = judged
    assert sorted({line for line, *_ in found}) == refused == [5, 6, 7, 8, 9, 10, 12, 13, 14, 102, 103]
    assert verdict["status"] == "accepted"
    assert verdict["rows_quarantined"] == len(refused)
    assert verdict["quarantine"]["rows"] == len(found)


def test_the_rows_of_each_rule_are_as_many_as_the_verdict_counts(judged):
    verdict, found, *_ = judged
    counted = {c["rule"]: c["failed"] for c in verdict["rule_counts"] if c["failed"]}
    assert {rule: sum(1 for row in found if row[2] == rule) for rule in {row[2] for row in found}} == counted


def test_they_stand_in_the_order_of_the_file(judged):
    _, found, *_ = judged
    assert [row[0] for row in found] == sorted(row[0] for row in found)


def test_a_line_with_several_faults_has_a_row_for_each_with_its_value_as_sent(judged):
    _, found, *_ = judged
    told = {CONTRACT.rule(rule).check + " " + column: value for line, column, rule, value in found if line == 5}
    assert told["codes sex"] == "?"
    assert told["required birth_year"] in (None, "")
    assert told["pattern client_id"] == "***"


def test_lines_that_are_no_record_have_a_rule_of_the_file_and_no_column(judged):
    _, found, *_ = judged
    told = {line: (column, rule) for line, column, rule, _ in found}
    codes = {12: "RAGGED", 13: "UNCLOSED_QUOTE", 14: "CONTROL_CHARACTER", 102: "BLANK_LINE", 103: "HEADER_AGAIN"}
    assert {line: told[line] for line in codes} == {line: (None, file_rule(code).id) for line, code in codes.items()}


def test_rows_that_share_a_key_and_differ_are_both_told(judged):
    _, found, *_ = judged
    unique = CONTRACT.unique_rule.id
    assert [row[0] for row in found if row[2] == unique] == [7, 8]


def test_nothing_that_identifies_is_shown(judged):
    _, found, _, secret, _ = judged
    text = repr(found)
    assert "131052" not in text
    assert secret not in text
    assert {value for line, _, _, value in found if line == 6} == {"x ***"}
    assert {value for line, _, _, value in found if line in (12, 13, 14)} == {"***"}


def test_an_identity_code_that_fits_the_form_of_a_column_is_refused_by_a_rule_of_its_own(judged):
    _, found, *_ = judged
    told = {(line, column, CONTRACT.rule(rule).check, value) for line, column, rule, value in found if line in (9, 10)}
    assert told == {(9, "unit_id", "no_identity_code", "***"), (10, "contact_id", "no_identity_code", "A-***")}


def test_no_identity_code_is_kept_in_the_slice_not_even_of_a_refused_row(judged):
    *_, kept = judged
    assert "unit-01" in kept
    assert "131052" not in kept
