"""Bad input: one sender's delivery goes wrong, and nothing else does.

Each fault of either dataset is one case: three of six senders deliver a correction of the same month, one of them spoiled. The month was accepted from all the
night before.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
import pytest

from sources.durable import TEMP_PREFIX
from sources.regional import judging, rules
from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule, file_rules
from sources.regional.judge import AcceptedCheck
from sources.simulator.calendar import HELSINKI, business_time
from sources.simulator.parcel import Parcel
from tests import canaries, report_forms
from tests.batch import SENDERS, Batch, Received, Report, identities, parcel
from tests.spoiled import CONTACTS, COSTS, FAULTS, Spoiled, Text, spoil

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
BEFORE, TONIGHT = business_time(0), business_time(1)
SAME_ROWS = {
    "swapped_columns",
    "no_last_line_end",
    "delimiter_at_every_end",
    "everything_quoted",
    "blank_lines",
    "header_again",
    "repeated_row",
    "total_row",
    "key_again_in_second_file",
    "headings_in_parts",
    "codes_in_parts",
}


def sender_of(fault: str) -> str:
    """Who has this fault: the only one that can, or each in turn."""
    return FAULTS[fault].sender or SENDERS[list(FAULTS).index(fault) % len(SENDERS)]


def beside(code: str) -> list[str]:
    """The two senders that deliver the same night: those after it in the list."""
    at = SENDERS.index(code)
    return [SENDERS[(at + step) % len(SENDERS)] for step in (1, 2)]


@pytest.fixture(scope="module")
def good() -> dict[str, dict[str, list[Parcel]]]:
    """Of each dataset and sender the month and its correction."""
    return {
        dataset: {code: [parcel(code, n, MADE + timedelta(days=n), dataset) for n in (1, 2)] for code in SENDERS}
        for dataset in (CONTACTS, COSTS)
    }


@pytest.fixture(scope="module")
def first_month(tmp_path_factory, good):
    """Of each dataset a home in which everyone's month is accepted."""
    homes = {}
    for dataset, sent in good.items():
        homes[dataset] = batch = Batch(tmp_path_factory.mktemp("before") / "home")
        for first, _ in sent.values():
            batch.put(Spoiled(first))
        assert batch.night(BEFORE).statuses == {"accepted": len(SENDERS)}
    return homes


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, first_month, good):
    """Of each dataset the night with nothing wrong, pandera's second opinion included: of each sender its verdict, the slice's SHA-256 and the rows."""
    found = {}
    for dataset, sent in good.items():
        root = first_month[dataset].home.root
        batch = Batch(shutil.copytree(root, tmp_path_factory.mktemp("undisturbed") / "home"))
        for _, correction in sent.values():
            batch.put(Spoiled(correction))
        assert batch.night(TONIGHT).statuses == {"accepted": len(SENDERS)}
        received = {code: r.verdict for code, r in batch.received(TONIGHT).items()}
        found[dataset] = {code: (v, batch.slice_bytes(v), batch.accepted(v)) for code, v in received.items()}
    return found


@pytest.fixture(scope="module")
def quick(undisturbed):
    """Rules compiled once, and no second opinion: both cost a second a night and neither depends on the fault. (A night of every fault asks pandera in
    tests/sources/simulator/test_verdicts.py.)"""
    compiled = {dataset: rules.compile_rules(dataset_contract(dataset)) for dataset in (CONTACTS, COSTS)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rules, "compile_rules", lambda contract: compiled[contract.name])
        patched.setattr(judging, "validate", lambda *_: AcceptedCheck(0, {}))
        yield


@dataclass(frozen=True)
class Case:
    """One night with one spoiled delivery. `identities` are the pseudonyms in what was sent; `others` the verdicts of the others, by sender."""

    sent: Spoiled
    identities: set[str]
    batch: Batch
    problems: tuple[str, ...]
    received: Received
    others: dict[str, dict]
    report: Report

    @property
    def sender(self) -> str:
        return self.sent.parcel.organiser_code

    @property
    def dataset(self) -> str:
        return self.sent.parcel.dataset

    @property
    def verdict(self) -> dict:
        return self.received.verdict

    @property
    def is_accepted(self) -> bool:
        return self.sent.parcel.truth.expected_status == "accepted"


# Of costs every fault takes the same way; they are in the longer set.
_CASES = [pytest.param(f, marks=[pytest.mark.slow] if FAULTS[f].dataset == COSTS else []) for f in sorted(FAULTS)]


