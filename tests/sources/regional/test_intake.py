"""A whole regional night: every delivery gets its verdict, and one sender's fault is felt by no other."""

import hashlib
import json
from dataclasses import replace

import duckdb
import pytest
from deliveries import AT, NEXT, Desk, contact, contacts, manifest, written
from killable import Killable

from sources.landing import erase
from sources.regional import judging
from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule
from sources.regional.intake import take_in
from sources.regional.judge import AcceptedCheck

ROWS = 40


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "home")


@pytest.fixture
def second_opinion():
    """For tests in which pandera itself judges what was accepted; it costs a second a night."""


@pytest.fixture(autouse=True)
def _no_second_opinion(request, monkeypatch):
    if "second_opinion" not in request.fixturenames:
        monkeypatch.setattr(judging, "validate", lambda *_: AcceptedCheck(0, {}))


def night(desk: Desk, at=AT):
    with desk.ledger() as ledger:
        return take_in(desk.home, ledger, desk.landing, at=at)


def verdicts(desk: Desk) -> list[dict]:
    return list(desk.events("verdict").values())


def only(desk: Desk) -> dict:
    (verdict,) = verdicts(desk)
    return verdict


def slices(desk: Desk) -> dict[str, str]:
    """Every slice by name → its hash."""
    files = sorted(desk.home.parquet.glob("care_contacts/*/*.parquet"))
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def rejected_for(desk: Desk, code: str) -> dict:
    verdict = only(desk)
    assert (verdict["status"], verdict["rule"]) == ("rejected", file_rule(code).id)
    assert verdict["slice"] is None
    assert slices(desk) == {}
    assert verdict["rows_accepted"] == 0
    return verdict


def test_a_good_delivery_becomes_a_slice_named_by_its_hash(desk, second_opinion):
    desk.send(contacts(ROWS))
    outcome = night(desk)
    verdict = only(desk)
    assert (verdict["status"], verdict["rule"], verdict["quarantine"]) == ("accepted", None, None)
    assert (verdict["rows_received"], verdict["rows_accepted"], verdict["rows_quarantined"]) == (ROWS, ROWS, 0)
    (receipt_id,) = desk.events("receipt")
    path = desk.home.parquet / verdict["slice"]["path"]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert verdict["slice"] == {
        "path": f"care_contacts/2026-08/05-{receipt_id}-{sha256[:12]}.parquet",
        "sha256": sha256,
        "rows": ROWS,
    }
    assert path.stat().st_mode & 0o777 == 0o600
    row = duckdb.sql(
        f"select organiser_code, period, receipt_id, sequence, sample_share::varchar, file_name, min(line_number), count(*)"
        f" from '{path}' where rule_mask = 0 group by all"
    ).fetchall()[0]
    assert row == ("05", "2026-08", receipt_id, 1, "0.010000", "delivery.csv", 2, ROWS)
    assert outcome.statuses["accepted"] == 1
    assert outcome.rows_accepted == ROWS
    assert outcome.validation.status == "PASS"
    assert desk.left() == []


def test_a_faulty_row_goes_to_quarantine_with_its_line_and_is_reported(desk):
    rows = contacts(ROWS)
    rows[7]["birth_year"] = "10.6"
    desk.send(rows)
    outcome = night(desk)
    verdict = only(desk)
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", ROWS - 1, 1)
    path = desk.home.quarantine / verdict["quarantine"]["path"]
    assert path.stat().st_mode & 0o777 == 0o600
    found = duckdb.sql(
        f"select receipt_id, organiser_code, dataset, period, sequence, file_name, line_number, column_name, rule_id, value_as_sent from '{path}'"
    ).fetchall()
    (receipt_id,) = desk.events("receipt")
    broken = [(c["rule"], c["failed"], c["applicable"]) for c in verdict["rule_counts"] if c["failed"]]
    assert found == [
        (receipt_id, "05", "care_contacts", "2026-08", 1, "delivery.csv", 9, "birth_year", broken[0][0], "10.6")
    ]
    assert broken[0][1:] == (1, ROWS)
    assert outcome.rule_counts[broken[0][0]] == (1, ROWS)
    report = json.loads((desk.home.reports / "05" / f"{receipt_id}.json").read_text(encoding="utf-8"))
    assert report["mend"][0]["details"] == [
        {"file": "delivery.csv", "line": 9, "column": "birth_year", "value": "10.6"}
    ]


