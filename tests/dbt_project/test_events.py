"""Indicators that the catalogue makes of event rows: their figures on the hand-made inputs, and rows of the catalogue that are refused."""

from __future__ import annotations

import shutil
from decimal import Decimal

import duckdb
import pytest

from tests.dbt_project.figures import TOTAL, of, versions
from tests.dbt_project.national_inputs import NIGHT_1, NIGHT_2, NIGHT_3, PORI, TURKU

QUARTER = {"period": "2026-07-01", "grain": "quarter"}


def test_a_rate_over_residents_follows_the_correction_and_the_restated_population(warehouse):
    # Two nurse contacts come with the correction; 200,000 residents, then 201,000, sampled at 0.01.
    assert versions(
        warehouse, "value, numerator, denominator", of("nurse_contacts_per_1000", "organiser", "05", **QUARTER)
    ) == [
        (Decimal("0.0000"), 0, 2000, NIGHT_1, NIGHT_2),
        (Decimal("1.0000"), 2, 2000, NIGHT_2, NIGHT_3),
        (Decimal("0.9950"), 2, 2010, NIGHT_3, None),
    ]


def test_a_county_without_deliveries_is_missing_and_never_zero(warehouse):
    for indicator in ("nurse_contacts_per_1000", "remote_contact_share", "multi_service_client_share"):
        (*_, last) = versions(
            warehouse,
            "value, numerator, value_status, coverage, comparability_reason",
            of(indicator, "residence", "17", **QUARTER),
        )
        assert last[:5] == (None, None, "missing", 0, "3 of 3 expected deliveries missing")


def test_euros_over_contacts_take_both_datasets_and_lift_the_sample(warehouse):
    # 142,000 euros of primary care; 22 contacts of a hundredth of the residents are 2,200. The joint authority is on neither side.
    assert versions(
        warehouse, "value, numerator, denominator, coverage", of("phc_net_costs_per_contact_eur", "organiser", "05")
    ) == [
        (Decimal("233.3333"), 140_000, 600, 1, NIGHT_1, NIGHT_2),
        (Decimal("64.5455"), 142_000, 2_200, 1, NIGHT_2, None),
    ]
    # 06 has contacts and no costs, so it is in neither side of the country: 05 and 03 alone, 262,000 euros, 2,600 contacts.
    (*_, country) = versions(
        warehouse,
        "value, numerator, denominator, coverage, comparability",
        of("phc_net_costs_per_contact_eur", "organiser", "FI1"),
    )
    assert country[:3] == (Decimal("100.7692"), 262_000, 2_600)
    assert 0 < country[3] < 1 and country[4] == "caution"


def test_continuity_follows_a_client_over_the_months_of_the_quarter(warehouse):
    # Two visits to one professional in July, one to another in August: (4 + 1 - 3) / 6. Whoever has no pseudonym is nobody's client.
    assert versions(
        warehouse, "value, numerator, denominator, coverage", of("phc_continuity_of_care", "organiser", "05", **QUARTER)
    ) == [(Decimal("0.3333"), Decimal("0.3333"), 1, 1, NIGHT_1, None)]
    (missing,) = versions(warehouse, "value, value_status", of("phc_continuity_of_care", "organiser", "17", **QUARTER))
    assert missing[:2] == (None, "missing")


def test_the_only_municipality_of_a_county_has_its_figures_under_its_own_name(warehouse):
    columns = "value, numerator, denominator, value_status, coverage, comparability_reason"
    turku = versions(warehouse, columns, of("nurse_contacts_per_1000", "residence", TURKU, **QUARTER))
    assert turku == versions(warehouse, columns, of("nurse_contacts_per_1000", "residence", "05", **QUARTER))
    assert turku[-1][:4] == (0, 0, 2010, "true_zero")
    named = "region_name_fi, region_name_sv, region_level, value_status, comparability_reason"
    (pori,) = versions(warehouse, named, of("nurse_contacts_per_1000", "residence", PORI, **QUARTER))
    assert pori[:4] == ("Pori", "Björneborg", "municipality", "missing") and "expected deliveries missing" in pori[4]


def test_hundredths_are_told_in_their_own_unit(warehouse):
    assert versions(
        warehouse, "value, numerator, denominator", of("bought_service_expense_share", "organiser", "03")
    ) == [(Decimal("0.4286"), Decimal(90_000), Decimal(210_000), NIGHT_1, None)]


def test_both_sets_of_age_groups_hold_everybody(warehouse):
    found = warehouse.execute(
        """select age_group, numerator, denominator from mart.minimum_dataset
        where known_to is null and indicator_code = 'nurse_contacts_per_1000' and basis = 'organiser' and region_code = '05'
        and sex = 'total' and age_group <> 'total' order by age_group"""
    ).fetchall()
    counts = {group: int(numerator) for group, numerator, _ in found}
    assert counts == {"0-17": 2, "0-22": 2, "18-64": 0, "23+": 0, "65-74": 0, "75+": 0}
    residents = {group: denominator for group, _, denominator in found}
    assert residents["0-22"] + residents["23+"] == sum(residents[g] for g in ("0-17", "18-64", "65-74", "75+"))


