"""Every check is told, what could not be judged is no pass, and no person's value leaves in a message."""

from datetime import UTC, datetime

import dagster as dg
import duckdb
import pytest

from orchestration import dbt_runner, metadata
from orchestration.checks import dbt_tests
from orchestration.checks.index import every_check
from orchestration.checks.results import keep_results
from orchestration.dbt_runner import NodeOutcome
from orchestration.night import Check, Night
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from tests.dbt_project.inputs import write_inputs
from warehouse.checks import create_check_result

AT = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def night(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        yield Night(home, "simulated", AT, "2026-11-03", 1, ledger, Landing(home.landing), lambda text: None)


def kept(night: Night) -> dict[tuple[str, str], dict]:
    with duckdb.connect() as con:
        create_check_result(con, night.home, night.ledger, night.at)
        found = con.execute("from check_result")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {(row["asset"], row["check_id"]): row for row in rows}


def test_there_are_as_many_results_as_checks_and_those_that_did_not_run_say_so(night):
    from orchestration.definitions import defs

    keep_results(night)
    rows = kept(night)
    assert len(rows) == len(every_check()) == len(defs.resolve_asset_graph().asset_check_keys)
    assert {row["status"] for row in rows.values()} == {"N-A"}
    assert all(row["message"].startswith("not run") and row["applicable"] is None for row in rows.values())
    assert {row["engine"] for row in rows.values()} == {"pandera", "great_expectations", "dbt", "source"}
    assert {row["severity"] for row in rows.values()} <= {"error", "warning", "group", "record"}
    assert len({(row["engine"], row["asset"], row["check_id"]) for row in rows.values()}) == len(rows)


def test_an_unmoved_night_names_its_reason(night):
    night.outcome = "unchanged"
    keep_results(night)
    assert {row["message"] for row in kept(night).values()} == {"not run: nothing moved since the current release"}


def test_a_noted_check_takes_its_place_and_keeps_its_counts(night):
    night.checks.append(Check("HVA-CC-1-003", "pandera", "raw__care_contacts", "FAIL", False, "3 of 9 rows", 3, 9))
    night.checks.append(Check("raw__population.is_usable", "source", "raw__population", "PASS", False, "", 0, 1))
    keep_results(night)
    rows = kept(night)
    rule = rows["raw__care_contacts", "HVA-CC-1-003"]
    assert (rule["status"], rule["failed"], rule["applicable"], rule["severity"]) == ("FAIL", 3, 9, "record")
    assert rows["raw__population", "raw__population.is_usable"]["status"] == "PASS"
    assert len(rows) == len(every_check())


def test_a_pass_over_nothing_is_no_pass(night):
    night.checks.append(Check("core__dim_region_key_is_unique", "dbt", "core__dim_region", "PASS", True, "", 0, 0))
    keep_results(night)
    row = kept(night)["core__dim_region", "core__dim_region_key_is_unique"]
    assert (row["status"], row["message"]) == ("N-A", "there was nothing to judge")


def test_an_error_does_not_quote_values_and_no_message_holds_an_identity_code_or_a_port(night):
    told = "Could not convert string '3fa9c2' to INT32 of 010190-123A at http://127.0.0.1:43211/x"
    night.checks.append(Check("core__dim_region_key_is_unique", "dbt", "core__dim_region", "ERROR", True, told))
    keep_results(night)
    message = kept(night)["core__dim_region", "core__dim_region_key_is_unique"]["message"]
    assert message == "Could not convert string '***' to INT32 of *** at http://127.0.0.1/x"


def _node(status: str, failures: int = 0) -> NodeOutcome:
    return NodeOutcome("test.x", "x", "test", status, "Got 2 results", failures, 0.1, "select 1 as broken")


@pytest.mark.parametrize(
    ("status", "rows", "expected", "passes"),
    [("pass", 5, "PASS", True), ("pass", 0, "N-A", True), ("fail", 5, "FAIL", False), ("error", 5, "ERROR", False)],
)
def test_a_dbt_test_shows_its_denominator_and_its_sql_only_when_it_did_not_pass(night, status, rows, expected, passes):
    key = dg.AssetCheckKey(dg.AssetKey("core__dim_region"), "x")
    result = dbt_tests.result(night, _node(status, 2 * (status == "fail")), key, rows)
    (noted,) = night.checks
    assert noted.status == expected and noted.applicable == rows
    assert result.passed == passes
    assert ("compiled SQL" in result.metadata) == (not passes)
    if not passes:
        assert "select 1 as broken" in result.metadata["compiled SQL"].value


def test_the_sql_of_a_test_that_truly_failed_comes_along(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    build = home.build
    write_inputs(build)
    file = build / "registry" / "delivery.parquet"
    duckdb.sql(f"copy (select * replace ('lost' as status) from '{file}') to '{file}.new' (format parquet)")
    (build / "registry" / "delivery.parquet.new").replace(file)
    outcome = dbt_runner.run(home, ["stg__delivery", "dq__delivery", "dq__delivery_uses_known_words"])
    (failed,) = outcome.failed
    assert failed.name == "dq__delivery_uses_known_words" and failed.failures == 1
    assert "'accepted', 'rejected'" in failed.sql and "{{" not in failed.sql


def test_tables_of_metadata_tell_absent_from_zero_and_keep_numbers_as_numbers():
    value = metadata.table([{"n": 0, "share": 0.5, "who": None}, {"n": 2, "share": 1, "who": "x"}])
    assert [record.data for record in value.records] == [
        {"n": 0, "share": 0.5, "who": "–"},
        {"n": 2, "share": 1, "who": "x"},
    ]
    assert [column.type for column in value.schema.columns] == ["int", "float", "string"]
    assert metadata.counts("N-A", 0, 0) == {"status": "N-A", "failed": 0, "applicable": 0}
    assert metadata.counts("FAIL", 1, 8)["failed %"] == 12.5


def test_a_picture_is_kept_beside_the_nights_pages_and_is_short_enough_to_be_drawn_at_once(night):
    value = metadata.picture(night, "by_month", "<svg/>", "Rows by month")
    assert (night.report_folder / "pictures" / "by_month.svg").read_text(encoding="utf-8") == "<svg/>"
    assert value.value == "![Rows by month](http://127.0.0.1:3001/nights/2026-11-03/pictures/by_month.svg)"
    assert len(value.value) < 1000