def test_running_the_night_again_changes_nothing(desk):
    desk.send(contacts(ROWS))
    first = night(desk)
    before = tree(desk)
    second = night(desk)
    assert tree(desk) == before
    assert second.as_dict() == first.as_dict()


# What is wrong with the delivery as a whole


def test_a_wrong_hash_is_rejected_with_both_hashes(desk):
    data = written(contacts(ROWS))
    document = manifest({"a.csv": (data, ROWS)})
    document["files"][0]["sha256"] = "0" * 64
    (desk.folder() / "a.csv").write_bytes(data)
    desk.put_manifest(document)
    night(desk)
    verdict = rejected_for(desk, "HASH")
    assert verdict["values"] == {"declared": "0" * 64, "found": hashlib.sha256(data).hexdigest()}
    assert verdict["rows_received"] is None


def test_a_wrong_size_is_rejected_with_both_sizes(desk):
    data = written(contacts(ROWS))
    document = manifest({"a.csv": (data, ROWS)})
    (desk.folder() / "a.csv").write_bytes(data[:-100])
    desk.put_manifest(document)
    night(desk)
    assert rejected_for(desk, "SIZE")["values"] == {"declared": len(data), "found": len(data) - 100}


def test_a_wrong_row_count_is_rejected_with_both_counts(desk):
    desk.put({"a.csv": (written(contacts(ROWS)), ROWS + 1)})
    night(desk)
    assert rejected_for(desk, "ROWS")["values"] == {"declared": ROWS + 1, "found": ROWS}


@pytest.mark.parametrize(
    ("changes", "code", "declared", "found"),
    [
        ({"organiser_code": "06"}, "ORGANISER", "06", "05"),
        ({"organiser_code": "TEST"}, "TEST_ORGANISER", "TEST", "05"),
        ({"dataset": "ward_days"}, "DATASET", "ward_days", "care_contacts, costs"),
        ({"contract_version": "0.9.0"}, "CONTRACT_VERSION", "0.9.0", "1.0.0"),
        ({"period": "2026-10"}, "PERIOD", "2026-10", "2026-09"),
        ({"created_at": "2026-09-14T00:00:00+03:00"}, "MANIFEST_TIME", "2026-09-14T00:00:00+03:00", AT.isoformat()),
    ],
)
def test_a_manifest_that_does_not_fit_is_rejected_under_its_own_rule(desk, changes, code, declared, found):
    desk.send(contacts(ROWS), **changes)
    night(desk)
    assert rejected_for(desk, code)["values"] == {"declared": declared, "found": found}


def test_data_without_a_manifest_and_a_manifest_without_data_wait(desk):
    (desk.folder("06") / "lone.csv").write_bytes(b"a;b\n")
    desk.put_manifest(manifest({"absent.csv": (b"x", 1)}))
    outcome = night(desk)
    assert verdicts(desk) == []
    assert outcome.statuses == {"waiting": 2}
    assert {w.label for w in outcome.waiting} == {"lone.csv", "delivery.manifest.json"}
    assert len(desk.left()) == 2


def test_an_empty_month_is_accepted_only_with_a_reason(desk, second_opinion):
    header = written([])
    desk.put({"a.csv": (header, 0)}, name="a")
    night(desk)
    rejected_for(desk, "HEADER_ONLY")
    desk.put({"b.csv": (header, 0)}, name="b", empty_reason="the unit was closed for renovation")
    night(desk, NEXT)
    assert [(v["status"], v["rows_accepted"]) for v in verdicts(desk)] == [("rejected", 0), ("accepted", 0)]


# The order of deliveries


def statuses(desk: Desk) -> list[str]:
    return [v["status"] for v in verdicts(desk)]


def test_the_same_bytes_again_are_a_duplicate_that_quotes_the_first_receipt(desk):
    desk.send(contacts(ROWS))
    night(desk)
    (first,) = desk.events("receipt")
    desk.send(contacts(ROWS))
    desk.send(contacts(ROWS), name="other name")
    night(desk, NEXT)
    assert statuses(desk) == ["accepted", "duplicate", "duplicate"]
    assert [v["first_receipt_id"] for v in verdicts(desk)] == [None, first, first]
    assert len(slices(desk)) == 1


