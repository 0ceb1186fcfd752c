"""The scorecard of a month that came and of one that never did, over hand-made inputs. Its formulas have unit tests in dbt_project/models."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.dbt_project.test_views import seed


@pytest.fixture(scope="module")
def told(warehouse) -> dict[tuple[str, str, str], tuple]:
    """Sender, dataset and item: status, value, numerator, denominator, n."""
    rows = warehouse.execute(
        "select organiser_code, dataset, item_code, status, value, numerator, denominator, n from dq.scorecard"
    )
    return {row[:3]: row[3:] for row in rows.fetchall()}


def test_every_month_that_is_owed_has_every_item_and_no_other_has_any(told):
    items = {(item["scope"], item["item_code"]) for item in seed("raw__scorecard_item")}
    owed = {
        (organiser, dataset, item)
        for organiser in ("06", "17")
        for dataset, scope in (("care_contacts", "dataset"), ("total", "total"))
        for s, item in items
        if s == scope
    }
    assert set(told) == owed


def test_the_items_of_a_month_that_came_are_told_with_their_numbers(told):
    def of(item: str) -> tuple:
        return told["06", "care_contacts", item]

    # Two defaults of ten are one and a half beyond 5 %: 0.85; one of ten is missing: 0.9.
    assert of("field_score") == ("fail", Decimal("0.8750"), Decimal("1.7500"), 2, 10)
    assert of("vodim_default") == ("n_a", Decimal("0.1000"), 2, 20, 20)
    assert of("vodim_missing")[1:3] == (Decimal("0.0500"), 1)
    assert of("checks_conformance") == ("fail", 10, 1, 10, 1)
    assert of("checks_codes") == ("pass", 0, 0, 10, 1)
    assert of("unit_coverage") == ("pass", 1, 2, 2, 2)
    assert of("dqmi")[1] == Decimal("87.5000")
    assert of("on_time") == ("pass", 1, 1, 1, 1)
    assert of("stability") == ("n_a", None, None, None, 0)


def test_a_month_that_never_came_passes_nothing(told):
    late = {item: row for (organiser, _, item), row in told.items() if organiser == "17"}
    assert {row[0] for row in late.values()} == {"fail", "error", "n_a"}
    assert {item for item, row in late.items() if row[0] == "fail"} == {"coverage", "on_time"}
    assert late["field_score"] == ("error", None, None, None, 0)
    assert late["dqmi"][1] == 0 and late["dqmi_min"][1] == 0
    assert (late["targets_met"][2], late["score"][2]) == (0, 0) and late["targets_met"][3] >= 5


def test_the_summary_has_the_latest_month_that_is_due_of_each_sender_and_dataset(warehouse):
    asked = "select organiser_code, dataset, dqmi, dqmi_min, targets_met, formula_version from dq.scorecard_summary order by all"
    assert warehouse.execute(asked).fetchall() == [
        ("06", "care_contacts", Decimal("87.5000"), None, 4, "1.0"),
        ("06", "total", Decimal("87.5000"), Decimal("87.5000"), 4, "1.0"),
        ("17", "care_contacts", 0, None, 0, "1.0"),
        ("17", "total", 0, 0, 0, "1.0"),
    ]
