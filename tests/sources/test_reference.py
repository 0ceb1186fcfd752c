"""Codes that ended, and what stands in their place on a given day."""

from datetime import date

import pytest

from sources import reference
from sources.errors import SotevarastoError
from sources.reference import Ended, code_list, ended, successor


def test_the_merged_municipalities_are_known_with_their_day_and_successor():
    assert ended("municipality") == {
        "588": Ended(date(2025, 1, 1), "507"),
        "099": Ended(date(2021, 1, 1), "214"),
        "911": Ended(date(2020, 1, 1), "541"),
    }
    assert ended("municipality").keys() < set(code_list("municipality"))
    assert ended("service_class") == {}


def test_a_code_holds_until_the_day_on_which_it_ended():
    assert successor("municipality", "588", date(2024, 12, 31)) == "588"
    assert successor("municipality", "588", date(2025, 1, 1)) == "507"
    assert successor("municipality", "091", date(2025, 1, 1)) == "091"


def _chain(monkeypatch, **codes):
    monkeypatch.setitem(
        reference._ENDED, "chain", lambda: {c: Ended(date(year, 1, 1), s) for c, (year, s) in codes.items()}
    )
    ended.cache_clear()


def test_successors_are_followed_as_far_as_they_had_come_by_the_day(monkeypatch):
    _chain(monkeypatch, a=(2021, "b"), b=(2024, "c"), c=(2026, "d"))
    assert [successor("chain", "a", date(year, 6, 1)) for year in (2020, 2021, 2024, 2026)] == ["a", "b", "c", "d"]


def test_successors_that_run_in_a_ring_are_an_error_and_no_endless_loop(monkeypatch):
    _chain(monkeypatch, a=(2021, "b"), b=(2021, "a"))
    with pytest.raises(SotevarastoError, match="succeeds itself"):
        successor("chain", "a", date(2026, 1, 1))