def test_every_event_indicator_has_a_row_for_every_organiser(warehouse):
    short = f"""
        select i.indicator_code, i.bases, count(distinct m.region_code) from core.dim_indicator i
        left join mart.minimum_dataset m on m.indicator_code = i.indicator_code and m.region_level = 'county' and m.known_to is null and {TOTAL}
        where i.numerator_measure is not null group by all
        having count(distinct m.region_code) <> (select count(*) from core.dim_region where is_organiser)"""
    assert warehouse.execute(short).fetchall() == []


@pytest.fixture(scope="module")
def after(dbt, built, tmp_path_factory):
    """Runs nodes of dbt on what was built, after SQL that spoils it: what dbt says of each."""

    def run(damage: str, command: str, *nodes: str) -> dict[str, tuple[str, int | None]]:
        folder = tmp_path_factory.mktemp("spoilt")
        shutil.copy(built.folder / "work.duckdb", folder)
        with duckdb.connect(str(folder / "work.duckdb")) as con:
            con.execute(damage)
        made = dbt(folder, command, "--select", *nodes)
        return {r.node.name: (r.message or "", r.failures) for r in made.result}

    return run


def test_faulty_rows_of_the_catalogue_are_refused_by_their_names(after):
    spoilt = {
        "remote_contact_share": ("denominator_measure = null", "there is no denominator_measure"),
        "home_visit_share": (
            "numerator_measure = 'home_calls'",
            "measure home_calls is unknown; add it to macros/measures/care_contacts.sql",
        ),
        "emergency_contact_share": ("theme = 'safety'", "theme safety is unknown"),
        "contact_without_visit_share": ("source_code = 'contacts'", "source contacts is no event dataset"),
        "complaints_per_10000": ("not_to_be_read_as = null", "not_to_be_read_as is empty"),
        "nurse_contacts_per_1000": (
            "bases = 'residence;home'",
            "bases residence;home: only residence and organiser are known",
        ),
        "oral_health_contacts_per_1000": ("multiplier = '0'", "multiplier must be a whole number"),
        "mental_health_contacts_per_1000": ("formula_kind = 'share'", "a share is a part of the same dataset"),
        "recorded_reason_share": ("population_groups = 'sex;income'", "population_groups sex;income: only"),
        "phc_net_costs_per_contact_eur": (
            "denominator_source_code = 'visits'",
            "denominator_source_code visits is no event dataset",
        ),
        "referral_handled_within_limit_share": (
            "region_levels = 'county;municipality'",
            "region_levels county;municipality: of municipalities there are rates over residents alone",
        ),
        "bought_service_expense_share": ("bases = 'residence'", "a dataset without persons has the basis organiser"),
    }
    damage = ";".join(
        f"update raw.indicator set {change} where indicator_code = '{code}'" for code, (change, _) in spoilt.items()
    )
    damage += """;delete from raw.statistical_basis where indicator_code = 'got_help_share';
        insert into raw.indicator select * from raw.indicator where indicator_code = 'was_heard_share'"""
    spoilt |= {
        "got_help_share": ("", "has no row in seeds/raw__statistical_basis.csv"),
        "was_heard_share": ("", "stands on two rows"),
    }
    message, _ = after(damage, "run", "core__dim_indicator")["core__dim_indicator"]
    assert "seeds/raw__indicator.csv" in message
    assert {code for code, (_, fault) in spoilt.items() if f"{code}: {fault}" not in message} == set()


def test_groups_that_do_not_add_up_and_rows_that_are_there_twice_fail_the_build(after):
    spoilt = {
        "nurse_contacts_per_1000": "sex = 'female' and age_group = 'total'",
        "recorded_reason_share": "sex = 'total' and age_group = '0-22'",
        "home_visit_share": "sex = 'total' and age_group = '0-17'",
    }
    damage = "update int.event_measure set measure_value = 2 * measure_value where receipt_id = 'b05' and measure_code = 'rows';"
    damage += ";".join(
        f"""update core.fct_observation set numerator = numerator + 1 where known_to is null and region_code = '05' and basis = 'organiser'
        and indicator_code = '{indicator}' and {group}"""
        for indicator, group in spoilt.items()
    )
    groups, rows = "assert_groups_add_up_to_their_total", "assert_events_are_rows_of_their_deliveries"
    told = after(damage, "test", groups, rows)
    assert {name: failures for name, (_, failures) in told.items()} == {groups: len(spoilt), rows: 1}


def test_municipalities_that_do_not_make_up_their_county_and_counties_that_are_not_the_country_fail_the_build(after):
    of_quarter = "known_to is null and period_grain = 'quarter' and sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'"
    spoilt = f"""
        update core.fct_observation set numerator = numerator + 1
        where {of_quarter} and indicator_code = 'nurse_contacts_per_1000' and region_code = '{TURKU}';
        update core.fct_observation set denominator = denominator + 1
        where {of_quarter} and indicator_code = 'oral_health_contacts_per_1000' and region_code = '{TURKU}';
        update core.fct_observation set numerator = numerator + 1
        where {of_quarter} and indicator_code = 'nurse_contacts_per_1000' and region_level = 'country' and basis = 'organiser'"""
    told = after(spoilt, "test", "assert_regions_add_up")
    assert {name: failures for name, (_, failures) in told.items()} == {"assert_regions_add_up": 3}
