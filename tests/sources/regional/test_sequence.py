"""The order of deliveries: newer supersedes, the same is a duplicate, older content does not slip in."""

import pytest

from sources.regional.manifest import Refused
from sources.regional.sequence import Accepted, Duplicate


def receipt(sequence: int, *files: str, **changes) -> dict:
    return {
        "organiser_code": "05",
        "dataset": "care_contacts",
        "period": "2026-08",
        "sequence": sequence,
        "files": [{"name": f"{n}.csv", "sha256": sha256} for n, sha256 in enumerate(files)],
        "sample_share": "0.01",
        "contract_version": "1.0.0",
        "origin": "synthetic",
    } | changes


def after(*receipts: dict) -> Accepted:
    accepted = Accepted()
    for number, body in enumerate(receipts):
        accepted.add(f"receipt-{number}", body)
    return accepted


def test_the_first_delivery_is_new_whatever_its_sequence():
    assert after().judge(receipt(7, "a")) is None


def test_a_higher_sequence_with_other_content_is_new():
    assert after(receipt(1, "a")).judge(receipt(2, "b")) is None


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_the_content_in_force_is_a_duplicate_under_any_sequence(sequence):
    found = after(receipt(2, "a")).judge(receipt(sequence, "a"))
    assert isinstance(found, Duplicate)
    assert found.first_receipt_id == "receipt-0"


def test_the_order_and_names_of_files_make_no_other_content():
    assert isinstance(after(receipt(1, "a", "b")).judge(receipt(1, "b", "a")), Duplicate)


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_used_or_lower_sequence_with_other_content_is_refused_with_both_numbers(sequence):
    with pytest.raises(Refused) as error:
        after(receipt(2, "a")).judge(receipt(sequence, "b"))
    assert error.value.code == "SEQ"
    assert error.value.values == {"declared": sequence, "found": 2}


def test_superseded_content_is_a_duplicate_under_an_old_number_and_new_under_a_higher_one():
    accepted = after(receipt(1, "a"), receipt(2, "b"))
    assert accepted.judge(receipt(1, "a")).first_receipt_id == "receipt-0"
    assert accepted.judge(receipt(3, "a")) is None


@pytest.mark.parametrize("changes", [{"sample_share": "0.02"}, {"origin": "reported"}, {"contract_version": "1.1.0"}])
def test_the_same_bytes_understood_otherwise_are_other_content(changes):
    accepted = after(receipt(1, "a"))
    assert accepted.judge(receipt(2, "a", **changes)) is None
    with pytest.raises(Refused):
        accepted.judge(receipt(1, "a", **changes))


def test_a_share_written_with_more_zeros_is_the_same_share():
    assert isinstance(after(receipt(1, "a")).judge(receipt(1, "a", sample_share="0.010000")), Duplicate)


@pytest.mark.parametrize("changes", [{"organiser_code": "06"}, {"period": "2026-07"}, {"dataset": "ward_days"}])
def test_other_senders_months_and_datasets_have_their_own_order(changes):
    assert after(receipt(5, "a")).judge(receipt(1, "b", **changes)) is None
