"""Figures of costs worked by hand from the inputs."""

from __future__ import annotations

from decimal import Decimal

from tests.dbt_project.figures import ADJUSTED, NET, TOTAL, of, versions
from tests.dbt_project.national_inputs import NIGHT_1, NIGHT_2, NIGHT_3


def test_net_costs_are_of_external_items_and_leave_rescue_services_to_a_figure_of_their_own(warehouse):
    # 140,000 euros of 200,000 residents; 142,000 after the correction; 201,000 residents after the restatement.
    assert versions(warehouse, "value, numerator, denominator, comparability", of(NET, "organiser", "05")) == [
        (Decimal("0.7000"), 140_000, 200_000, "comparable", NIGHT_1, NIGHT_2),
        (Decimal("0.7100"), 142_000, 200_000, "comparable", NIGHT_2, NIGHT_3),
        (Decimal("0.7065"), 142_000, 201_000, "comparable", NIGHT_3, None),
    ]
    assert versions(warehouse, "value, numerator", of(f"{NET}__rescue", "organiser", "05"))[0][:2] == (
        Decimal("0.0300"),
        6000,
    )
    assert versions(warehouse, "value, value_status", of(f"{NET}__oral_health", "organiser", "05"))[0][:2] == (
        0,
        "true_zero",
    )


def test_costs_are_adjusted_by_the_newest_factor_known_and_say_its_year(warehouse):
    # Factor 1.0, then 1.25 from night 3, of data year 2023.
    reason = "need factors of data year 2023 used for costs of 2026"
    assert versions(
        warehouse, "value, denominator, comparability, comparability_reason", of(ADJUSTED, "organiser", "05")
    ) == [
        (Decimal("0.7000"), 200_000, "caution", reason, NIGHT_1, NIGHT_2),
        (Decimal("0.7100"), 200_000, "caution", reason, NIGHT_2, NIGHT_3),
        (Decimal("0.5652"), 251_250, "caution", reason, NIGHT_3, None),
    ]


def test_what_is_paid_to_the_joint_authority_counts_once(warehouse):
    # 03: 120,000 of its own and 90,000 to HUS, of 300,000 residents with a factor of 0.8. The country has 05 and 03, never HUS itself.
    assert versions(warehouse, "value, numerator", of(NET, "organiser", "03")) == [
        (Decimal("0.7000"), 210_000, NIGHT_1, None)
    ]
    assert versions(warehouse, "value, denominator", of(ADJUSTED, "organiser", "03")) == [
        (Decimal("0.8750"), 240_000, NIGHT_1, None)
    ]
    assert versions(warehouse, "value, numerator, coverage", of(NET, "organiser", "FI1"))[0][:3] == (
        Decimal("0.7000"),
        350_000,
        Decimal("0.0909"),
    )
    regions = f"select distinct region_code from mart.minimum_dataset where source_code = 'costs' and numerator is not null and {TOTAL}"
    assert {r for (r,) in warehouse.execute(regions).fetchall()} == {"03", "05", "1", "4", "FI1"}
    assert warehouse.execute("select sum(amount_eur) from core.fct_cost where organiser_code = 'HUS'").fetchone() == (
        5000,
    )


def test_every_version_of_a_cost_row_stays_with_exact_euros(warehouse):
    rows = "select amount_eur, is_internal, known_from, known_to from core.fct_cost where organiser_code = '05' and account_code = '4000' and service_class_code = '2536' order by known_from"
    assert warehouse.execute(rows).fetchall() == [
        (Decimal("150000.00"), False, NIGHT_1, NIGHT_2),
        (Decimal("152000.00"), False, NIGHT_2, None),
    ]
