"""A report tells what to mend, exactly and harmlessly, in three languages, and comes out the same whenever it is written."""

import html
import re

import pytest
from deliveries import Desk
from reports import CONTRACT, RECEIPT, SHA, Page, cells, part, rule_of, sheets, told

from sources.regional.file_rules import file_rule, file_rules
from sources.regional.holds.rules import hold_rules
from sources.regional.report import SUFFIXES
from sources.regional.report.reasons import sentences
from sources.regional.report.tables import inert

HOSTILE = "<script>alert(1)</script></td>"


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
    for link in page.all("a"):
        assert link["href"].removeprefix("#") in ids
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
