"""Kela's benefits over the small build folder: yearly and monthly rows apart, negative euros, restated figures."""

from datetime import date
from decimal import Decimal

from tests.dbt_project.national_inputs import APRIL, NIGHT_3


def test_years_and_months_stand_apart_and_a_restated_year_has_two_versions(warehouse):
    rows = warehouse.execute(
        """select period_grain, period_start, recipients, paid_eur, known_from, known_to from core.fct_kela_benefit
        order by period_grain, known_from"""
    ).fetchall()
    assert rows == [
        ("month", date(2025, 12, 1), 10, Decimal("-5.50"), APRIL, None),
        ("year", date(2025, 1, 1), 10, Decimal("100.00"), APRIL, NIGHT_3),
        ("year", date(2025, 1, 1), 10, Decimal("120.00"), NIGHT_3, None),
    ]
    moved = warehouse.execute(
        "select table_name, region_code, old_value, new_value from dq.revisions where source_code = 'kela'"
    ).fetchall()
    assert moved == [("core.fct_kela_benefit", "853", Decimal("100.000000"), Decimal("120.000000"))]


def test_a_county_of_the_package_is_found_by_its_name(warehouse):
    assert warehouse.execute("select county_code, benefit_code, value from core.fct_kela_county").fetchall() == [
        ("03", "Kuntoutus", Decimal("1.000000"))
    ]