def test_a_duplicate_within_one_night_is_found_too(desk):
    desk.send(contacts(ROWS), name="a")
    desk.send(contacts(ROWS), name="b")
    night(desk)
    assert statuses(desk) == ["accepted", "duplicate"]
    assert len(slices(desk)) == 1
    assert leftovers(desk) == []


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_used_or_lower_sequence_with_other_bytes_is_rejected(desk, sequence):
    desk.send(contacts(ROWS), sequence=2)
    night(desk)
    desk.send(contacts(ROWS + 1), sequence=sequence)
    night(desk, NEXT)
    assert statuses(desk) == ["accepted", "rejected"]
    assert verdicts(desk)[1]["rule"] == file_rule("SEQ").id
    assert verdicts(desk)[1]["values"] == {"declared": sequence, "found": 2}
    assert len(slices(desk)) == 1


def test_a_newer_sequence_is_accepted_and_both_slices_stay(desk):
    desk.send(contacts(ROWS), sequence=1)
    desk.send(contacts(ROWS - 1), name="correction", sequence=2)
    night(desk)
    assert statuses(desk) == ["accepted", "accepted"]
    assert len(slices(desk)) == 2


def test_a_sender_may_go_back_to_an_earlier_content_in_one_night_or_two(desk, tmp_path):
    other = Desk(tmp_path / "other")
    for box, times in ((desk, (AT, AT, AT)), (other, (AT, NEXT, NEXT.replace(day=20)))):
        for sequence, rows in ((1, ROWS), (2, ROWS + 1), (3, ROWS)):
            box.send(contacts(rows), name=f"d{sequence}", sequence=sequence)
            if times[0] != times[1]:
                night(box, times[sequence - 1])
        if times[0] == times[1]:
            night(box)
        assert statuses(box) == ["accepted", "accepted", "accepted"]
    assert slices(desk) == slices(other)


def test_a_rejected_resend_displaces_nothing_and_uses_up_no_number(desk):
    desk.send(contacts(ROWS))
    night(desk)
    before = slices(desk)
    desk.put({"bad.csv": (b"<html></html>", 1)}, name="bad", sequence=2)
    night(desk, NEXT)
    assert statuses(desk) == ["accepted", "rejected"]
    assert slices(desk) == before
    desk.send(contacts(ROWS + 2), name="good", sequence=2)
    night(desk, NEXT.replace(day=20))
    assert statuses(desk) == ["accepted", "rejected", "accepted"]


def test_what_was_rejected_is_judged_anew_when_it_comes_again(desk):
    desk.send(contacts(ROWS), contract_version="2.0.0")
    desk.send(contacts(ROWS), name="again")
    night(desk)
    assert sorted(statuses(desk)) == ["accepted", "rejected"]


# Several files


def test_the_files_of_a_delivery_are_accepted_together_and_their_rows_add_up(desk):
    files = {f"part-{n}.csv": (written(contacts(ROWS, start=1 + n * ROWS)), ROWS) for n in (2, 0, 1)}
    desk.put(files)
    night(desk)
    verdict = only(desk)
    assert (verdict["status"], verdict["rows_received"], verdict["rows_accepted"]) == ("accepted", 3 * ROWS, 3 * ROWS)
    path = desk.home.parquet / verdict["slice"]["path"]
    found = duckdb.sql(
        f"select file_name, count(*), min(line_number), max(line_number) from '{path}' group by all order by 1"
    )
    assert found.fetchall() == [(f"part-{n}.csv", ROWS, 2, ROWS + 1) for n in range(3)]


def test_one_bad_file_rejects_the_whole_delivery(desk):
    desk.put({"good.csv": (written(contacts(ROWS)), ROWS), "empty.csv": (b"", 0)})
    night(desk)
    verdict = rejected_for(desk, "EMPTY")
    assert "empty.csv" in verdict["reason"]


def test_a_key_repeated_in_another_file_of_the_delivery_is_quarantined(desk):
    one, two = contacts(ROWS), contacts(ROWS, start=ROWS)
    desk.put({"one.csv": (written(one), ROWS), "two.csv": (written(two), ROWS)})
    night(desk)
    verdict = only(desk)
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", 2 * ROWS - 1, 1)
    path = desk.home.quarantine / verdict["quarantine"]["path"]
    found = duckdb.sql(f"select file_name, line_number, column_name, value_as_sent from '{path}'").fetchall()
    assert found == [("two.csv", 2, "contact_id", f"C-2026-{ROWS:08d}")]


# One sender's fault is felt by no other

