"""Suites are built from the contract and the bounds, and what does not fit together is refused in one line."""

import copy
from dataclasses import replace

import pytest

from expectations.model import BoundsError
from expectations.suites import (
    accepted_contacts,
    contacts_suite,
    mart_suite,
    minimum_dataset,
    read_bounds,
)
from sources.contract import LANGUAGES
from sources.reference import code_list
from sources.regional.catalogue import dataset_contract


@pytest.fixture
def bounds():
    return copy.deepcopy(read_bounds())


@pytest.fixture
def contract():
    return dataset_contract("care_contacts")


@pytest.mark.parametrize("suite", [accepted_contacts(), minimum_dataset()], ids=lambda s: s.name)
def test_every_check_tells_what_why_and_how_to_mend_in_three_languages(suite):
    assert set(suite.title) == set(LANGUAGES)
    for check in suite.expectations:
        assert set(check.text) == set(check.fix) == set(LANGUAGES), check.id
        assert all(check.text.values()), check.id
        assert "{" not in "".join([*check.text.values(), *check.fix.values()]), check.id
        assert len(check.reason) > 15, check.id


def test_labels_of_the_contract_stand_in_the_texts():
    texts = {c.id: c.text for c in accepted_contacts().expectations}
    assert texts["HVA-GX-CC-024"]["fi"].startswith("Kiireellisyys:")
    assert texts["HVA-GX-CC-024"]["sv"].startswith("Brådskandegrad:")


def test_each_suite_has_checks_that_block_and_checks_that_warn():
    for suite in (accepted_contacts(), minimum_dataset()):
        assert {c.severity for c in suite.expectations} == {"error", "warning"}


def test_a_new_nullable_column_needs_its_share(contract, bounds):
    new = replace(contract.columns[-1], name="ward_code", required=False)
    with pytest.raises(BoundsError, match="column ward_code of care_contacts has no filled_share check"):
        contacts_suite(replace(contract, columns=(*contract.columns, new)), bounds)


def test_a_new_coded_column_needs_its_shares(contract, bounds):
    new = replace(contract.columns[-1], name="language", required=True, codes=("fi", "sv"))
    with pytest.raises(BoundsError, match="language of care_contacts has no code_shares check"):
        contacts_suite(replace(contract, columns=(*contract.columns, new)), bounds)


def test_a_column_that_the_contract_lost_has_no_place_for_its_check(contract, bounds):
    columns = tuple(c for c in contract.columns if c.name != "booked_at")
    with pytest.raises(
        BoundsError, match="booked_at of care_contacts has a filled_share check the contract has no place for"
    ):
        contacts_suite(replace(contract, columns=columns), bounds)


def _contacts_check(bounds, check):
    return next(e for e in bounds["accepted_contacts"]["checks"] if e["id"] == check)


@pytest.mark.parametrize(
    ("check", "change", "said"),
    [
        ("HVA-GX-CC-024", {"shares": {"soon": [0, 1]}}, "bounds the code soon, unknown to care_contacts"),
        ("HVA-GX-CC-034", {"column": "visit_minutes"}, "names the column visit_minutes, unknown to care_contacts"),
        ("HVA-GX-CC-031", {"kind": "median"}, "names the unknown kind median"),
        ("HVA-GX-CC-031", {"minimum": 130}, "has a minimum above its maximum"),
        ("HVA-GX-CC-031", {"reason": ""}, "needs a severity"),
        ("HVA-GX-CC-031", {"severity": "fatal"}, "needs a severity"),
        ("HVA-GX-CC-031", {"id": "CC-31"}, "CC-31 is no id of the form"),
    ],
)
def test_bounds_that_do_not_fit_are_refused_in_one_line(contract, bounds, check, change, said):
    _contacts_check(bounds, check).update(change)
    with pytest.raises(BoundsError, match=said) as refused:
        contacts_suite(contract, bounds)
    assert "\n" not in str(refused.value)


def test_an_indicator_needs_a_reason_and_a_rule_of_addition(bounds):
    del bounds["indicators"]["population"]["adds"]
    with pytest.raises(BoundsError, match="indicator population needs `adds`"):
        mart_suite(bounds)


def test_a_published_indicator_is_judged_by_its_unit_and_a_unit_without_bounds_is_refused(bounds):
    del bounds["published_indicators"]["years"]
    with pytest.raises(BoundsError, match="indicator sotkanet_4011 is in years, a unit without bounds"):
        mart_suite(bounds)


def test_the_catalogue_and_the_bounds_know_the_same_indicators(bounds):
    import csv

    from sources.reference import SEEDS

    with (SEEDS / "raw__indicator.csv").open(encoding="utf-8", newline="") as file:
        assert {row["indicator_code"] for row in csv.DictReader(file)} == set(bounds["indicators"])


def test_what_the_catalogue_divides_is_a_quotient_to_the_bounds_too_and_a_count_is_none(bounds):
    import csv

    from sources.reference import SEEDS

    with (SEEDS / "raw__indicator.csv").open(encoding="utf-8", newline="") as file:
        made_of_events = [row for row in csv.DictReader(file) if row["numerator_measure"]]
    per = {row["indicator_code"]: bounds["indicators"][row["indicator_code"]].get("per") for row in made_of_events}
    divided = {row["indicator_code"]: int(row["multiplier"]) for row in made_of_events if row["denominator_measure"]}
    assert per == dict.fromkeys(per) | divided
    assert len(divided) < len(per)


def test_code_counts_asked_for_exist_in_the_reference_lists(bounds):
    assert _contacts_check(bounds, "HVA-GX-CC-026")["minimum"] < len(code_list("municipality"))
    assert _contacts_check(bounds, "HVA-GX-CC-027")["minimum"] < len(code_list("service_class"))


@pytest.mark.parametrize("text", ["accepted_contacts: [", "[]", "accepted_contacts: {}", ""])
def test_a_bounds_file_that_is_none_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "bounds.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BoundsError, match="bounds.yml: not readable as bounds"):
        read_bounds(path)


def test_an_id_used_twice_is_refused(tmp_path, bounds):
    import yaml

    bounds["minimum_dataset"]["checks"][0]["id"] = "HVA-GX-CC-001"
    path = tmp_path / "bounds.yml"
    path.write_text(yaml.safe_dump(bounds), encoding="utf-8")
    with pytest.raises(BoundsError, match="HVA-GX-CC-001 is used twice"):
        read_bounds(path)