@pytest.fixture(scope="module", params=_CASES)
def case(request, tmp_path_factory, first_month, good, quick):
    code, dataset = sender_of(request.param), FAULTS[request.param].dataset
    batch = Batch(shutil.copytree(first_month[dataset].home.root, tmp_path_factory.mktemp("case") / "home"))
    first, correction = good[dataset][code]
    sent = spoil(correction, request.param)
    batch.put(sent)
    for other in beside(code):
        batch.put(Spoiled(good[dataset][other][1]))
    outcome = batch.night(TONIGHT)
    received = batch.received(TONIGHT)
    mine = received.pop(code)
    others = {other: r.verdict for other, r in received.items()}
    found = identities([first, correction])
    yield Case(sent, found, batch, outcome.problems, mine, others, batch.report(code, mine.receipt_id))
    shutil.rmtree(batch.home.root.parent)


def test_it_gets_the_expected_verdict_under_the_expected_rule(case):
    truth = case.sent.parcel.truth
    assert (case.verdict["status"], case.verdict["rule"]) == (truth.expected_status, truth.expected_rule), case.verdict
    assert case.problems == ()


def test_every_other_sender_ends_with_the_same_slice_as_without_it(case, undisturbed):
    assert set(case.others) == set(beside(case.sender))
    for code, verdict in case.others.items():
        undisturbed_verdict, sha256, _ = undisturbed[case.dataset][code]
        assert verdict == undisturbed_verdict
        assert case.batch.slice_bytes(verdict) == verdict["slice"]["sha256"] == sha256


def test_every_faulty_line_is_in_quarantine_with_its_place_and_rule_and_no_other_is(case):
    found = case.batch.quarantined(case.verdict)
    assert len(found) == len(set(found))
    if case.is_accepted:
        truth = case.sent.parcel.truth.row_faults
        assert set(found) == {(f.file_name, f.line_number, f.column, f.rule_id) for f in truth}
    else:
        assert case.verdict["slice"] is None and case.verdict["rows_accepted"] == 0


def test_accepted_and_quarantined_lines_are_the_lines_received(case):
    truth, verdict = case.sent.parcel.truth, case.verdict
    lines = {(file, line) for file, line, _, _ in case.batch.quarantined(verdict)}
    assert verdict["rows_quarantined"] == len(lines)
    if case.is_accepted:
        assert verdict["rows_received"] == truth.rows
        assert verdict["rows_accepted"] == truth.rows - truth.rows_quarantined


def test_no_accepted_row_is_altered_doubled_or_invented(case, undisturbed, request):
    if not case.is_accepted:
        assert case.verdict["slice"] is None
        return
    key = list(dataset_contract(case.dataset).key)
    rows, usual = case.batch.accepted(case.verdict), undisturbed[case.dataset][case.sender][2]
    assert rows.height == case.verdict["rows_accepted"] == rows.select(key).n_unique()
    assert rows.join(usual, on=rows.columns, how="anti", nulls_equal=True).height == 0
    if FAULTS[request.node.callspec.params["case"]].name in SAME_ROWS:
        assert rows.sort(key).equals(usual.sort(key))


def test_what_was_in_force_stays_unless_the_delivery_is_accepted(case, first_month):
    deliveries = case.batch.registry(TONIGHT, case.sender)
    (first,) = [d for d in deliveries if d["sequence"] == 1 and d["known_from"] == BEFORE.replace(tzinfo=None)]
    (sent,) = [d for d in deliveries if d["receipt_id"] == case.received.receipt_id]
    if case.is_accepted:
        assert (first["status"], sent["status"], sent["known_to"]) == ("superseded", "accepted", None)
    else:
        assert (first["status"], first["known_to"]) == ("accepted", None)
        assert sent["status"] == "rejected" and sent["rule"] == case.verdict["rule"]
    verdict = first_month[case.dataset].received(BEFORE)[case.sender].verdict
    assert case.batch.slice_bytes(verdict) == verdict["slice"]["sha256"]


def test_what_has_a_receipt_is_in_ledger_and_landing_and_no_longer_in_the_inbox(case):
    assert case.batch.faults_of_the_trail() == []
    assert not list(case.batch.home.root.rglob(f"{TEMP_PREFIX}*")), "a file is left unfinished"
    left = sorted(p.name for p in case.batch.home.inbox.rglob("*") if not p.is_dir())
    # Of which files an unreadable manifest speaks is not known: they stay for the manifest that comes next.
    is_read = case.received.receipt["manifest"] is not None
    assert left == ([] if is_read else sorted(f.name for f in case.sent.parcel.files))


