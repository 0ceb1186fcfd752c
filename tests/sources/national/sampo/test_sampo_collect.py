"""A night of Sampo over real loopback: what is asked, what is kept, and that one cube's fault is its own."""

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from sources.national.sampo.replies import read_json
from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Response
from sources.simulator.national.sampo_figures import RESTATED, RESTATED_MONTHS
from tests.sources.national.conftest import FIRST_NIGHT, SEED, BentServer, desk_in, rewritten

OBSERVED = f"sampo_observation/{RESTATED}"
TOPICS = ["specialised_care_waiting", "referral_handling", "primary_care_waiting", "primary_care_visits"]
KEY = ["region_code", "period_start", "category"]


@pytest.fixture(scope="module")
def first_sampo_night(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("sampo") / "home"
    made = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        outcome = made.sampo(server)
    made.ledger.close()
    assert (outcome.status, outcome.reason) == ("new", None)
    assert outcome.requests_made == outcome.requests_minimum == 2 + 4 * len(TOPICS)
    return root


@pytest.fixture
def collected(tmp_path: Path, first_sampo_night: Path):
    found = desk_in(shutil.copytree(first_sampo_night, tmp_path / "collected"))
    yield found
    found.ledger.close()


def _bodies(server):
    """Requests of trees and cells: all else is small."""
    return [target for _, target in server.seen if "/fi/" in target]


def _only(part, change):
    return lambda request, response: change(response) if part in request.target else response


def test_the_first_night_keeps_every_cube_with_the_run_and_both_replies_that_it_came_of(collected):
    assert [body["object"] for body in collected.snapshots()] == [f"sampo_observation/{topic}" for topic in TOPICS]
    body = collected.snapshots(OBSERVED)[0]
    assert body["source_updated"] == "20261101113000000"
    assert [part["address"].partition("?")[0].rpartition("/")[2] for part in body["parts"]] == [
        "fact_hoitoonpaasy_esh01.dimensions.json",
        "fact_hoitoonpaasy_esh01.json",
    ]
    assert body["address"].startswith("simulated://sampo.thl.fi/pivot/prod/fi/hoitoonpaasy/esh01/")
    rows = collected.rows(body)
    assert set(rows["region_code"]) == {"FI1", "HUS", *(f"{n:02d}" for n in range(5, 22))}
    assert rows["period_start"].min().isoformat() == "2024-01-01"
    assert set(rows["origin"]) == {"synthetic"}


def test_rows_have_the_shape_of_the_warehouse(collected):
    import duckdb

    from warehouse.registry import stage_registry

    stage_registry(collected.home, collected.ledger, FIRST_NIGHT)
    folder = collected.home.build / "national" / "sampo_observation"
    written = next(path for path in sorted(folder.iterdir()) if path.name != "_empty.parquet")
    empty, kept = (
        duckdb.sql(f"DESCRIBE FROM read_parquet('{path}')").fetchall() for path in (folder / "_empty.parquet", written)
    )
    assert empty == kept
    assert oct(written.stat().st_mode)[-3:] == "600"


def test_bands_of_a_cell_that_is_whole_add_up_to_its_total(collected):
    for topic in TOPICS:
        rows = collected.rows(collected.snapshots(f"sampo_observation/{topic}")[0])
        whole = rows.filter((pl.col("value_status").is_in(["value", "true_zero"])).all().over(KEY[:2]))
        parts = whole.group_by(KEY[:2]).agg(
            parts=pl.col("value").filter(pl.col("category") != "total").sum(),
            total=pl.col("value").filter(pl.col("category") == "total").sum(),
        )
        assert parts.height > 300 and parts.filter(pl.col("parts") != pl.col("total")).is_empty()


def test_a_withheld_figure_is_no_zero_and_one_that_is_not_there_is_missing(collected):
    rows = pl.concat([collected.rows(body) for body in collected.snapshots()])
    for status in ("suppressed", "missing"):
        assert rows.filter(value_status=status).height > 5
        assert rows.filter(value_status=status)["value"].null_count() == rows.filter(value_status=status).height
    assert rows.filter(value_status="true_zero")["value"].unique().to_list() == [0]


def test_an_unchanged_night_asks_for_lists_and_runs_only(collected):
    before = collected.ledger.head()
    with NationalServer(day=1, seed=SEED) as server:
        outcome = collected.sampo(server, day=1)
    assert (outcome.status, outcome.rows, outcome.requests_made) == ("unchanged", 0, 6)
    assert _bodies(server) == []
    assert collected.ledger.head() == before


def test_a_new_run_is_fetched_alone_under_new_numbers_and_its_moved_figures_stand_beside_the_old(collected):
    with NationalServer(day=2, seed=SEED) as server:
        outcome = collected.sampo(server, day=2)
        assert len(_bodies(server)) == 2
        again = collected.sampo(server, day=2)
    assert (outcome.status, outcome.objects) == ("new", [OBSERVED])
    assert (again.status, again.requests_made) == ("unchanged", 6)
    old, new = collected.snapshots(OBSERVED)
    # By the twelve-hour clock beside it the newer run would be the older one.
    assert (old["source_updated"], new["source_updated"]) == ("20261101113000000", "20261101131500000")
    moved = collected.rows(old).join(collected.rows(new), on=KEY).filter(pl.col("value") != pl.col("value_right"))
    assert {f"{day:%Y-%m}" for day in moved["period_start"]} == set(RESTATED_MONTHS)
    assert set(moved["region_code"]) >= {"FI1"} and moved["region_code"].n_unique() == 4


def test_after_a_month_the_run_id_is_not_believed_and_everything_is_compared(collected):
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.sampo(server, day=29).requests_made == 6
        outcome = collected.sampo(server, day=30)
        assert (outcome.status, len(_bodies(server))) == ("unchanged", 2 * len(TOPICS))
        assert collected.sampo(server, day=31).requests_made == 6


def test_figures_that_moved_under_an_old_run_id_are_found_by_the_whole_comparison(collected):
    def moved(response):
        return replace(response, body=response.body.replace(b'"0": "', b'"0": "9'))

    with BentServer(_only("esh02.json?", moved), day=0) as server:
        assert collected.sampo(server, day=1).status == "unchanged"
        outcome = collected.sampo(server, day=30)
    assert outcome.objects == ["sampo_observation/referral_handling"]


def test_a_snapshot_that_is_gone_is_written_anew_from_landing_byte_for_byte(collected):
    paths = [collected.home.parquet / body["parquet"]["path"] for body in collected.snapshots()]
    first = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.sampo(server).requests_made == 6
    assert [path.read_bytes() for path in paths] == first


def _no_values(response):
    document = read_json(response.body)
    return rewritten(
        replace(response, body=b"{}"), lambda _: document | {"dataset": document["dataset"] | {"value": []}}
    )


def _half(response):
    def halved(document):
        values = document["dataset"]["value"]
        return {"dataset": document["dataset"] | {"value": dict(list(values.items())[: len(values) // 2])}}

    return rewritten(replace(response, body=b"{}"), lambda _: halved(read_json(response.body)))


def _without_a_region(response):
    def shorter(document):
        dimension = document["dataset"]["dimension"]
        index = dimension["wscmunicipality2023"]["category"]["index"]
        index.pop(next(iter(index)))
        return document

    return rewritten(replace(response, body=b"{}"), lambda _: shorter(read_json(response.body)))


def _as_numbers(response):
    return replace(response, body=response.body.replace(b'"0": "', b'"0": 1, "3": "'))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_no_values, "HVA-SAM-0-014"),
        (_half, "HVA-SAM-0-015"),
        (_without_a_region, "HVA-SAM-0-013"),
        (_as_numbers, "HVA-NAT-0-005"),
        (lambda _: Response(403, b"", "application/json"), "status 403"),
        (lambda _: Response(500, b"", "application/json"), "status 500"),
        (lambda _: Response(200, b"<!DOCTYPE html><html></html>", "text/html"), "HTML page"),
    ],
    ids=["no values", "half", "a region less", "numbers", "403", "500", "a login page"],
)
def test_a_bad_reply_of_one_cube_leaves_its_last_good_rows_and_the_other_cubes_alone(collected, change, told):
    with BentServer(_only("esh01.json?", change), day=2) as server:
        outcome = collected.sampo(server, day=2)
        assert len([t for _, t in server.seen if "latest" in t and "avo" in t]) == 2
    assert (outcome.status, outcome.objects) == ("failed", [])
    assert told in outcome.reason and outcome.reason.isprintable() and "127.0.0.1" in outcome.reason
    with NationalServer(day=2, seed=SEED) as server:
        assert collected.sampo(server, day=2).objects == [OBSERVED]


def test_a_cube_made_anew_while_it_is_read_is_left_for_the_next_night(desk):
    asked = []

    def bend(request, response):
        if "latest?subject=avo&hydra=perus04" not in request.target:
            return response
        asked.append(request.target)
        return response if len(asked) == 1 else rewritten(response, lambda d: d | {"runid": "20261102070000000"})

    with BentServer(bend) as server:
        outcome = desk.sampo(server)
    assert outcome.status == "failed"
    assert "primary_care_waiting: HVA-SAM-0-016" in outcome.reason
    assert set(outcome.objects) == {f"sampo_observation/{t}" for t in TOPICS if t != "primary_care_waiting"}


def test_an_added_field_is_told_and_changes_nothing(desk):
    with BentServer(_only("/api/avo.json", lambda r: rewritten(r, lambda d: d | {"extension": {}}))) as server:
        outcome = desk.sampo(server)
    assert (outcome.status, len(outcome.objects)) == ("new", len(TOPICS))
    assert outcome.reason == "HVA-NAT-0-003: the list of avo: field extension is new"


def test_a_subject_that_is_gone_is_told_for_each_of_its_cubes_and_stops_no_other(collected):
    with BentServer(
        _only("/api/avo.json", lambda r: rewritten(r, lambda d: d | {"link": {"item": []}})), day=2
    ) as server:
        outcome = collected.sampo(server, day=2)
    assert (outcome.status, outcome.objects) == ("failed", [OBSERVED])
    assert "primary_care_waiting: HVA-SAM-0-001" in outcome.reason and "(and 1 more)" in outcome.reason


def test_a_server_that_is_not_there_is_asked_once(desk):
    with NationalServer(day=0, seed=SEED) as server:
        pass
    outcome = desk.sampo(server)
    assert (outcome.status, outcome.objects, outcome.requests_minimum) == ("failed", [], 1)
    assert "no connection" in outcome.reason
