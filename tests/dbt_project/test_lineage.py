"""What the figures were made of: the inputs in force at each moment, and queries that give just the rows that were counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.dbt_project.national_inputs import NIGHT_1, NIGHT_2, NIGHT_3, TURKU
from warehouse.cells import Wanted, find_cell, rows_of
from warehouse.row_queries import row_query

SEPTEMBER = "period_grain = 'month' and period_start = '2026-09-01'"


def inputs(warehouse, where: str, at: datetime = NIGHT_3) -> set[tuple]:
    found = warehouse.execute(
        f"""select coalesce(receipt_id, snapshot_id), input_role, row_count from meta.lineage
        where {where} and known_from <= $1 and (known_to is null or $1 < known_to)""",
        [at],
    )
    return set(found.fetchall())


def test_a_correction_takes_the_place_of_the_delivery_before_it(warehouse):
    own = f"{SEPTEMBER} and region_code = '05' and source_code = 'care_contacts' and basis = 'organiser' and input_role = 'rows'"
    staff = ("personnel-2026-09", "rows", 3)  # what contacts are divided by, full-time equivalents
    assert inputs(warehouse, own, NIGHT_1) == {("a05", "rows", 6), staff}
    assert inputs(warehouse, own, NIGHT_2) == {("b05", "rows", 22), ("gHUS", "rows", 1), staff}


def test_by_residence_the_contacts_of_every_sender_are_told(warehouse):
    of_05 = f"{SEPTEMBER} and region_code = '05' and source_code = 'care_contacts' and basis = 'residence'"
    assert inputs(warehouse, of_05) == {("b05", "rows", 20), ("gHUS", "rows", 1), ("p2", "population", 15)}


def test_a_sender_that_the_region_waits_for_is_told_with_no_rows(warehouse):
    of_uusimaa = f"{SEPTEMBER} and region_code = '03' and source_code = 'care_contacts' and basis = 'organiser' and input_role = 'rows'"
    assert inputs(warehouse, of_uusimaa) == {("f03", "rows", 4), ("gHUS", "rows", 6)}
    assert ("gHUS", "rows", 0) in inputs(warehouse, of_uusimaa.replace("'03'", "'04'"))


def test_a_municipality_is_found_by_its_name_and_has_the_inputs_of_its_county(warehouse):
    cell = find_cell(warehouse, Wanted("nurse_contacts_per_1000", "Turku"))
    assert (cell["region_level"], cell["region_code"], cell["period_grain"]) == ("municipality", TURKU, "quarter")
    quarter = "period_grain = 'quarter' and source_code = 'care_contacts' and basis = 'residence' and region_code = "
    of_turku = inputs(warehouse, f"{quarter} '{TURKU}'")
    assert {("c05", "rows", 2), ("b05", "rows", 20)} <= of_turku == inputs(warehouse, f"{quarter} '05'")


def test_costs_name_their_delivery_population_and_need_factors(warehouse):
    of_05 = f"{SEPTEMBER} and region_code = '05' and source_code = 'costs'"
    assert inputs(warehouse, of_05, NIGHT_2) == {
        ("l05", "rows", 3),
        ("b05", "rows", 22),  # what its costs are divided by, contacts
        ("p1", "population", 15),
        ("n1", "need_factors", 1),
    }
    assert ("n2", "need_factors", 1) in inputs(warehouse, of_05)


def test_published_figures_name_the_snapshot_that_gave_them(warehouse):
    of_05 = "source_code = 'sotkanet' and region_code = '05' and period_start = '2024-01-01'"
    assert inputs(warehouse, of_05, NIGHT_2) == {("s1", "rows", 1)}
    assert inputs(warehouse, of_05) == {("s2", "rows", 1)}
    assert {row[0] for row in inputs(warehouse, "indicator_code = 'thl_primary_care_visits'")} == {"c3"}
    quarter = "source_code = 'treasury' and period_grain = 'quarter' and period_start = '2026-04-01'"
    # The second population moved another county alone: the rows of this one came with the first.
    assert {row[:2] for row in inputs(warehouse, quarter)} == {("t3", "rows"), ("u6", "rows"), ("p1", "population")}


def current(warehouse, where: str) -> list[dict]:
    return rows_of(
        warehouse, f"select * from mart.minimum_dataset where known_to is null and numerator is not null and {where}"
    )


@pytest.mark.parametrize(
    ("where", "measure"),
    [
        ("indicator_code = 'contacts_per_1000'", "count(*)"),
        ("indicator_code like 'net\\_costs\\_per\\_resident%' escape '\\'", "coalesce(sum(amount_eur), 0)"),
        (
            "indicator_code = 'nurse_contacts_per_1000'",
            "count(case when profession = 'nurse' then 1 end)",
        ),
    ],
    ids=["contacts", "costs", "events"],
)
def test_the_query_that_is_told_gives_just_the_rows_of_the_numerator(warehouse, where, measure):
    cells = current(
        warehouse,
        f"{where} and (period_start >= '2026-09-01' or period_grain = 'quarter') and region_code in ('05', 'FI1')",
    )
    assert len(cells) > 10
    found = {
        warehouse.execute(f"select {measure} from ({row_query(cell, None)})").fetchone()[0] - cell["numerator"]
        for cell in cells
    }
    assert found == {0}


def test_the_query_of_an_earlier_moment_gives_the_rows_of_then(warehouse):
    (cell,) = rows_of(
        warehouse,
        f"""select * from mart.minimum_dataset where {SEPTEMBER} and region_code = '05' and indicator_code = 'contacts_per_1000' and basis = 'organiser'
        and sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total' and known_from = $at""",
        {"at": NIGHT_1},
    )
    rows = warehouse.execute(
        f"select receipt_id, count(*) from ({row_query(cell, NIGHT_1.replace(tzinfo=UTC))}) group by 1"
    ).fetchall()
    assert rows == [("a05", 6)] and cell["numerator"] == 6


@pytest.mark.parametrize(
    "where",
    [
        "indicator_code = 'population'",
        "source_code = 'sotkanet'",
        "source_code = 'sampo'",
        "source_code = 'treasury'",
        "indicator_code = 'phc_net_costs_per_contact_eur'",
    ],
)
def test_every_source_has_a_query_that_runs(warehouse, where):
    cell = rows_of(
        warehouse,
        f"select * from mart.minimum_dataset where known_to is null and value is not null and {where} order by all limit 1",
    )[0]
    assert warehouse.execute(row_query(cell, None)).fetchall()
