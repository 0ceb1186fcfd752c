"""Limits: each breach is one refusal that names the limit and the value; a flood of one sender never holds up another; what stays incomplete is told."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from deliveries import AT, ROWS, contacts, manifest, written

from sources.regional import limits as module
from sources.regional.acknowledgement import path_of, write_receipts
from sources.regional.file_rules import file_rule
from sources.regional.limits import limits


@pytest.fixture
def limited(monkeypatch):
    def set_to(**values):
        found = replace(limits(), **values)
        monkeypatch.setattr(module, "limits", lambda: found)

    return set_to


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("LIMIT_ROWS", {"rows_per_delivery": 39}),
        ("LIMIT_BYTES", {"bytes_per_delivery": 100}),
        ("LIMIT_COLUMNS", {"columns": 17}),
    ],
)
def test_a_breach_names_the_limit_and_the_value(desk, limited, code, limit):
    limited(**limit)
    desk.send(contacts(ROWS))
    desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rule"]) == ("rejected", file_rule(code).id)
    assert verdict["values"]["declared"] == next(iter(limit.values()))
    assert verdict["values"]["found"] > verdict["values"]["declared"]


def test_more_files_than_allowed_are_refused(desk):
    desk.put({f"part-{n:03d}.csv": (b"", 0) for n in range(limits().files_per_delivery + 1)})
    desk.night()
    assert desk.verdict()["rule"] == file_rule("LIMIT_FILES").id


def test_compressed_files_are_not_taken_so_that_nothing_expands(desk):
    desk.put({"month.zip": (b"PK\x03\x04" + bytes(100), 1)})
    desk.night()
    assert desk.verdict()["rule"] == file_rule("MAGIC").id


@pytest.mark.slow
def test_ten_thousand_files_of_one_sender_leave_the_others_on_time(desk):
    data = written(contacts(ROWS), "06")
    for number in range(5_000):
        desk.put_manifest(manifest({f"{number}.csv": (b"", 0)}, "06", sequence=number + 1), "06", f"{number}")
        (desk.folder("06") / f"{number}.csv").write_bytes(b"")
    assert data
    desk.send(contacts(ROWS))
    started = time.monotonic()
    outcome = desk.night()
    assert time.monotonic() - started < 60
    assert outcome.statuses["accepted"] == 1
    assert outcome.statuses["rejected"] == limits().deliveries_per_night
    assert any("only the first 500" in problem for problem in outcome.problems)


def test_what_is_incomplete_for_a_day_is_overdue(desk):
    (desk.folder() / "alone.csv").write_bytes(b"a;b\n")
    (first,) = desk.night().waiting
    assert (first.is_overdue, first.since) == (False, AT.isoformat(timespec="seconds"))
    (almost,) = desk.night(AT + timedelta(hours=23)).waiting
    (then,) = desk.night(AT + timedelta(hours=24)).waiting
    assert (almost.is_overdue, then.is_overdue) == (False, True)
    assert then.since == first.since


def test_a_receipt_file_is_there_before_the_verdict_and_made_anew_with_the_same_id(desk):
    desk.send(contacts(ROWS))
    desk.night()
    with desk.ledger() as ledger:
        (receipt,) = ledger.events("receipt")
        path = path_of(desk.home, receipt)
        before = path.read_bytes()
        assert receipt.subject.encode() in before and receipt.hash.encode() in before
        path.unlink()
        assert write_receipts(desk.home, ledger) == 1
        assert path.read_bytes() == before
        assert write_receipts(desk.home, ledger) == 0
