"""What the counties report to the State Treasury, over the small build folder: figures worked out by hand."""

from datetime import date, datetime
from decimal import Decimal

from tests.dbt_project.national_inputs import NIGHT_1, NIGHT_3

Figures = list[tuple]


def figures(warehouse, indicator: str) -> Figures:
    return warehouse.execute(
        """select period_grain, period_start, period_end, value, numerator, denominator, value_status, comparability, known_from, known_to
        from core.fct_observation where indicator_code = ? and region_code = '03' order by period_grain, period_start, known_from""",
        [indicator],
    ).fetchall()


def test_a_quarter_is_what_was_added_since_the_one_before_and_the_most_final_stage_counts(warehouse):
    found = figures(warehouse, "net_operating_costs_per_resident_eur")
    told = [
        (start, value, numerator, known_from, known_to)
        for _, start, _, value, numerator, *_, known_from, known_to in found
    ]
    assert told == [
        (date(2026, 1, 1), Decimal("10.0000"), Decimal("3000000"), NIGHT_1, None),
        (date(2026, 4, 1), Decimal("13.3333"), Decimal("4000000"), NIGHT_1, NIGHT_3),
        (date(2026, 4, 1), Decimal("14.3333"), Decimal("4300000"), NIGHT_3, None),
    ]
    assert {row[0] for row in found} == {"quarter"} and found[0][2] == date(2026, 3, 31)
    # What the cells mean was not seen, so no figure of them passes for sure.
    assert {(row[6], row[7]) for row in found} == {("value", "caution")}


def test_a_budget_is_divided_by_the_residents_of_the_december_before(warehouse):
    [(grain, start, end, value, numerator, denominator, *_)] = figures(
        warehouse, "budgeted_net_operating_costs_per_resident_eur"
    )
    assert (grain, start, end) == ("year", date(2026, 1, 1), date(2026, 12, 31))
    assert (value, numerator, denominator) == (Decimal("80"), Decimal("24000000"), Decimal("300000"))


def test_every_stage_is_kept_and_only_the_most_final_one_is_in_use(warehouse):
    rows = warehouse.execute(
        """select stage, amount, is_in_use, known_from, known_to from core.fct_treasury_cell
        where period_code = '2026C06' and label_fi = 'Toimintamenot' order by stage, known_from"""
    ).fetchall()
    assert rows == [
        ("alustava", Decimal("9000000.00"), True, NIGHT_1, NIGHT_3),
        ("alustava", Decimal("9000000.00"), False, NIGHT_3, None),
        ("hyvaksytty", Decimal("9300000.00"), True, NIGHT_3, None),
    ]


def test_the_county_is_found_by_its_business_id(warehouse):
    assert warehouse.execute("select distinct county_code, business_id from core.fct_treasury_cell").fetchall() == [
        ("03", "3221347-3")
    ]


def test_a_figure_that_another_stage_moved_is_a_revision(warehouse):
    moved = warehouse.execute(
        "select region_code, old_value, new_value, known_from from dq.revisions where source_code = 'treasury'"
    ).fetchall()
    assert moved == [("03", Decimal("13.333300"), Decimal("14.333300"), NIGHT_3)]
    assert isinstance(moved[0][3], datetime)


def test_a_city_that_reports_elsewhere_has_a_row_with_the_reason(warehouse):
    rows = warehouse.execute(
        """select distinct region_code, value, value_status, comparability_reason from core.fct_observation
        where source_code = 'treasury' and region_code <> '03'"""
    ).fetchall()
    assert rows == [("90", None, "missing", "a city reports in municipal packages, which are not collected")]
