"""Figures of social services and long-term care, worked by hand from the rows of social_inputs.py: county 05, September, a hundredth of 201,000 residents."""

from decimal import Decimal

import pytest

from sources.simulator.senders import senders

TOTAL = "sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'"
SEPTEMBER = f"known_to is null and period_grain = 'month' and period_start = date '2026-09-01' and {TOTAL}"
# Indicator: numerator, denominator, value.
WORKED = {
    "social_service_requests_per_1000": (3, 2010, "1.4925"),
    "social_assessment_within_limit_share": (1, 2, "0.5"),
    "social_implementation_within_limit_share": (1, 2, "0.5"),
    "disability_decision_within_limit_share": (1, 2, "0.5"),
    "social_granted_share": (3, 4, "0.75"),
    "social_open_cases_per_1000": (4, 2010, "1.9900"),
    "social_open_past_limit_share": (1, 4, "0.25"),
    "home_care_clients_per_1000": (2, 2010, "0.9950"),
    "housing_24h_clients_per_1000": (2, 2010, "0.9950"),
    "informal_care_clients_per_1000": (1, 2010, "0.4975"),
    "long_term_care_24h_share": (2, 5, "0.4"),
    "rai_assessed_within_6_months_share": (1, 3, "0.3333"),
    "home_care_private_share": (1, 2, "0.5"),
    "housing_24h_private_share": (1, 2, "0.5"),
    "home_care_high_need_share": (1, 1, "1"),
    "care_periods_ended_per_1000": (1, 2010, "0.4975"),
}


@pytest.mark.parametrize("basis", ["organiser", "residence"])
@pytest.mark.parametrize("indicator", WORKED)
def test_a_figure_is_what_comes_out_by_hand(warehouse, indicator, basis):
    numerator, denominator, value = WORKED[indicator]
    asked = f"""select numerator, denominator, value, value_status, origin from mart.minimum_dataset
        where indicator_code = $1 and basis = $2 and region_code = '05' and {SEPTEMBER}"""
    assert warehouse.execute(asked, [indicator, basis]).fetchall() == [
        (Decimal(numerator), Decimal(denominator), Decimal(value), "value", "synthetic")
    ]


def test_every_organiser_has_a_row_and_who_sent_nothing_is_missing(warehouse):
    organisers = {s.organiser_code for s in senders().values() if not s.catchment}
    for indicator in WORKED:
        asked = f"""select region_code, value_status from mart.minimum_dataset
            where indicator_code = $1 and basis = 'organiser' and region_level = 'county' and {SEPTEMBER}"""
        rows = dict(warehouse.execute(asked, [indicator]).fetchall())
        assert organisers <= rows.keys(), indicator
        assert {rows[code] for code in organisers - {"05"}} == {"missing"}, indicator


def test_those_of_75_and_over_are_divided_by_their_own_number(warehouse):
    """Both clients of home care are of 75 and over; of all residents of that age the population says how many there are."""
    asked = """select age_group, numerator, denominator, value from mart.minimum_dataset
        where indicator_code = 'home_care_clients_per_1000' and basis = 'residence' and region_code = '05' and known_to is null
            and period_start = date '2026-09-01' and sex = 'total' and age_group in ('75+', '65-74')
            and language_status = 'total' and municipality_type = 'total' order by age_group desc"""
    (old, *of_old), (younger, *of_younger) = warehouse.execute(asked).fetchall()
    assert (old, of_old[0], younger, of_younger[0]) == ("75+", 2, "65-74", 0)
    assert of_old[2] == pytest.approx(1000 * of_old[0] / of_old[1], abs=Decimal("0.0001"))
    assert 0 < of_old[1] < 2010


def test_persons_stay_in_the_warehouse_and_a_quarantined_row_is_no_fact(warehouse):
    facts = "select count(*) from core.fct_social_services_case union all select count(*) from core.fct_care_period"
    assert warehouse.execute(facts).fetchall() == [(7,), (6,)]
