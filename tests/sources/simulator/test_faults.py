"""Each fault of a whole delivery is really in the bytes, and its truth says what the second opinion finds."""

from datetime import datetime

import pytest
from oracle import verdicts

from sources.regional.file_rules import file_rules
from sources.simulator.calendar import HELSINKI, REJECTED_FAULTS
from sources.simulator.faults import FAULTS, spoil
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
ROW_FAULTS = ("ragged_row", "total_row", "decimal_in_integer", "unknown_municipality", "repeated_row", "cut_last_line")


def parcel(code: str):
    return make_parcel(code, "2026-08", 1, MADE, SEED, n_rows=500)


@pytest.fixture(
    params=["05", "13", "17", "18", "90"], ids=["latin-1", "utf-16", "utf-8 with mark", "cp1252", "two files"]
)
def good(request):
    return parcel(request.param)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_changes_what_is_sent_and_says_what_to_expect(fault, good):
    spoilt = spoil(good, fault)
    assert (spoilt.manifest(), [f.data for f in spoilt.files]) != (good.manifest(), [f.data for f in good.files])
    assert spoilt.truth.fault == fault
    assert good.truth.fault is None
    ids = {rule.id for rule in file_rules().values()}
    if spoilt.truth.expected_status == "rejected":
        assert spoilt.truth.expected_rule in ids
        assert spoilt.truth.row_faults == ()
    else:
        assert spoilt.truth.expected_status == "accepted"
        assert spoilt.truth.expected_rule is None
        assert set(good.truth.row_faults) <= set(spoilt.truth.row_faults) or fault == "cut_last_line"


@pytest.mark.parametrize("fault", ROW_FAULTS)
def test_faulty_rows_stand_where_the_truth_says(fault, good, contract):
    spoilt = spoil(good, fault)
    for file in spoilt.files:
        truth = {(f.line_number, f.column, f.rule_id) for f in spoilt.truth.row_faults if f.file_name == file.name}
        assert verdicts(file.data, spoilt.dialect, contract, spoilt.period) == truth


def test_columns_that_change_places_with_their_values_say_the_same(contract):
    good = parcel("05")
    spoilt = spoil(good, "swapped_columns")
    assert spoilt.files[0].data != good.files[0].data
    opinions = [verdicts(p.files[0].data, p.dialect, contract, p.period) for p in (good, spoilt)]
    assert opinions[0] == opinions[1]


def test_a_manifest_agrees_with_its_files_unless_that_is_the_fault(good):
    for fault in FAULTS:
        spoilt = spoil(good, fault)
        stated = [(f["bytes"], f["rows"]) for f in spoilt.manifest()["files"]]
        agrees = stated == [(len(f.data), f.rows) for f in spoilt.files]
        assert agrees != (fault in ("wrong_size", "wrong_row_count")), fault


@pytest.mark.parametrize("code", sorted(senders()))
def test_another_encoding_than_agreed_is_one_that_can_be_told(code):
    spoilt = spoil(parcel(code), "wrong_encoding")
    data, agreed = spoilt.files[0].data, spoilt.dialect.encoding
    if agreed == "utf-16-le":
        assert not data.startswith(b"\xff\xfe")
        assert b"\0" not in data
    elif agreed == "utf-8" and not data.startswith(b"\xff\xfe"):
        with pytest.raises(UnicodeDecodeError):
            data.decode("utf-8")
    else:
        assert data.startswith(b"\xff\xfe")


def test_the_calendars_faults_exist_and_reject_every_sender():
    for code in senders():
        for fault in REJECTED_FAULTS:
            assert spoil(parcel(code), fault).truth.expected_status == "rejected"


def test_a_fault_nobody_knows_is_refused():
    with pytest.raises(KeyError):
        spoil(parcel("05"), "gremlins")
