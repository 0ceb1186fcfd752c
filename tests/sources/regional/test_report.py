"""A report tells what to mend, exactly and harmlessly, in three languages, and comes out the same whenever it is written."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from deliveries import AT, NEXT, Desk
from jsonschema import Draft202012Validator

from sources.regional import report as report_module
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.file_rules import file_rule
from sources.regional.report import CAP, PAGE_CAP, Context, inert, write_report

CONTRACT = dataset_contract("care_contacts")
DIALECT = counties()["05"].dialects["care_contacts"]
SCHEMA = json.loads(Path(report_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
RECEIPT = "0123456789abcdef"
SHA = "ab" * 32
HOSTILE = "<script>alert(1)</script></td>"
VOID = {"meta", "link", "br", "img", "input", "hr"}


def quarantine(desk: Desk, rows: list[tuple]) -> dict | None:
    """Write (file, line, column, rule, value) rows as the judge would; returns the verdict's pointer."""
    if not rows:
        return None
    path = desk.home.quarantine / "care_contacts" / f"{RECEIPT}.parquet"
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(
            "create table q(file_name varchar, line_number bigint, column_name varchar, rule_id varchar, value_as_sent varchar)"
        )
        con.executemany("insert into q values (?, ?, ?, ?, ?)", rows)
        con.execute(f"copy (select '{RECEIPT}' as receipt_id, * from q) to '{path}' (format parquet)")
    return {"path": f"care_contacts/{RECEIPT}.parquet", "rows": len(rows)}


def told(desk: Desk, rows=(), rule_counts=(), receipt_changes=None, **verdict_changes) -> dict:
    """Write the report of a delivery with this quarantine; returns the JSON document as read back."""
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
    document = json.loads(part(desk, ".json"))
    Draft202012Validator(SCHEMA).validate(document)
    return document


def part(desk: Desk, suffix: str) -> str:
    return (desk.home.reports / "05" / f"{RECEIPT}{suffix}").read_text(encoding="utf-8")


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
    return [("contacts.csv", 2 + n, "sex", "HVA-CC-1-013", "X") for n in range(count)]


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
    assert part(desk, ".html").count(pairs) == 6  # in the list and at the rows, in three languages


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
    assert item["fix"] == CONTRACT.rule(rule).fix
    assert item["details"] == [
        {"file": "contacts.csv", "line": 3, "column": "sex", "value": "Y"},
        {"file": "contacts.csv", "line": 7, "column": "sex", "value": "X"},
    ]
    assert [(c["line"], c["column"], c["value"]) for c in cells(desk)] == [("3", "sex", "Y"), ("7", "sex", "X")]
    page = part(desk, ".html")
    for code in ("fi", "sv", "en"):
        assert CONTRACT.rule(rule).fix[code] in page
        assert cells(desk)[0][f"fix_{code}"] == CONTRACT.rule(rule).fix[code]


def test_columns_and_codes_are_told_as_the_sender_writes_them(desk):
    rule = rule_of("sex", "codes")
    (item,) = told(desk, [("a.csv", 2, "sex", rule, "X")])["mend"]
    assert (item["column"], item["header"], item["codes"]) == ("sex", "Sp", ["M", "N", "T"])
    assert cells(desk)[0]["header"] == "Sp"
    assert part(desk, ".html").count("<code>M, N, T</code>") == 3


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
    for text in (*rule.text.values(), *rule.fix.values(), "<code>aa</code>", "<code>bb</code>"):
        assert text in page
    assert page.index(rule.fix["fi"]) < page.index(SHA)
    assert cells(desk)[0]["value"].endswith("the file gives bb")


def test_totals_are_exact_and_details_capped(desk):
    rule = rule_of("sex", "codes")
    rows = [("contacts.csv", 2 + n, "sex", rule, "X") for n in range(CAP + 234)]
    document = told(desk, rows, rows_quarantined=len(rows))
    (item,) = document["mend"]
    assert (item["failed"], len(item["details"]), item["more"]) == (CAP + 234, CAP, 234)
    assert item["details"][0]["line"] == 2
    table = cells(desk)
    assert len(table) == CAP + 1
    assert table[-1]["value"] == "234 more"
    page = Page(part(desk, ".html"))
    assert sum(1 for path, text in page.texts if text == "X" and path[-1] == "code") == PAGE_CAP
    assert f"there are {CAP + 234 - PAGE_CAP} more" in part(desk, ".html")


def test_the_rule_that_clears_most_rows_comes_first(desk):
    few, many = rule_of("sex", "codes"), rule_of("birth_year", "type")
    document = told(
        desk, [("a.csv", 2, "sex", few, "X"), *(("a.csv", n, "birth_year", many, "x") for n in range(2, 9))]
    )
    assert [i["rule"] for i in document["mend"]] == [many, few]


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
    for row in cells(desk):
        assert not any((cell or "").lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values())
        assert len(row["value"]) < 300
    assert len(cells(desk)) == len(values)


def test_an_identity_code_in_any_value_is_masked_in_every_form(desk):
    rule = rule_of("unit_id", "pattern")
    told(
        desk, [("a 131052-308T.csv", 2, "unit_id", rule, "131052-308T"), ("a.csv", 3, "unit_id", rule, "x 010100A123d")]
    )
    for suffix in (".json", ".csv", ".html"):
        assert "308T" not in part(desk, suffix)
        assert "010100A" not in part(desk, suffix)
        assert "***" in part(desk, suffix)


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
    assert (item["rule"], item["severity"], item["failed"]) == (file_rule("TRUNCATED").id, "notice", None)
    assert file_rule("TRUNCATED").fix["sv"] in part(desk, ".html")
    assert [c["rule"] for c in cells(desk)] == [file_rule("TRUNCATED").id]


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
    before = [part(desk, s) for s in (".json", ".csv", ".html")]
    told(desk, rows)
    assert [part(desk, s) for s in (".json", ".csv", ".html")] == before


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
    assert [s.get("lang") for s in page.all("section")] == ["fi", "sv", "en", None]
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"].removeprefix("#") in ids
    for _, attributes in page.tags:
        if label := attributes.get("aria-labelledby"):
            assert label in ids
        # A region that scrolls must be reachable by keyboard and have a name.
        if attributes.get("role") == "region":
            assert attributes["tabindex"] == "0"
            assert "aria-labelledby" in attributes or "aria-label" in attributes
    headings = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(headings, headings[1:], strict=False))
    for header in page.all("th"):
        assert header["scope"] in ("col", "row")
    assert len(page.all("main")) == 1
