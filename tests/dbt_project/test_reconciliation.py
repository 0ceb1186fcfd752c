"""Figures of two bodies held against each other: every comparison that is expected has a row, and only what was judged has a verdict."""

from __future__ import annotations

import csv

from tests.dbt_project.national_inputs import SEEDS


def pairs() -> list[dict[str, str]]:
    with (SEEDS / "raw__reconciliation.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_pair_has_a_row_for_every_region_and_period_of_either_side(warehouse):
    shown = dict(warehouse.execute("select pair_id, count(*) from dq.reconciliation group by all").fetchall())
    expected = dict(
        warehouse.execute(
            """with sides as (select pair_id, period_start from int.reconciliation_side s join raw.reconciliation p using (pair_id)
                where moment = 'now' and period_start >= p.first_period::date),
            periods as (select pair_id, greatest(count(distinct period_start), 1) as n from raw.reconciliation left join sides using (pair_id) group by all),
            regions as (select pair_id, count(*) as n from raw.reconciliation p join core.dim_region r on list_contains(string_split(p.region_kinds, ';'), r.kind) group by all)
            select pair_id, periods.n * regions.n from periods join regions using (pair_id)"""
        ).fetchall()
    )
    assert shown == expected
    assert set(shown) == {pair["pair_id"] for pair in pairs()}


def test_what_could_not_be_judged_has_no_verdict_and_says_why(warehouse):
    rows = warehouse.execute("select verdict, could_not_run_reason from dq.reconciliation").fetchall()
    assert {(verdict == "could_not_run", bool(reason)) for verdict, reason in rows} <= {(True, True), (False, False)}


def test_a_restated_figure_of_the_treasury_tells_both_values_and_which_side_moved(warehouse):
    moved = warehouse.execute(
        "select moved_side, their_value_before, their_value, could_not_run_reason from dq.reconciliation where pair_id = 'net_costs_treasury' and moved_side = 'theirs'"
    ).fetchall()
    assert moved and all(before != now for _, before, now, _ in moved)
    assert all("restated since the release before" in reason for _, before, _, reason in moved if before is not None)


def test_figures_that_pairs_name_are_there(warehouse):
    known = {code for (code,) in warehouse.execute("select indicator_code from core.dim_indicator").fetchall()}
    named = {pair[f"{who}_indicator_code"] for pair in pairs() for who in ("our", "their")}
    assert named - known == {"need_model_population"}
    kinds = {kind for (kind,) in warehouse.execute("select kind from core.dim_region").fetchall()}
    assert {kind for pair in pairs() for kind in pair["region_kinds"].split(";")} <= kinds
