"""One sender's fault is felt by no other, a fault of the machine is nobody's verdict, and no failure tells what it read."""

import json
from dataclasses import replace

import pytest
from deliveries import AT, NEXT, ROWS, Desk, contacts

from sources.landing import erase
from sources.regional import failures, judging, rules, staging
from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule
from sources.regional.inbox import scan
from sources.regional.intake import IntakeError
from sources.regional.limits import limits
from sources.regional.receipt import receive
from tests.canaries import content_of

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
    desk.night()
    assert len(desk.slices()) == 2
    return desk.slices()


def send_sound(desk: Desk) -> None:
    desk.send(contacts(ROWS), "01", name="sound")
    desk.send(contacts(ROWS), "HUS", name="sound")


@pytest.mark.parametrize("poison", POISONS)
def test_a_poison_file_leaves_every_other_slice_as_it_was(desk, undisturbed, poison):
    send_sound(desk)
    desk.put({"poison.csv": (POISONS[poison], 1)}, "05")
    outcome = desk.night()
    assert desk.slices() == undisturbed
    assert outcome.statuses == {"accepted": 2, "rejected": 1}
    assert outcome.problems == ()
    for page in (desk.home.reports / "05").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert str(desk.home.root) not in text


def test_a_reader_that_fails_unforeseen_rejects_only_its_delivery_and_keeps_its_words_to_itself(
    desk, undisturbed, monkeypatch
):
    real = judging.stage

    def failing(connections, admitted, rules):
        if admitted.organiser_code == "05":
            raise ValueError(f"client {131051 + 1}-308T")
        return real(connections, admitted, rules)

    monkeypatch.setattr(judging, "stage", failing)
    send_sound(desk)
    desk.send(contacts(ROWS), "05")
    desk.night()
    (verdict,) = [v for v in desk.verdicts() if v["status"] == "rejected"]
    assert verdict["rule"] == file_rule("UNREADABLE").id
    assert desk.slices() == undisturbed
    told = [p for folder in (desk.home.logs, desk.home.reports) for p in folder.rglob("*") if p.is_file()]
    assert any(p.parent == desk.home.logs for p in told)
    assert not any(b"131052" in content_of(p) for p in told)
    assert "131052" not in json.dumps(verdict)


def test_a_delivery_that_takes_too_long_is_broken_off_twice_and_refused_and_the_others_go_on(
    desk, undisturbed, monkeypatch
):
    real = judging.stage

    def endless(connections, admitted, rules):
        if admitted.organiser_code == "05":
            with connections.of_this_thread() as con:
                con.execute("select count(*) from range(1000000) a, range(1000000) b where a.range * b.range = 7")
        return real(connections, admitted, rules)

    monkeypatch.setattr(judging, "stage", endless)
    shorter = replace(limits(), reading_minutes=1 / 30)
    for module in (staging, failures):
        monkeypatch.setattr(module, "limits", lambda: shorter)
    send_sound(desk)
    desk.send(contacts(ROWS), "05")
    desk.night()
    (verdict,) = [v for v in desk.verdicts() if v["status"] == "rejected"]
    assert verdict["rule"] == file_rule("UNREADABLE").id
    assert "took longer than 0.0333333 minutes, twice" in verdict["reason"]
    assert desk.slices() == undisturbed


def test_a_fault_of_the_machine_gives_no_verdict_and_the_next_run_does(desk, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    desk.send(contacts(ROWS))
    with monkeypatch.context() as patched:
        patched.setattr(judging, "stage", full)
        outcome = desk.night()
    assert desk.verdicts() == []
    assert outcome.pending == 1
    assert "No space left" in outcome.problems[0]
    desk.night()
    assert desk.verdict()["status"] == "accepted"


def test_rows_that_pandera_refuses_after_the_mask_accepted_them_are_not_used_and_block(
    desk, second_opinion, monkeypatch
):
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
        outcome = desk.night()
    assert outcome.validation.status == "FAIL"
    assert codes in outcome.validation.reason
    assert outcome.pending == 1
    assert [v["status"] for v in desk.verdicts()] == ["accepted"]
    assert [name[:3] for name in desk.slices()] == ["HUS"]
    assert desk.leftovers() == []
    mended = desk.night()
    assert mended.validation.status == "PASS"
    assert (mended.rows_accepted, mended.rows_quarantined) == (2 * ROWS - 1, 1)


@pytest.mark.parametrize("broken", ["landing", "parquet", "quarantine"])
def test_a_home_that_cannot_be_written_stops_the_intake_in_one_line_and_loses_nothing(desk, broken):
    rows = contacts(ROWS)
    rows[0]["sex"] = "other"
    desk.send(rows)
    folder = desk.home.root / broken
    folder.rmdir()
    folder.write_bytes(b"in the way")
    try:
        problems = desk.night().problems
    except IntakeError as error:
        problems = (str(error),)
    assert str(folder) in problems[0]
    assert "\n" not in problems[0]
    assert desk.verdicts() == []
    assert desk.events("receipt") or len(desk.left()) == 2
    folder.unlink()
    folder.mkdir()
    desk.night()
    assert desk.verdict()["status"] == "accepted"
    assert desk.left() == []


def test_bytes_missing_from_the_landing_are_the_operators_matter(desk):
    desk.send(contacts(ROWS))
    with desk.ledger() as ledger:
        receive(desk.home, ledger, desk.landing, scan(desk.home.inbox, {"05"}).arrivals, AT)
    body = next(iter(desk.events("receipt").values()))
    desk.landing.path(body["files"][0]["sha256"]).unlink()
    outcome = desk.night()
    assert desk.verdicts() == []
    assert "landing has no bytes" in outcome.problems[0]


def test_what_was_erased_gets_no_new_report(desk):
    desk.send(contacts(ROWS))
    desk.night()
    body = next(iter(desk.events("receipt").values()))
    with desk.ledger() as ledger:
        erase(desk.home, ledger, body["files"][0]["sha256"], "test", "tester", NEXT)
    desk.night(NEXT)
    assert list((desk.home.reports / "05").iterdir()) == []
    assert desk.slices() == {}


def test_an_identity_code_in_a_rejected_file_is_in_no_report_log_or_verdict(desk):
    rows = contacts(ROWS)
    for row in rows[:20]:
        row["client_id"] = row["unit_id"] = row["contact_id"] = "131052-308T"
    desk.send(rows)
    desk.night()
    assert desk.verdict()["status"] == "rejected"
    for path in [*desk.home.reports.rglob("*"), *desk.home.logs.rglob("*")]:
        if path.is_file():
            assert b"308T" not in content_of(path), path
    assert "308T" not in json.dumps(desk.verdict())
