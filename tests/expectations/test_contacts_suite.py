"""Every check on the accepted contacts holds on a table in order and fails on one that is not, with numbers."""

import pytest

from expectations.gate import tally
from expectations.model import Known
from expectations.suites import accepted_contacts
from tests.expectations.conftest import judged

# What breaks each check, and a number or subject that its reason must show.
BREAKAGES = {
    "HVA-GX-CC-001": ("delete from accepted", "rows 0"),
    "HVA-GX-CC-002": ("delete from accepted where contact_id = (select min(contact_id) from accepted)", "1/69"),
    "HVA-GX-CC-003": ("delete from accepted where period = '2026-08'", "0.6667"),
    "HVA-GX-CC-004": ("delete from accepted where organiser_code in ('05', '06', '07', '08')", "value 19"),
    "HVA-GX-CC-005": (
        "delete from accepted where organiser_code = '05' and period = '2026-07' and contact_id not like '%1'",
        "05 2026-07",
    ),
    "HVA-GX-CC-006": ("update accepted set sample_share = 0.1", "0.6"),
    "HVA-GX-CC-011": ("update accepted set age_at_assessment_years = null", "value 0"),
    "HVA-GX-CC-012": ("update accepted set need_assessed_at = contacted_at", "value 1"),
    "HVA-GX-CC-013": ("update accepted set booked_at = null", "value 0"),
    "HVA-GX-CC-014": ("update accepted set visited_at = null", "value 0"),
    "HVA-GX-CC-015": ("update accepted set reason_code = null", "value 0"),
    "HVA-GX-CC-016": ("update accepted set visit_duration_hours = null", "value 0"),
    "HVA-GX-CC-017": ("update accepted set reason_code = null where organiser_code = '12'", "12 reason_code"),
    "HVA-GX-CC-021": ("update accepted set sex = 'male' where sex = 'female'", "female: 0 "),
    "HVA-GX-CC-022": ("update accepted set contact_mode = 'onsite' where contact_mode = 'phone'", "phone: 0 "),
    "HVA-GX-CC-023": ("update accepted set profession = 'other' where profession = 'doctor'", "doctor: 0 "),
    "HVA-GX-CC-024": ("update accepted set urgency = 'non_urgent'", "non_urgent: 1 "),
    "HVA-GX-CC-025": ("update accepted set urgency = 'urgent' where organiser_code = 'HUS'", "HUS urgency"),
    "HVA-GX-CC-026": ("update accepted set home_municipality_code = '091'", "value 1"),
    "HVA-GX-CC-027": ("update accepted set service_class_code = '2500'", "value 1"),
    "HVA-GX-CC-028": ("update accepted set client_id = md5('constant')", "value 0.0001449"),
    "HVA-GX-CC-031": ("update accepted set visited_at = visited_at + interval 300 day", "value 313"),
    "HVA-GX-CC-032": ("update accepted set visited_at = need_assessed_at where visited_at is not null", "p90 0"),
    "HVA-GX-CC-033": ("update accepted set age_at_assessment_years = 2", "value 2"),
    "HVA-GX-CC-034": ("update accepted set visit_duration_hours = visit_duration_hours * 20", "value 14.8"),
    "HVA-GX-CC-035": (
        "update accepted set contacted_at = date_trunc('day', contacted_at) where organiser_code = '17'",
        "17: 1 ",
    ),
}


def test_every_check_has_a_breakage_here():
    assert sorted(BREAKAGES) == sorted(c.id for c in accepted_contacts().expectations)


def test_a_table_in_order_passes_every_check_with_its_numbers(contacts, known):
    outcomes = judged(contacts, accepted_contacts(), "accepted", known)
    assert tally(outcomes.values()) == {"PASS": len(BREAKAGES), "FAIL": 0, "N-A": 0, "ERROR": 0}
    assert all(o.observed and o.denominators and not o.reason for o in outcomes.values())
    assert outcomes["HVA-GX-CC-001"].observed == {"value": 6900}
    assert outcomes["HVA-GX-CC-002"].denominators == {"subjects": 69, "judged": 69, "largest_denominator": 100}
    assert outcomes["HVA-GX-CC-014"].denominators == {"rows": 6900}
    assert outcomes["HVA-GX-CC-032"].observed == {"p50": 13, "p90": 25}


@pytest.mark.parametrize("check", BREAKAGES)
def test_a_broken_table_fails_its_check_and_says_the_numbers(contacts, known, check):
    damage, shown = BREAKAGES[check]
    contacts.execute(damage)
    outcome = judged(contacts, accepted_contacts(), "accepted", known, only=check)[check]
    assert outcome.status == "FAIL"
    assert shown in outcome.reason.replace("\u00a0", " ")
    assert outcome.is_blocking == (outcome.severity == "error")
    assert set(outcome.reasons) == {"fi", "sv", "en"}


def test_a_rate_gone_wrong_names_the_slices_that_lie_furthest_from_the_others(contacts, known):
    contacts.execute("update accepted set sample_share = 1 where organiser_code in ('12', '90') and period > '2026-06'")
    contacts.execute("update accepted set sample_share = 0.5 where organiser_code = '12' and period = '2026-08'")
    outcome = judged(contacts, accepted_contacts(), "accepted", known, only="HVA-GX-CC-006")["HVA-GX-CC-006"]
    assert (outcome.status, outcome.denominators["subjects"]) == ("FAIL", 1)
    assert "(furthest from the others: 12 2026-07: 0.06, 90 2026-07: 0.06, 90 2026-08: 0.06)" in outcome.reason


def test_a_rate_gone_wrong_everywhere_names_nobody(contacts, known):
    contacts.execute("update accepted set sample_share = 0.1")
    outcome = judged(contacts, accepted_contacts(), "accepted", known, only="HVA-GX-CC-006")["HVA-GX-CC-006"]
    assert outcome.figures[0]["subject"] == "all organisers"


def test_rows_that_the_ledger_does_not_know_fail_the_reconciliation(contacts, known):
    deliveries = dict(known.deliveries)
    del deliveries["05", "2026-07"]
    outcome = judged(contacts, accepted_contacts(), "accepted", Known(deliveries), only="HVA-GX-CC-002")[
        "HVA-GX-CC-002"
    ]
    assert outcome.status == "FAIL"
    assert "05 2026-07: 100 " in outcome.reason


def test_a_delivery_without_any_row_left_fails_the_reconciliation(contacts, known):
    contacts.execute("delete from accepted where organiser_code = '05' and period = '2026-07'")
    outcome = judged(contacts, accepted_contacts(), "accepted", known, only="HVA-GX-CC-002")["HVA-GX-CC-002"]
    assert "05 2026-07: -100 " in outcome.reason


def test_the_figures_hold_no_person(contacts, known):
    contacts.execute("update accepted set client_id = md5('constant')")
    clients = {c for (c,) in contacts.execute("select distinct client_id from accepted").fetchall()}
    told = str([o.as_dict() for o in judged(contacts, accepted_contacts(), "accepted", known).values()])
    assert not any(c in told for c in clients)
    assert "contact-" not in told
