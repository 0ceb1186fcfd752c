"""Months delivered again: the same rows are a no-op, others are counted, and a manifest may name what it supersedes."""

import pytest
from amendments import THIRD, counts, last, report
from deliveries import MANY, NEXT, contact, contacts, manifest, written

from sources.regional.file_rules import file_rule


def test_a_redelivery_of_the_same_rows_in_other_bytes_is_a_no_op(month):
    before = month.slices()
    month.send(list(reversed(contacts(MANY))), name="again", sequence=2)
    month.night(NEXT)
    verdict, first = last(month), next(iter(month.events("receipt")))
    assert (verdict["status"], verdict["is_unchanged"], verdict["slice"]) == ("accepted", True, None)
    assert verdict["first_receipt_id"] == first
    assert counts(verdict) == (MANY, 0, 0, MANY, 0, MANY)
    assert month.slices() == before
    assert month.leftovers() == []
    assert file_rule("UNCHANGED").id in {item["rule"] for item in report(month)["mend"]}


def test_a_redelivery_that_changes_some_rows_tells_how_many(month):
    month.send([contact(1, sex="male"), *contacts(MANY, start=3)], name="again", sequence=2)
    month.night(NEXT)
    assert counts(last(month)) == (MANY, 2, 1, MANY - 2, 1, MANY + 1)
    assert last(month)["is_unchanged"] is False


def test_the_same_rows_of_another_share_of_residents_are_no_no_op(month):
    month.send(list(reversed(contacts(MANY))), name="again", sequence=2, sample_share="0.02")
    month.night(NEXT)
    assert last(month)["is_unchanged"] is False
    assert last(month)["slice"]


def test_after_a_no_op_a_delta_changes_the_rows_in_force(month):
    month.send(list(reversed(contacts(MANY))), name="again", sequence=2)
    month.night(NEXT)
    month.send([contact(3, sex="male")], name="delta", mode="delta", sequence=3)
    month.night(THIRD)
    assert counts(last(month)) == (MANY, 0, 1, MANY - 1, 0, MANY)


@pytest.mark.parametrize(("period", "is_taken"), [("2021-09", True), ("2021-08", False)])
def test_a_month_from_before_the_window_is_refused(desk, period, is_taken):
    data = written([])
    (desk.folder() / "a.csv").write_bytes(data)
    desk.put_manifest(manifest({"a.csv": (data, 0)}, period=period, empty_reason="no contacts"))
    desk.night()
    assert desk.verdict()["rule"] == (None if is_taken else file_rule("WINDOW").id)


# What a manifest says of the delivery before it


@pytest.mark.parametrize("named", ["receipt", "sequence"])
def test_a_manifest_may_name_the_delivery_that_it_supersedes(month, named):
    supersedes = next(iter(month.events("receipt"))) if named == "receipt" else 1
    month.send(contacts(MANY + 1), name="whole", sequence=2, supersedes=supersedes)
    month.night(NEXT)
    assert last(month)["status"] == "accepted"


@pytest.mark.parametrize("supersedes", [7, "0" * 16])
def test_a_manifest_that_supersedes_another_than_the_one_in_force_is_refused(month, supersedes):
    month.send(contacts(MANY + 1), name="whole", sequence=2, supersedes=supersedes)
    month.night(NEXT)
    assert (last(month)["status"], last(month)["rule"]) == ("rejected", file_rule("SUPERSEDES").id)
