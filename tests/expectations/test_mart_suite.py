"""Every check on the minimum dataset holds on a mart in order and fails on one that is not, with numbers."""

import pytest

from expectations.gate import tally
from expectations.model import Known
from expectations.suites import minimum_dataset
from tests.expectations.conftest import judged

MART = "mart.minimum_dataset"
RATE = "indicator_code = 'phc_doctor_visits_per_1000'"
TOTALS = "sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'"
JUNE = "period_start = date '2026-06-01'"

BREAKAGES = {
    "HVA-GX-MD-001": (f"delete from {MART}", "rows 0"),
    "HVA-GX-MD-002": (f"delete from {MART} where {RATE}", "rows: 0.8"),
    "HVA-GX-MD-003": (f"update {MART} set value = null where {RATE}", "phc_doctor_visits_per_1000: 0 "),
    "HVA-GX-MD-004": (f"update {MART} set indicator_code = 'untold' where {RATE}", "untold: "),
    "HVA-GX-MD-005": (
        f"update {MART} set region_code = 'SSS' where {RATE} and region_level = 'country' and {JUNE}",
        "country: 2 ",
    ),
    "HVA-GX-MD-006": (f"delete from {MART} where {RATE} and region_code = '05'", "county: 21 "),
    "HVA-GX-MD-011": (
        f"update {MART} set value = 100 * value where indicator_code = 'first_visit_within_limit_share'",
        "first_visit_within_limit_share county highest: 50 ",
    ),
    "HVA-GX-MD-012": (
        f"update {MART} set value = 12 * value where {RATE}",
        "phc_doctor_visits_per_1000 country highest: 1 8",
    ),
    "HVA-GX-MD-013": (
        f"update {MART} set value = 10 * value where {RATE} and region_code = '05' and {JUNE}",
        "residence 05 ",
    ),
    "HVA-GX-MD-014": (
        f"update {MART} set value = null where {RATE} and region_code > '10'",
        "phc_doctor_visits_per_1000 county: ",
    ),
    "HVA-GX-MD-021": (
        f"update {MART} set numerator = numerator + 1 where {RATE} and region_code = '05' and {JUNE} and {TOTALS}",
        "1/150 ",
    ),
    "HVA-GX-MD-022": (
        f"update {MART} set denominator = 2 * denominator where {RATE} and region_level = 'country'",
        "/150 ",
    ),
    "HVA-GX-MD-023": (
        f"update {MART} set value = value + 1 where indicator_code = 'population' and region_code = '91'",
        "9/18 ",
    ),
    "HVA-GX-MD-024": (
        f"delete from {MART} where {RATE} and region_level = 'collaborative_area' and region_code = '3' and {JUNE} and {TOTALS}",
        "1/150 ",
    ),
    "HVA-GX-MD-025": (f"update {MART} set numerator = 1.5 * numerator where {RATE} and sex = 'female'", "/"),
    "HVA-GX-MD-026": (
        f"delete from {MART} where {RATE} and age_group = '0-17' and region_code = '05' and {JUNE}",
        "county 05 ",
    ),
    "HVA-GX-MD-027": (
        f"delete from {MART} where {RATE} and language_status = 'fi_sv' and region_code = '05' and {JUNE}",
        "county 05 ",
    ),
    "HVA-GX-MD-028": (
        f"update {MART} set municipality_type = 'total', sex = 'x' where municipality_type = 'rural'",
        "/",
    ),
    "HVA-GX-MD-031": (
        f"update {MART} set value = value * 1.01 where {RATE} and region_code = '05' and {JUNE} and {TOTALS}",
        "county: ",
    ),
    "HVA-GX-MD-032": (
        f"update {MART} set value = value * 1.5 where {RATE} and region_level = 'country' and {JUNE} and {TOTALS}",
        "1/150 ",
    ),
    "HVA-GX-MD-033": (
        f"update {MART} set value = 5 where indicator_code = 'first_visit_wait_days_p90' and region_code = '05' and {JUNE} and {TOTALS}",
        "residence county 05 2026-06…2026-06: -",
    ),
}


def _known(con):
    return Known(previous_rows=con.execute(f"select count(*) from {MART}").fetchone()[0])


def test_every_check_has_a_breakage_here():
    assert sorted(BREAKAGES) == sorted(c.id for c in minimum_dataset().expectations)


def test_a_mart_in_order_passes_every_check_with_its_numbers(mart):
    outcomes = judged(mart, minimum_dataset(), MART, _known(mart))
    assert [o.reason for o in outcomes.values() if o.status != "PASS"] == []
    assert tally(outcomes.values()) == {"PASS": len(BREAKAGES), "FAIL": 0, "N-A": 0, "ERROR": 0}
    assert all(o.observed and o.denominators and not o.reason for o in outcomes.values())


@pytest.mark.parametrize("check", BREAKAGES)
def test_a_broken_mart_fails_its_check_and_says_the_numbers(mart, check):
    damage, shown = BREAKAGES[check]
    known = _known(mart)
    mart.execute(damage)
    outcome = judged(mart, minimum_dataset(), MART, known, only=check)[check]
    assert outcome.status == "FAIL"
    assert shown in outcome.reason.replace("\u00a0", " ")
    assert outcome.is_blocking == (outcome.severity == "error")


