"""Faulty rows are told by their causes, the one that clears most first, and their totals are exact however long the lists."""

from reports import DIALECT, Page, cells, part, rule_of, sex_rows, sheets, told

from sources.regional.file_rules import file_rule
from sources.regional.report import facts, tables
from sources.regional.report.facts import BOOK_CAP, PAGE_CAP


def test_totals_are_exact_and_lists_are_capped_and_say_so(desk, monkeypatch):
    cap = BOOK_CAP + 100
    monkeypatch.setattr(facts, "CAP", cap)
    monkeypatch.setattr(tables, "CAP", cap)
    rule = rule_of("sex", "codes")
    rows = [("contacts.csv", 2 + n, "sex", rule, "X") for n in range(cap + 234)]
    document = told(desk, rows, rows_quarantined=len(rows))
    (item,) = document["mend"]
    assert (item["failed"], len(document["errors"]), item["more"]) == (cap + 234, cap, 234)
    assert document["totals"] == {"causes": 1, "errors": cap + 234, "cascades": 0, "notices": 0}
    assert [e["line"] for e in document["errors"]] == list(range(2, cap + 2))
    table = cells(desk)
    assert len(table) == cap + 1
    assert table[-1]["value"] == "234 more"
    book = sheets(desk)
    assert len(book["Errors"]) == 1 + BOOK_CAP + 1
    assert f"there are {cap + 234 - BOOK_CAP} more" in book["Errors"][-1][7]
    page = Page(part(desk, ".html"))
    # In three languages: once a row, and once as the value of the cause.
    assert sum(1 for path, text in page.texts if text == "X" and path[-1] == "code") == 3 * (PAGE_CAP + 1)
    assert f"there are {cap + 234 - PAGE_CAP} more" in part(desk, ".html")


def test_the_rule_that_clears_most_rows_comes_first(desk):
    few, many = rule_of("sex", "codes"), rule_of("birth_year", "type")
    document = told(
        desk, [("a.csv", 2, "sex", few, "X"), *(("a.csv", n, "birth_year", many, "x") for n in range(2, 9))]
    )
    assert [i["rule"] for i in document["mend"]] == [many, few]


def test_one_unknown_code_is_one_cause_however_many_rows_it_spoils(desk):
    rule = rule_of("sex", "codes")
    rows = [*sex_rows(7), ("contacts.csv", 40, "sex", rule, "?"), ("contacts.csv", 41, "sex", rule, "?")]
    document = told(desk, rows)
    assert [(c["id"], c["kind"], c["value"], c["errors"], c["line"]) for c in document["causes"]] == [
        ("C1", "value", "X", 7, 2),
        ("C2", "value", "?", 2, 40),
    ]
    assert {e["cause"] for e in document["errors"] if e["value"] == "?"} == {"C2"}


def test_values_of_one_form_are_one_cause(desk):
    rule = rule_of("visit_duration_hours", "type")
    rows = [("a.csv", n, "visit_duration_hours", rule, f"{n},5") for n in range(2, 30)]
    document = told(desk, [*rows, ("a.csv", 50, "visit_duration_hours", rule, "half")])
    assert [(c["kind"], c["value"], c["values"], c["errors"]) for c in document["causes"]] == [
        ("form", "2,5", 28, 28),
        ("form", "half", 1, 1),
    ]
    assert "Mend these 2 causes and 29 errors go." in part(desk, ".html")


def test_what_compares_a_faulty_value_follows_from_it_and_is_counted_apart(desk):
    year, ages = rule_of("birth_year", "range"), rule_of("age_at_assessment_years", "age_agrees")
    rows = [("a.csv", 2, "birth_year", year, "1850"), ("a.csv", 2, "age_at_assessment_years", ages, "46")]
    document = told(desk, [*rows, ("a.csv", 3, "age_at_assessment_years", ages, "46")])
    assert document["totals"] == {"causes": 2, "errors": 3, "cascades": 1, "notices": 0}
    assert [(e["line"], e["rule"], e["cause"], e["is_root"]) for e in document["errors"]] == [
        (2, year, "C1", True),
        (2, ages, "C1", False),
        (3, ages, "C2", True),
    ]
    assert [c["follows"] for c in cells(desk)] == ["", "yes", ""]
    assert "Of these, 1 only follow from others." in part(desk, ".html")


def test_values_that_moved_into_other_columns_are_one_cause_that_begins_at_the_leftmost(desk):
    broken = [("sex", "codes"), ("birth_year", "type"), ("contact_mode", "codes"), ("urgency", "codes")]
    rows = [("a.csv", n, column, rule_of(column, check), f"v{n}") for n in range(2, 12) for column, check in broken]
    document = told(desk, rows)
    (cause,) = document["causes"]
    leftmost = min((c for c, _ in broken), key=list(DIALECT.columns.values()).index)
    assert (cause["kind"], cause["column"], cause["errors"], cause["cascades"]) == ("moved", leftmost, 40, 30)
    assert cause["lines"] == 10
    assert cause["header"] in cause["text"]["fi"]


def test_too_large_a_share_of_faulty_rows_is_no_cause_for_its_rows_have_theirs(desk):
    share = file_rule("QUARANTINE_SHARE").id
    document = told(desk, sex_rows(50), status="rejected", rule=share, rows_accepted=0, rows_quarantined=50)
    assert [c["rule"] for c in document["causes"]] == [rule_of("sex", "codes")]
    assert document["mend"][0]["rule"] == share
    assert document["totals"]["errors"] == 50


def test_what_refuses_a_delivery_before_its_rows_are_read_says_that_more_may_come(desk):
    told(desk, status="rejected", rule=file_rule("HEADER_MISSING").id, reason="-", rows_received=None, rows_accepted=0)
    assert "The rows were not read" in part(desk, ".html")
    assert "Mend this one cause and 1 error goes." in part(desk, ".html")
