"""From a code that nobody knows to its rows in a build: queue, mapping, replay; from the command line and from Dagster."""

import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from sources.ledger import Ledger
from sources.regional import catalogue, replay
from sources.regional.judge import AcceptedCheck
from sources.regional.unmapped import code_rules, with_nearest
from warehouse.registry import stage_registry

sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "regional"))
from deliveries import AT, ROWS, Desk, contacts  # noqa: E402
from test_replay import NURSE, mapped  # noqa: E402


@pytest.fixture
def desk(tmp_path, monkeypatch):
    from sources.regional import judging

    for module in (judging, replay):
        monkeypatch.setattr(module, "validate", lambda *_: AcceptedCheck(0, {}))
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "simulated")
    desk = Desk(tmp_path / "home")
    rows = contacts(ROWS)
    rows[0]["profession"] = rows[1]["profession"] = "Lääk"
    rows[2]["profession"] = "LÄHIH"
    desk.send(rows)
    desk.night()
    with desk.ledger() as ledger:
        ledger.append("night", "2026-09-12", {"day": 0, "profile": "simulated"}, AT)
    return desk


def staged(desk: Desk, name: str) -> list[dict]:
    with Ledger(desk.home.ledger) as ledger:
        stage_registry(desk.home, ledger, AT)
    return duckdb.sql(f"from '{desk.home.build}/registry/{name}.parquet' order by all").pl().to_dicts()


def map_codes(monkeypatch, *lines) -> None:
    senders = mapped(*lines)
    monkeypatch.setattr(catalogue, "counties", lambda: senders)
    monkeypatch.setattr("warehouse.registry.counties", lambda: senders)


def test_unknown_codes_wait_in_the_queue_with_the_nearest_known_one(desk):
    found = {row["value_as_sent"]: row for row in staged(desk, "unmapped")}
    assert set(found) == {"Lääk", "LÄHIH"}
    nearest = found["Lääk"]
    assert (nearest["nearest_value"], nearest["nearest_code"], nearest["nearest_score"]) == ("LÄÄK", "doctor", 100)
    assert (nearest["organiser_code"], nearest["dataset"], nearest["column_name"]) == (
        "05",
        "care_contacts",
        "profession",
    )
    assert found["LÄHIH"]["nearest_score"] < 100


def test_a_value_that_is_like_no_known_one_has_no_nearest():
    rules = {dataset_column: rule for rule, dataset_column in code_rules(catalogue.dataset_contracts()).items()}
    values = [("05", rules["care_contacts", "sex"], value) for value in ("M.", "#")]
    like, unlike = with_nearest(values, catalogue.dataset_contracts(), catalogue.counties())
    assert like.nearest_value == "M" and like.nearest_score > 0
    assert (unlike.nearest_value, unlike.nearest_code, unlike.nearest_score) == (None, None, None)


def test_a_mapping_and_a_replay_on_the_command_line_recover_the_rows_and_empty_the_queue(desk, monkeypatch):
    run = CliRunner()
    assert "0 judged again" in run.invoke(main, ["delivery", "replay"]).output
    map_codes(monkeypatch, NURSE)
    done = run.invoke(main, ["delivery", "replay", "--organiser", "05"])
    assert done.exit_code == 0, done.output
    assert (
        "1 deliveries looked at, 1 judged again, 1 changed: 1 rows recovered, 2 still bad, 0 refused by now"
        in done.output
    )
    assert [row["value_as_sent"] for row in staged(desk, "unmapped")] == ["Lääk"]
    assert [row["status"] for row in staged(desk, "delivery")].count("accepted") == 1


def test_bad_use_is_one_line_and_exit_2(desk):
    for words in (["replay", "--organiser", "99"], ["redo", "nothing"], ["replay", "--dataset", "visits"]):
        done = CliRunner().invoke(main, ["delivery", *words])
        assert done.exit_code == 2 and done.output.count("\n") == 1, done.output


def test_redo_on_the_command_line_makes_a_missing_slice_again(desk):
    (path,) = desk.home.parquet.rglob("*.parquet")
    path.unlink()
    (receipt_id,) = desk.events("receipt")
    done = CliRunner().invoke(main, ["delivery", "redo", receipt_id])
    assert done.exit_code == 0 and path.is_file(), done.output
    assert "nothing is missing" in CliRunner().invoke(main, ["delivery", "redo", receipt_id]).output


def test_the_ui_has_both_as_jobs(desk, monkeypatch):
    from orchestration.definitions import defs

    map_codes(monkeypatch, NURSE)
    config = {"ops": {"judge_again": {"config": {"organiser": "05"}}}}
    assert defs.resolve_job_def("replay_deliveries").execute_in_process(run_config=config).success
    assert [body["rows_recovered"] for body in desk.events("replay").values()] == [1]
    (receipt_id,) = desk.events("receipt")
    for path in desk.home.quarantine.rglob("*.parquet"):
        path.unlink()
    config = {"ops": {"make_again": {"config": {"receipt": receipt_id}}}}
    job = defs.resolve_job_def("redo_delivery")
    # The first judgement's basis is gone with the mapping, which is said and changes nothing.
    assert not job.execute_in_process(run_config=config, raise_on_error=False).success
