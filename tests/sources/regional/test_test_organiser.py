"""What a supplier sends to the test inbox gets the answer that production gives, and reaches no release."""

import json

import duckdb
import pytest
from deliveries import AT, NEXT, ROWS, Desk, contact, contacts, written

from sources.regional.catalogue import dataset_contracts
from sources.regional.file_rules import file_rule
from sources.regional.holdings import holdings
from sources.regional.timeliness import timeliness
from warehouse.registry import stage_registry

TEST = {"organiser_code": "TEST", "as_organiser": "05"}


def send_test(desk: Desk, rows: list[dict], name: str = "delivery", **changes) -> None:
    desk.put({f"{name}.csv": (written(rows, "05"), len(rows))}, "TEST", name, **TEST | changes)


def faulty() -> list[dict]:
    rows = contacts(ROWS)
    rows[7]["birth_year"] = "10.6"
    return rows


def reports(desk: Desk, box: str) -> dict[str, str]:
    """The delivery's report by its form, without what tells two deliveries apart: receipt, manifest and sender's code."""
    receipt = next(s for s, body in desk.events("receipt").items() if body["organiser_code"] == box)
    sha256 = desk.events("receipt")[receipt]["manifest_sha256"]
    found = {}
    for suffix in (".jsonl", ".csv", ".html"):
        text = (desk.home.reports / box / f"{receipt}{suffix}").read_text(encoding="utf-8")
        found[suffix] = text.replace(receipt, "RECEIPT").replace(sha256, "MANIFEST")
    first, rest = found[".jsonl"].split("\n", 1)
    document = json.dumps(json.loads(first) | {"organiser_code": "CODE"})
    return found | {".jsonl": f"{document}\n{rest}", ".html": found[".html"].replace(box, "CODE")}


def test_a_test_delivery_gets_the_verdict_and_the_report_of_a_real_one(desk):
    send_test(desk, faulty())
    desk.send(faulty())
    desk.night()
    test, real = (
        {k: v for k, v in verdict.items() if k not in ("slice", "quarantine")} for verdict in reversed(desk.verdicts())
    )
    assert test == real
    tested, given = reports(desk, "TEST"), reports(desk, "05")
    assert tested[".jsonl"] == given[".jsonl"]
    assert tested[".csv"] == given[".csv"]


def test_a_month_can_be_tried_from_full_to_delta_beside_the_real_one(desk):
    desk.send(contacts(ROWS))
    send_test(desk, contacts(5))
    send_test(desk, [contact(3, sex="male")], "delta", mode="delta", sequence=2)
    desk.night()
    assert desk.statuses() == ["accepted"] * 3
    assert desk.verdicts()[-1]["rows_before"] == 5, "a test stands on tests alone"


def test_the_outcome_counts_tests_apart_and_nothing_else_knows_of_them(desk):
    desk.send(contacts(ROWS))
    send_test(desk, faulty(), period="2024-01")
    outcome = desk.night()
    assert (outcome.tests, outcome.statuses["accepted"], outcome.rows_quarantined) == (1, 1, 0)
    assert sum(failed for failed, _ in outcome.rule_counts.values()) == 0
    with desk.ledger() as ledger:
        assert holdings(ledger, "care_contacts", AT).periods == ["2026-08"]
        assert len(timeliness(ledger, dataset_contracts(), AT)) == 1


def test_no_release_holds_anything_of_a_test(desk):
    desk.send(contacts(ROWS))
    desk.night()
    with desk.ledger() as ledger:
        before = stage_registry(desk.home, ledger, NEXT)
        send_test(desk, faulty())
        desk.night(NEXT)
        assert stage_registry(desk.home, ledger, NEXT).fingerprint == before.fingerprint
    build = desk.home.build
    for file in build.rglob("*.parquet"):
        columns = [row[0] for row in duckdb.sql(f"describe from '{file}'").fetchall()]
        if "organiser_code" in columns:
            assert duckdb.sql(f"select count(*) from '{file}' where organiser_code = 'TEST'").fetchall() == [(0,)]


@pytest.mark.parametrize("named", [None, "77"])
def test_a_test_says_whose_dialect_it_is_in(desk, named):
    send_test(desk, contacts(5), as_organiser=named)
    desk.night()
    assert desk.verdict()["rule"] == file_rule("AS_ORGANISER").id


@pytest.mark.parametrize(("box", "code", "rule"), [("05", "TEST", "TEST_ORGANISER"), ("TEST", "05", "ORGANISER")])
def test_code_and_inbox_must_agree(desk, box, code, rule):
    desk.put({"a.csv": (written(contacts(5)), 5)}, box, organiser_code=code)
    desk.night()
    assert desk.verdict()["rule"] == file_rule(rule).id


def test_running_again_changes_nothing(desk):
    send_test(desk, faulty())
    desk.night()
    before = desk.tree()
    desk.night()
    assert desk.tree() == before
