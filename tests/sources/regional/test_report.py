"""A report tells what to mend, exactly and harmlessly, in three languages, and comes out the same whenever it is written."""

import csv
import html
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from deliveries import AT, NEXT, Desk
from jsonschema import Draft202012Validator

from sources.regional import report as report_module
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.file_rules import file_rule, file_rules
from sources.regional.holds.rules import hold_rules
from sources.regional.report import SUFFIXES, Context, facts, tables, write_report
from sources.regional.report.facts import BOOK_CAP, PAGE_CAP
from sources.regional.report.reasons import sentences
from sources.regional.report.tables import inert

CONTRACT = dataset_contract("care_contacts")
DIALECT = counties()["05"].dialects["care_contacts"]
SCHEMA = json.loads(Path(report_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
RECEIPT = "0123456789abcdef"
SHA = "ab" * 32
HOSTILE = "<script>alert(1)</script></td>"
VOID = {"meta", "link", "br", "img", "input", "hr"}


def quarantine(desk: Desk, rows: list[tuple]) -> dict | None:
    """Write (file, line, column, rule, value) rows as the judge would, the record one less than the line; returns the verdict's pointer."""
    if not rows:
        return None
    path = desk.home.quarantine / "care_contacts" / f"{RECEIPT}.parquet"
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(
            "create table q(file_name varchar, line_number bigint, column_name varchar, rule_id varchar, value_as_sent varchar)"
        )
        con.executemany("insert into q values (?, ?, ?, ?, ?)", rows)
        con.execute(
            f"copy (select '{RECEIPT}' as receipt_id, line_number - 1 as record_number, * from q) to '{path}' (format parquet)"
        )
    return {"path": f"care_contacts/{RECEIPT}.parquet", "rows": len(rows)}


def told(desk: Desk, rows=(), rule_counts=(), receipt_changes=None, **verdict_changes) -> dict:
    """Write the report of a delivery with this quarantine; returns the JSONL's first line, and under `errors` the others, each held against the schema."""
    receipt = {
        "organiser_code": "05",
        "dataset": "care_contacts",
        "period": "2026-08",
        "sequence": 1,
        "manifest_name": "m.manifest.json",
        "manifest_sha256": SHA,
        "files": [{"name": "contacts.csv", "sha256": SHA, "bytes": 10}],
        "contract_version": "1.0.0",
        "sample_share": "0.01",
        "origin": "synthetic",
    } | (receipt_changes or {})
    verdict = {
        "status": "accepted",
        "rule": None,
        "reason": None,
        "values": {},
        "rows_received": 100,
        "rows_accepted": 100,
        "rows_quarantined": 0,
        "quarantine": quarantine(desk, list(rows)),
        "rule_counts": list(rule_counts),
        "files": [],
        "first_receipt_id": None,
    } | verdict_changes
    with desk.ledger() as ledger:
        events = ledger.append("receipt", RECEIPT, receipt, AT), ledger.append("verdict", RECEIPT, verdict, NEXT)
    known = (CONTRACT, DIALECT) if receipt["dataset"] == "care_contacts" else (None, None)
    with duckdb.connect() as con:
        write_report(desk.home, *events, Context(*known, dict(counties()["05"].name), con))
    lines = [json.loads(line) for line in part(desk, ".jsonl").splitlines()]
    for line in lines:
        Draft202012Validator(SCHEMA).validate(line)
    return lines[0] | {"errors": lines[1:]}


def part(desk: Desk, suffix: str) -> str:
    return (desk.home.reports / "05" / f"{RECEIPT}{suffix}").read_text(encoding="utf-8")


def sheets(desk: Desk) -> dict[str, list[list[str]]]:
    """The workbook's sheets by name as rows of texts, read from its own XML; every cell must be a shared string."""
    with zipfile.ZipFile(desk.home.reports / "05" / f"{RECEIPT}.xlsx") as book:
        read = {name: book.read(name).decode("utf-8") for name in book.namelist()}
    strings = [
        html.unescape("".join(re.findall(r"<t[^>]*>([^<]*)</t>", item)))
        for item in re.findall(r"<si>(.*?)</si>", read["xl/sharedStrings.xml"], re.DOTALL)
    ]
    found = {}
    for number, name in enumerate(re.findall(r'<sheet name="([^"]+)"', read["xl/workbook.xml"]), 1):
        sheet = read[f"xl/worksheets/sheet{number}.xml"]
        assert "<f>" not in sheet and "hyperlink" not in sheet
        rows = re.findall(r"<row [^>]*>(.*?)</row>", sheet)
        assert all('t="s"' in cell for row in rows for cell in re.findall(r"<c [^>]*>", row))
        found[name] = [[strings[int(i)] for i in re.findall(r"<v>(\d+)</v>", row)] for row in rows]
    return found


def cells(desk: Desk) -> list[dict]:
    return list(csv.DictReader(io.StringIO(part(desk, ".csv").removeprefix("\ufeff")), delimiter=";"))


class Page(HTMLParser):
    """Collects what the structure checks need, and fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict]] = []
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, data):
        if data.strip():
            self.texts.append((tuple(tag for tag, _ in self.open), data.strip()))

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


def sex_rows(count: int) -> list[tuple]:
    return [("contacts.csv", 2 + n, "sex", rule_of("sex", "codes"), "X") for n in range(count)]


def rule_of(column: str, check: str) -> str:
    return next(r.id for r in CONTRACT.rules if r.column == column and r.check == check)


def test_a_code_that_ended_is_told_with_its_successor_and_the_day_in_each_form(desk):
    rule = rule_of("home_municipality_code", "in_force")
    rows = [
        ("contacts.csv", n, "home_municipality_code", rule, code)
        for n, code in enumerate(["588", "099", "588"], start=2)
    ]
    document = told(desk, rows, [{"rule": rule, "column": "home_municipality_code", "failed": 3, "applicable": 100}])
    pairs = "099 → 214 (2021-01-01), 588 → 507 (2025-01-01)"
    (item,) = document["mend"]
    assert item["fix"] == {
        "fi": f"Käytä sen paikalle tullutta koodia. {pairs}",
        "sv": f"Använd den kod som ersatte den. {pairs}",
        "en": f"Use the code that took its place. {pairs}",
    }
    assert {row["fix_en"] for row in cells(desk)} == {item["fix"]["en"]}
    page = part(desk, ".html")
    assert page.count(pairs) == 3  # at the rows, in three languages
    first, second = pairs.split(", ")
    fixes = [cause["fix"]["sv"] for cause in document["causes"]]
    assert [fix.removeprefix(CONTRACT.rule(rule).fix["sv"] + " ") for fix in fixes] == [second, first]


def test_a_rule_on_ended_codes_without_listed_rows_still_says_how_to_mend(desk):
    rule = rule_of("home_municipality_code", "in_force")
    counts = [{"rule": rule, "column": "home_municipality_code", "failed": 1, "applicable": 100}]
    (item,) = told(desk, [], counts)["mend"]
    assert item["fix"]["en"] == "Use the code that took its place."


def test_each_broken_rule_is_told_with_line_value_and_mend_in_three_languages(desk):
    rule = rule_of("sex", "codes")
    document = told(
        desk,
        [("contacts.csv", 7, "sex", rule, "X"), ("contacts.csv", 3, "sex", rule, "Y")],
        [{"rule": rule, "column": "sex", "failed": 2, "applicable": 100}],
        rows_accepted=98,
        rows_quarantined=2,
    )
    (item,) = document["mend"]
    assert (item["rule"], item["failed"], item["applicable"], item["more"]) == (rule, 2, 100, 0)
    fix = {code: text.replace("male, female, unknown", "M, N, T") for code, text in CONTRACT.rule(rule).fix.items()}
    assert item["fix"] == fix, "in the codes that the sender writes"
    told_errors = [
        [e[key] for key in ("rule", "severity", "level", "file", "line", "record", "column", "header", "value")]
        for e in document["errors"]
    ]
    assert told_errors == [
        [rule, "record", 1, "contacts.csv", 3, 2, "sex", "Sp", "Y"],
        [rule, "record", 1, "contacts.csv", 7, 6, "sex", "Sp", "X"],
    ]
    assert all(e["fix"] == fix for e in document["errors"])
    assert document["errors"][0]["expected"]["en"] == "one of M, N, T"
    assert [(c["line"], c["column"], c["value"]) for c in cells(desk)] == [("3", "sex", "Y"), ("7", "sex", "X")]
    page = part(desk, ".html")
    for code in ("fi", "sv", "en"):
        assert fix[code] in page
        assert cells(desk)[0][f"fix_{code}"] == fix[code]


def test_columns_and_codes_are_told_as_the_sender_writes_them(desk):
    rule = rule_of("sex", "codes")
    (item,) = told(desk, [("a.csv", 2, "sex", rule, "X")])["mend"]
    assert (item["column"], item["header"], item["codes"]) == ("sex", "Sp", ["M", "N", "T"])
    assert cells(desk)[0]["header"] == "Sp"
    assert part(desk, ".html").count("<code>M, N, T</code>") == 3
    assert sheets(desk)["Causes"][1][3:6] == ["Sp", "X", "one of M, N, T"]


def test_a_rejection_opens_with_the_rule_that_decided_it_and_both_values(desk):
    rule = file_rule("HASH")
    document = told(
        desk,
        status="rejected",
        rule=rule.id,
        reason="contacts.csv: the manifest says SHA-256 aa, the file gives bb",
        values={"declared": "aa", "found": "bb"},
        rows_received=None,
        rows_accepted=0,
    )
    assert [i["rule"] for i in document["mend"]] == [rule.id]
    assert document["mend"][0]["is_verdict"]
    page = part(desk, ".html")
    reasons = document["faults"][0]["reason"].values()
    assert all("aa" in text and "bb" in text for text in reasons)
    for text in (*rule.text.values(), *rule.fix.values(), *reasons):
        assert text in page
    assert page.index(rule.fix["fi"]) < page.index(SHA)
    [line] = cells(desk)
    assert line["reason_en"].endswith("the file gives bb")
    assert line["reason_fi"] == "manifestin SHA-256 on aa, tiedoston bb"
    assert line["reason_sv"] == "manifestets SHA-256 är aa, filens bb"
    assert sheets(desk)["Syyt"][1][-1] == line["reason_fi"]


def test_all_faults_of_one_look_are_told_each_in_three_languages(desk):
    values = {"declared": "'Sp'", "found": "'Sukup'", "line": 1, "file": "contacts.csv"}
    document = told(
        desk,
        status="rejected",
        rule=file_rule("HEADER_RENAMED").id,
        reason="contacts.csv: the header has 'Sukup' instead of 'Sp'",
        values=values,
        also=[
            {"rule": file_rule("HEADER_MISSING").id, "reason": "-", "values": values | {"declared": "'Palvelu'"}},
            {"rule": file_rule("HEADER_MISSING").id, "reason": "-", "values": values | {"file": "more.csv"}},
        ],
        rows_received=None,
        rows_accepted=0,
    )
    assert [c["id"] for c in document["causes"]] == ["C0", "C1", "C2"]
    assert [(c["file"], c["line"]) for c in document["causes"]] == [("contacts.csv", 1)] * 2 + [("more.csv", 1)]
    assert [i["is_verdict"] for i in document["mend"]] == [True, True]
    assert (document["totals"]["causes"], document["totals"]["errors"], len(document["errors"])) == (3, 3, 3)
    assert "contacts.csv: otsikkoriviltä puuttuu 'Palvelu'" in html.unescape(part(desk, ".html"))
    assert [line["reason_sv"] for line in cells(desk)] == [fault["reason"]["sv"] for fault in document["faults"]]


def test_words_of_this_program_are_told_in_the_readers_language(desk):
    document = told(
        desk,
        status="rejected",
        rule=file_rule("DELIMITER").id,
        reason="line 1 is separated by comma, not by semicolon",
        values={"declared": "semicolon", "found": "comma", "line": 1},
        rows_received=None,
        rows_accepted=0,
    )
    assert document["causes"][0]["expected"] == {"fi": "puolipiste", "sv": "semikolon", "en": "semicolon"}
    assert document["faults"][0]["reason"]["fi"] == "erottimeksi on sovittu puolipiste, mutta tiedostossa on pilkku"


def test_each_rule_that_refuses_or_holds_a_delivery_has_its_sentences():
    deciding = {rule.code for rule in file_rules().values() if rule.severity == "file"} | set(hold_rules())
    assert set(sentences()["reasons"]) == deciding
    for told_of in sentences()["reasons"].values():
        assert [len(told_of["fi"]), set(told_of)] == [len(told_of["sv"]), {"fi", "sv"}]
        for pair in zip(told_of["fi"], told_of["sv"], strict=True):
            assert len({frozenset(re.findall(r"{(\w+)}", text)) for text in pair}) == 1


def test_a_verdict_that_lacks_the_values_of_its_sentence_is_told_in_its_own_words(desk):
    document = told(desk, status="rejected", rule=file_rule("SEQ").id, reason="older", rows_received=None)
    assert document["faults"][0]["reason"] == {"fi": "older", "sv": "older", "en": "older"}
    assert part(desk, ".html").count('<span lang="en">older</span>') == 2


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


def test_values_that_another_program_wrote_in_its_own_way_did_not_move(desk):
    """A file saved again by a spreadsheet: dates and decimals of every line are written otherwise, each in its own column."""
    written = [
        ("contacted_at", "1.8.2026 16.16"),
        ("booked_at", "1.8.2026 16.20"),
        ("visited_at", "2.8.2026 9.05"),
        ("visit_duration_hours", "0,35"),
    ]
    rows = [("a.csv", n, column, rule_of(column, "type"), value) for n in range(2, 12) for column, value in written]
    document = told(desk, rows)
    assert {(c["kind"], c["column"], c["errors"], c["cascades"]) for c in document["causes"]} == {
        ("form", column, 10, 0) for column, _ in written
    }


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


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx", "\nx", "  =1"])
def test_a_cell_that_a_spreadsheet_would_run_is_inert(cell):
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["1", "abc", "", "a=b", "ä"])
def test_an_ordinary_cell_is_left_as_it_is(cell):
    assert inert(cell) == cell


def test_a_senders_text_is_harmless_in_every_form(desk):
    rule = rule_of("sex", "codes")
    values = [
        HOSTILE,
        "=cmd|'/c calc'!A1",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "{{ 7 * 7 }}",
        "a\u202eb\x07",
        "x" * 5_000,
        'a;b\n"c"',
    ]
    told(
        desk,
        [(f"{HOSTILE}.csv", n, "sex", rule, v) for n, v in enumerate(values, 2)],
        receipt_changes={"manifest_name": HOSTILE, "files": [{"name": HOSTILE, "sha256": SHA, "bytes": 1}]},
        reason=HOSTILE,
    )
    page = part(desk, ".html")
    Page(page)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "49" not in page.split("{{ 7 * 7 }}")[0][-5:]
    assert {row[7].split("(")[0] for row in sheets(desk)["Errors"][1:]} >= {"=cmd|'/c calc'!A1", "@SUM"}, "verbatim"
    for row in cells(desk):
        assert not any((cell or "").lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values())
        assert len(row["value"]) < 300
    assert len(cells(desk)) == len(values)


def test_an_identity_code_in_any_value_is_masked_in_every_form(desk):
    rule = rule_of("unit_id", "pattern")
    told(
        desk, [("a 131052-308T.csv", 2, "unit_id", rule, "131052-308T"), ("a.csv", 3, "unit_id", rule, "x 010100A123d")]
    )
    for text in (*(part(desk, suffix) for suffix in (".jsonl", ".csv", ".html")), repr(sheets(desk))):
        assert "308T" not in text
        assert "010100A" not in text
        assert "***" in text


def test_synthetic_data_are_labelled_and_reported_data_are_not(desk, tmp_path):
    assert told(desk)["is_synthetic"]
    assert part(desk, ".html").count('class="synthetic"') == 3
    other = Desk(tmp_path / "other")
    assert not told(other, receipt_changes={"origin": "reported"})["is_synthetic"]
    assert 'class="synthetic"' not in part(other, ".html")


def test_a_delivery_whose_manifest_could_not_be_read_has_a_report(desk):
    absent = dict.fromkeys(("dataset", "period", "sequence", "contract_version", "sample_share", "origin"))
    rule = file_rule("MANIFEST_JSON").id
    document = told(
        desk, receipt_changes=absent | {"files": []}, status="rejected", rule=rule, rows_received=None, rows_accepted=0
    )
    assert document["mend"][0]["rule"] == rule
    Page(part(desk, ".html"))


def test_a_notice_is_told_though_nothing_is_refused_for_it(desk):
    document = told(desk, files=[{"name": "a.csv", "notices": ["TRUNCATED"]}])
    (item,) = document["mend"]
    assert (item["rule"], item["severity"], item["failed"]) == (file_rule("TRUNCATED").id, "warning", None)
    assert (document["causes"], document["totals"]["notices"]) == ([], 1)
    assert file_rule("TRUNCATED").fix["sv"] in part(desk, ".html")
    assert [c["rule"] for c in cells(desk)] == [file_rule("TRUNCATED").id]


REFUSED = {"status": "rejected", "rows_received": None, "rows_accepted": 0, "reason": "-"}


@pytest.mark.parametrize(
    ("verdict", "sequence", "said"),
    [
        (
            REFUSED | {"rule": file_rule("HASH").id, "values": {"declared": "aa", "found": "bb"}},
            1,
            "Käytä korjatussa toimituksessa samaa järjestysnumeroa 1",
        ),
        (
            REFUSED | {"rule": file_rule("SEQ").id, "values": {"declared": 1, "found": 4}},
            5,
            "Ge den rättade leveransen löpnummer 5 eller högre",
        ),
        ({}, 2, "give the new delivery the sequence number 2 or a higher one"),
        ({"status": "duplicate", "first_receipt_id": RECEIPT, "reason": "the same"}, None, ""),
    ],
)
def test_the_number_of_the_next_delivery_and_the_due_day_are_told(desk, verdict, sequence, said):
    document = told(desk, **verdict)
    assert document["next"] == {"sequence": sequence, "due_on": "2026-09-15"}
    page = part(desk, ".html")
    assert said in page and "Kuukauden viimeinen toimituspäivä on 2026-09-15." in page


def test_what_was_expected_of_a_rejected_delivery_stands_in_the_csv_too(desk):
    values = {"declared": "'Sp'", "found": "'Sukup'", "line": 1, "file": "contacts.csv"}
    told(desk, **REFUSED | {"rule": file_rule("HEADER_RENAMED").id, "values": values})
    (line,) = cells(desk)
    assert (line["value"], line["expected_fi"], line["expected_en"]) == ("'Sukup'", "'Sp'", "'Sp'")


def test_a_duplicate_quotes_the_first_receipt_and_asks_for_nothing(desk):
    document = told(
        desk,
        status="duplicate",
        first_receipt_id="fedcba9876543210",
        reason="the same",
        rows_received=None,
        rows_accepted=0,
    )
    assert document["mend"] == []
    assert part(desk, ".html").count("fedcba9876543210") == 3


def test_written_again_it_is_the_same(desk):
    rule = rule_of("sex", "codes")
    rows = [("a.csv", n, "sex", rule, "X") for n in (5, 3, 9)]
    told(desk, rows)
    folder = desk.home.reports / "05"
    before = [(folder / f"{RECEIPT}{s}").read_bytes() for s in SUFFIXES]
    told(desk, rows)
    assert [(folder / f"{RECEIPT}{s}").read_bytes() for s in SUFFIXES] == before


def test_the_page_stands_alone_and_can_be_read_without_seeing_it(desk):
    rule = rule_of("sex", "codes")
    told(desk, [("a.csv", 2, "sex", rule, "X")], [{"rule": rule, "column": "sex", "failed": 1, "applicable": 9}])
    text = part(desk, ".html")
    page = Page(text)
    assert "http:" not in text
    assert "https:" not in text
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("img")
    assert page.all("html")[0]["lang"] == "fi"
    assert [s.get("lang") for s in page.all("section")] == ["fi", "sv", "en"]
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    beside = {f"{RECEIPT}{suffix}" for suffix in (*SUFFIXES, ".outlook.html")}
    for link in page.all("a"):
        file, _, place = link["href"].partition("#")
        assert file in beside | {""} and (file or place in ids)
    assert {link["href"].partition("#")[0] for link in page.all("a")} == beside - {f"{RECEIPT}.html"} | {""}
    for _, attributes in page.tags:
        if label := attributes.get("aria-labelledby"):
            assert label in ids
        # A region that scrolls must be reachable by keyboard and have a name.
        if attributes.get("role") == "region":
            assert attributes["tabindex"] == "0"
            assert "aria-labelledby" in attributes or "aria-label" in attributes
    assert len(page.all("caption")) == len(page.all("table"))
    headings = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(headings, headings[1:], strict=False))
    for header in page.all("th"):
        assert header["scope"] in ("col", "row")
    assert len(page.all("main")) == 1
