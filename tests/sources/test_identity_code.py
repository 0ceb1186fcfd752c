"""What has the form of a personal identity code: found where it would be a person's, and hidden more widely than it is refused."""

import re

import duckdb
import pytest

from sources.identity_code import FREE_STANDING, MASK, masked, masked_sql

CODES = [
    "131052-308T",
    "131052+308T",
    *(f"010203{letter}901K" for letter in "ABCDEFUVWXY"),
    "131052-308t",
    "010203a901k",
]


def found(text: str) -> tuple[bool, bool]:
    """As DuckDB sees it, and as Python does."""
    by_duckdb = duckdb.execute("select regexp_matches($1, $2)", [text, FREE_STANDING]).fetchall()[0][0]
    return by_duckdb, re.search(FREE_STANDING, text) is not None


def hidden(text: str) -> tuple[str, str]:
    by_duckdb = duckdb.execute(f"select {masked_sql('$1::varchar')}", [text]).fetchall()[0][0]
    return by_duckdb, masked(text)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("around", ["{}", "A-{}", "{}/1", "tunnus {}.", "x_{}_y", "ä{}"])
def test_a_code_is_found_and_hidden_wherever_it_stands_free(code, around):
    text = around.format(code)
    assert found(text) == (True, True)
    assert hidden(text) == (around.format(MASK),) * 2


def test_a_code_with_a_wrong_check_character_still_is_one():
    assert found("131052-308A") == (True, True)


@pytest.mark.parametrize("text", ["131052–308T", "131052 -308T", "131052\u00a0- 308T", "131052−308T", "K131052-308T"])
def test_what_a_person_reads_as_a_code_is_hidden_though_no_machine_wrote_it_so(text):
    assert all("131052" not in shown for shown in hidden(text))


@pytest.mark.parametrize(
    "text",
    [
        "A01-2026-00000001",
        "202608-0012",
        "320152-308T",
        "001052-308T",
        "550e8400-e29b-41d4-a716-446655440000",
        "aa010203-4e01-4aaa-8bbb-010203a9014c",
        "0" * 32,
        "9f010203a901c0ffee9f010203a901c0",
        "1310521-308T",
        "131052-3081T",
    ],
)
def test_keys_days_and_running_numbers_are_none(text):
    assert found(text) == (False, False)


@pytest.mark.parametrize("text", ["20260801-0001", "contacts_2026-08-01.csv", "tiedosto.csv", "9f010203a90144ff"])
def test_dates_and_digests_in_names_are_shown(text):
    assert masked(text) == text