def test_taking_in_again_changes_nothing(case):
    before = case.batch.state()
    outcome = case.batch.night(TONIGHT)
    assert case.batch.state() == before
    assert outcome.rows_accepted == case.verdict["rows_accepted"] + sum(
        v["rows_accepted"] for v in case.others.values()
    )


def test_the_reason_is_one_line_that_names_the_place(case):
    if case.is_accepted:
        assert case.verdict["reason"] is None
        return
    reason = case.verdict["reason"]
    assert reason.isprintable() and len(reason) < 400
    names = [f.name for f in case.sent.parcel.files]
    known = ("manifest", "rows are faulty", "dataset", "contract version", "the month", "created_at", "sequence")
    assert any(word in reason for word in (*names, *known)), reason


def test_the_report_names_rule_place_and_mend_in_three_languages(case):
    document, mend = case.report.document, {item["rule"]: item for item in case.report.document["mend"]}
    assert (document["status"], document["rule"]) == (case.verdict["status"], case.verdict["rule"])
    assert document["receipt_id"] in case.report.html
    expected = {f.rule_id for f in case.sent.parcel.truth.row_faults} if case.is_accepted else {case.verdict["rule"]}
    expected |= {file_rule(code).id for code in case.sent.notices}
    assert expected <= set(mend)
    for rule in expected:
        for form in (case.report.html, case.report.csv):
            assert rule in form
        assert all(mend[rule]["fix"].values()) and all(mend[rule]["text"].values())
    if case.is_accepted:
        told = {(e["file"], e["line"], e["column"], e["rule"]) for e in case.report.errors}
        assert told == set(case.batch.quarantined(case.verdict))
        assert document["reason"] is None
    else:
        assert mend[case.verdict["rule"]]["is_verdict"]
        assert document["reason"] == case.verdict["reason"]
        reasons = document["faults"][0]["reason"]
        assert len(set(reasons.values())) == 3, "in each language in its own words"


def test_every_form_of_the_report_tells_the_true_place_and_value_of_each_fault(case, request):
    """File, line, record, column and value, against where the fault was put and what Python's own CSV reader finds there."""
    if not case.is_accepted:
        return
    sent, dialect = case.sent.parcel, case.sent.parcel.dialect
    headings = {ours: sent_as for sent_as, ours in dialect.columns.items()} | {None: ""}
    is_open = FAULTS[request.node.callspec.params["case"]].name == "unclosed_quote"
    records = {
        f.name: report_forms.records_of(f.data, dialect.encoding, dialect.delimiter, is_open) for f in sent.files
    }
    true = {
        (f.rule_id, f.file_name, f.line_number, records[f.file_name][f.line_number][0], headings[f.column])
        for f in sent.truth.row_faults
    }
    path = case.batch.home.reports / case.sender / case.received.receipt_id
    jsonl, listed = report_forms.of_jsonl(path.with_suffix(".jsonl")), report_forms.of_csv(path.with_suffix(".csv"))
    assert {told[:5] for told in jsonl} == true
    assert sorted(listed) == sorted(jsonl)
    for form in (report_forms.of_workbook(path.with_suffix(".xlsx")), report_forms.of_page(path.with_suffix(".html"))):
        assert {language: sorted(told) for language, told in form.items()} == dict.fromkeys(form, sorted(jsonl))
    places = list(dialect.columns)
    for told in jsonl:
        fields = records[told.file][told.line][1]
        if told.header and told.value != "***" and fields[places.index(told.header)].isprintable():
            assert told.value == fields[places.index(told.header)]


def test_nothing_that_a_sender_or_analyst_sees_holds_a_pseudonym_a_path_or_a_stack_trace(case):
    seen = case.report.everything + "\n".join(case.batch.values_in_quarantine())
    for word in ("Traceback", 'File "', str(case.batch.home.root), "sources/regional", "duckdb", "Exception"):
        assert word not in seen
    assert len(case.identities) > 100 or case.dataset == COSTS
    assert not [value for value in case.identities if value in seen]
    kept = case.batch.home.ledger.read_bytes()
    assert not [value for value in case.identities if value.encode() in kept]


