"""Figures of complaints, answers of clients, personnel, outcomes and development work, worked by hand from the rows of staff_inputs.py: county 05, 201,000 residents."""

from decimal import Decimal

import pytest

from sources.simulator.senders import senders
from tests.dbt_project.figures import TOTAL

MONTH = f"known_to is null and period_grain = 'month' and period_start = date '2026-09-01' and {TOTAL}"
QUARTER = f"known_to is null and period_grain = 'quarter' and period_start = date '2026-07-01' and {TOTAL}"
# Indicator: numerator, denominator, value.
OF_SEPTEMBER = {
    "complaints_open_per_10000": (1, 201_000, "0.0498"),
    "staff_fte_per_1000": (15, 201_000, "0.0746"),
    "agency_fte_share": ("1.5", 15, "0.1"),
    "absence_days_per_fte": ("9.5", "13.5", "0.7037"),
    "vacant_post_share": ("1.5", 14, "0.1071"),
    "staffing_24h_older_people": (12, 20, "0.6"),
    # The law asks for 0.6 each of 20 clients.
    "staffing_24h_of_required": (12, 12, "1"),
    # 22 contacts of a hundredth of the residents, and a hundredth of three doctors.
    "phc_contacts_per_fte": (22, "0.03", "733.3333"),
    "development_projects": (1, None, "1"),
    "ideas_in_use_share": (1, 2, "0.5"),
    "adopted_operating_model_share": (1, 2, "0.5"),
    "operating_models": (2, None, "2"),
    "maturity_level_mean": (7, 2, "3.5"),
}
OF_THE_QUARTER = {
    "complaints_per_10000": (4, 201_000, "0.1990"),
    # Of three answers one came on the last day of its month, one a day later than that.
    "complaints_answered_within_a_month_share": (2, 3, "0.6667"),
    "complaints_about_access_share": (1, 4, "0.25"),
    "complaints_about_conduct_share": (1, 4, "0.25"),
    "patient_injury_reports_per_100000": (1, 201_000, "0.4975"),
    # 9 and 10 less 6, of four answers.
    "recommendation_score": (1, 4, "25"),
    "got_help_share": (2, 3, "0.6667"),
    "was_heard_share": (2, 4, "0.5"),
    "feedback_answers_per_10000": (4, 201_000, "0.1990"),
    "swedish_feedback_share": (1, 4, "0.25"),
    "other_language_feedback_share": (1, 4, "0.25"),
    "outcome_followed_up_share": (3, 4, "0.75"),
    # +5, -5 and +4.99.
    "outcome_change_points": ("4.99", 3, "1.6633"),
    "outcome_improved_share": (1, 3, "0.3333"),
    "outcome_worsened_share": (1, 3, "0.3333"),
    "outcome_baseline_points": (180, 4, "45"),
    "outcome_mood_improved_share": (1, 2, "0.5"),
    "new_ideas_per_100000": (2, 201_000, "0.9950"),
}
WORKED = [(indicator, MONTH, *worked) for indicator, worked in OF_SEPTEMBER.items()]
WORKED += [(indicator, QUARTER, *worked) for indicator, worked in OF_THE_QUARTER.items()]


@pytest.mark.parametrize(("indicator", "period", "numerator", "denominator", "value"), WORKED)
def test_a_figure_is_what_comes_out_by_hand_and_every_other_organiser_is_missing(
    warehouse, indicator, period, numerator, denominator, value
):
    figures = f"""select region_code, numerator, denominator, value, value_status, origin from mart.minimum_dataset
        where indicator_code = $1 and basis = 'organiser' and region_level = 'county' and {period}"""
    rows = {code: row for code, *row in warehouse.execute(figures, [indicator]).fetchall()}
    below = None if denominator is None else Decimal(denominator)
    assert rows["05"] == [Decimal(numerator), below, Decimal(value), "value", "synthetic"]
    organisers = {s.organiser_code for s in senders().values() if not s.catchment}
    assert (len(organisers), organisers <= rows.keys()) == (22, True)
    # Contacts and costs come from others too, so that a figure of two datasets is missing for want of the second.
    assert {rows[code][3] for code in organisers - {"05"}} == {"missing"}


def test_outcomes_are_placed_by_residence_too_and_split_by_group(warehouse):
    of_age = QUARTER.replace("age_group = 'total'", "age_group = '18-64'")
    assert of_age != QUARTER
    asked = f"""select numerator, denominator from mart.minimum_dataset
        where indicator_code = 'outcome_improved_share' and basis = 'residence' and region_code = '05' and {of_age}"""
    assert warehouse.execute(asked).fetchall() == [(1, 3)]


def test_the_self_assessment_stands_beside_the_national_one_without_a_place(warehouse):
    asked = "select distinct place, place_of, verdict from mart.comparison where indicator_code = $1"
    assert warehouse.execute(asked, ["maturity_level_mean"]).fetchall() == [(None, None, "not_judged")]
    own = "select value, national_value from mart.comparison where indicator_code = $1 and region_code = '05' and period_start = date '2026-09-01'"
    assert warehouse.execute(own, ["maturity_level_mean"]).fetchall() == [(Decimal("3.5"), Decimal("3.5"))]
    # Another figure of the same month has places.
    assert any(place_of for _, place_of, _ in warehouse.execute(asked, ["agency_fte_share"]).fetchall())


def test_facts_hold_what_was_accepted_and_one_case_has_a_row_in_each_of_its_months(warehouse):
    told = "select period, answered_on is not null from core.fct_complaint where complaint_id = 'M05-3' order by period"
    assert warehouse.execute(told).fetchall() == [("2026-08", False), ("2026-09", True)]
    facts = ("complaint", "customer_feedback", "personnel", "outcome", "development_item")
    counts = " union all ".join(f"select count(*) from core.fct_{fact}" for fact in facts)
    assert [count for (count,) in warehouse.execute(counts).fetchall()] == [6, 4, 9, 4, 17]