POISONS = {
    "empty": b"",
    "html": b"<!doctype html><html></html>",
    "nul": b"a;b\n\x00;2\n",
    "garbage": bytes(range(256)) * 50,
    "one long line": b"x" * 3_000_000,
    "unclosed quote": b'a;b\n"1;2\n' + b"3;4\n" * 500,
    "other header": b"one;two\n1;2\n",
    "zip": b"PK\x03\x04" + bytes(100),
    "utf-16": "a;b\n1;2\n".encode("utf-16"),
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("undisturbed") / "home")
    send_sound(desk)
    night(desk)
    assert len(slices(desk)) == 2
    return slices(desk)


def send_sound(desk: Desk) -> None:
    desk.send(contacts(ROWS), "01", name="sound")
    desk.send(contacts(ROWS), "HUS", name="sound")


@pytest.mark.parametrize("poison", POISONS)
def test_a_poison_file_leaves_every_other_slice_as_it_was(desk, undisturbed, poison):
    send_sound(desk)
    desk.put({"poison.csv": (POISONS[poison], 1)}, "05")
    outcome = night(desk)
    assert slices(desk) == undisturbed
    assert outcome.statuses == {"accepted": 2, "rejected": 1}
    assert outcome.problems == ()
    (report,) = (desk.home.reports / "05").glob("*.html")
    text = report.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert str(desk.home.root) not in text


def test_a_reader_that_fails_unforeseen_rejects_only_its_delivery_and_keeps_its_words_to_itself(
    desk, undisturbed, monkeypatch
):
    real = judging.stage

    def failing(home, admitted, *rest):
        if admitted.organiser_code == "05":
            raise ValueError(f"client {131051 + 1}-308T")
        return real(home, admitted, *rest)

    monkeypatch.setattr(judging, "stage", failing)
    send_sound(desk)
    desk.send(contacts(ROWS), "05")
    night(desk)
    (verdict,) = [v for v in verdicts(desk) if v["status"] == "rejected"]
    assert verdict["rule"] == file_rule("UNREADABLE").id
    assert slices(desk) == undisturbed
    told = [p for folder in (desk.home.logs, desk.home.reports) for p in folder.rglob("*") if p.is_file()]
    assert any(p.parent == desk.home.logs for p in told)
    assert not any("131052" in p.read_text(encoding="utf-8") for p in told)
    assert "131052" not in json.dumps(verdict)