def test_every_rule_on_deliveries_and_lines_has_its_fault_here(good):
    """Those that have none are the receiver's own (what it cannot read or count), a second manifest, which needs two deliveries, and what is told of deliveries
    that change a month (tests/sources/regional/test_amendments.py, test_periods.py)."""
    spoilt = [spoil(good[FAULTS[fault].dataset][sender_of(fault)][1], fault) for fault in FAULTS]
    broken = {s.parcel.truth.expected_rule for s in spoilt} | {
        f.rule_id for s in spoilt for f in s.parcel.truth.row_faults
    }
    broken |= {file_rule(code).id for s in spoilt for code in s.notices}
    lacking = {rule.code for rule in file_rules().values() if rule.id not in broken}
    amending = {"UNKNOWN_KEY", "UNCHANGED", "LATE_AFTER_LOCK"}
    # Sealing is below; signatures, control totals and limits have tests of their own (test_signature.py, test_totals.py, test_limits.py).
    elsewhere = {code for code in lacking if code.startswith(("SIGNATURE_", "LIMIT_"))}
    elsewhere |= {"MANIFEST_REPLAYED", "CONTROL_TOTAL"} | amending
    assert lacking - elsewhere == {"BALANCE", "UNREADABLE", "READER_DIED", "MANIFEST_TWICE", "MANIFEST_CHARACTER"}


@pytest.mark.parametrize("code", ["131052-308T", "131052+308T", "131052A308T", "010594Y9032", "131052-308t"])
@pytest.mark.parametrize("dataset", [CONTACTS, COSTS])
def test_an_identity_code_in_any_column_seals_the_delivery_and_reaches_nobody(code, dataset, tmp_path, quick, good):
    """Of one with a sound header and of one refused for it: nothing is derived, and reports, logs and the ledger hold nothing of it. The bytes as received do."""
    batch = Batch(tmp_path / "home")
    columns = dataset_contract(dataset).column_names
    for sender, is_refused in (("05", False), ("17", True)):
        text = Text(good[dataset][sender][0])
        for number, column in zip(text.clean(len(columns)), columns, strict=True):
            text.put(number, column, code)
        if is_refused:
            text.lines[0] = text.lines[0].replace(text.delimiter, f"{text.delimiter}{code}", 1)
        batch.put(Spoiled(text.packed()))
    batch.night(BEFORE)
    verdicts = {code: r.verdict for code, r in batch.received(BEFORE).items()}
    assert {(v["status"], v["rule"], v["is_sealed"]) for v in verdicts.values()} == {
        ("rejected", file_rule("PERSONAL_DATA").id, True)
    }
    assert {place["column"] for place in verdicts["05"]["places"]} == set(columns)
    assert not list(batch.home.parquet.rglob("*.parquet")) and not list(batch.home.quarantine.rglob("*.parquet"))
    told = [*batch.home.reports.rglob("*"), *batch.home.logs.rglob("*"), batch.home.ledger]
    everything = b"".join(p.read_bytes() for p in told if p.is_file())
    assert code[:6].encode() not in everything and b"HVA-FILE-0-065" in everything


@pytest.mark.parametrize("code", ["131052-308A", "010203Y901K"])
def test_what_has_the_form_of_an_identity_code_is_hidden_though_its_check_character_is_wrong(
    code, tmp_path, quick, good
):
    """A typing error keeps it from sealing the delivery; its rows are quarantined and it is masked wherever it would show."""
    batch = Batch(tmp_path / "home")
    columns = dataset_contract(CONTACTS).column_names
    text = Text(good[CONTACTS]["05"][0])
    for number, column in zip(text.clean(len(columns)), columns, strict=True):
        text.put(number, column, code)
    batch.put(Spoiled(text.packed()))
    batch.night(BEFORE)
    (verdict,) = [r.verdict for r in batch.received(BEFORE).values()]
    told = [*batch.home.reports.rglob("*"), *batch.home.logs.rglob("*"), batch.home.ledger]
    everything = b"".join(canaries.content_of(p) for p in told if p.is_file())
    everything += "".join(batch.values_in_quarantine()).encode()
    everything += repr(pl.read_parquet(batch.home.parquet / verdict["slice"]["path"]).rows()).encode()
    assert code[:6].encode() not in everything
    assert len(set(batch.quarantined(verdict))) >= len(columns)
    assert canaries.found(batch.home, ["***"]), "what was hidden left no mark, so nothing was looked for"
