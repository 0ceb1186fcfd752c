"""A real merger through the whole build: Pertunmaa (588) went into Mäntyharju (507) at the turn of 2025.

The residents of 2022 are the published ones of all 309 municipalities, told first as the municipalities then were and then as the
newest table tells every year, with Pertunmaa inside Mäntyharju. Nobody moved, so no figure may.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.dbt_project.inputs import write_chosen
from tests.dbt_project.national_inputs import APRIL, NIGHT_1, NIGHT_2
from tests.dbt_project.test_figures import TOTAL, of, versions

# A build of its own; the unit tests of core.dim_municipality and core.fct_population hold the merger in the quick set.
pytestmark = pytest.mark.slow

FIGURES = Path(__file__).parents[2] / "sources" / "simulator" / "figures" / "municipality.csv"
PERTUNMAA, MANTYHARJU, SOUTH_SAVO = "588", "507", "12"
POPULATION = f"indicator_code = 'population' and period_start = '2022-01-01' and {TOTAL}"


def _residents() -> dict[str, int]:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return {r["municipality_code"]: int(r["population_2022"]) for r in csv.DictReader(file) if r["population_2022"]}


def _rows(snapshot_id: str, residents: dict[str, int]) -> list[dict]:
    whole = residents | {"SSS": sum(residents.values())}
    told = {"snapshot_id": snapshot_id, "year": 2022, "sex": "total", "value_status": "value", "origin": "published"}
    return [told | {"area_code": area, "population": people} for area, people in whole.items()]


def _contacts(receipt_id: str, period: str, homes: list[str]) -> list[dict]:
    return [
        {
            "record_number": number,
            "line_number": number + 1,
            "file_name": "contacts.csv",
            "contact_id": f"{receipt_id}-{number}",
            "organiser_code": SOUTH_SAVO,
            "period": period,
            "receipt_id": receipt_id,
            "sequence": 1,
            "sample_share": "0.01",
            "birth_year": 1980,
            "sex": "female",
            "home_municipality_code": home,
            "service_class_code": "2536",
            "contact_mode": "onsite",
            "profession": "doctor",
            "urgency": "non_urgent",
            "contacted_at": f"{period}-25 09:00:00",
            "visited_at": f"{period}-25 09:00:00",
            "rule_mask": 0,
        }
        for number, home in enumerate(homes, start=1)
    ]


@pytest.fixture(scope="module")
def merged(dbt_build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("merger")
    before = _residents()
    after = before | {MANTYHARJU: before[MANTYHARJU] + before[PERTUNMAA]}
    del after[PERTUNMAA]
    snapshots = [
        {
            "snapshot_id": s,
            "source_code": "statfin_population",
            "object": "population/2022",
            "known_from": day,
            "origin": "published",
        }
        for s, day in (("then", APRIL), ("newest", NIGHT_2))
    ]
    write_chosen(
        folder,
        {
            "r1": _contacts("r1", "2023-12", [PERTUNMAA, PERTUNMAA, MANTYHARJU]),
            "r2": _contacts("r2", "2026-09", [MANTYHARJU]),
        },
        snapshots,
        {"then": _rows("then", before), "newest": _rows("newest", after)},
    )
    build = dbt_build(
        folder,
        "--select",
        "+mart__minimum_dataset",
        "--exclude-resource-type",
        "unit_test",
        "--exclude-resource-type",
        "test",
    )
    assert build.success
    with build.connect() as con:
        yield con


def test_a_merger_moves_no_population_of_the_years_before_it(merged):
    found = merged.execute(
        f"select region_level, region_code, value, known_from, known_to from mart.minimum_dataset where {POPULATION} and region_code in ('12', 'FI', 'HUS')"
        " order by all"
    ).fetchall()
    assert found == [
        ("country", "FI", 5_563_970, APRIL, None),
        ("county", SOUTH_SAVO, 130_451, APRIL, None),
        ("joint_authority", "HUS", 98_972 + 203_192 + 486_346 + 280_495 + 664_028, APRIL, None),
    ]


def test_todays_municipalities_make_up_each_region_whole_before_and_after_the_merger(merged):
    """Pertunmaa is neither missing from the newest table nor counted beside Mäntyharju in the older one."""
    told = "select distinct coverage, derivation, comparability from mart.minimum_dataset where indicator_code = 'population'"
    assert merged.execute(told).fetchall() == [(Decimal("1.0000"), "summed", "comparable")]
    regions = f"select region_level, count(*) from mart.minimum_dataset where {POPULATION} group by 1 order by 1"
    assert merged.execute(regions).fetchall() == [
        ("collaborative_area", 5),
        ("country", 1),
        ("county", 23),
        ("joint_authority", 1),
    ]


def test_contacts_under_the_old_code_count_with_the_residents_of_the_municipality_that_took_it_in(merged):
    # Both are rural and Finnish-speaking: 3 contacts of December 2023, of the sampled residents of 2022.
    rural = "sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'rural'"
    figure = of("contacts_per_1000", "residence", SOUTH_SAVO, period="2023-12-01", group=rural)
    rural_residents = merged.execute(
        f"select value from mart.minimum_dataset where {POPULATION.replace(TOTAL, rural)} and region_code = '12'"
    ).fetchall()
    assert len(rural_residents) == 1
    ((numerator, denominator, *known),) = versions(merged, "numerator, denominator", figure)
    assert (numerator, known) == (3, [NIGHT_1, None])
    assert denominator == round(rural_residents[0][0] / 100, 2)


def test_each_year_says_which_municipality_an_old_code_is(merged):
    told = """select year, is_in_force, municipality_code_in_year, current_municipality_code, county_code
        from core.dim_municipality where municipality_code = '588' and year between 2024 and 2025 order by year"""
    assert merged.execute(told).fetchall() == [
        (2024, True, PERTUNMAA, MANTYHARJU, SOUTH_SAVO),
        (2025, False, MANTYHARJU, MANTYHARJU, SOUTH_SAVO),
    ]
