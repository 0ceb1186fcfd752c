"""Figures of specialised care and of the hospital, worked by hand from the rows of hospital_inputs.py: county 05, September, a hundredth of 201,000 residents."""

from decimal import Decimal

import pytest

from sources.simulator.senders import senders
from warehouse.row_queries import row_query

TOTAL = "sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'"
SEPTEMBER = f"known_to is null and period_grain = 'month' and period_start = date '2026-09-01' and {TOTAL}"
# Indicator: numerator, denominator, value.
WORKED = {
    "specialised_referrals_per_1000": (3, 2010, "1.4925"),
    "specialised_referrals_handled_per_1000": (2, 2010, "0.9950"),
    "referral_handled_within_limit_share": (1, 2, "0.5"),
    "unhandled_referral_over_limit_share": (1, 2, "0.5"),
    "specialised_treated_within_limit_share": (1, 2, "0.5"),
    "specialised_queue_per_10000": (4, 2010, "19.9005"),
    "specialised_queue_up_to_1_month_share": (1, 4, "0.25"),
    "specialised_queue_from_1_to_3_months_share": (1, 4, "0.25"),
    "specialised_queue_from_3_months_to_limit_share": (1, 4, "0.25"),
    "specialised_queue_over_limit_share": (1, 4, "0.25"),
    "hospital_episodes_per_1000": (5, 2010, "2.4876"),
    # 4 + 3 + 14 + 0 + 5 days.
    "hospital_bed_days_per_1000": (26, 2010, "12.9353"),
    "mean_hospital_stay_days": (26, 5, "5.2"),
    "emergency_episode_share": (3, 5, "0.6"),
    "readmission_within_48_hours_share": (1, 3, "0.3333"),
    "delayed_transfer_days_per_1000": (3, 2010, "1.4925"),
    "delayed_transfer_episode_share": (1, 5, "0.2"),
    "avoidable_emergency_episodes_per_100000": (1, 2010, "49.7512"),
    "discharged_home_share": (2, 4, "0.5"),
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


def test_shares_of_referrals_bear_an_interval_and_shares_of_episodes_none(warehouse):
    """One of four, by Wilson: 0.0456 to 0.6994. Episodes of one person are not independent."""
    asked = f"""select indicator_code, value_low, value_high from mart.minimum_dataset
        where indicator_code in ('specialised_queue_over_limit_share', 'readmission_within_48_hours_share')
            and basis = 'organiser' and region_code = '05' and {SEPTEMBER} order by 1"""
    assert warehouse.execute(asked).fetchall() == [
        ("readmission_within_48_hours_share", None, None),
        ("specialised_queue_over_limit_share", Decimal("0.0456"), Decimal("0.6994")),
    ]


def test_persons_stay_in_the_warehouse_and_a_quarantined_row_is_no_fact(warehouse):
    facts = "select count(*) from core.fct_referral union all select count(*) from core.fct_hospital_episode"
    assert warehouse.execute(facts).fetchall() == [(10,), (5,)]


@pytest.mark.parametrize(("indicator", "rows"), [("specialised_queue_per_10000", 10), ("discharged_home_share", 5)])
def test_the_query_of_a_figure_gives_the_rows_among_which_it_is_counted(warehouse, indicator, rows):
    asked = f"select * from mart.minimum_dataset where indicator_code = $1 and basis = 'residence' and region_code = '05' and {SEPTEMBER}"
    found = warehouse.execute(asked, [indicator])
    cell = dict(zip([column[0] for column in found.description], found.fetchone(), strict=True))
    assert warehouse.execute(f"select count(*) from ({row_query(cell, None)})").fetchone() == (rows,)
