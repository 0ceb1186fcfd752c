"""Control totals of the manifest against the data: agreeing, off by the tolerance, beyond it, and of what cannot be added up."""

import pytest
from deliveries import ROWS, contacts

from sources.regional.file_rules import file_rule

HOURS = {"visit_duration_hours": "20.00"}


@pytest.mark.parametrize("hours", ["20.00", "20.5", "19"])
def test_totals_within_the_tolerance_are_shown_and_accepted(desk, hours):
    desk.send(contacts(ROWS), control_totals={"rows": ROWS, "sums": {"visit_duration_hours": hours}})
    desk.night()
    verdict = desk.verdict()
    assert verdict["status"] == "accepted"
    assert [t["status"] for t in verdict["control_totals"]] == ["PASS", "PASS"]
    hours_told = verdict["control_totals"][1]
    assert (hours_told["declared"], hours_told["found"], hours_told["tolerance"]) == (hours, "20.00", "1")


@pytest.mark.parametrize(
    ("totals", "found"),
    [({"sums": {"visit_duration_hours": "21.01"}}, "20.00"), ({"rows": ROWS + 1}, str(ROWS))],
)
def test_a_total_that_disagrees_refuses_the_delivery_with_both_values(desk, totals, found):
    desk.send(contacts(ROWS), control_totals=totals)
    desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rule"]) == ("rejected", file_rule("CONTROL_TOTAL").id)
    assert verdict["values"]["found"] == found
    assert verdict["slice"] is None


def test_the_senders_own_heading_names_the_column(desk):
    desk.send(contacts(ROWS), control_totals={"sums": {"Kesto h": "20"}})
    desk.night()
    assert desk.verdict()["status"] == "accepted"


def test_a_column_that_has_no_sum_is_refused(desk):
    desk.send(contacts(ROWS), control_totals={"sums": {"sex": "20"}})
    desk.night()
    assert desk.verdict()["rule"] == file_rule("CONTROL_TOTAL").id


def test_where_a_value_cannot_be_read_there_is_no_sum_to_compare(desk):
    rows = contacts(ROWS)
    rows[3]["visit_duration_hours"] = "half"
    desk.send(rows, control_totals={"sums": HOURS})
    desk.night()
    verdict = desk.verdict()
    assert verdict["status"] == "accepted"
    assert verdict["control_totals"][0]["status"] == "N-A"


def test_rows_in_quarantine_count_in_the_sum(desk):
    rows = contacts(ROWS)
    rows[3]["sex"] = "other"
    desk.send(rows, control_totals={"sums": HOURS})
    desk.night()
    verdict = desk.verdict()
    assert (verdict["rows_quarantined"], verdict["control_totals"][0]["status"]) == (1, "PASS")


def test_a_total_that_is_no_decimal_text_breaks_the_manifests_form(desk):
    desk.send(contacts(ROWS), control_totals={"sums": {"visit_duration_hours": 20.0}})
    desk.night()
    assert desk.verdict()["rule"] == file_rule("MANIFEST_SCHEMA").id