def test_a_fault_of_the_machine_gives_no_verdict_and_the_next_run_does(desk, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    desk.send(contacts(ROWS))
    with monkeypatch.context() as patched:
        patched.setattr(judging, "stage", full)
        outcome = night(desk)
    assert verdicts(desk) == []
    assert outcome.pending == 1
    assert "No space left" in outcome.problems[0]
    night(desk)
    assert only(desk)["status"] == "accepted"


def test_rows_that_pandera_refuses_after_the_mask_accepted_them_are_not_used_and_block(
    desk, second_opinion, monkeypatch
):
    from sources.regional import rules

    compile_rules = rules.compile_rules
    codes = next(r.id for r in dataset_contract("care_contacts").rules if r.column == "sex" and r.check == "codes")

    def lenient(contract):
        found = compile_rules(contract)
        return replace(found, verdicts=dict(found.verdicts) | {codes: "true"})

    wrong = contacts(ROWS)
    wrong[5]["sex"] = "other"
    desk.send(wrong, "05")
    desk.send(contacts(ROWS), "HUS")
    with monkeypatch.context() as patched:
        patched.setattr(rules, "compile_rules", lenient)
        outcome = night(desk)
    assert outcome.validation.status == "FAIL"
    assert codes in outcome.validation.reason
    assert outcome.pending == 1
    assert [v["status"] for v in verdicts(desk)] == ["accepted"]
    assert [name[:3] for name in slices(desk)] == ["HUS"]
    assert leftovers(desk) == []
    mended = night(desk)
    assert mended.validation.status == "PASS"
    assert (mended.rows_accepted, mended.rows_quarantined) == (2 * ROWS - 1, 1)


def test_bytes_missing_from_the_landing_are_the_operators_matter(desk):
    desk.send(contacts(ROWS))
    with desk.ledger() as ledger:
        from sources.regional.inbox import scan
        from sources.regional.receipt import receive

        receive(desk.home, ledger, desk.landing, scan(desk.home.inbox, {"05"}).arrivals, AT)
    body = next(iter(desk.events("receipt").values()))
    desk.landing.path(body["files"][0]["sha256"]).unlink()
    outcome = night(desk)
    assert verdicts(desk) == []
    assert "landing has no bytes" in outcome.problems[0]


def test_what_was_erased_gets_no_new_report(desk):
    desk.send(contacts(ROWS))
    night(desk)
    body = next(iter(desk.events("receipt").values()))
    with desk.ledger() as ledger:
        erase(desk.home, ledger, body["files"][0]["sha256"], "test", "tester", NEXT)
    night(desk, NEXT)
    assert list((desk.home.reports / "05").iterdir()) == []
    assert slices(desk) == {}


def test_an_identity_code_in_a_rejected_file_is_in_no_report_log_or_verdict(desk):
    rows = contacts(ROWS)
    for row in rows[:20]:
        row["client_id"] = row["unit_id"] = row["contact_id"] = "131052-308T"
    desk.send(rows)
    night(desk)
    assert only(desk)["status"] == "rejected"
    for path in [*desk.home.reports.rglob("*"), *desk.home.logs.rglob("*")]:
        if path.is_file():
            assert b"308T" not in path.read_bytes(), path
    assert "308T" not in json.dumps(only(desk))


# Crash points

STEP = """
from pathlib import Path
from deliveries import AT, Desk
from sources.regional import judging
from sources.regional.intake import take_in
from sources.regional.judge import AcceptedCheck
import duckdb, ibis, pandera.ibis

# pandera's second opinion is asked elsewhere; no point to die at lies in it.
judging.validate = lambda *_: AcceptedCheck(0, {})

def step(root):
    desk = Desk(Path(root))
    with desk.ledger() as ledger:
        take_in(desk.home, ledger, desk.landing, at=AT)
"""


@pytest.fixture(scope="module")
def process():
    with Killable(STEP) as found:
        yield found


POINTS = [
    "landing.renamed:2",
    "ledger.committed:1",
    "ledger.committed:2",
    "inbox.removed:1",
    "slice.written:1",
    "slice.written:2",
    "ledger.before_commit:4",
    "verdict.recorded:1",
    "verdict.recorded:3",
    "report.written:1",
    "report.written:2",
    "report.written:5",
]


def send_three(desk: Desk) -> None:
    faulty = contacts(ROWS)
    faulty[3]["sex"] = "other"
    desk.send(faulty)
    desk.send(contacts(ROWS + 5), name="correction", sequence=2)
    desk.put({"poison.csv": (b"<html>", 1)}, "06")


def leftovers(desk: Desk) -> list[str]:
    return sorted(p.name for p in desk.home.root.rglob(".tmp-*"))


def tree(desk: Desk) -> dict[str, str]:
    """Every file that the intake leaves behind, by hash."""
    folders = (desk.home.parquet, desk.home.quarantine, desk.home.reports, desk.home.landing)
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".tmp-")]
    return {str(p.relative_to(desk.home.root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def facts(desk: Desk) -> dict:
    with desk.ledger() as ledger:
        events = [(e.kind, e.subject, {k: v for k, v in e.body.items() if k != "arrival"}) for e in ledger.events()]
    return {"events": events, "left": desk.left(), "files": tree(desk)}


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory, process):
    desk = Desk(tmp_path_factory.mktemp("whole") / "home")
    send_three(desk)
    assert process.run(desk.home.root) == 0
    assert leftovers(desk) == []
    assert statuses(desk) == ["accepted", "accepted", "rejected"]
    return facts(desk)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_and_run_again_the_night_ends_the_same(desk, process, whole_night, point):
    send_three(desk)
    assert process.run(desk.home.root, point) == -9
    assert process.run(desk.home.root) == 0
    assert facts(desk) == whole_night


def test_the_outcome_of_a_night_killed_and_run_again_tells_the_whole_night(desk, process, tmp_path):
    other = Desk(tmp_path / "other")
    send_three(desk)
    send_three(other)
    assert process.run(other.home.root, "verdict.recorded:2") == -9
    assert night(other).as_dict() == night(desk).as_dict()


def test_the_summary_counts_each_sender(desk):
    send_three(desk)
    outcome = night(desk)
    lines = {line["organiser_code"]: line for line in outcome.by_sender()}
    assert len(lines) == 23
    assert (lines["05"]["received"], lines["05"]["accepted"], lines["05"]["rows_quarantined"]) == (2, 2, 1)
    assert (lines["06"]["received"], lines["06"]["rejected"]) == (1, 1)
    assert lines["90"]["received"] == 0
    assert contact(1)["contact_id"] in str(
        duckdb.sql(f"select contact_id from '{desk.home.parquet}/**/*.parquet'").fetchall()
    )
