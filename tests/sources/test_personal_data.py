"""What tells who somebody is: found wherever it stands, and not where chance or a key only looks like it."""

import random

import pytest

from sources.identity_code import is_temporary, normalised
from sources.personal_data import EMAIL, IDENTITY_CODE, PHONE, find, is_bare_phone, masked, without

# The population register's own list of made-up codes: one for each sign.
LISTED = [
    "010594Y9032",
    "010594Y9021",
    "020594X903P",
    "030594W903B",
    "040594V9030",
    "050594U903M",
    "010516B903X",
    "020516C903K",
    "030516D9037",
    "010501E9032",
    "020503F9037",
    "020504A902E",
]
CODES = [*LISTED, "131052-308T", "131052+308T", "131052A308T"]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text)]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "around", ["{}", "A-{}", "K{}", "{}x", "asiakas {} soitti", "(«{}»)", "{}/1", "ä{}ö", "x\n{}\n"]
)
def test_a_code_is_found_wherever_it_stands_in_either_case(code, around):
    for written in (code, code.lower()):
        assert kinds(around.format(written)) == [(IDENTITY_CODE, written)]
        assert masked(around.format(written)) == around.format("***")


@pytest.mark.parametrize(
    "text", ["131052–308T", "131052 - 308T", "131052 -308T", "131052\u00a0-308T", "131052−308T", "131052308T"]
)
def test_so_is_what_a_person_or_a_program_wrote_in_another_way(text):
    assert kinds(text) == [(IDENTITY_CODE, text)]


def test_a_letter_at_its_end_tells_it_though_digits_stand_beside_it():
    assert kinds("1131052-308T") == [(IDENTITY_CODE, "131052-308T")]


@pytest.mark.parametrize(
    "text",
    [
        "131052-308A",  # another check character
        "310294-3083",  # a day that was none
        "131052-0012",  # a number that is given to nobody
        "A01-2026-00000001",
        "202608-0012",
        "05-2026-000001",
        "00131052-30815",
        "1310523081",
        "550e8400-e29b-41d4-a716-446655440000",
        "aa010203-9013-4aaa-8bbb-010203a9014c",
        "9f010203a901c0ffee9f010203a901c0",
        "2026-08-03 09:15",
        "20260803T091500+03:00",
        "K202501Q0000001",
    ],
)
def test_keys_days_and_running_numbers_are_none(text):
    assert find(text) == []


@pytest.mark.parametrize(
    "text", ["matti.meikalainen@example.fi", "m_m+1@mail.example.co.uk", "<åke@exempel.se>", "a@b.fi."]
)
def test_an_e_mail_address_is_found(text):
    assert [kind for kind, _ in kinds(text)] == [EMAIL]


@pytest.mark.parametrize(
    "text",
    [
        "+358401234567",
        "+358 40 123 4567",
        "+358 (0)40 1234567",
        "00358 50 1234567",
        "040 123 4567",
        "040-1234567",
        "0400 123456",
        "soita 0501234567",
        "puh: 0401234567",
        "+46 70 123 45 67",
    ],
)
def test_a_telephone_number_is_found(text):
    assert [kind for kind, _ in kinds(text)] == [PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "0401234567",
        "1234567890",
        "0001234567",
        "04-1234567",
        "0,40",
        "1 040 123",
        "+03:00",
        "VO-040",
        "@",
        "a@b",
        "2612",
    ],
)
def test_ids_and_amounts_are_none(text):
    assert find(text) == []


def test_ten_digits_alone_are_told_apart_for_the_column_to_decide():
    assert is_bare_phone("0401234567") and not is_bare_phone("1401234567") and not is_bare_phone("0401234567 a")


def test_keys_of_hexadecimal_digits_are_never_one():
    keys = random.Random(5)
    for length in (16, 32, 64):
        text = ";".join(f"{keys.getrandbits(4 * length):0{length}x}" for _ in range(20_000))
        assert find(text) == []


def test_every_text_of_a_document_is_masked():
    document = {"empty_reason": "kysy 040 1234567", "files": [{"name": "131052-308T.csv", "rows": 3}], "a@b.fi": None}
    assert without(document) == {"empty_reason": "kysy ***", "files": [{"name": "***.csv", "rows": 3}], "***": None}


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_normalised_with_its_sign(code):
    assert normalised(f" {code.lower()} ") == code
    assert normalised(code[:6] + code[7:]) is None


def test_signs_of_one_day_are_different_people():
    assert len({normalised(f"131052{sign}308T") for sign in "+-YXWVUABCDEF"}) == 13


@pytest.mark.parametrize(
    "text", ["", "131052-308", "131052-308A", "131052G308T", "320152-308T", "131052-308TT", "１31052-308T"]
)
def test_what_is_no_code_is_not_normalised(text):
    assert normalised(text) is None


def test_temporary_codes_are_known_by_their_number():
    assert is_temporary("010594Y9032") and not is_temporary("131052-308T")