def test_only_current_figures_are_judged(mart):
    mart.execute(
        f"insert into {MART} select * replace (known_from - interval 1 day as known_from, known_from as known_to, -1 as value) from {MART}"
    )
    assert judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-011")["HVA-GX-MD-011"].status == "PASS"


def test_a_country_with_visits_that_no_county_has_residents_for_is_no_mean_of_its_counties(mart):
    of_june = f"{RATE} and {JUNE} and {TOTALS}"
    mart.execute(f"update {MART} set value = value * 1.5 where {of_june} and region_level = 'country'")
    mart.execute(
        f"update {MART} set denominator = null, value = null, value_status = 'not_applicable' where {of_june} and region_code = '05'"
    )
    assert judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-032")["HVA-GX-MD-032"].status == "PASS"


def test_an_absent_county_is_no_difference_between_counties_and_country(mart):
    mart.execute(
        f"""update {MART} set numerator = null, denominator = null, value = null, value_status = 'missing'
            where region_code = '05' and numerator is not null"""
    )
    # The country is made of the counties that are known, as the models make it.
    mart.execute(
        f"""create temp table known_sum as select indicator_code, period_start, sex, age_group, language_status, municipality_type,
                sum(numerator) as total from {MART} where region_level = 'county' group by all"""
    )
    mart.execute(
        f"""update {MART} m set numerator = k.total from known_sum k where m.region_level = 'country'
            and (m.indicator_code, m.period_start, m.sex, m.age_group, m.language_status, m.municipality_type)
                = (k.indicator_code, k.period_start, k.sex, k.age_group, k.language_status, k.municipality_type)"""
    )
    assert judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-021")["HVA-GX-MD-021"].status == "PASS"


@pytest.mark.parametrize(("status", "judged_as"), [("missing", "FAIL"), ("not_applicable", "PASS")])
def test_a_figure_that_cannot_be_is_not_absent(mart, status, judged_as):
    mart.execute(
        f"update {MART} set value = null, value_status = '{status}' where {RATE} and region_level = 'county' and region_code > '05'"
    )
    assert judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-014")["HVA-GX-MD-014"].status == judged_as


def test_rates_of_a_quarter_are_compared_by_the_month(mart):
    mart.execute(
        f"""update {MART} set value = 3 * value, numerator = 3 * numerator, period_end = date '2026-08-31' where {RATE} and {JUNE}"""
    )
    assert judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-012")["HVA-GX-MD-012"].status == "PASS"


def _as_in_a_small_county(mart, residents):
    """Nobody visited a doctor in one county whose sample is so many residents; the country keeps its rate of 150 to 1,000."""
    mart.execute(
        f"""update {MART} set numerator = 0, value = 0, denominator = {residents}, value_status = 'true_zero'
            where {RATE} and region_code = '05' and {JUNE} and {TOTALS}"""
    )


@pytest.mark.parametrize("check", ["HVA-GX-MD-012", "HVA-GX-MD-013"])
def test_none_of_few_to_be_expected_is_chance_and_none_of_many_is_a_county_to_look_at(mart, check):
    _as_in_a_small_county(mart, 130)  # 19.5 visits were to be expected
    assert judged(mart, minimum_dataset(), MART, only=check)[check].status == "PASS"
    _as_in_a_small_county(mart, 240)  # 36
    outcome = judged(mart, minimum_dataset(), MART, only=check)[check]
    assert (outcome.status, outcome.observed["outside"]) == ("FAIL", 1)


def test_a_country_of_small_counties_is_judged_by_itself(mart):
    mart.execute(f"update {MART} set denominator = 10 where {RATE} and region_level = 'county'")
    mart.execute(f"update {MART} set value = 0 where {RATE} and region_level = 'country' and {JUNE} and {TOTALS}")
    outcome = judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-012")["HVA-GX-MD-012"]
    assert "phc_doctor_visits_per_1000 country lowest: 0 " in outcome.reason.replace("\u00a0", " ")


def test_days_that_come_by_the_stay_are_weighed_by_the_stay(mart):
    figures = f"""insert into {MART} by name
        select 'hospital_bed_days_per_1000' as indicator_code, 'hospital_episodes' as source_code, 'residence' as basis, region_level,
            case when region_level = 'country' then 'FI' else '05' end as region_code, period_start, period_end, sex, age_group, language_status,
            municipality_type, known_from, 100 * (region_level = 'country')::integer as value, 0 as numerator, $1 as denominator,
            'value' as value_status, 1.0 as coverage
        from {MART} where {RATE} and {JUNE} and {TOTALS} and region_code in ('05', 'FI')"""
    # A hundred days to 1,000 residents: 50 days of 500 residents are five stays, 300 of 3,000 thirty.
    for residents, status in ((500, "PASS"), (3000, "FAIL")):
        mart.execute(f"delete from {MART} where indicator_code = 'hospital_bed_days_per_1000'")
        mart.execute(figures, [residents])
        assert judged(mart, minimum_dataset(), MART, only="HVA-GX-MD-013")["HVA-GX-MD-013"].status == status
